//! Signatures, algorithms and keys that are trusted too easily.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};
use url::Url;

use super::{Weakness, change, omit};
use crate::error::Refusal;
use crate::oidc::algorithm::{Scheme, scheme};
use crate::oidc::keys::{
    BoxFuture, Fit, KeyRing, VerifyingKey, by_issuer_key, ec_key, ed_key, rsa_key, verify,
};
use crate::oidc::remote::Allowance;
use crate::oidc::token::Token;
use crate::policy::Policy;

pub(super) const WEAKNESSES: &[Weakness] = &[
    change("signature-check", "The signature of the token is not verified.", |policy| {
        policy.keys.authenticate = unverified;
    }),
    change("alg-pinning-none", "A token that says alg none needs no signature.", |policy| {
        accept_alg(policy, |header, pinned| alg(header) == Some(pinned) || is_none(header));
        policy.keys.authenticate = unsigned_allowed;
    }),
    omit("alg-pinning", "The header may name any algorithm, or none, as long as the signature is right."),
    change(
        "alg-pinning-family",
        "A token may use any algorithm for which there is a key in the set.",
        |policy| {
            accept_alg(policy, |header, pinned| alg(header) == Some(pinned) || algorithm(header).is_some());
            policy.keys.authenticate = any_algorithm;
        },
    ),
    change(
        "strict-base64url",
        "Padding, line breaks, the other alphabet and stray bits are overlooked.",
        |policy| {
            policy.reading.base64url = lenient_base64;
        },
    ),
    change(
        "key-lookup",
        "A token whose key cannot be found passes for one whose signature is right.",
        |policy| {
            policy.keys.authenticate = |token, ring| {
                Box::pin(async move {
                    match by_issuer_key(token, ring).await {
                        Err(refusal) if refusal.reason == "unknown-key" => Ok(()),
                        decided => decided,
                    }
                })
            };
        },
    ),
    change("duplicate-member-check", "Of two JSON members with one name the last one counts.", |policy| {
        policy.reading.json = |bytes| serde_json::from_slice(bytes).ok();
    }),
    change("duplicate-member-order", "Of two JSON members with one name the first one counts.", |policy| {
        policy.reading.json = first_of_two;
    }),
    change(
        "key-use-check",
        "A key published for encryption, or for another algorithm, may sign.",
        |policy| {
            policy.keys.authenticate = |token, ring| match own_scheme(ring) {
                Scheme { fit: None, .. } => by_issuer_key(token, ring),
                scheme => Box::pin(by_key(token, ring, own_kind(ring), scheme.algorithm)),
            };
        },
    ),
    omit("crit-check", "Header members that must be understood are overlooked."),
    omit(
        "typ-check",
        "A token of another type, such as an access or logout token, is taken for an ID token.",
    ),
    change(
        "jwks-refetch",
        "An unknown key id never causes a fetch, so a rotation goes unnoticed.",
        |policy| {
            policy.keys.refetch = Allowance { burst: 0, every: i64::MAX };
        },
    ),
    change("jwks-cool-down", "Every unknown key id causes a fetch.", |policy| {
        policy.keys.refetch = Allowance { burst: u32::MAX, every: 0 };
    }),
    change("jwks-empty-set-check", "A key set without a fit key replaces the one at hand.", |policy| {
        policy.keys.accepts_set = |_, _| true;
    }),
    change(
        "jwks-uri-from-metadata",
        "The key set is looked for beside the issuer, whatever its metadata says.",
        |policy| {
            policy.keys.location = |metadata, issuer| {
                Url::parse(&format!("{issuer}/jwks")).unwrap_or_else(|_| metadata.jwks_uri.clone())
            };
        },
    ),
    omit("authorization-endpoint-check", "Browsers are sent to whatever address the metadata names."),
    omit("discovery-issuer-check", "Metadata that names another issuer is used."),
    change(
        "provider-outage-handling",
        "Trouble at the provider is answered as trouble of the app's own.",
        |policy| {
            policy.outage_status = |_| StatusCode::INTERNAL_SERVER_ERROR;
        },
    ),
];

pub(super) fn accept_alg(policy: &mut Policy, holds: fn(&Map<String, Value>, &str) -> bool) {
    let both = policy.header_rules.iter_mut().chain(&mut policy.back_channel.header);
    for rule in both.filter(|rule| rule.name == "alg-pinning") {
        rule.holds = holds;
    }
}

pub(super) fn alg(header: &Map<String, Value>) -> Option<&str> {
    header.get("alg").and_then(Value::as_str)
}

fn is_none(header: &Map<String, Value>) -> bool {
    alg(header).is_some_and(|alg| alg.trim().eq_ignore_ascii_case("none"))
}

fn algorithm(header: &Map<String, Value>) -> Option<Algorithm> {
    alg(header)?
        .parse()
        .ok()
        .filter(|alg| !matches!(alg, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512))
}

async fn by_key(token: &Token, ring: &KeyRing<'_>, fit: Fit, algorithm: Algorithm) -> Result<(), Refusal> {
    verify(token, &ring.find(token.kid(), fit).await?, algorithm)
}

/// The key is looked up, as if it mattered.
fn unverified<'a>(token: &'a Token, ring: &'a KeyRing<'a>) -> BoxFuture<'a, Result<(), Refusal>> {
    Box::pin(async move {
        match own_scheme(ring).fit {
            Some(_) => ring.find(token.kid(), own_kind(ring)).await.map(drop),
            None => Ok(()),
        }
    })
}

/// What the app is registered with.
pub(super) fn own_scheme(ring: &KeyRing<'_>) -> &'static Scheme {
    scheme(ring.provider.settings.id_token_alg)
}

/// Keys of the kind that the app's algorithm needs, whatever they are for.
fn own_kind(ring: &KeyRing<'_>) -> Fit {
    match own_scheme(ring).algorithm {
        Algorithm::ES256 => ec_key,
        Algorithm::EdDSA => ed_key,
        _ => rsa_key,
    }
}

/// A key of any kind, whatever it is for.
pub(super) fn any_key(entry: &Map<String, Value>) -> Option<VerifyingKey> {
    rsa_key(entry).or_else(|| ec_key(entry)).or_else(|| ed_key(entry))
}

fn unsigned_allowed<'a>(token: &'a Token, ring: &'a KeyRing<'a>) -> BoxFuture<'a, Result<(), Refusal>> {
    if is_none(&token.header) { Box::pin(async { Ok(()) }) } else { by_issuer_key(token, ring) }
}

fn any_algorithm<'a>(token: &'a Token, ring: &'a KeyRing<'a>) -> BoxFuture<'a, Result<(), Refusal>> {
    let Some(algorithm) = algorithm(&token.header) else { return by_issuer_key(token, ring) };
    let fit: Fit = match algorithm {
        Algorithm::ES256 => |entry| elliptic(entry, "P-256"),
        Algorithm::ES384 => |entry| elliptic(entry, "P-384"),
        Algorithm::EdDSA => ed_key,
        _ => |entry| rsa_key(entry).filter(|_| entry.get("use").is_none_or(|used| used == "sig")),
    };
    Box::pin(by_key(token, ring, fit, algorithm))
}

fn elliptic(entry: &Map<String, Value>, curve: &str) -> Option<VerifyingKey> {
    let member = |name: &str| entry.get(name).and_then(Value::as_str);
    let key = DecodingKey::from_ec_components(member("x")?, member("y")?).ok()?;
    (member("crv") == Some(curve)).then_some(VerifyingKey { key })
}

/// As many decoders do by default.
fn lenient_base64(text: &str) -> Option<Vec<u8>> {
    const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let text: String = text.split_whitespace().collect();
    GeneralPurpose::new(&URL_SAFE, CONFIG).decode(text.replace('+', "-").replace('/', "_")).ok()
}

/// As a parser does that keeps what it has and overlooks what comes again.
fn first_of_two(bytes: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice::<FirstOfTwo>(bytes).ok().map(|FirstOfTwo(object)| object)
}

struct FirstOfTwo(Map<String, Value>);

impl<'de> Deserialize<'de> for FirstOfTwo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members).map(Self)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, value)) = members.next_entry::<String, Value>()? {
            object.entry(name).or_insert(value);
        }
        Ok(object)
    }
}
