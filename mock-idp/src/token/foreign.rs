//! Tokens that a client signed: assertions and request objects (RFC 7515 5.2, RFC 7518 3).

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
    EcdsaVerificationAlgorithm, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::{Map, Value};
use thiserror::Error;

use super::compact::decode;

/// What a client may sign with, `none` aside. Ed25519 is the newer name of what EdDSA means here (RFC 9864).
pub(crate) const CLIENT_ALGS: &[&str] = &[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
    "HS256", "HS384", "HS512",
];

/// Why such a token is not believed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum Unbelieved {
    #[error("is not a compact JWS, which is three parts of base64url with a full stop between them")]
    Shape,
    #[error("has a header that is not a JSON object with alg")]
    Header,
    #[error("has claims that are not a JSON object")]
    Claims,
    #[error("has a header with crit, and this provider understands no critical extension; leave crit out")]
    Critical,
    #[error("is signed with {0}, which is not offered")]
    Alg(String),
    #[error("is signed with {0}, and the client has no client_secret; register one")]
    NoSecret(String),
    #[error("is signed with {0}, and the client has no jwks; register its public keys as jwks")]
    NoKeys(String),
    #[error("is signed with {alg} by the key {kid}, and no such key for signatures is in the client's jwks")]
    UnknownKey { alg: String, kid: String },
    #[error("has a signature that does not verify")]
    Signature,
}

/// A compact JWS, taken apart and not yet believed.
#[derive(Clone, Debug)]
pub(crate) struct ForeignToken<'t> {
    pub(crate) alg: String,
    pub(crate) claims: Map<String, Value>,
    kid: Option<String>,
    input: &'t str,
    signature: Vec<u8>,
}

impl<'t> ForeignToken<'t> {
    /// Takes a token apart.
    pub(crate) fn parse(token: &'t str) -> Result<Self, Unbelieved> {
        let (input, signature) = token.rsplit_once('.').ok_or(Unbelieved::Shape)?;
        let (header, payload) = input.split_once('.').ok_or(Unbelieved::Shape)?;
        let octets = |part: &str| decode(part).ok_or(Unbelieved::Shape);
        let (header, payload, signature) = (octets(header)?, octets(payload)?, octets(signature)?);
        let header: Map<String, Value> = serde_json::from_slice(&header).map_err(|_| Unbelieved::Header)?;
        let claims = serde_json::from_slice(&payload).map_err(|_| Unbelieved::Claims)?;
        if header.contains_key("crit") {
            return Err(Unbelieved::Critical);
        }
        let text = |name| header.get(name).and_then(Value::as_str).map(str::to_owned);
        let alg = text("alg").ok_or(Unbelieved::Header)?;
        Ok(Self { alg, claims, kid: text("kid"), input, signature })
    }

    /// Whether it is signed with a secret that both sides know.
    pub(crate) fn is_symmetric(&self) -> bool {
        self.alg.starts_with("HS")
    }

    /// Whether it has no signature at all.
    pub(crate) fn is_unsigned(&self) -> bool {
        self.signature.is_empty()
    }

    /// A claim that is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    /// Whether `aud` names one of these: a string, or an array that has it (RFC 7519 4.1.3).
    pub(crate) fn is_for(&self, audience: &[String]) -> bool {
        let is_one =
            |value: &Value| value.as_str().is_some_and(|text| audience.iter().any(|own| own == text));
        match self.claims.get("aud") {
            Some(Value::Array(several)) => several.iter().any(is_one),
            Some(value) => is_one(value),
            None => false,
        }
    }

    /// Whether it is over, by `exp`; one without `exp` never is.
    pub(crate) fn is_over(&self, now: i64) -> bool {
        self.time("exp").is_some_and(|exp| exp <= now)
    }

    /// Whether its time has not come, by `nbf`.
    pub(crate) fn is_early(&self, now: i64) -> bool {
        self.time("nbf").is_some_and(|nbf| nbf > now)
    }

    /// A claim that is a time, in seconds since 1970.
    pub(crate) fn time(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        #[expect(clippy::cast_possible_truncation, reason = "seconds are enough")]
        value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
    }

    /// Verifies the signature, with the client's secret or with one of its keys.
    pub(crate) fn verify(&self, secret: Option<&str>, keys: Option<&Value>) -> Result<(), Unbelieved> {
        if !CLIENT_ALGS.contains(&self.alg.as_str()) {
            return Err(Unbelieved::Alg(self.alg.clone()));
        }
        let verified = if self.is_symmetric() {
            let secret = secret.ok_or_else(|| Unbelieved::NoSecret(self.alg.clone()))?;
            self.verify_with_secret(secret)
        } else {
            let keys = keys.ok_or_else(|| Unbelieved::NoKeys(self.alg.clone()))?;
            self.candidates(keys)?.into_iter().any(|key| self.verify_with_key(key).unwrap_or(false))
        };
        if verified { Ok(()) } else { Err(Unbelieved::Signature) }
    }

    /// The keys that may have signed: the one that `kid` names, or every one that fits the algorithm.
    fn candidates<'k>(&self, keys: &'k Value) -> Result<Vec<&'k Value>, Unbelieved> {
        let is_candidate = |key: &&Value| {
            let fits = |name: &str, expected: &str| key[name].as_str().is_none_or(|value| value == expected);
            let named = self.kid.as_deref().is_none_or(|kid| key["kid"].as_str() == Some(kid));
            named && key["kty"] == kty(&self.alg) && fits("use", "sig") && fits("alg", &self.alg)
        };
        let found: Vec<&Value> = keys["keys"].as_array().into_iter().flatten().filter(is_candidate).collect();
        if found.is_empty() {
            let kid =
                self.kid.as_ref().map_or_else(|| "without a kid".to_owned(), |kid| format!("\"{kid}\""));
            return Err(Unbelieved::UnknownKey { alg: self.alg.clone(), kid });
        }
        Ok(found)
    }

    fn verify_with_secret(&self, secret: &str) -> bool {
        let algorithm = match self.alg.as_str() {
            "HS384" => hmac::HMAC_SHA384,
            "HS512" => hmac::HMAC_SHA512,
            _ => hmac::HMAC_SHA256,
        };
        let key = hmac::Key::new(algorithm, secret.as_bytes());
        hmac::verify(&key, self.input.as_bytes(), &self.signature).is_ok()
    }

    /// None if the key lacks a member.
    fn verify_with_key(&self, key: &Value) -> Option<bool> {
        let member = |name: &str| key[name].as_str().and_then(decode);
        let (input, signature) = (self.input.as_bytes(), &self.signature);
        if let Some(parameters) = rsa(&self.alg) {
            let key = RsaPublicKeyComponents { n: member("n")?, e: member("e")? };
            return Some(key.verify(parameters, input, signature).is_ok());
        }
        if let Some((curve, algorithm)) = ecdsa(&self.alg) {
            if key["crv"] != curve {
                return None;
            }
            // An uncompressed point: 0x04, then both coordinates.
            let point = [vec![4], member("x")?, member("y")?].concat();
            return Some(UnparsedPublicKey::new(algorithm, point).verify(input, signature).is_ok());
        }
        Some(
            key["crv"] == "Ed25519"
                && UnparsedPublicKey::new(&ED25519, member("x")?).verify(input, signature).is_ok(),
        )
    }
}

fn kty(alg: &str) -> &'static str {
    match alg.get(..2) {
        Some("ES") => "EC",
        Some("Ed") => "OKP",
        _ => "RSA",
    }
}

fn rsa(alg: &str) -> Option<&'static RsaParameters> {
    match alg {
        "RS256" => Some(&RSA_PKCS1_2048_8192_SHA256),
        "RS384" => Some(&RSA_PKCS1_2048_8192_SHA384),
        "RS512" => Some(&RSA_PKCS1_2048_8192_SHA512),
        "PS256" => Some(&RSA_PSS_2048_8192_SHA256),
        "PS384" => Some(&RSA_PSS_2048_8192_SHA384),
        "PS512" => Some(&RSA_PSS_2048_8192_SHA512),
        _ => None,
    }
}

fn ecdsa(alg: &str) -> Option<(&'static str, &'static EcdsaVerificationAlgorithm)> {
    match alg {
        "ES256" => Some(("P-256", &ECDSA_P256_SHA256_FIXED)),
        "ES384" => Some(("P-384", &ECDSA_P384_SHA384_FIXED)),
        "ES512" => Some(("P-521", &ECDSA_P521_SHA512_FIXED)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::Object;
    use crate::token::{KeyName, SigningKeys, TokenSpec, public_jwk};

    const SECRET: &str = "a secret that is long enough for each";

    fn signed(alg: &str) -> String {
        TokenSpec::signed(
            Object::default().with("sub", "c").into(),
            alg,
            SigningKeys { rsa: KeyName::Rsa2, ..SigningKeys::FIRST },
            Some(SECRET),
        )
        .seal()
    }

    fn keys() -> Value {
        let mut rsa = public_jwk(KeyName::Rsa2);
        rsa.as_object_mut().unwrap().remove("alg");
        json!({ "keys": [public_jwk(KeyName::Rsa1), rsa, public_jwk(KeyName::Ec), public_jwk(KeyName::Ed)] })
    }

    #[test]
    fn every_algorithm_verifies_and_a_changed_byte_does_not() {
        for alg in CLIENT_ALGS.iter().filter(|alg| !["ES384", "ES512"].contains(*alg)) {
            let token = signed(alg);
            // Without a kid every key that fits is tried.
            let parsed = ForeignToken { kid: None, ..ForeignToken::parse(&token).unwrap() };

            assert_eq!(parsed.verify(Some(SECRET), Some(&keys())), Ok(()), "{alg}");
            let changed = ForeignToken { input: "other", ..parsed };
            assert_eq!(changed.verify(Some(SECRET), Some(&keys())), Err(Unbelieved::Signature), "{alg}");
        }
    }

    #[test]
    fn the_algorithm_never_decides_what_kind_of_key_is_used() {
        for alg in ["none", "None", "nonsense", "Ed25519 ", ""] {
            let token = format!("{}.e30.", super::super::base64url(json!({ "alg": alg }).to_string()));

            let error = ForeignToken::parse(&token).unwrap().verify(Some(SECRET), Some(&keys())).unwrap_err();

            assert_eq!(error, Unbelieved::Alg(alg.into()));
        }
        let token = signed("HS256");
        let parsed = ForeignToken::parse(&token).unwrap();
        assert!(matches!(parsed.verify(None, Some(&keys())), Err(Unbelieved::NoSecret(_))));
    }

    #[test]
    fn a_key_for_something_else_is_no_key() {
        let token = signed("RS256");
        let parsed = ForeignToken::parse(&token).unwrap();
        let mut other = public_jwk(KeyName::Rsa2);
        for (member, value) in [("use", "enc"), ("alg", "PS256"), ("kid", "other"), ("kty", "EC")] {
            other[member] = value.into();

            let error = parsed.verify(None, Some(&json!({ "keys": [other] }))).unwrap_err();

            assert!(matches!(error, Unbelieved::UnknownKey { .. }), "{member}: {error}");
            other = public_jwk(KeyName::Rsa2);
        }
    }

    #[test]
    fn what_is_no_token_is_refused_with_a_sentence() {
        for text in ["", ".", "..", "a.b", "e30.e30.", "bm8.e30.", "e30.bm8.", "$.$.$"] {
            assert!(ForeignToken::parse(text).is_err(), "{text}");
        }
    }
}
