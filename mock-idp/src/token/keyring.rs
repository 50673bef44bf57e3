//! The published test keys, or those of one's own in their place, each parsed once per process and shared by every
//! tenant.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rpcheck_fixtures::keys::{self, Key};
use serde::{Deserialize, Serialize};

use super::own_keys;

/// A key of the provider, or of whoever attacks it. Those that sign come in three generations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum KeyName {
    /// The RSA key that signs until the keys are rotated.
    Rsa1,
    /// The RSA key that signs after a rotation.
    Rsa2,
    /// The RSA key that signs after two.
    Rsa3,
    /// The RSA key for encryption.
    Encryption,
    /// A key that is in no key set.
    Attacker,
    /// P-256, until the keys are rotated.
    Ec,
    /// P-256 after a rotation.
    Ec2,
    /// P-256 after two.
    Ec3,
    /// Ed25519, until the keys are rotated.
    Ed,
    /// Ed25519 after a rotation.
    Ed2,
    /// Ed25519 after two.
    Ed3,
    /// An RSA key of 1024 bits, in no key set unless a lie puts it there.
    #[cfg(feature = "weak-keys")]
    Short,
    /// An RSA key of 512 bits, in no key set unless a lie puts it there.
    #[cfg(feature = "weak-keys")]
    Tiny,
    /// An RSA key of 16,384 bits, in no key set unless a lie puts it there.
    #[cfg(feature = "weak-keys")]
    Huge,
    /// The attacker's modulus with the exponent 1, in no key set unless a lie puts it there.
    #[cfg(feature = "weak-keys")]
    ExponentOne,
    /// The attacker's modulus with the exponent 3, in no key set unless a lie puts it there.
    #[cfg(feature = "weak-keys")]
    ExponentThree,
    /// Twice the attacker's modulus, in no key set unless a lie puts it there.
    #[cfg(feature = "weak-keys")]
    EvenModulus,
    /// P-384, in no key set unless a lie puts it there.
    #[cfg(feature = "weak-keys")]
    P384,
    /// secp256k1, in no key set unless a lie puts it there.
    #[cfg(feature = "weak-keys")]
    Secp256k1,
}

/// How many times keys can be rotated before the first come back.
const GENERATIONS: usize = 3;

/// The keys that sign, by kind and generation.
pub(super) const RSA_NAMES: [KeyName; GENERATIONS] = [KeyName::Rsa1, KeyName::Rsa2, KeyName::Rsa3];
pub(super) const EC_NAMES: [KeyName; GENERATIONS] = [KeyName::Ec, KeyName::Ec2, KeyName::Ec3];
pub(super) const ED_NAMES: [KeyName; GENERATIONS] = [KeyName::Ed, KeyName::Ed2, KeyName::Ed3];

impl KeyName {
    /// The key's `kid`.
    pub fn kid(self) -> &'static str {
        own_keys::kid(self).unwrap_or(self.fixture().kid)
    }

    /// Whether it is an RSA key that signs.
    pub(crate) fn is_rsa_signing(self) -> bool {
        RSA_NAMES.contains(&self)
    }

    /// The key of the same kind to rotate to from here.
    pub(super) fn next(self) -> Self {
        let kinds = [RSA_NAMES, EC_NAMES, ED_NAMES];
        let kind = kinds.into_iter().find(|kind| kind.contains(&self)).unwrap_or(RSA_NAMES);
        kind[(self.generation() + 1) % GENERATIONS]
    }

    /// An RSA key that signs and is not this one.
    pub(crate) fn other_rsa(self) -> Self {
        if self == Self::Rsa1 { Self::Rsa2 } else { Self::Rsa1 }
    }

    /// The key for ES256 of the same generation.
    pub(super) fn ec(self) -> Self {
        EC_NAMES[self.generation()]
    }

    /// The key for EdDSA of the same generation.
    pub(super) fn ed(self) -> Self {
        ED_NAMES[self.generation()]
    }

    fn generation(self) -> usize {
        match self {
            Self::Rsa2 | Self::Ec2 | Self::Ed2 => 1,
            Self::Rsa3 | Self::Ec3 | Self::Ed3 => 2,
            _ => 0,
        }
    }

    pub(super) fn fixture(self) -> Key {
        match self {
            Self::Rsa1 => keys::RSA_1,
            Self::Rsa2 => keys::RSA_2,
            Self::Rsa3 => keys::RSA_3,
            Self::Encryption => keys::RSA_ENC,
            Self::Attacker => keys::RSA_ATTACKER,
            Self::Ec => keys::EC_P256,
            Self::Ec2 => keys::EC_P256_2,
            Self::Ec3 => keys::EC_P256_3,
            Self::Ed => keys::ED25519,
            Self::Ed2 => keys::ED25519_2,
            Self::Ed3 => keys::ED25519_3,
            #[cfg(feature = "weak-keys")]
            Self::Short => keys::RSA_1024,
            #[cfg(feature = "weak-keys")]
            Self::Tiny => keys::RSA_512,
            #[cfg(feature = "weak-keys")]
            Self::Huge => keys::RSA_16384,
            #[cfg(feature = "weak-keys")]
            Self::ExponentOne => Key { kid: "rsa-exponent-1", ..keys::RSA_ATTACKER },
            #[cfg(feature = "weak-keys")]
            Self::ExponentThree => Key { kid: "rsa-exponent-3", ..keys::RSA_ATTACKER },
            #[cfg(feature = "weak-keys")]
            Self::EvenModulus => Key { kid: "rsa-even-modulus", ..keys::RSA_ATTACKER },
            #[cfg(feature = "weak-keys")]
            Self::P384 => keys::EC_P384,
            #[cfg(feature = "weak-keys")]
            Self::Secp256k1 => keys::EC_SECP256K1,
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

static RSA: [OnceLock<RsaKey>; 5] = [const { OnceLock::new() }; 5];
static EC: [OnceLock<EcdsaKeyPair>; GENERATIONS] = [const { OnceLock::new() }; GENERATIONS];
static ED: [OnceLock<Ed25519KeyPair>; GENERATIONS] = [const { OnceLock::new() }; GENERATIONS];

const READ_BEFORE: &str = "keys of one's own are read before they are used";

/// An RSA key, parsed when first asked for. Keys of another kind have no RSA half, and the weak ones cannot be
/// loaded: the signing key of their generation stands in for them.
pub(crate) fn rsa(name: KeyName) -> &'static RsaKey {
    let (place, name) = match name {
        KeyName::Encryption => (GENERATIONS, name),
        KeyName::Attacker => (GENERATIONS + 1, name),
        name => (name.generation(), RSA_NAMES[name.generation()]),
    };
    RSA[place].get_or_init(|| rsa_key(&der(name)).expect(READ_BEFORE))
}

/// The key on P-256 of the generation of a key, parsed when first asked for.
pub(crate) fn ec(name: KeyName) -> &'static EcdsaKeyPair {
    EC[name.generation()].get_or_init(|| ec_key(&der(name.ec())).expect(READ_BEFORE))
}

/// The Ed25519 key of the generation of a key, parsed when first asked for.
pub(crate) fn ed(name: KeyName) -> &'static Ed25519KeyPair {
    ED[name.generation()].get_or_init(|| ed_key(&der(name.ed())).expect(READ_BEFORE))
}

/// The octets of a key's public half; none if this is no private key of that kind.
pub(super) fn public_octets(name: KeyName, der: &[u8]) -> Option<Vec<u8>> {
    if EC_NAMES.contains(&name) {
        return ec_key(der).map(|pair| pair.public_key().as_ref().to_vec());
    }
    if ED_NAMES.contains(&name) {
        return ed_key(der).map(|pair| pair.public_key().as_ref().to_vec());
    }
    rsa_key(der).map(|key| key.pkcs1)
}

/// Whether a key was asked for already.
pub(super) fn is_in_use() -> bool {
    let (rsa, ec, ed) = (RSA.iter(), EC.iter(), ED.iter());
    rsa.map(|key| key.get().is_some())
        .chain(ec.map(|key| key.get().is_some()))
        .chain(ed.map(|key| key.get().is_some()))
        .any(|parsed| parsed)
}

/// Parses the first signing key and wakes the random source, so that the first login does not pay for it.
pub(crate) fn warm_up() {
    // Side by side: the random source takes as long as the key.
    std::thread::spawn(|| crate::ambient::Ids::random().fresh());
    std::thread::spawn(|| rsa(KeyName::Rsa1));
}

fn ec_key(der: &[u8]) -> Option<EcdsaKeyPair> {
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).ok()
}

fn ed_key(der: &[u8]) -> Option<Ed25519KeyPair> {
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok()
}

fn rsa_key(der: &[u8]) -> Option<RsaKey> {
    let pair = RsaKeyPair::from_pkcs8(der).ok()?;
    let pkcs1 = pair.public_key().as_ref().to_vec();
    let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().ok()?;
    let spki = spki.as_ref().to_vec();
    let (modulus, exponent) = rsa_integers(&pkcs1)?;
    Some(RsaKey { pair, pkcs1, spki, modulus, exponent })
}

/// A key as PKCS#8: one's own, or else the published one.
fn der(name: KeyName) -> Vec<u8> {
    let published = || STANDARD.decode(keys::base64_of(name.fixture().pem)).expect("the fixture is PEM");
    own_keys::der(name).unwrap_or_else(published)
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
