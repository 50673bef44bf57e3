//! Tokens that are taken apart too kindly: other serializations, missing parts, text that is nearly JSON.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::read::DeflateDecoder;
use serde_json::{Map, Value};

use super::keys::accept_alg;
use super::{Weakness, change};
use crate::oidc::Expected;
use crate::oidc::claims::{ClaimRule, Claims};
use crate::oidc::json;
use crate::oidc::keys::by_issuer_key;
use crate::oidc::token::three_parts;

pub(super) const WEAKNESSES: &[Weakness] = &[
    change(
        "compact-serialization-only",
        "What stands around a token, and JSON in its place, is read.",
        |policy| {
            policy.reading.parts = |text| three_parts(unwrapped(text)).or_else(|| from_json(text));
        },
    ),
    change("three-parts-check", "Parts after the third are overlooked.", |policy| {
        policy.reading.parts = |text| {
            let mut parts = text.split('.');
            Some([parts.next()?, parts.next()?, parts.next()?])
        };
    }),
    change("signature-presence", "A token whose signature is missing or empty is not verified.", |policy| {
        policy.reading.parts = |text| {
            let mut parts = text.split('.');
            Some([parts.next()?, parts.next()?, parts.next().unwrap_or_default()])
        };
        policy.keys.authenticate = |token, ring| {
            if token.signature.is_empty() { Box::pin(async { Ok(()) }) } else { by_issuer_key(token, ring) }
        };
    }),
    change(
        "any-signed-token",
        "Whatever the provider signs and says a person's name in is taken for an ID token.",
        |policy| {
            policy.claim_rules.retain(|rule| rule.name.starts_with("iss") || rule.name.starts_with("sub"));
            policy.header_rules.retain(|rule| rule.name != "typ-check");
        },
    ),
    change("header-shape-check", "A header that cannot be read is taken for an empty one.", |policy| {
        policy.reading.json =
            |bytes| json::object(bytes).or_else(|| (!bytes.starts_with(b"{\"iss\"")).then(Map::new));
        accept_alg(policy, |header, pinned| header.get("alg").is_none_or(|alg| alg == pinned));
    }),
    change(
        "strict-json",
        "Claims are picked out of the text by their names, whatever else stands there.",
        |policy| {
            policy.reading.json = |bytes| json::object(bytes).or_else(|| picked(bytes));
            policy.reading.kept = |token| {
                rewritten(&token, |payload| match json::object(payload) {
                    Some(_) => None,
                    None => picked(payload),
                })
            };
        },
    ),
    change("claims-in-payload-only", "What the payload does not say is taken from the header.", |policy| {
        policy.reading.claims = |token, reading| {
            let mut claims = (reading.json)(&token.payload)?;
            for (name, value) in &token.header {
                claims.insert(name.clone(), value.clone());
            }
            Some(claims)
        };
    }),
    change(
        "nested-token-check",
        "A payload that is a token is read as the claims of that token.",
        |policy| {
            policy.reading.claims =
                |token, reading| (reading.json)(&token.payload).or_else(|| inner(&token.payload));
            policy.reading.kept = |token| rewritten(&token, inner);
        },
    ),
    change("utf-8-check", "A header and claims that are not UTF-8 are repaired and read.", |policy| {
        policy.reading.json = |bytes| json::object(String::from_utf8_lossy(bytes).as_bytes());
        policy.reading.kept = |token| rewritten(&token, repaired);
    }),
    change("no-zip", "A payload whose header says zip is inflated.", |policy| {
        policy.reading.claims = |token, reading| match token.header.get("zip").and_then(Value::as_str) {
            Some("DEF") => inflated(&token.payload),
            _ => (reading.json)(&token.payload),
        };
        policy.reading.kept = |token| rewritten(&token, inflated);
    }),
    change("claims-shape-check", "A payload that is no JSON object makes the app fall over.", |policy| {
        policy.reading.claims = |token, reading| {
            let claims = (reading.json)(&token.payload);
            Some(claims.unwrap_or_else(|| Map::from_iter([(BROKEN.to_owned(), Value::Null)])))
        };
        policy.claim_rules.insert(0, fall_over(|claims, _| !claims.contains_key(BROKEN)));
    }),
    change(
        "profile-claims-check",
        "A name or an address that is no text, or a very long one, makes the app fall over.",
        |policy| {
            policy.claim_rules.push(fall_over(|claims, _| {
                let fits = |value: &Value| value.as_str().is_some_and(|text| text.len() < 65_536);
                ["name", "email"].iter().all(|name| claims.get(*name).is_none_or(fits))
            }));
        },
    ),
];

/// Stands for claims that could not be read.
const BROKEN: &str = "\u{0}broken";

/// Answers as a server does whose handler failed.
fn fall_over(holds: fn(&Claims, &Expected) -> bool) -> ClaimRule {
    ClaimRule::new("fell-over", "none: nobody thought of it", holds).status(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Without what stands around it in logs, headers and source code.
fn unwrapped(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix("Bearer ").unwrap_or(text);
    text.trim_matches('"')
}

/// The three parts of a JWS in JSON (RFC 7515 7.2), flattened or not.
fn from_json(text: &str) -> Option<[&str; 3]> {
    let member = |name: &str| {
        let start = text.find(&format!("\"{name}\":\""))? + name.len() + 4;
        text[start..].split('"').next()
    };
    Some([member("protected")?, member("payload")?, member("signature")?])
}

/// A token with other claims, so that whoever reads it later reads these; as it is if there are none.
pub(super) fn rewritten(token: &str, claims: fn(&[u8]) -> Option<Claims>) -> String {
    let parts = three_parts(token);
    let claims = parts.and_then(|parts| claims(&URL_SAFE_NO_PAD.decode(parts[1]).ok()?));
    let Some(([header, _, signature], claims)) = parts.zip(claims) else { return token.to_owned() };
    format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(Value::Object(claims).to_string()))
}

/// The claims of a token inside a token.
fn inner(payload: &[u8]) -> Option<Claims> {
    let text = String::from_utf8_lossy(payload).replace('"', "");
    let payload = URL_SAFE_NO_PAD.decode(three_parts(&text)?[1]).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// Claims that are not UTF-8, with a mark for every octet that is none; none if they are.
fn repaired(payload: &[u8]) -> Option<Claims> {
    let broken = std::str::from_utf8(payload).is_err();
    broken.then(|| json::object(String::from_utf8_lossy(payload).as_bytes())).flatten()
}

/// The claims in a compressed payload (RFC 1951).
fn inflated(payload: &[u8]) -> Option<Claims> {
    serde_json::from_reader(DeflateDecoder::new(payload)).ok()
}

/// The claims that a login needs, each read from where its name stands.
fn picked(bytes: &[u8]) -> Option<Claims> {
    const NAMES: [&str; 8] = ["iss", "sub", "aud", "exp", "iat", "nonce", "alg", "kid"];
    let text = std::str::from_utf8(bytes).ok()?;
    let claims = NAMES.iter().filter_map(|name| {
        let start = text.find(&format!("\"{name}\":"))? + name.len() + 3;
        let value = serde_json::Deserializer::from_str(&text[start..]).into_iter().next()?.ok()?;
        Some(((*name).to_owned(), value))
    });
    Some(claims.collect())
}
