//! The verifier against signatures that others have written down: the examples of the specifications, and those of
//! Project Wycheproof, which verifiers have been wrong about. It takes what is valid for an algorithm that it has, and
//! nothing else.

mod examples;
mod wycheproof;

use jsonwebtoken::DecodingKey;
use serde_json::Value;

use super::algorithm::scheme;
use super::keys::VerifyingKey;
use crate::config::IdTokenAlg;

/// The key that the app would verify with: the published one, or the secret that the two share.
fn key(alg: IdTokenAlg, published: &Value, secret: &[u8]) -> Option<VerifyingKey> {
    match scheme(alg).fit {
        Some(fit) => fit(published.as_object()?),
        None => Some(VerifyingKey { key: DecodingKey::from_secret(secret) }),
    }
}
