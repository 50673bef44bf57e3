//! MACs that prove nothing: the secret is the public key, in whatever rendering a library happens to load it, or
//! something else that everybody knows.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Value, json};

use super::keys::{accept_alg, alg};
use super::{Weakness, change};
use crate::error::Refusal;
use crate::oidc::keys::{BoxFuture, KeyRing, VerifyingKey, by_issuer_key, verify};
use crate::oidc::token::Token;
use crate::policy::Policy;

/// `rsaEncryption` with its NULL parameter.
const RSA: [u8; 15] = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];

pub(super) const WEAKNESSES: &[Weakness] = &[
    change(
        "alg-pinning-hmac",
        "A token may be MACed with a rendering of the public key as the secret.",
        |policy| {
            accept_macs(policy);
            policy.keys.authenticate = |token, ring| {
                by_mac(token, ring, |_, keys| keys.iter().filter_map(renderings).flatten().collect())
            };
        },
    ),
    change(
        "hmac-secret-strength",
        "A token may be MACed with nothing, or with a word that everybody knows.",
        |policy| {
            accept_macs(policy);
            policy.keys.authenticate = |token, ring| by_mac(token, ring, |client_id, _| guessable(client_id));
        },
    ),
    change(
        "header-oct-jwk-ignored",
        "A token may bring the secret of its MAC along in its header.",
        |policy| {
            accept_macs(policy);
            policy.keys.authenticate = |token, ring| match token.header.get("jwk").and_then(octets) {
                Some(secret) => Box::pin(async move { verify_mac(token, &[secret]) }),
                None => by_issuer_key(token, ring),
            };
        },
    ),
    change(
        "alg-pinning-client-secret",
        "A token may be MACed with the app's own secret, whatever it is registered for.",
        |policy| {
            accept_macs(policy);
            policy.keys.authenticate = |token, ring| {
                let secret = ring.provider.settings.client_secret.as_ref();
                match secret.filter(|_| is_mac(token)) {
                    Some(secret) => Box::pin(async move { verify_mac(token, &[secret.bytes().to_vec()]) }),
                    None => by_issuer_key(token, ring),
                }
            };
        },
    ),
    change("jwks-oct-key-ignored", "A secret in the public key set may verify a MAC.", |policy| {
        accept_macs(policy);
        policy.keys.authenticate =
            |token, ring| by_mac(token, ring, |_, keys| keys.iter().filter_map(octets).collect());
    }),
];

/// What may be the secret of a MAC, given the client id and what is published.
type Secrets = fn(&str, &[Value]) -> Vec<Vec<u8>>;

fn accept_macs(policy: &mut Policy) {
    accept_alg(policy, |header, pinned| {
        alg(header).is_some_and(|alg| alg == pinned || alg.starts_with("HS"))
    });
}

fn is_mac(token: &Token) -> bool {
    alg(&token.header).is_some_and(|alg| alg.starts_with("HS"))
}

fn by_mac<'a>(
    token: &'a Token,
    ring: &'a KeyRing<'a>,
    secrets: Secrets,
) -> BoxFuture<'a, Result<(), Refusal>> {
    if !is_mac(token) {
        return by_issuer_key(token, ring);
    }
    Box::pin(async move {
        if by_issuer_key(token, ring).await.is_ok() {
            return Ok(());
        }
        let published = ring.published().await?;
        verify_mac(token, &secrets(&ring.provider.settings.client_id, &published))
    })
}

fn verify_mac(token: &Token, secrets: &[Vec<u8>]) -> Result<(), Refusal> {
    let algorithm = match alg(&token.header) {
        Some("HS384") => Algorithm::HS384,
        Some("HS512") => Algorithm::HS512,
        _ => Algorithm::HS256,
    };
    let keys: Vec<_> =
        secrets.iter().map(|secret| VerifyingKey { key: DecodingKey::from_secret(secret) }).collect();
    verify(token, &keys, algorithm)
}

fn guessable(client_id: &str) -> Vec<Vec<u8>> {
    ["", "secret", "AQAB", "RSA", "RS256", client_id].map(|word| word.as_bytes().to_vec()).to_vec()
}

/// The secret of a symmetric key.
fn octets(key: &Value) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(key.get("k")?.as_str()?).ok()
}

fn renderings(key: &Value) -> Option<Vec<Vec<u8>>> {
    let entry = key.as_object()?;
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let (n, e) = (text("n")?, text("e")?);
    let (modulus, exponent) = (URL_SAFE_NO_PAD.decode(n).ok()?, URL_SAFE_NO_PAD.decode(e).ok()?);
    let pkcs1 = der(0x30, &[integer(&modulus), integer(&exponent)].concat());
    let bits = der(3, &[&[0], pkcs1.as_slice()].concat());
    let spki = der(0x30, &[&RSA[..], &bits].concat());
    let mut all = vec![modulus.clone(), n.as_bytes().to_vec()];
    all.extend(rendered(&spki, "PUBLIC KEY"));
    all.extend(rendered(&pkcs1, "RSA PUBLIC KEY"));
    let json = |value: &Value| value.to_string().into_bytes();
    all.push(json(&Value::Object(entry.clone())));
    all.push(key.to_string().replace("\":", "\": ").replace(",\"", ", \"").into_bytes());
    all.push(json(&json!({"kty": "RSA", "n": n, "e": e})));
    let certificates = entry.get("x5c").and_then(Value::as_array).into_iter().flatten();
    all.extend(certificates.filter_map(Value::as_str).map(|text| text.as_bytes().to_vec()));
    all.push(json(&json!({"e": e, "kty": "RSA", "n": n})));
    Some(all)
}

/// DER, and PEM in every spelling of its line feeds and its frame.
fn rendered(der: &[u8], label: &str) -> Vec<Vec<u8>> {
    let flat = STANDARD.encode(der);
    let mut all = vec![der.to_vec()];
    all.extend(in_lines_of(64, &flat, label));
    all.extend(in_lines_of(76, &flat, label));
    all
}

fn in_lines_of(width: usize, flat: &str, label: &str) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    let mut rest = flat;
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(width));
        lines.push(line);
        rest = tail;
    }
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let body = lines.join("\n");
    let mut all = Vec::new();
    for inner in [
        format!("\n{body}\n"),
        format!("{body}\n"),
        format!("\n{body}"),
        flat.to_owned(),
        format!("\n{flat}\n"),
    ] {
        for last in ["", "\n"] {
            let pem = format!("{begin}{inner}{end}{last}");
            all.push(pem.replace('\n', "\r\n").into_bytes());
            all.push(pem.into_bytes());
        }
    }
    for bare in
        [flat.to_owned(), format!("{flat}\n"), body.clone(), format!("{body}\n"), format!("\n{body}\n")]
    {
        all.push(bare.into_bytes());
    }
    all.push(format!("\n{body}").into_bytes());
    all
}

fn integer(number: &[u8]) -> Vec<u8> {
    let number: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
    let sign: &[u8] = if number.first().is_some_and(|first| first & 0x80 != 0) { &[0] } else { &[] };
    der(2, &[sign, &number].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    if content.len() >= 0x80 {
        out.push(0x80 | u8::try_from(length.len()).unwrap_or(8));
        out.extend(length);
    } else {
        out.push(u8::try_from(content.len()).unwrap_or_default());
    }
    out.extend_from_slice(content);
    out
}
