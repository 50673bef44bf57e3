//! The published test keys, or those of one's own in their place, parsed once per process and shared by every tenant.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rpcheck_fixtures::keys::{self, Key};
use serde::{Deserialize, Serialize};

use super::own_keys;

/// A key of the provider, or of whoever attacks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum KeyName {
    /// The RSA key that signs until the keys are rotated.
    Rsa1,
    /// The RSA key that signs after a rotation.
    Rsa2,
    /// The RSA key for encryption.
    Encryption,
    /// A key that is in no key set.
    Attacker,
    /// An RSA key of 1024 bits, in no key set unless a lie puts it there.
    #[cfg(feature = "weak-keys")]
    Short,
    /// P-384, in no key set unless a lie puts it there.
    #[cfg(feature = "weak-keys")]
    P384,
    /// secp256k1, in no key set unless a lie puts it there.
    #[cfg(feature = "weak-keys")]
    Secp256k1,
    /// P-256.
    Ec,
    /// Ed25519.
    Ed,
}

impl KeyName {
    /// The key's `kid`.
    pub fn kid(self) -> &'static str {
        own_keys::kid(self).unwrap_or(self.fixture().kid)
    }

    /// The RSA key to rotate to from here.
    #[must_use]
    pub fn other_rsa(self) -> Self {
        if self == Self::Rsa1 { Self::Rsa2 } else { Self::Rsa1 }
    }

    pub(super) fn fixture(self) -> Key {
        match self {
            Self::Rsa1 => keys::RSA_1,
            Self::Rsa2 => keys::RSA_2,
            Self::Encryption => keys::RSA_ENC,
            Self::Attacker => keys::RSA_ATTACKER,
            #[cfg(feature = "weak-keys")]
            Self::Short => keys::RSA_1024,
            #[cfg(feature = "weak-keys")]
            Self::P384 => keys::EC_P384,
            #[cfg(feature = "weak-keys")]
            Self::Secp256k1 => keys::EC_SECP256K1,
            Self::Ec => keys::EC_P256,
            Self::Ed => keys::ED25519,
        }
    }
}

/// An RSA key with its public half in the forms in which it is written.
pub(crate) struct RsaKey {
    pub(crate) pair: RsaKeyPair,
    /// RSAPublicKey (RFC 8017).
    pub(crate) pkcs1: Vec<u8>,
    /// SubjectPublicKeyInfo (RFC 5280).
    pub(crate) spki: Vec<u8>,
    pub(crate) modulus: Vec<u8>,
    pub(crate) exponent: Vec<u8>,
}

pub(crate) struct Keyring {
    rsa_1: RsaKey,
    rsa_2: RsaKey,
    encryption: RsaKey,
    attacker: RsaKey,
    pub(crate) ec: EcdsaKeyPair,
    pub(crate) ed: Ed25519KeyPair,
}

impl Keyring {
    /// Parses the keys: those that are given, or else the published ones. A key that is none is named.
    pub(super) fn read(given: impl Fn(KeyName) -> Option<Vec<u8>>) -> Result<Self, KeyName> {
        let der = |name: KeyName| given(name).unwrap_or_else(|| der(name.fixture()));
        let rsa = |name| rsa_key(&der(name)).ok_or(name);
        Ok(Self {
            rsa_1: rsa(KeyName::Rsa1)?,
            rsa_2: rsa(KeyName::Rsa2)?,
            encryption: rsa(KeyName::Encryption)?,
            attacker: rsa(KeyName::Attacker)?,
            ec: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der(KeyName::Ec))
                .map_err(|_| KeyName::Ec)?,
            ed: Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der(KeyName::Ed)).map_err(|_| KeyName::Ed)?,
        })
    }

    /// The public half of a key as octets.
    pub(super) fn public_octets(&self, name: KeyName) -> Vec<u8> {
        match name {
            KeyName::Ec => self.ec.public_key().as_ref().to_vec(),
            KeyName::Ed => self.ed.public_key().as_ref().to_vec(),
            name => self.rsa(name).pkcs1.clone(),
        }
    }

    /// An RSA key. Keys of another kind have no RSA half, and the short one cannot be loaded: the signing key
    /// stands in for them.
    pub(crate) fn rsa(&self, name: KeyName) -> &RsaKey {
        match name {
            KeyName::Rsa2 => &self.rsa_2,
            KeyName::Encryption => &self.encryption,
            KeyName::Attacker => &self.attacker,
            _ => &self.rsa_1,
        }
    }
}

static KEYRING: OnceLock<Keyring> = OnceLock::new();

/// The keys, parsed when first asked for.
pub(crate) fn keyring() -> &'static Keyring {
    KEYRING.get_or_init(|| {
        Keyring::read(own_keys::der).expect("keys of one's own are read before they are used")
    })
}

/// Whether a key was asked for already.
pub(super) fn is_in_use() -> bool {
    KEYRING.get().is_some()
}

/// Parses the keys and wakes the random source, so that the first login does not pay for it.
pub(crate) fn warm_up() {
    // Side by side: the random source takes as long as the keys.
    std::thread::spawn(|| crate::ambient::Ids::random().fresh());
    std::thread::spawn(keyring);
}

fn rsa_key(der: &[u8]) -> Option<RsaKey> {
    let pair = RsaKeyPair::from_pkcs8(der).ok()?;
    let pkcs1 = pair.public_key().as_ref().to_vec();
    let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().ok()?;
    let spki = spki.as_ref().to_vec();
    let (modulus, exponent) = rsa_integers(&pkcs1)?;
    Some(RsaKey { pair, pkcs1, spki, modulus, exponent })
}

fn der(key: Key) -> Vec<u8> {
    STANDARD.decode(keys::base64_of(key.pem)).expect("the fixture is PEM")
}

/// Reads `SEQUENCE { INTEGER n, INTEGER e }`.
fn rsa_integers(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (sequence, _) = element(0x30, der)?;
    let (modulus, rest) = element(0x02, sequence)?;
    let (exponent, _) = element(0x02, rest)?;
    // A leading zero octet only keeps the number positive.
    let unsigned = |octets: &[u8]| octets.iter().copied().skip_while(|octet| *octet == 0).collect();
    Some((unsigned(modulus), unsigned(exponent)))
}

/// One DER element of the given tag: its content, and what follows it.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&found, der) = der.split_first()?;
    let (&short, der) = der.split_first()?;
    let (length, der) = if short < 0x80 {
        (usize::from(short), der)
    } else {
        let (octets, der) = der.split_at_checked(usize::from(short & 0x7F))?;
        (octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)), der)
    };
    (found == tag).then(|| der.split_at_checked(length)).flatten()
}
