//! Public keys as they are published, and as a confused verifier may see them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::signature::KeyPair as _;
use serde_json::Value;

use super::compact::base64url;
use super::keyring::{self, KeyName};
use super::signing::kid_for;
use crate::protocol::Object;

/// The public half of a key as a JWK (RFC 7517), for faults that publish or embed one.
pub fn public_jwk(name: KeyName) -> Value {
    let object = jwk(name);
    Value::Object(object.0.iter().filter_map(|(key, _)| Some((key.clone(), object.get(key)?))).collect())
}

/// The key set with the given keys, in order. The RSA keys among them come once more for every further algorithm.
pub(crate) fn key_set(names: &[KeyName], further: &[&str]) -> Object {
    let mut keys: Vec<String> = names.iter().map(|name| written(*name)).collect();
    for name in names.iter().filter(|name| name.is_rsa_signing()) {
        for alg in further {
            let mut key = jwk(*name);
            key.set("alg", *alg);
            key.set("kid", kid_for(*name, alg));
            keys.push(key.to_string());
        }
    }
    Object(vec![("keys".to_owned(), format!("[{}]", keys.join(",")))])
}

/// The public half of a key as it stands in every key set, written once per process.
fn written(name: KeyName) -> String {
    static WRITTEN: Mutex<Option<HashMap<KeyName, String>>> = Mutex::new(None);
    let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    let text = written.get_or_insert_default().entry(name).or_insert_with(|| jwk(name).to_string());
    text.clone()
}

pub(super) fn jwk(name: KeyName) -> Object {
    let object = Object::default();
    match name {
        KeyName::Rsa1 | KeyName::Rsa2 | KeyName::Rsa3 | KeyName::Attacker => {
            rsa(object, name, "sig", "RS256")
        }
        KeyName::Encryption => rsa(object, name, "enc", "RSA-OAEP"),
        #[cfg(feature = "weak-keys")]
        KeyName::Short => weak_rsa(object, name, super::WeakRsa::Short),
        #[cfg(feature = "weak-keys")]
        KeyName::Tiny => weak_rsa(object, name, super::WeakRsa::Tiny),
        #[cfg(feature = "weak-keys")]
        KeyName::Huge => weak_rsa(object, name, super::WeakRsa::Huge),
        #[cfg(feature = "weak-keys")]
        KeyName::ExponentOne => weak_rsa(object, name, super::WeakRsa::ExponentOne),
        #[cfg(feature = "weak-keys")]
        KeyName::ExponentThree => weak_rsa(object, name, super::WeakRsa::ExponentThree),
        #[cfg(feature = "weak-keys")]
        KeyName::EvenModulus => weak_rsa(object, name, super::WeakRsa::EvenModulus),
        #[cfg(feature = "weak-keys")]
        KeyName::P384 => on_other_curve(object, name, super::OtherCurve::P384),
        #[cfg(feature = "weak-keys")]
        KeyName::Secp256k1 => on_other_curve(object, name, super::OtherCurve::Secp256k1),
        KeyName::Ec | KeyName::Ec2 | KeyName::Ec3 => {
            // An uncompressed point: 0x04, then x and y of 32 octets each.
            let (x, y) = keyring::ec(name).public_key().as_ref()[1..].split_at(32);
            elliptic(object, name, "P-256", (x, y))
        }
        KeyName::Ed | KeyName::Ed2 | KeyName::Ed3 => common(object.with("kty", "OKP"), name, "sig", "EdDSA")
            .with("crv", "Ed25519")
            .with("x", base64url(keyring::ed(name).public_key())),
    }
}

fn rsa(object: Object, name: KeyName, usage: &str, alg: &str) -> Object {
    let key = keyring::rsa(name);
    common(object.with("kty", "RSA"), name, usage, alg)
        .with("n", base64url(&key.modulus))
        .with("e", base64url(&key.exponent))
}

#[cfg(feature = "weak-keys")]
fn weak_rsa(object: Object, name: KeyName, key: super::WeakRsa) -> Object {
    let (modulus, exponent) = key.integers();
    common(object.with("kty", "RSA"), name, "sig", "RS256")
        .with("n", base64url(modulus))
        .with("e", base64url(exponent))
}

/// Says that it is for ES256, which is what a careless verifier looks at.
#[cfg(feature = "weak-keys")]
fn on_other_curve(object: Object, name: KeyName, curve: super::OtherCurve) -> Object {
    elliptic(object, name, curve.crv(), curve.coordinates())
}

fn elliptic(object: Object, name: KeyName, crv: &str, (x, y): (&[u8], &[u8])) -> Object {
    common(object.with("kty", "EC"), name, "sig", "ES256")
        .with("crv", crv)
        .with("x", base64url(x))
        .with("y", base64url(y))
}

fn common(object: Object, name: KeyName, usage: &str, alg: &str) -> Object {
    object.with("use", usage).with("alg", alg).with("kid", name.kid())
}

#[cfg(test)]
mod tests {
    use super::super::own_keys::OWN_NAMES;
    use super::*;

    /// Those that are in no key set unless a lie puts them there.
    const STRANGE: &[KeyName] = &[
        KeyName::Attacker,
        #[cfg(feature = "weak-keys")]
        KeyName::Short,
        #[cfg(feature = "weak-keys")]
        KeyName::Tiny,
        #[cfg(feature = "weak-keys")]
        KeyName::Huge,
        #[cfg(feature = "weak-keys")]
        KeyName::ExponentOne,
        #[cfg(feature = "weak-keys")]
        KeyName::ExponentThree,
        #[cfg(feature = "weak-keys")]
        KeyName::EvenModulus,
        #[cfg(feature = "weak-keys")]
        KeyName::P384,
        #[cfg(feature = "weak-keys")]
        KeyName::Secp256k1,
    ];

    fn all() -> Vec<KeyName> {
        [OWN_NAMES, STRANGE].concat()
    }

    #[test]
    fn no_private_member_is_ever_published() {
        for name in all() {
            let jwk = jwk(name);

            for (member, _) in &jwk.0 {
                assert!(
                    ["kty", "use", "alg", "kid", "n", "e", "crv", "x", "y"].contains(&member.as_str()),
                    "{name:?} has {member}"
                );
            }
        }
    }

    #[test]
    fn every_key_has_a_kid_of_its_own_and_the_usual_exponent() {
        let kids: std::collections::BTreeSet<_> = all().into_iter().map(KeyName::kid).collect();

        assert_eq!(kids.len(), all().len());
        assert_eq!(public_jwk(KeyName::Rsa1)["e"], "AQAB");
        assert_eq!(public_jwk(KeyName::Rsa1)["n"].as_str().map(str::len), Some(342));
        assert_eq!(public_jwk(KeyName::Ec)["y"].as_str().map(str::len), Some(43));
    }
}
