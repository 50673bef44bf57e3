//! A key that is too short to be believed (RFC 7518 3.3), and that aws-lc therefore refuses to load.

use std::sync::LazyLock;

use rpcheck_fixtures::keys::RSA_1024;
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding as _, Signer as _};
use rsa::traits::PublicKeyParts as _;

static SHORT: LazyLock<RsaPrivateKey> =
    LazyLock::new(|| RsaPrivateKey::from_pkcs8_pem(RSA_1024.pem).expect("the fixture is an RSA key"));

/// The modulus and the exponent of the short key.
pub(super) fn short_integers() -> (Vec<u8>, Vec<u8>) {
    (SHORT.n().to_bytes_be(), SHORT.e().to_bytes_be())
}

/// RS256 by the short key.
pub(super) fn sign_short(input: &[u8]) -> Vec<u8> {
    SigningKey::<Sha256>::new(SHORT.clone()).sign(input).to_vec()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rsa::{KeyPair, PublicKeyComponents};
    use aws_lc_rs::signature::{
        RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY as LEGACY, RSA_PKCS1_2048_8192_SHA256 as TODAY,
    };
    use base64::Engine as _;

    use super::*;

    #[test]
    fn the_short_key_signs_what_only_a_lax_verifier_accepts() {
        let (n, e) = short_integers();
        let key = PublicKeyComponents { n, e };

        let signature = sign_short(b"input");

        assert_eq!(signature.len(), 128);
        assert!(key.verify(&LEGACY, b"input", &signature).is_ok());
        assert!(key.verify(&LEGACY, b"other", &signature).is_err());
        assert!(key.verify(&TODAY, b"input", &signature).is_err());
    }

    #[test]
    fn aws_lc_refuses_to_sign_with_the_short_key() {
        let text: String = RSA_1024.pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = base64::engine::general_purpose::STANDARD.decode(text).unwrap();

        assert!(KeyPair::from_pkcs8(&der).is_err());
    }
}
