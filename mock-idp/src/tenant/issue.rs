//! Issuing tokens: what is granted, complete, past the seams, sealed.

use thiserror::Error;

use super::state::State;
use crate::client::Client;
use crate::fault::{Armory, Binding, Context, Fault, FaultError, Occurrence, Pass, Seam};
use crate::grant::Granted;
use crate::protocol::ClaimsRequest;
use crate::token::{Grant, TokenSpec};

/// What comes with an ID Token, and what it therefore vouches for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Beside<'b> {
    pub(crate) access_token: Option<&'b str>,
    pub(crate) code: Option<&'b str>,
}

/// Why no token was made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum MintError {
    /// Nobody has that username.
    #[error("\"{username}\" is nobody's username; use one of: {known}")]
    UnknownUser {
        /// The username.
        username: String,
        /// Those that exist.
        known: String,
    },
    /// A fault is for something else than one token that is made here and now.
    #[error("the fault \"{clause}\" would be ignored: {why}")]
    Ignored {
        /// The fault as an English clause.
        clause: String,
        /// What it would need, and what to write instead.
        why: String,
    },
    /// A fault is not legal.
    #[error(transparent)]
    Fault(#[from] FaultError),
}

/// Refuses a fault that minting would silently leave out: there is one token, one time, and no request.
fn is_for_one_token(fault: &Fault) -> Result<(), MintError> {
    let why = match fault {
        Fault { seam: Seam::IdTokenHeader | Seam::IdTokenClaims | Seam::IdTokenSeal, .. } => match fault {
            Fault { binding: Binding::Client(_) | Binding::Marker(_), .. } => {
                "minting answers no request; write it without a binding".to_owned()
            }
            Fault { occurrence: Occurrence::Nth(nth), .. } if *nth > 1 => {
                "minting makes one token; write it without an occurrence".to_owned()
            }
            _ => return Ok(()),
        },
        Fault { seam, .. } => format!(
            "minting does not reach the seam \"{}\"; use id-token-header, id-token-claims or id-token-seal, \
             or arm it",
            seam.name()
        ),
    };
    Err(MintError::Ignored { clause: fault.to_string(), why })
}

impl State {
    /// The ID Token for what was granted.
    pub(crate) fn id_token(
        &self,
        granted: &Granted,
        client: &Client,
        beside: Beside<'_>,
        pass: &mut Pass,
    ) -> String {
        let (lifetime, key) = {
            let desk = self.desk();
            (desk.lifetimes.id_token, desk.key)
        };
        let mut spec = TokenSpec::id_token(&Grant {
            issuer: &self.issuer,
            client,
            user: &granted.user,
            scope: &granted.scope,
            nonce: granted.nonce.as_deref(),
            auth_time: granted.auth_time,
            now: self.now_for(client),
            lifetime: client.id_token_lifetime.unwrap_or(lifetime),
            sid: &granted.sid,
            key,
            acr: granted.acr.as_deref(),
            amr: &granted.amr,
            wishes: &granted.claims.id_token,
            access_token: beside.access_token,
            code: beside.code,
        });
        pass.document(Seam::IdTokenClaims, &mut spec.claims);
        pass.document(Seam::IdTokenHeader, &mut spec.header);
        pass.seal(Seam::IdTokenSeal, spec)
    }

    /// What time it is, as far as this client can tell.
    pub(crate) fn now_for(&self, client: &Client) -> i64 {
        self.clock.unix().saturating_add(client.clock_skew)
    }

    pub(crate) fn mint(
        &self,
        username: &str,
        client_id: &str,
        nonce: Option<&str>,
        faults: &[Fault],
    ) -> Result<String, MintError> {
        faults.iter().try_for_each(Fault::check)?;
        faults.iter().try_for_each(is_for_one_token)?;
        let (users, clients) = {
            let desk = self.desk();
            (desk.users(), desk.clients())
        };
        let Some(user) = users.iter().find(|user| user.username == username) else {
            let known: Vec<&str> = users.iter().map(|user| user.username.as_str()).collect();
            return Err(MintError::UnknownUser { username: username.to_owned(), known: known.join(", ") });
        };
        let client = clients
            .iter()
            .find(|client| client.client_id == client_id)
            .cloned()
            .unwrap_or_else(|| Client::unregistered(client_id));
        let armory = Armory::default();
        armory.arm(faults.to_vec());
        let mut pass = armory.pass(Context { client: Some(client_id.to_owned()), ..Context::default() });
        let granted = Granted {
            id: self.ids.fresh(),
            client_id: client_id.to_owned(),
            user: user.clone(),
            scope: "openid profile email".to_owned(),
            nonce: nonce.map(str::to_owned),
            auth_time: self.clock.unix(),
            acr: None,
            amr: Vec::new(),
            sid: self.ids.fresh(),
            claims: ClaimsRequest::default(),
        };
        Ok(self.id_token(&granted, &client, Beside::default(), &mut pass))
    }
}
