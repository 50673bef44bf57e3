//! RSA keys that nobody should believe (RFC 7518 3.3, RFC 8017 3.1), and that aws-lc therefore refuses to load.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use rpcheck_fixtures::keys::{Key, RSA_512, RSA_1024, RSA_16384, RSA_ATTACKER};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use rsa::{BigUint, RsaPrivateKey};

/// An RSA key with something wrong about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WeakRsa {
    /// 1024 bits.
    Short,
    /// 512 bits.
    Tiny,
    /// 16,384 bits.
    Huge,
    /// A signature is what is signed.
    ExponentOne,
    /// A signature is a cube root. There is none of what a careful verifier wants, but one of what begins like it.
    ExponentThree,
    /// The modulus is twice that of another key, which leaves the private exponent what it is.
    EvenModulus,
}

static SHORT: LazyLock<RsaPrivateKey> = LazyLock::new(|| read(RSA_1024));
static TINY: LazyLock<RsaPrivateKey> = LazyLock::new(|| read(RSA_512));
static HUGE: LazyLock<RsaPrivateKey> = LazyLock::new(|| read(RSA_16384));
static ATTACKER: LazyLock<RsaPrivateKey> = LazyLock::new(|| read(RSA_ATTACKER));

fn read(key: Key) -> RsaPrivateKey {
    RsaPrivateKey::from_pkcs8_pem(key.pem).expect("the fixture is an RSA key")
}

/// What stands before a SHA-256 hash in a signature (RFC 8017 9.2, note 1).
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];
/// The least padding that a verifier may take for padding (RFC 8017 9.2).
const LEAST_PADDING: usize = 8;

impl WeakRsa {
    fn private(self) -> &'static RsaPrivateKey {
        match self {
            Self::Short => &SHORT,
            Self::Tiny => &TINY,
            Self::Huge => &HUGE,
            Self::ExponentOne | Self::ExponentThree | Self::EvenModulus => &ATTACKER,
        }
    }

    fn modulus(self) -> BigUint {
        let modulus = self.private().n().clone();
        if self == Self::EvenModulus { modulus * 2_u32 } else { modulus }
    }

    /// The modulus and the exponent.
    pub(super) fn integers(self) -> (Vec<u8>, Vec<u8>) {
        let exponent = match self {
            Self::ExponentOne => BigUint::from(1_u32),
            Self::ExponentThree => BigUint::from(3_u32),
            _ => self.private().e().clone(),
        };
        (self.modulus().to_bytes_be(), exponent.to_bytes_be())
    }

    /// RS256 by this key, or what looks like it.
    pub(super) fn sign(self, input: &[u8]) -> Vec<u8> {
        let octets = self.modulus().bits().div_ceil(8);
        let message = |padding, rest| BigUint::from_bytes_be(&encoded(input, padding, rest));
        let whole = || message(octets - encoded(input, 0, 0).len(), 0);
        let signature = match self {
            Self::ExponentOne => whole(),
            Self::ExponentThree => {
                let rest = octets - encoded(input, LEAST_PADDING, 0).len();
                message(LEAST_PADDING, rest).cbrt() + 1_u32
            }
            Self::EvenModulus => whole().modpow(self.private().d(), &self.modulus()),
            Self::Short | Self::Tiny | Self::Huge => by_its_primes(self.private(), &whole()),
        };
        let signature = signature.to_bytes_be();
        [vec![0; octets - signature.len()], signature].concat()
    }
}

/// The hash of the input, with so many octets of padding before it and so many zeros after it.
fn encoded(input: &[u8], padding: usize, rest: usize) -> Vec<u8> {
    let hash = digest(&SHA256, input);
    [&[0, 1], &*vec![0xFF; padding], &[0], &DIGEST_INFO, hash.as_ref(), &vec![0; rest]].concat()
}

/// The message to the power of d, modulo each prime on its own, which takes a quarter of the time.
fn by_its_primes(key: &RsaPrivateKey, message: &BigUint) -> BigUint {
    let (p, q) = (&key.primes()[0], &key.primes()[1]);
    let power = |prime: &BigUint| message.modpow(&(key.d() % (prime - 1_u32)), prime);
    let (by_p, by_q) = (power(p), power(q));
    // q to the power of p - 2 is its inverse modulo p (Fermat).
    let inverse = q.modpow(&(p - 2_u32), p);
    let difference = (by_p + p - &by_q % p) % p;
    by_q + difference * inverse % p * q
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rsa::{KeyPair, PublicKeyComponents};
    use aws_lc_rs::signature::{
        RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY as LEGACY, RSA_PKCS1_2048_8192_SHA256 as TODAY,
    };
    use base64::Engine as _;

    use super::*;

    /// What a verifier finds that takes any numbers.
    fn opened(key: WeakRsa, signature: &[u8]) -> Vec<u8> {
        let (n, e) = key.integers();
        let number = BigUint::from_bytes_be;
        let found = number(signature).modpow(&number(&e), &number(&n)).to_bytes_be();
        [vec![0; signature.len() - found.len()], found].concat()
    }

    #[test]
    fn the_short_key_signs_what_only_a_lax_verifier_accepts() {
        let (n, e) = WeakRsa::Short.integers();
        let key = PublicKeyComponents { n, e };

        let signature = WeakRsa::Short.sign(b"input");

        assert_eq!(signature.len(), 128);
        assert!(key.verify(&LEGACY, b"input", &signature).is_ok());
        assert!(key.verify(&LEGACY, b"other", &signature).is_err());
        assert!(key.verify(&TODAY, b"input", &signature).is_err());
    }

    #[test]
    fn every_other_key_signs_what_verifies_for_whoever_takes_its_numbers() {
        for (key, octets) in [
            (WeakRsa::Tiny, 64),
            (WeakRsa::Huge, 2048),
            (WeakRsa::ExponentOne, 256),
            (WeakRsa::EvenModulus, 257),
        ] {
            let signature = key.sign(b"input");

            assert_eq!(signature.len(), octets, "{key:?}");
            let padding = octets - encoded(b"input", 0, 0).len();
            assert_eq!(opened(key, &signature), encoded(b"input", padding, 0), "{key:?}");
            let (n, e) = key.integers();
            assert!(PublicKeyComponents { n, e }.verify(&TODAY, b"input", &signature).is_err(), "{key:?}");
        }
    }

    #[test]
    fn a_forged_padding_begins_like_an_honest_one_and_is_none() {
        let signature = WeakRsa::ExponentThree.sign(b"input");

        let opened = opened(WeakRsa::ExponentThree, &signature);
        let honest = encoded(b"input", LEAST_PADDING, 0);
        assert_eq!(opened[..honest.len()], honest);
        assert!(opened.len() == 256 && opened[honest.len()..].iter().any(|octet| *octet != 0));
        let (n, e) = WeakRsa::ExponentThree.integers();
        assert!(PublicKeyComponents { n, e }.verify(&LEGACY, b"input", &signature).is_err());
    }

    #[test]
    fn aws_lc_refuses_to_sign_with_the_short_key() {
        let text: String = RSA_1024.pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = base64::engine::general_purpose::STANDARD.decode(text).unwrap();

        assert!(KeyPair::from_pkcs8(&der).is_err());
    }
}
