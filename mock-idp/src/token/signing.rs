//! Making a signature, with whatever key and algorithm was chosen.

use std::borrow::Cow;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, RsaEncoding};

use super::keyring::{self, KeyName};
use super::signing_keys::SigningKeys;

/// What the provider signs with, by client.
pub(crate) const SIGNING_ALGS: &[&str] =
    &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "EdDSA", "HS256", "HS384", "HS512"];

/// The `kid` under which an RSA key is published for another algorithm than RS256. Careful applications use a key
/// for the one algorithm that its `alg` names.
pub(super) fn kid_for(name: KeyName, alg: &str) -> String {
    format!("{}-{}", name.kid(), alg.to_ascii_lowercase())
}

/// How a token is signed. The header may claim something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signing {
    /// With an RSA key.
    Rsa(KeyName, RsaAlg),
    /// RS256 with a key that nobody should believe.
    #[cfg(feature = "weak-keys")]
    WeakRsa(super::WeakRsa),
    /// With a key on another curve than ES256 is for.
    #[cfg(feature = "weak-keys")]
    OtherCurve(super::OtherCurve),
    /// ES256 with a P-256 key.
    Ec(KeyName),
    /// EdDSA with an Ed25519 key.
    Ed(KeyName),
    /// HMAC with these octets.
    Hmac(HmacAlg, Vec<u8>),
    /// Not at all.
    Unsigned,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RsaAlg {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HmacAlg {
    Hs256,
    Hs384,
    Hs512,
}

impl Signing {
    /// RS256 with an RSA key.
    pub(crate) fn rs256(key: KeyName) -> Self {
        Self::Rsa(key, RsaAlg::Rs256)
    }

    /// HS256 with these octets.
    pub(crate) fn hs256(secret: Vec<u8>) -> Self {
        Self::Hmac(HmacAlg::Hs256, secret)
    }

    /// The way to sign by an algorithm's registered name; none if the name is unknown, or needs a client
    /// secret where there is none.
    pub(crate) fn by_name(alg: &str, keys: SigningKeys, secret: Option<&str>) -> Option<Self> {
        let hmac = |alg| secret.map(|secret| Self::Hmac(alg, secret.as_bytes().to_vec()));
        match alg {
            "RS256" => Some(Self::Rsa(keys.rsa, RsaAlg::Rs256)),
            "RS384" => Some(Self::Rsa(keys.rsa, RsaAlg::Rs384)),
            "RS512" => Some(Self::Rsa(keys.rsa, RsaAlg::Rs512)),
            "PS256" => Some(Self::Rsa(keys.rsa, RsaAlg::Ps256)),
            "PS384" => Some(Self::Rsa(keys.rsa, RsaAlg::Ps384)),
            "PS512" => Some(Self::Rsa(keys.rsa, RsaAlg::Ps512)),
            "ES256" => Some(Self::Ec(keys.ec)),
            "EdDSA" | "Ed25519" => Some(Self::Ed(keys.ed)),
            "HS256" => hmac(HmacAlg::Hs256),
            "HS384" => hmac(HmacAlg::Hs384),
            "HS512" => hmac(HmacAlg::Hs512),
            _ => None,
        }
    }

    /// The `alg` that tells the truth about it.
    pub(crate) fn alg(&self) -> &'static str {
        match self {
            Self::Rsa(_, RsaAlg::Rs256) => "RS256",
            Self::Rsa(_, RsaAlg::Rs384) => "RS384",
            Self::Rsa(_, RsaAlg::Rs512) => "RS512",
            Self::Rsa(_, RsaAlg::Ps256) => "PS256",
            Self::Rsa(_, RsaAlg::Ps384) => "PS384",
            Self::Rsa(_, RsaAlg::Ps512) => "PS512",
            #[cfg(feature = "weak-keys")]
            Self::WeakRsa(_) => "RS256",
            #[cfg(feature = "weak-keys")]
            Self::OtherCurve(_) => "ES256",
            Self::Ec(_) => "ES256",
            Self::Ed(_) => "EdDSA",
            Self::Hmac(HmacAlg::Hs256, _) => "HS256",
            Self::Hmac(HmacAlg::Hs384, _) => "HS384",
            Self::Hmac(HmacAlg::Hs512, _) => "HS512",
            Self::Unsigned => "none",
        }
    }

    /// The `kid` of the key, if it is a published one.
    pub(crate) fn kid(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Rsa(name, RsaAlg::Rs256) | Self::Ec(name) | Self::Ed(name) => Some(name.kid().into()),
            Self::Rsa(name, _) => Some(kid_for(*name, self.alg()).into()),
            _ => None,
        }
    }

    /// The octets of the signature.
    pub(crate) fn sign(&self, input: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(name, alg) => {
                let pair = &keyring::rsa(*name).pair;
                let mut octets = vec![0; pair.public_modulus_len()];
                pair.sign(alg.encoding(), &SystemRandom::new(), input, &mut octets)
                    .expect("a valid RSA key signs any input");
                octets
            }
            #[cfg(feature = "weak-keys")]
            Self::WeakRsa(key) => key.sign(input),
            #[cfg(feature = "weak-keys")]
            Self::OtherCurve(curve) => curve.sign(input),
            Self::Ec(name) => keyring::ec(*name)
                .sign(&SystemRandom::new(), input)
                .expect("a valid EC key signs any input")
                .as_ref()
                .to_vec(),
            Self::Ed(name) => keyring::ed(*name).sign(input).as_ref().to_vec(),
            Self::Hmac(alg, secret) => {
                hmac::sign(&hmac::Key::new(alg.algorithm(), secret), input).as_ref().to_vec()
            }
            Self::Unsigned => Vec::new(),
        }
    }
}

impl RsaAlg {
    fn encoding(self) -> &'static dyn RsaEncoding {
        match self {
            Self::Rs256 => &signature::RSA_PKCS1_SHA256,
            Self::Rs384 => &signature::RSA_PKCS1_SHA384,
            Self::Rs512 => &signature::RSA_PKCS1_SHA512,
            Self::Ps256 => &signature::RSA_PSS_SHA256,
            Self::Ps384 => &signature::RSA_PSS_SHA384,
            Self::Ps512 => &signature::RSA_PSS_SHA512,
        }
    }
}

impl HmacAlg {
    fn algorithm(self) -> hmac::Algorithm {
        match self {
            Self::Hs256 => hmac::HMAC_SHA256,
            Self::Hs384 => hmac::HMAC_SHA384,
            Self::Hs512 => hmac::HMAC_SHA512,
        }
    }
}
