//! Tokens on demand, without a login.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

use super::Tenant;
use super::issue::Beside;
use super::state::State;
use crate::client::Client;
use crate::fault::{
    Armory, Binding, Context, Fault, FaultError, ID_TOKEN, JsonSeam, LOGOUT_TOKEN, Occurrence, Pass, Seam,
};
use crate::grant::Granted;
use crate::login::User;
use crate::protocol::ClaimsRequest;

/// What a token is to be like. In JSON only `user` and `client_id` are needed; faults are given apart, because
/// they have a reader of their own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MintOrder {
    /// Whom it is about: a username.
    pub user: String,
    /// For whom it is.
    pub client_id: String,
    /// The nonce of the request that there was not.
    pub nonce: Option<String>,
    /// `openid profile email` if absent.
    pub scope: Option<String>,
    /// The session; a fresh one if absent.
    pub sid: Option<String>,
    /// Claims to add, or to change.
    pub claims: Map<String, Value>,
    /// Lies, at the seams of the ID Token.
    #[serde(skip)]
    pub faults: Vec<Fault>,
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

impl Tenant {
    /// Makes an ID Token with the scope `openid profile email`, honest but for the given faults.
    pub fn mint(
        &self,
        username: &str,
        client_id: &str,
        nonce: Option<&str>,
        faults: &[Fault],
    ) -> Result<String, MintError> {
        self.mint_id_token(&MintOrder {
            user: username.to_owned(),
            client_id: client_id.to_owned(),
            nonce: nonce.map(str::to_owned),
            faults: faults.to_vec(),
            ..MintOrder::default()
        })
    }

    /// Makes an ID Token to order.
    pub fn mint_id_token(&self, order: &MintOrder) -> Result<String, MintError> {
        order.faults.iter().try_for_each(Fault::check)?;
        order.faults.iter().try_for_each(|fault| is_for_one_token(fault, ID_TOKEN_SEAMS))?;
        let (client, granted) = self.state.parties(order)?;
        let mut pass = pass(order, ID_TOKEN);
        Ok(self.state.id_token(&granted, &client, Beside::default(), &mut pass))
    }

    /// Makes a logout token to order, and sends it to nobody.
    pub fn mint_logout_token(&self, order: &MintOrder) -> Result<String, MintError> {
        order.faults.iter().try_for_each(Fault::check)?;
        order.faults.iter().try_for_each(|fault| is_for_one_token(fault, LOGOUT_TOKEN_SEAMS))?;
        let (client, granted) = self.state.parties(order)?;
        let mut pass = pass(order, LOGOUT_TOKEN);
        Ok(self.state.loose_logout_token(client, granted.user.sub.clone(), order.sid.clone(), &mut pass))
    }

    /// Makes an access token to order, good at the userinfo endpoint, and says for how many seconds.
    pub fn mint_access_token(&self, order: &MintOrder) -> Result<(String, i64), MintError> {
        let (client, granted) = self.state.parties(order)?;
        let scope = granted.scope.clone();
        let fresh = self.state.access_token(&client, &scope, Some(&granted.into()));
        Ok((fresh.token, fresh.expires_in))
    }
}

/// The way past the seams, for one token: what is ordered is honest, and lies come after it.
fn pass(order: &MintOrder, claims: JsonSeam) -> Pass {
    let armory = Armory::default();
    let ordered = order.claims.iter().map(|(name, value)| claims.set(name, value.clone()));
    armory.arm(ordered.chain(order.faults.iter().cloned()).collect());
    armory.pass(Context { client: Some(order.client_id.clone()), ..Context::default() })
}

const ID_TOKEN_SEAMS: &[Seam] = &[Seam::IdTokenHeader, Seam::IdTokenClaims, Seam::IdTokenSeal];
const LOGOUT_TOKEN_SEAMS: &[Seam] =
    &[Seam::LogoutTokenHeader, Seam::LogoutTokenClaims, Seam::LogoutTokenSeal];

impl State {
    /// Who gets the token, and what was granted to them.
    fn parties(&self, order: &MintOrder) -> Result<(Client, Granted), MintError> {
        let (users, clients) = {
            let desk = self.desk();
            (desk.users(), desk.clients())
        };
        let user = person(&users, &order.user)?;
        let client = clients
            .iter()
            .find(|client| client.client_id == order.client_id)
            .cloned()
            .unwrap_or_else(|| Client::unregistered(&order.client_id));
        let granted = Granted {
            id: self.ids.fresh(),
            client_id: order.client_id.clone(),
            user: Arc::new(user.clone()),
            scope: order.scope.clone().unwrap_or_else(|| "openid profile email".to_owned()),
            nonce: order.nonce.clone(),
            auth_time: self.clock.unix(),
            acr: None,
            amr: Vec::new(),
            sid: order.sid.clone().unwrap_or_else(|| self.ids.fresh()),
            claims: ClaimsRequest::default(),
        };
        Ok((client, granted))
    }
}

fn person<'u>(users: &'u [User], username: &str) -> Result<&'u User, MintError> {
    users.iter().find(|user| user.username == username).ok_or_else(|| {
        let known: Vec<&str> = users.iter().map(|user| user.username.as_str()).collect();
        MintError::UnknownUser { username: username.to_owned(), known: known.join(", ") }
    })
}

/// Refuses a fault that minting would silently leave out: there is one token, one time, and no request.
fn is_for_one_token(fault: &Fault, seams: &[Seam]) -> Result<(), MintError> {
    let why = match fault {
        Fault { seam, .. } if seams.contains(seam) => match fault {
            Fault { binding: Binding::Client(_) | Binding::Marker(_), .. } => {
                "minting answers no request; write it without a binding".to_owned()
            }
            Fault { occurrence: Occurrence::Nth(nth), .. } if *nth > 1 => {
                "minting makes one token; write it without an occurrence".to_owned()
            }
            _ => return Ok(()),
        },
        Fault { seam, .. } => {
            let names: Vec<&str> = seams.iter().map(|seam| seam.name()).collect();
            format!(
                "minting does not reach the seam \"{}\"; use one of {}, or arm it",
                seam.name(),
                names.join(", ")
            )
        }
    };
    Err(MintError::Ignored { clause: fault.to_string(), why })
}
