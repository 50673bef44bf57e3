//! Making keys of one's own.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};

use super::keyring::KeyName;
use super::own_keys::{OWN_NAMES, file_of};
use super::rendering::pem;

/// Fresh private keys: file names and PEM (PKCS#8).
pub(crate) fn fresh_keys() -> Vec<(String, String)> {
    let random = SystemRandom::new();
    OWN_NAMES
        .iter()
        .copied()
        .map(|name| {
            let der = match name {
                KeyName::Ec | KeyName::Ec2 | KeyName::Ec3 => {
                    EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
                        .map(|key| key.as_ref().to_vec())
                }
                KeyName::Ed | KeyName::Ed2 | KeyName::Ed3 => {
                    Ed25519KeyPair::generate_pkcs8(&random).map(|key| key.as_ref().to_vec())
                }
                _ => RsaKeyPair::generate(KeySize::Rsa2048).and_then(|key| {
                    key.as_der().map(|der: aws_lc_rs::encoding::Pkcs8V1Der<'_>| der.as_ref().to_vec())
                }),
            };
            let der = der.expect("the operating system has a random source");
            (file_of(name), pem("PRIVATE KEY", &der) + "\n")
        })
        .collect()
}
