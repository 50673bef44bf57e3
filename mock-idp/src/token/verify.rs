//! Recognising our own tokens.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::Value;

use super::compact::decode;
use super::keyring::{KeyName, keyring};
use crate::protocol::Object;

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

/// What a token says, if one of the provider's RSA keys signed it. All its issuers sign with the same keys, so
/// the signature alone does not tell which of them it was. An expired token is good enough for a hint.
pub(crate) fn read_hint(token: &str) -> Option<Hint> {
    let (input, signature) = token.rsplit_once('.')?;
    let signature = decode(signature)?;
    let signed = [KeyName::Rsa1, KeyName::Rsa2].into_iter().any(|name| {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &keyring().rsa(name).pkcs1)
            .verify(input.as_bytes(), &signature)
            .is_ok()
    });
    if !signed {
        return None;
    }
    let (_, payload) = input.split_once('.')?;
    let claims = Object::parse(std::str::from_utf8(&decode(payload)?).ok()?)?;
    let text = |name| claims.get(name).and_then(|value| value.as_str().map(str::to_owned));
    Some(Hint {
        issuer: text("iss"),
        clients: claims.get("aud").map(clients_of).unwrap_or_default(),
        sub: text("sub"),
        sid: text("sid"),
    })
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
