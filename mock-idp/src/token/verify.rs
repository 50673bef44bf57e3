//! Recognising our own tokens.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::foreign::ForeignToken;
use super::jwk::key_set;
use super::keyring::{EC_NAMES, ED_NAMES, RSA_NAMES};
use crate::client::Client;

/// What a hint says about whose session ends (OIDC RP-Initiated Logout 2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hint {
    /// Who issued the token, if it says so.
    pub(crate) issuer: Option<String>,
    /// The clients it was issued to: none if its `aud` is nothing that names a client.
    pub(crate) clients: Vec<String>,
    /// About whom it is.
    pub(crate) sub: Option<String>,
    /// In which session it was issued.
    pub(crate) sid: Option<String>,
}

/// What a token says, if one of the provider's keys signed it, or with HS* the secret of a client that it is for.
/// All its issuers sign with the same keys, so the signature alone does not tell which of them it was. An expired
/// token is good enough for a hint, and so is one whose key was rotated away.
pub(crate) fn read_hint(token: &str, clients: &[Client]) -> Option<Hint> {
    let token = ForeignToken::parse(token).ok()?;
    let named = token.claims.get("aud").cloned().map(clients_of).unwrap_or_default();
    let vouched = if token.is_symmetric() {
        signed_for(&token, named, clients)?
    } else {
        token.verify(None, Some(&KEYS)).ok()?;
        named
    };
    let text = |name| token.text(name).map(str::to_owned);
    Some(Hint { issuer: text("iss"), clients: vouched, sub: text("sub"), sid: text("sid") })
}

/// Every key that may have signed an ID Token, for every algorithm that it may have signed with.
static KEYS: LazyLock<Value> = LazyLock::new(|| {
    let names = [RSA_NAMES, EC_NAMES, ED_NAMES].concat();
    let further = ["RS384", "RS512", "PS256", "PS384", "PS512"];
    json!({ "keys": key_set(&names, &further).get("keys") })
});

/// Those of the named clients with whose secret it is signed: a secret vouches for nobody else's token.
fn signed_for(token: &ForeignToken<'_>, named: Vec<String>, clients: &[Client]) -> Option<Vec<String>> {
    let is_signer = |id: &String| {
        let mut known = clients.iter().filter(|client| client.client_id == *id);
        known.any(|client| token.verify(client.client_secret.as_deref(), None).is_ok())
    };
    let signers: Vec<String> = named.into_iter().filter(is_signer).collect();
    (!signers.is_empty()).then_some(signers)
}

/// `aud` is a string or an array of strings (RFC 7519 4.1.3); anything else names nobody.
fn clients_of(aud: Value) -> Vec<String> {
    match aud {
        Value::String(client) => vec![client],
        Value::Array(clients) => {
            let names = clients.iter().map(|client| client.as_str().map(str::to_owned));
            names.collect::<Option<_>>().unwrap_or_default()
        }
        _ => Vec::new(),
    }
}
