//! Keys that the token itself brings, or says where to find, and that are believed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;
use url::Url;

use super::{Weakness, change};
use crate::error::Refusal;
use crate::oidc::keys::{BoxFuture, KeyRing, VerifyingKey, by_issuer_key, rsa_key, verify};
use crate::oidc::metadata::Metadata;
use crate::oidc::token::Token;

pub(super) const WEAKNESSES: &[Weakness] = &[
    change("header-jwk-ignored", "A key that the token brings along in its header is trusted.", |policy| {
        policy.keys.authenticate = |token, ring| by_jwk(token, ring, token.header.get("jwk"));
    }),
    change("kid-is-a-name", "A key id that is itself a key is trusted.", |policy| {
        policy.keys.authenticate = |token, ring| {
            let jwk: Option<Value> = token.kid().and_then(|kid| serde_json::from_str(kid).ok());
            by_jwk(token, ring, jwk.as_ref())
        };
    }),
    change(
        "header-x5c-ignored",
        "A certificate that the token brings along in its header is trusted.",
        |policy| {
            policy.keys.authenticate = |token, ring| {
                let chain = token.header.get("x5c").and_then(Value::as_array).into_iter().flatten();
                let keys: Vec<_> = chain.filter_map(Value::as_str).filter_map(certified).collect();
                if keys.is_empty() {
                    return by_issuer_key(token, ring);
                }
                Box::pin(async move { verify(token, &keys, Algorithm::RS256) })
            };
        },
    ),
    change(
        "header-jku-ignored",
        "A key set that the token points to in its header is fetched and trusted.",
        |policy| policy.keys.authenticate = |token, ring| by_address(token, ring, "jku"),
    ),
    change("header-x5u-ignored", "The address of a certificate in the header is fetched.", |policy| {
        policy.keys.authenticate = |token, ring| by_address(token, ring, "x5u");
    }),
    change(
        "header-jwk-address-ignored",
        "An address in place of a key in the header is fetched.",
        |policy| {
            policy.keys.authenticate = |token, ring| by_address(token, ring, "jwk");
        },
    ),
    change("kid-address-ignored", "A key id that is an address is fetched.", |policy| {
        policy.keys.authenticate = |token, ring| by_address(token, ring, "kid");
    }),
    change("jwks-from-its-address-only", "Keys that stand in the metadata itself are trusted.", |policy| {
        policy.keys.authenticate = |token, ring| {
            Box::pin(async move {
                let metadata = match Metadata::location(&ring.provider.settings.issuer) {
                    Some(location) => ring.http().fetch(&location, "metadata").await.ok(),
                    None => None,
                };
                let inline = metadata.as_ref().and_then(|metadata| metadata.get("jwks"));
                if verify(token, &keys_of(inline), Algorithm::RS256).is_ok() {
                    return Ok(());
                }
                by_issuer_key(token, ring).await
            })
        };
    }),
];

fn by_jwk<'a>(
    token: &'a Token,
    ring: &'a KeyRing<'a>,
    jwk: Option<&Value>,
) -> BoxFuture<'a, Result<(), Refusal>> {
    match jwk.and_then(Value::as_object).and_then(rsa_key) {
        Some(key) => Box::pin(async move { verify(token, &[key], Algorithm::RS256) }),
        None => by_issuer_key(token, ring),
    }
}

fn by_address<'a>(
    token: &'a Token,
    ring: &'a KeyRing<'a>,
    member: &str,
) -> BoxFuture<'a, Result<(), Refusal>> {
    let Some(url) = token.header.get(member).and_then(Value::as_str).and_then(|url| Url::parse(url).ok())
    else {
        return by_issuer_key(token, ring);
    };
    Box::pin(async move {
        let set = ring.http().fetch(&url, "key set").await.unwrap_or_default();
        match verify(token, &keys_of(Some(&Value::Object(set))), Algorithm::RS256) {
            Ok(()) => Ok(()),
            Err(_) => by_issuer_key(token, ring).await,
        }
    })
}

fn keys_of(set: Option<&Value>) -> Vec<VerifyingKey> {
    let entries = set.and_then(|set| set.get("keys")).and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(Value::as_object).filter_map(rsa_key).collect()
}

/// The RSA key of a certificate: what follows the name of the algorithm, a BIT STRING of a longer length.
fn certified(base64: &str) -> Option<VerifyingKey> {
    const RSA: [u8; 15] = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    let der = STANDARD.decode(base64).ok()?;
    let start = der.windows(RSA.len()).position(|window| window == RSA)? + RSA.len();
    let (bits, rest) = der.get(start..)?.split_at_checked(5)?;
    let [0x03, 0x82, high, low, 0] = *bits else { return None };
    let length = usize::from(u16::from_be_bytes([high, low])).checked_sub(1)?;
    Some(VerifyingKey { key: DecodingKey::from_rsa_der(rest.get(..length)?) })
}
