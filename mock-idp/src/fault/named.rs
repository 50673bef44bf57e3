//! Well-known lies by name, each with the clause that a careful application refuses it by. They are values
//! built from verbs; anything not here can be told with the verbs alone.

use serde_json::json;

use super::{Alteration, Fault, HEADER, ID_TOKEN, KeyChoice, KeyRendering, RESPONSE, SEAL};
use crate::token::{KeyName, public_jwk};

/// `alg` is `none` and there is no signature (RFC 8725 2.1, OIDC Core 2).
pub fn alg_none() -> Vec<Fault> {
    alg_none_spelled("none")
}

/// The same, in another spelling (`nOnE`), which a filter may overlook (RFC 8725 3.1).
pub fn alg_none_spelled(spelling: &str) -> Vec<Fault> {
    vec![SEAL.alg(spelling), SEAL.unsigned()]
}

/// The token ran out so many seconds ago, and is an hour older, however long tokens are good here (OIDC Core
/// 3.1.3.7 (9)).
pub fn expired_by(seconds: i64) -> Vec<Fault> {
    let older = seconds.saturating_add(3600).saturating_neg();
    vec![
        ID_TOKEN.copy("exp", "iat"),
        ID_TOKEN.shift("exp", seconds.saturating_neg()),
        ID_TOKEN.shift("iat", older),
        ID_TOKEN.shift("auth_time", older),
    ]
}

/// There is no `exp` (OIDC Core 2: REQUIRED).
pub fn exp_missing() -> Vec<Fault> {
    vec![ID_TOKEN.remove("exp")]
}

/// The token is good only in so many seconds (RFC 7519 4.1.5).
pub fn not_before_in(seconds: i64) -> Vec<Fault> {
    vec![ID_TOKEN.copy("nbf", "iat"), ID_TOKEN.shift("nbf", seconds)]
}

/// The token was issued so many seconds in the future (OIDC Core 3.1.3.7 (10)).
pub fn issued_in(seconds: i64) -> Vec<Fault> {
    vec![ID_TOKEN.shift("iat", seconds), ID_TOKEN.shift("exp", seconds)]
}

/// The token was issued so many seconds ago and is still good (OIDC Core 3.1.3.7 (10)).
pub fn issued_before(seconds: i64) -> Vec<Fault> {
    vec![ID_TOKEN.shift("iat", seconds.saturating_neg())]
}

/// The token is for somebody else (OIDC Core 3.1.3.7 (3)).
pub fn audience(client_id: &str) -> Vec<Fault> {
    vec![ID_TOKEN.set("aud", client_id)]
}

/// The token has a second audience that nobody trusts (OIDC Core 3.1.3.7 (3)).
pub fn extra_audience(client_id: &str, other: &str) -> Vec<Fault> {
    vec![ID_TOKEN.set("aud", json!([client_id, other]))]
}

/// The token is from another issuer (OIDC Core 3.1.3.7 (2)).
pub fn issuer(issuer: &str) -> Vec<Fault> {
    vec![ID_TOKEN.set("iss", issuer)]
}

/// The nonce is almost the one that was sent (OIDC Core 3.1.3.7 (11)).
pub fn nonce_altered() -> Vec<Fault> {
    vec![ID_TOKEN.alter("nonce", Alteration::Flip)]
}

/// There is no nonce, although one was sent (OIDC Core 3.1.3.7 (11)).
pub fn nonce_missing() -> Vec<Fault> {
    vec![ID_TOKEN.remove("nonce")]
}

/// The header brings an attacker's public key, which verifies the signature (RFC 8725 2.1, RFC 7515 4.1.3).
pub fn embedded_jwk() -> Vec<Fault> {
    vec![HEADER.set("jwk", public_jwk(KeyName::Attacker)), SEAL.key(KeyChoice::Attacker)]
}

/// The header says where an attacker's keys are (RFC 7515 4.1.2, RFC 8725 3.10).
pub fn header_jku(url: &str) -> Vec<Fault> {
    vec![HEADER.set("jku", url), SEAL.key(KeyChoice::Attacker)]
}

/// The header says where an attacker's certificate is (RFC 7515 4.1.5, RFC 8725 3.10).
pub fn header_x5u(url: &str) -> Vec<Fault> {
    vec![HEADER.set("x5u", url), SEAL.key(KeyChoice::Attacker)]
}

/// The header names a key that is in no key set, and the signature is an attacker's (OIDC Core 10.1).
pub fn unknown_kid() -> Vec<Fault> {
    vec![HEADER.set("kid", "no-such-key"), SEAL.key(KeyChoice::Attacker)]
}

/// The header demands an extension that nobody understands (RFC 7515 4.1.11).
pub fn crit(extension: &str) -> Vec<Fault> {
    vec![HEADER.set("crit", json!([extension])), HEADER.set(extension, true)]
}

/// HS256 with the public key as the secret (RFC 8725 2.1).
pub fn key_confusion(rendering: KeyRendering) -> Vec<Fault> {
    vec![SEAL.hmac_with(rendering)]
}

/// Another key signs under the honest `kid` (OIDC Core 3.1.3.7 (6)).
pub fn forged_by(key: KeyChoice) -> Vec<Fault> {
    vec![SEAL.key(key)]
}

/// The provider publishes an RSA key of 1024 bits and signs with it (RFC 7518 3.3: 2048 or more).
#[cfg(feature = "weak-keys")]
pub fn short_key() -> Vec<Fault> {
    vec![
        super::JWKS.set("/keys/-", public_jwk(KeyName::Short)),
        HEADER.set("kid", KeyName::Short.kid()),
        SEAL.key(KeyChoice::Short),
    ]
}

/// The response carries a `state` that is almost the one that was sent (RFC 6749 10.12).
pub fn state_altered() -> Vec<Fault> {
    vec![RESPONSE.alter("state", Alteration::Flip)]
}

/// The response carries no `state`, although one was sent (RFC 6749 10.12).
pub fn state_missing() -> Vec<Fault> {
    vec![RESPONSE.remove("state")]
}
