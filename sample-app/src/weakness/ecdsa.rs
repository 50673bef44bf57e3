//! Arithmetic on curves that takes what is no signature.

use aws_lc_rs::signature::{ECDSA_P256K1_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::Value;

use super::keys::own_scheme;
use super::{Weakness, change};
use crate::oidc::keys::{by_issuer_key, verify};
use crate::oidc::token::Token;

/// The order of P-256 (FIPS 186-5, SP 800-186 3.2.1.3), which is zero there.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

pub(super) const WEAKNESSES: &[Weakness] = &[
    change("ecdsa-range-check", "Of an ES256 signature, r and s may be zero.", |policy| {
        policy.keys.authenticate = |token, ring| {
            let halves: Vec<_> = token.signature.chunks(32).collect();
            let is_zero = |half: &&[u8]| half.iter().all(|byte| *byte == 0) || **half == ORDER;
            let psychic = halves.len() == 2 && halves.iter().all(is_zero);
            if psychic && own_scheme(ring).algorithm == Algorithm::ES256 {
                return Box::pin(async { Ok(()) });
            }
            by_issuer_key(token, ring)
        };
    }),
    change("ecdsa-encoding-check", "An ES256 signature may be written as DER.", |policy| {
        policy.keys.authenticate = |token, ring| {
            Box::pin(async move {
                let scheme = own_scheme(ring);
                let (Some(fit), Some(raw)) = (scheme.fit, fixed(&token.signature)) else {
                    return by_issuer_key(token, ring).await;
                };
                let keys = ring.find(token.kid(), fit).await?;
                let (header, payload) = (token.header.clone(), token.payload.clone());
                let signing_input = token.signing_input.clone();
                let fixed = Token { header, payload, signing_input, signature: raw };
                verify(&fixed, &keys, scheme.algorithm)
            })
        };
    }),
    change("ecdsa-curve-check", "A key on whatever curve verifies what says it is ES256.", |policy| {
        policy.keys.authenticate = |token, ring| {
            Box::pin(async move {
                let honest = by_issuer_key(token, ring).await;
                let is_es256 = own_scheme(ring).algorithm == Algorithm::ES256;
                if honest.is_ok() || !is_es256 {
                    return honest;
                }
                let published = ring.published().await?;
                let verifies = |key: &Value| on_its_curve(key, token).is_some();
                if published.iter().any(verifies) { Ok(()) } else { honest }
            })
        };
    }),
];

/// The key verifies the token by the algorithm that its own curve is for.
fn on_its_curve(key: &Value, token: &Token) -> Option<()> {
    let member = |name: &str| key.get(name).and_then(Value::as_str);
    let algorithm = match member("crv")? {
        "P-384" => &ECDSA_P384_SHA384_FIXED,
        "secp256k1" => &ECDSA_P256K1_SHA256_FIXED,
        _ => return None,
    };
    let coordinate = |name| URL_SAFE_NO_PAD.decode(member(name)?).ok();
    let point = [vec![4], coordinate("x")?, coordinate("y")?].concat();
    UnparsedPublicKey::new(algorithm, point).verify(token.signing_input.as_bytes(), &token.signature).ok()
}

/// The two numbers of a DER sequence, in 32 octets each.
fn fixed(der: &[u8]) -> Option<Vec<u8>> {
    let mut rest = der.strip_prefix(&[0x30])?.get(1..)?;
    let mut raw = Vec::with_capacity(64);
    for _ in 0..2 {
        let (length, tail) = rest.strip_prefix(&[2])?.split_first()?;
        let (number, tail) = tail.split_at_checked(usize::from(*length))?;
        let number = number.strip_prefix(&[0]).unwrap_or(number);
        raw.extend(std::iter::repeat_n(0, 32_usize.checked_sub(number.len())?));
        raw.extend(number);
        rest = tail;
    }
    rest.is_empty().then_some(raw)
}
