//! The login: OpenID Connect by implicit, code or hybrid flow.

pub(crate) mod algorithm;
pub(crate) mod authorize;
pub(crate) mod back_channel;
pub(crate) mod callback;
pub(crate) mod claims;
pub(crate) mod client_auth;
pub(crate) mod exchange;
pub(crate) mod hash;
pub(crate) mod http;
pub(crate) mod id_token;
pub(crate) mod json;
pub(crate) mod keys;
pub(crate) mod logout;
pub(crate) mod metadata;
pub(crate) mod par;
pub(crate) mod pkce;
pub(crate) mod provider;
pub(crate) mod refresh;
pub(crate) mod remote;
pub(crate) mod renewals;
pub(crate) mod return_to;
pub(crate) mod revocation;
pub(crate) mod token;
pub(crate) mod token_endpoint;
pub(crate) mod transaction;
pub(crate) mod userinfo;
#[cfg(test)]
mod vectors;

use crate::config::{IdTokenAlg, Wishes};

/// What an answer of the provider is measured against.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    /// The issuer this login was started at.
    pub(crate) issuer: String,
    /// Who the app is there.
    pub(crate) client_id: String,
    /// Audiences accepted beside the client id.
    pub(crate) trusted_audiences: Vec<String>,
    /// What its tokens are signed with.
    pub(crate) alg: IdTokenAlg,
    /// The nonce of this login.
    pub(crate) nonce: String,
    /// The time, in Unix seconds.
    pub(crate) now: i64,
    /// How many seconds the clocks may differ.
    pub(crate) tolerance: i64,
    /// How people were to be signed in.
    pub(crate) wishes: Wishes,
    /// Must the response name its issuer (RFC 9207)?
    pub(crate) needs_iss: bool,
    /// What came with the token.
    pub(crate) beside: Beside,
}

/// What an ID token must vouch for by `c_hash` and `at_hash`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// Came it through the browser? Then the hashes are required, and not only compared where they are.
    pub(crate) by_browser: bool,
    pub(crate) code: Option<String>,
    pub(crate) access_token: Option<String>,
}
