//! Arithmetic with RSA keys that takes any numbers, or any padding.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use rsa::BigUint;
use serde_json::{Map, Value};

use super::keys::own_scheme;
use super::{Weakness, change};
use crate::error::Refusal;
use crate::oidc::keys::{KeyRing, by_issuer_key, fit};
use crate::oidc::token::Token;

pub(super) const WEAKNESSES: &[Weakness] = &[
    change("rsa-size-check", "An RSA key of whatever size verifies.", |policy| {
        policy.keys.authenticate =
            |token, ring| Box::pin(by_arithmetic(token, ring, Numbers::is_sound, is_exact));
    }),
    change("rsa-number-check", "An RSA key verifies whatever its exponent and modulus are.", |policy| {
        policy.keys.authenticate =
            |token, ring| Box::pin(by_arithmetic(token, ring, Numbers::is_long_enough, is_exact));
    }),
    change("rsa-padding-check", "What follows the hash in an RSA signature is overlooked.", |policy| {
        policy.keys.authenticate = |token, ring| {
            let fits = |key: &Numbers| key.is_long_enough() && key.is_sound();
            Box::pin(by_arithmetic(token, ring, fits, begins_well))
        };
    }),
];

/// What stands before a SHA-256 hash in a signature (RFC 8017 9.2, note 1).
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];

struct Numbers {
    modulus: BigUint,
    exponent: BigUint,
}

impl Numbers {
    fn of(entry: &Map<String, Value>) -> Option<Self> {
        let number = |name| {
            let octets = URL_SAFE_NO_PAD.decode(entry.get(name)?.as_str()?).ok()?;
            Some(BigUint::from_bytes_be(&octets)).filter(|number| number.bits() > 0)
        };
        Some(Self { modulus: number("n")?, exponent: number("e")? })
    }

    fn is_long_enough(&self) -> bool {
        (2048..=8192).contains(&self.modulus.bits())
    }

    fn is_sound(&self) -> bool {
        let is_odd = |number: &BigUint| number.to_bytes_le()[0] % 2 == 1;
        is_odd(&self.modulus) && is_odd(&self.exponent) && self.exponent.bits() > 1
    }

    /// What was signed, in as many octets as the modulus has.
    fn opened(&self, signature: &[u8]) -> Vec<u8> {
        let octets = self.modulus.bits().div_ceil(8);
        let found = BigUint::from_bytes_be(signature).modpow(&self.exponent, &self.modulus).to_bytes_be();
        [vec![0; octets - found.len()], found].concat()
    }
}

/// As it should be, or by a key that fits in this opinion and opens to something that will do.
async fn by_arithmetic(
    token: &Token,
    ring: &KeyRing<'_>,
    fits: fn(&Numbers) -> bool,
    will_do: fn(&[u8], &[u8]) -> bool,
) -> Result<(), Refusal> {
    let honest = by_issuer_key(token, ring).await;
    if honest.is_ok() || own_scheme(ring).algorithm != Algorithm::RS256 {
        return honest;
    }
    let hash = digest(&SHA256, token.signing_input.as_bytes());
    let published = ring.published().await?;
    let verifies = |entry: &&Map<String, Value>| {
        let is_meant = entry.get("kid").and_then(Value::as_str) == token.kid();
        let key = fit(entry, "RS256").filter(|_| is_meant).and_then(Numbers::of);
        key.is_some_and(|key| fits(&key) && will_do(&key.opened(&token.signature), hash.as_ref()))
    };
    if published.iter().filter_map(Value::as_object).any(|entry| verifies(&entry)) { Ok(()) } else { honest }
}

/// What stands after the padding.
fn after_padding(opened: &[u8]) -> Option<&[u8]> {
    let padded = opened.strip_prefix(&[0, 1])?;
    let end = padded.iter().position(|octet| *octet != 0xff)?;
    padded[end..].strip_prefix(&[0]).filter(|_| end >= 8)
}

fn is_exact(opened: &[u8], hash: &[u8]) -> bool {
    after_padding(opened).and_then(|rest| rest.strip_prefix(&DIGEST_INFO)) == Some(hash)
}

fn begins_well(opened: &[u8], hash: &[u8]) -> bool {
    after_padding(opened)
        .and_then(|rest| rest.strip_prefix(&DIGEST_INFO))
        .is_some_and(|rest| rest.starts_with(hash))
}
