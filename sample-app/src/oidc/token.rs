//! The outside of an ID token: its three parts, its header, its signature.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::error::Refusal;
use crate::rule::Rule;

/// A JWS in compact serialization, taken apart. Nothing in it is trusted yet.
pub(crate) struct Token {
    pub(crate) header: Map<String, Value>,
    pub(crate) payload: Vec<u8>,
    /// What the signature is over: the bytes as they came.
    pub(crate) signing_input: String,
    pub(crate) signature: Vec<u8>,
}

/// How a token is read: its parts, base64url, JSON, and where its claims stand.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) parts: fn(&str) -> Option<[&str; 3]>,
    pub(crate) base64url: fn(&str) -> Option<Vec<u8>>,
    pub(crate) json: fn(&[u8]) -> Option<Map<String, Value>>,
    pub(crate) claims: fn(&Token, Reading) -> Option<Map<String, Value>>,
    /// What is kept of an accepted token.
    pub(crate) kept: fn(String) -> String,
}

/// Three parts; no padding, no line breaks, no other alphabet, no stray bits; no member twice; claims in the payload
/// alone.
pub(crate) const STRICT: Reading = Reading {
    parts: three_parts,
    base64url: strict_base64url,
    json: super::json::object,
    claims: |token, reading| (reading.json)(&token.payload),
    kept: |token| token,
};

/// One row of the header table; what is expected is the name of the algorithm that the app is registered with.
pub(crate) type HeaderRule = Rule<Map<String, Value>, str>;

/// What must hold of the JOSE header. `jwk`, `jku`, `x5u` and `x5c` are not mentioned: nothing reads them.
pub(crate) fn header_rules() -> Vec<HeaderRule> {
    vec![
        Rule::new("alg-pinning", "OIDC Core 3.1.3.7 (7), RFC 8725 3.1", |header, alg| {
            header.get("alg").and_then(Value::as_str) == Some(alg)
        }),
        Rule::new("crit-check", "RFC 7515 4.1.11", |header, _| !header.contains_key("crit")),
        Rule::new("typ-check", "RFC 8725 3.11", |header, _| match header.get("typ") {
            None => true,
            Some(Value::String(typ)) => {
                let typ = typ.to_ascii_lowercase();
                typ.strip_prefix("application/").unwrap_or(&typ) == "jwt"
            }
            Some(_) => false,
        }),
        Rule::new("kid-type", "RFC 7515 4.1.4", |header, _| {
            header.get("kid").is_none_or(|kid| kid.as_str().is_some_and(|kid| !kid.is_empty()))
        }),
    ]
}

impl Token {
    pub(crate) fn parse(text: &str, reading: Reading) -> Result<Self, Refusal> {
        let malformed = |reason| Refusal::new(reason, "RFC 7515 5.2");
        let parts = (reading.parts)(text).ok_or(malformed("token-parts"))?;
        let [header, payload, signature] = parts.map(reading.base64url);
        let (Some(header), Some(payload), Some(signature)) = (header, payload, signature) else {
            return Err(malformed("token-encoding"));
        };
        Ok(Self {
            header: (reading.json)(&header).ok_or(malformed("token-header"))?,
            payload,
            signing_input: format!("{}.{}", parts[0], parts[1]),
            signature,
        })
    }

    /// The claims. Read only after the signature was found to be right.
    pub(crate) fn claims(&self, reading: Reading) -> Result<Map<String, Value>, Refusal> {
        (reading.claims)(self, reading).ok_or(Refusal::new("token-claims", "RFC 7519 7.2"))
    }

    pub(crate) fn kid(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str)
    }
}

pub(crate) fn three_parts(text: &str) -> Option<[&str; 3]> {
    text.split('.').collect::<Vec<_>>().try_into().ok()
}

fn strict_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
