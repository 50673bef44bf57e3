//! The bare signatures, with keys that are parsed once.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rpcheck_fixtures::keys::{self, Key};

pub(crate) enum Signer {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Signer {
    pub(crate) fn rsa() -> anyhow::Result<Self> {
        Ok(Self::Rsa(RsaKeyPair::from_pkcs8(&der(keys::RSA_1)?)?))
    }

    pub(crate) fn ec() -> anyhow::Result<Self> {
        Ok(Self::Ec(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der(keys::EC_P256)?)?))
    }

    pub(crate) fn ed() -> anyhow::Result<Self> {
        Ok(Self::Ed(Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der(keys::ED25519)?)?))
    }

    pub(crate) fn sign(&self, message: &[u8]) -> anyhow::Result<Vec<u8>> {
        let random = SystemRandom::new();
        Ok(match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)?;
                signature
            }
            Self::Ec(pair) => pair.sign(&random, message)?.as_ref().to_vec(),
            Self::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        })
    }
}

fn der(key: Key) -> anyhow::Result<Vec<u8>> {
    let text: String = key.pem.lines().filter(|line| !line.starts_with("-----")).collect();
    Ok(STANDARD.decode(text)?)
}
