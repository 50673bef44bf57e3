//! Recognising our own tokens.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

use super::compact::decode;
use super::keyring::{KeyName, keyring};
use crate::protocol::Object;

/// The client that a token was issued to, if one of the provider's RSA keys signed it. An expired token is
/// good enough for a hint (OIDC RP-Initiated Logout 2).
pub(crate) fn client_of_hint(token: &str) -> Option<String> {
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
    claims.get("aud")?.as_str().map(str::to_owned)
}
