//! The classic confusion: the public key, in whatever rendering a library happens to load it, used as the secret
//! of a MAC.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value, json};

use crate::error::Refusal;
use crate::oidc::keys::{BoxFuture, KeyRing, VerifyingKey, by_issuer_key, verify};
use crate::oidc::token::Token;

/// `rsaEncryption` with its NULL parameter.
const RSA: [u8; 15] = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];

/// Takes a MAC made with any rendering of any published RSA key.
pub(super) fn mac_allowed<'a>(token: &'a Token, ring: &'a KeyRing<'a>) -> BoxFuture<'a, Result<(), Refusal>> {
    let algorithm = match token.header.get("alg").and_then(Value::as_str) {
        Some("HS256") => Algorithm::HS256,
        Some("HS384") => Algorithm::HS384,
        Some("HS512") => Algorithm::HS512,
        _ => return by_issuer_key(token, ring),
    };
    Box::pin(async move {
        let published = ring.published().await?;
        let secrets = published.iter().filter_map(Value::as_object).filter_map(renderings).flatten();
        let keys: Vec<_> =
            secrets.map(|secret| VerifyingKey { key: DecodingKey::from_secret(&secret) }).collect();
        verify(token, &keys, algorithm)
    })
}

fn renderings(entry: &Map<String, Value>) -> Option<Vec<Vec<u8>>> {
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
    all.push(json(&json!({"kty": "RSA", "n": n, "e": e})));
    all.push(json(&json!({"e": e, "kty": "RSA", "n": n})));
    Some(all)
}

/// DER, and PEM in every spelling of its line feeds and its frame.
fn rendered(der: &[u8], label: &str) -> Vec<Vec<u8>> {
    let flat = STANDARD.encode(der);
    let mut lines = Vec::new();
    let mut rest = flat.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(64));
        lines.push(line);
        rest = tail;
    }
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let body = lines.join("\n");
    let mut all = vec![der.to_vec()];
    for inner in
        [format!("\n{body}\n"), format!("{body}\n"), format!("\n{body}"), flat.clone(), format!("\n{flat}\n")]
    {
        for last in ["", "\n"] {
            let pem = format!("{begin}{inner}{end}{last}");
            all.push(pem.replace('\n', "\r\n").into_bytes());
            all.push(pem.into_bytes());
        }
    }
    for bare in [flat.clone(), format!("{flat}\n"), body.clone(), format!("{body}\n"), format!("\n{body}\n")]
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
