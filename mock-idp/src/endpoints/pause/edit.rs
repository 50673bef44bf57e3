//! What a person does to a response that waits.

use serde_json::{Map, Value};

use crate::client::Client;
use crate::fault::{Armory, Context, Fault, Lie, Seam};
use crate::grant::PausedResponse;
use crate::protocol::{AuthorizationResponse, Document, Object, Params, ResponseMode};
use crate::tenant::State;
use crate::token::{TokenSpec, decode};
use crate::trace::Fired;

/// A form that came back.
pub(super) struct Edit<'f> {
    form: &'f Params,
    pub(super) press: &'f str,
}

impl<'f> Edit<'f> {
    pub(super) fn read(form: &'f Params) -> Self {
        Self { form, press: form.first("press").unwrap_or_default() }
    }

    /// Takes the fields as the form has them; one without a name goes. Where it is sent is not the form's to say.
    pub(super) fn fields(&self, paused: &mut PausedResponse) -> Result<(), String> {
        let values = self.form.all("value");
        let pairs = self.form.all("name").into_iter().zip(values).filter(|(name, _)| !name.is_empty());
        // Browsers send line feeds of a text area as CR LF.
        let params: Params = pairs.map(|(name, value)| (name, value.replace("\r\n", "\n"))).collect();
        if params != paused.response.params {
            paused.response.params = params;
            paused.note("a person edited the authorization response");
        }
        let Some(name) = self.form.given("mode") else { return Ok(()) };
        let mode = ResponseMode::from_name(name).ok_or_else(|| {
            format!("nobody knows the response mode \"{name}\"; choose form_post, fragment or query")
        })?;
        if mode != paused.response.mode {
            paused.response.mode = mode;
            paused.note(&format!("a person sent the authorization response as {mode}"));
        }
        Ok(())
    }

    /// An error in place of what was granted.
    pub(super) fn deny(&self, paused: &mut PausedResponse, standard: &str) {
        let mut params = Params::default();
        params.append("error", self.form.given("error").unwrap_or(standard));
        params.append("error_description", "a person denied it at the provider");
        for (name, value) in paused.response.params.iter().filter(|(name, _)| ["state", "iss"].contains(name))
        {
            params.append(name, value);
        }
        paused.response.params = params;
        paused.note("a person denied the authorization");
    }

    /// Signs the ID Token anew, with the claims of the form.
    pub(super) fn sign(&self, state: &State, paused: &mut PausedResponse) -> Result<(), String> {
        let claims = self.form.first("claims").unwrap_or_default();
        let claims = Object::parse(claims)
            .ok_or("the claims are no JSON object; write {\"sub\": \"…\"}, or press another button")?;
        let compact = paused.response.params.first("id_token").ok_or("there is no id_token to sign")?;
        let mut spec = spec(state, compact).ok_or("the id_token cannot be read any more; press send")?;
        spec.claims = claims.into();
        let sealed = spec.seal();
        paused.response.params.set("id_token", sealed);
        paused.note("a person rewrote the claims of the id_token");
        Ok(())
    }

    /// Tells a well-known lie.
    pub(super) fn lie(&self, state: &State, paused: &mut PausedResponse) -> Result<(), String> {
        let lie = Lie::find(self.form.first("lie").unwrap_or_default()).map_err(|error| error.to_string())?;
        let armory = Armory::default();
        armory.arm(faults(lie, &paused.response).ok_or("this lie cannot be told here; arm it instead")?);
        let mut pass = armory.pass(Context::default());
        if let Some(mut spec) = paused.response.params.first("id_token").and_then(|token| spec(state, token))
        {
            pass.document(Seam::IdTokenClaims, &mut spec.claims);
            pass.document(Seam::IdTokenHeader, &mut spec.header);
            let compact = pass.seal(Seam::IdTokenSeal, spec);
            paused.response.params.set("id_token", compact);
        }
        pass.response(&mut paused.response);
        for Fired { clause, .. } in pass.into_fired() {
            paused.note(&clause);
        }
        Ok(())
    }
}

impl PausedResponse {
    fn note(&mut self, clause: &str) {
        if !self.told.iter().any(|told| told == clause) {
            self.told.push(clause.to_owned());
        }
    }
}

/// The faults of a lie, for the client of this response, if all of them can be told here.
fn faults(lie: &'static Lie, response: &AuthorizationResponse) -> Option<Vec<Fault>> {
    let mut arguments = Map::new();
    if lie.arguments.contains(&("client_id", None)) {
        let claims = response.params.first("id_token").and_then(claims_of)?;
        arguments
            .insert("client_id".into(), serde_json::from_str::<Value>(&claims).ok()?.get("aud")?.clone());
    }
    let faults = lie.faults(&arguments).ok()?;
    let reaches = |fault: &Fault| match fault.seam {
        Seam::AuthorizationResponse => true,
        Seam::IdTokenHeader | Seam::IdTokenClaims | Seam::IdTokenSeal => response.params.has("id_token"),
        _ => false,
    };
    faults.iter().all(reaches).then_some(faults)
}

/// Whether a lie can be told about this response.
pub(super) fn fits_here(lie: &'static Lie, response: &AuthorizationResponse) -> bool {
    faults(lie, response).is_some()
}

/// The claims of a token, to read and to change.
pub(super) fn claims_of(compact: &str) -> Option<String> {
    let claims: Value = serde_json::from_slice(&decode(compact.split('.').nth(1)?)?).ok()?;
    serde_json::to_string_pretty(&claims).ok()
}

/// A token as it was before it was sealed, as far as it can be read back.
fn spec(state: &State, compact: &str) -> Option<TokenSpec> {
    let part = |index| Object::parse(std::str::from_utf8(&decode(compact.split('.').nth(index)?)?).ok()?);
    let (header, claims): (Object, Object) = (part(0)?, part(1)?);
    let alg = header.get("alg")?.as_str()?.to_owned();
    let (clients, keys) = {
        let desk = state.desk();
        (desk.clients(), desk.keys)
    };
    let of = |client: &&Client| claims.get("aud").is_some_and(|aud| aud == client.client_id.as_str());
    let secret = clients.iter().find(of).and_then(|client| client.client_secret.clone());
    let mut spec = TokenSpec::signed(claims.into(), &alg, keys, secret.as_deref());
    spec.header = Document::from(header);
    Some(spec)
}
