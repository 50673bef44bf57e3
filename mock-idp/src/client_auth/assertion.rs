//! Client assertions: a client proves itself with a JWT (RFC 7523 2.2 and 3, OIDC Core 9).

use super::Credentials;
use crate::client::{AuthMethod, Client};
use crate::endpoints::path;
use crate::protocol::{OAuthError, Object, Params};
use crate::server::Call;
use crate::token::ForeignToken;

/// The one value of `client_assertion_type`.
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Reads who an assertion is about; nothing is believed yet.
pub(super) fn read(assertion: &str, form: &Params) -> Result<Credentials, OAuthError> {
    if form.given("client_assertion_type") != Some(TYPE) {
        return Err(OAuthError::invalid(format!(
            "client_assertion needs client_assertion_type={TYPE}, which is missing or something else"
        )));
    }
    let token = parsed(assertion)?;
    let Some(client_id) = token.text("sub").filter(|id| !id.is_empty()) else {
        return Err(OAuthError::invalid_client("the client_assertion has no sub; put the client_id there"));
    };
    if let Some(other) = form.given("client_id").filter(|other| *other != client_id) {
        return Err(OAuthError::invalid(format!(
            "the client_assertion is about the client \"{client_id}\", and client_id says \"{other}\"; send the same"
        )));
    }
    let method = if token.is_symmetric() { AuthMethod::ClientSecretJwt } else { AuthMethod::PrivateKeyJwt };
    Ok(Credentials {
        method,
        client_id: client_id.to_owned(),
        secrets: Vec::new(),
        assertion: Some(assertion.to_owned()),
    })
}

/// Who an assertion is about, if it can be read at all.
pub(super) fn claimed_id(assertion: &str) -> Option<String> {
    let token = ForeignToken::parse(assertion).ok()?;
    token.text("sub").filter(|id| !id.is_empty()).map(str::to_owned)
}

/// Whether an assertion is the client's, for this provider, for now and new.
pub(super) fn prove(assertion: &str, call: &Call, client: &Client) -> Result<(), OAuthError> {
    let token = parsed(assertion)?;
    if let Some(expected) = client.token_endpoint_auth_signing_alg.as_deref().filter(|alg| *alg != token.alg)
    {
        return Err(wrong(format!(
            "is signed with {}, and the client registered {expected} as its token_endpoint_auth_signing_alg",
            token.alg
        )));
    }
    let offer = std::sync::Arc::clone(&call.state.desk().offer);
    if !offer.verifies(&token.alg) {
        let known = offer.client_algs.join(", ");
        return Err(wrong(format!(
            "is signed with {}, which is not offered; use one of: {known}",
            token.alg
        )));
    }
    token.verify(client.client_secret.as_deref(), client.jwks.as_ref()).map_err(wrong)?;
    if token.text("iss") != Some(&client.client_id) {
        return Err(wrong(format!("must have iss = sub = \"{}\", the client_id", client.client_id)));
    }
    let audience = audience(call);
    if !token.is_for(&audience) {
        let (issuer, endpoint) = (&audience[0], &audience[1]);
        return Err(wrong(format!("is for somebody else; its aud must be \"{issuer}\" or \"{endpoint}\"")));
    }
    let now = call.state.now_for(client);
    match token.time("exp") {
        None => Err(wrong("has no exp; let it expire in a minute or so")),
        Some(_) if token.is_over(now) => {
            Err(wrong(format!("has expired; by the provider's clock it is {now}")))
        }
        Some(_) if token.is_early(now) => {
            Err(wrong(format!("is not good yet, by its nbf; by the provider's clock it is {now}")))
        }
        Some(until) => is_new(&token, until, call, client),
    }
}

/// Whom an assertion may be for: the issuer, the token endpoint as the metadata names it, and the endpoint that is
/// asked, wherever the client found it.
fn audience(call: &Call) -> Vec<String> {
    let state = &*call.state;
    let told = |internal| {
        let metadata = Object::parse(std::str::from_utf8(&state.metadata(internal)).ok()?)?;
        metadata.get("token_endpoint")?.as_str().map(str::to_owned)
    };
    let own = [path::TOKEN, path::of(call.endpoint)].map(|path| state.at(path));
    [state.issuer.clone()].into_iter().chain(told(false)).chain(told(true)).chain(own).collect()
}

/// RFC 7523 3: whoever saw an assertion must not be able to use it again.
fn is_new(token: &ForeignToken<'_>, until: i64, call: &Call, client: &Client) -> Result<(), OAuthError> {
    let Some(jti) = token.text("jti").filter(|jti| !jti.is_empty()) else {
        return Err(wrong("has no jti; put a fresh random value there every time"));
    };
    let key = format!("{} {jti}", client.client_id);
    let now = call.state.now_for(client);
    let mut vault = call.state.grants.open();
    if vault.assertions.get(&key, now).is_some() {
        return Err(wrong(format!(
            "was used before: its jti is \"{jti}\" again; make a new one for every request"
        )));
    }
    if !call.bystander {
        vault.assertions.put(key, now, until, ());
    }
    Ok(())
}

fn parsed(assertion: &str) -> Result<ForeignToken<'_>, OAuthError> {
    ForeignToken::parse(assertion).map_err(wrong)
}

fn wrong(what: impl std::fmt::Display) -> OAuthError {
    OAuthError::invalid_client(format!("the client_assertion {what}"))
}
