//! Keys that a careful application steps over (RFC 7517 5): nobody ever signs with them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::jwk::public_jwk;
use super::keyring::KeyName;
use crate::protocol::Object;

/// An entry of the key set that no application can use, and that must not keep it from using the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Junk {
    /// A `kty` that nobody knows.
    UnknownKty,
    /// An elliptic curve that nobody knows.
    UnknownCrv,
    /// An `alg` that nobody knows.
    UnknownAlg,
    /// A `use` that nobody knows.
    UnknownUse,
    /// An RSA key without its numbers.
    MissingMembers,
    /// A good key, but for encryption, and without `kid` and `use`.
    NoKid,
}

impl Junk {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::UnknownKty,
        Self::UnknownCrv,
        Self::UnknownAlg,
        Self::UnknownUse,
        Self::MissingMembers,
        Self::NoKid,
    ];

    /// The entry as a JWK.
    pub fn jwk(self) -> Value {
        let changed = |member: &str, value: &str| {
            let mut jwk = public_jwk(KeyName::Encryption);
            jwk["kid"] = format!("junk-{member}").into();
            jwk[member] = value.into();
            jwk
        };
        match self {
            Self::UnknownKty => json!({"kty": "QUUX", "use": "sig", "kid": "junk-kty", "pub": "AAAA"}),
            Self::UnknownCrv => {
                json!({"kty": "EC", "use": "sig", "kid": "junk-crv", "crv": "P-1024", "x": "AAAA", "y": "AAAA"})
            }
            Self::UnknownAlg => changed("alg", "XX512"),
            Self::UnknownUse => changed("use", "ornament"),
            Self::MissingMembers => {
                json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "junk-members"})
            }
            Self::NoKid => {
                let mut jwk = public_jwk(KeyName::Encryption);
                if let Some(members) = jwk.as_object_mut() {
                    members.retain(|name, _| name != "kid" && name != "use");
                }
                jwk
            }
        }
    }
}

/// A key set with junk at its end.
pub(crate) fn with_junk(mut set: Object, junk: &[Junk]) -> Object {
    if junk.is_empty() {
        return set;
    }
    if let Some(Value::Array(mut keys)) = set.get("keys") {
        keys.extend(junk.iter().map(|junk| junk.jwk()));
        set.set("keys", keys);
    }
    set
}
