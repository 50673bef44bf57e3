//! Keys on other curves than ES256 is for (RFC 7518 3.4), which a verifier may take that looks at the key instead of the
//! algorithm.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    KeyPair as _,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rpcheck_fixtures::keys::{EC_P384, EC_SECP256K1, Key, base64_of};

/// A curve that ES256 does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OtherCurve {
    P384,
    Secp256k1,
}

static P384: LazyLock<EcdsaKeyPair> = LazyLock::new(|| pair(EC_P384, &ECDSA_P384_SHA384_FIXED_SIGNING));
static SECP256K1: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| pair(EC_SECP256K1, &ECDSA_P256K1_SHA256_FIXED_SIGNING));

fn pair(key: Key, algorithm: &'static EcdsaSigningAlgorithm) -> EcdsaKeyPair {
    let der = STANDARD.decode(base64_of(key.pem)).expect("the fixture is a PEM");
    EcdsaKeyPair::from_pkcs8(algorithm, &der).expect("the fixture is a key on its curve")
}

impl OtherCurve {
    fn pair(self) -> &'static EcdsaKeyPair {
        match self {
            Self::P384 => &P384,
            Self::Secp256k1 => &SECP256K1,
        }
    }

    /// Its name in a JWK (RFC 7518 6.2.1.1, RFC 8812 4.1).
    pub(super) fn crv(self) -> &'static str {
        match self {
            Self::P384 => "P-384",
            Self::Secp256k1 => "secp256k1",
        }
    }

    /// Both coordinates of the public point.
    pub(super) fn coordinates(self) -> (&'static [u8], &'static [u8]) {
        // An uncompressed point: 0x04, then x and y.
        let point = &self.pair().public_key().as_ref()[1..];
        point.split_at(point.len() / 2)
    }

    /// A signature by the hash that goes with the curve.
    pub(super) fn sign(self, input: &[u8]) -> Vec<u8> {
        let signature = self.pair().sign(&SystemRandom::new(), input);
        signature.expect("a valid EC key signs any input").as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256K1_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ParsedPublicKey,
    };

    use super::*;

    #[test]
    fn each_signs_what_verifies_on_its_own_curve_alone() {
        for (curve, algorithm, length) in [
            (OtherCurve::P384, &ECDSA_P384_SHA384_FIXED, 96),
            (OtherCurve::Secp256k1, &ECDSA_P256K1_SHA256_FIXED, 64),
        ] {
            let (x, y) = curve.coordinates();
            let point = [&[4], x, y].concat();

            let signature = curve.sign(b"input");

            let key = ParsedPublicKey::new(algorithm, &point).expect("a point of the curve");
            assert_eq!(signature.len(), length);
            assert!(key.verify_sig(b"input", &signature).is_ok());
            assert!(key.verify_sig(b"other", &signature).is_err());
            assert!(ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).is_err());
        }
    }
}
