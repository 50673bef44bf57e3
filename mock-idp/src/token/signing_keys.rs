//! Which keys sign at the moment, one of each kind.

use super::keyring::{EC_NAMES, ED_NAMES, KeyName};

/// The keys that sign, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningKeys {
    /// For RS*, PS*.
    pub rsa: KeyName,
    /// For ES256.
    pub ec: KeyName,
    /// For `EdDSA`.
    pub ed: KeyName,
}

impl SigningKeys {
    /// The keys that sign until the keys are rotated.
    pub const FIRST: Self = Self { rsa: KeyName::Rsa1, ec: KeyName::Ec, ed: KeyName::Ed };

    /// This RSA key, and of each other kind the first that is published, so that nothing is signed by a key that
    /// nobody can find while there is another.
    pub(crate) fn among(rsa: KeyName, published: &[KeyName]) -> Self {
        let first = |kind: [KeyName; 3]| published.iter().copied().find(|name| kind.contains(name));
        Self { rsa, ec: first(EC_NAMES).unwrap_or(rsa.ec()), ed: first(ED_NAMES).unwrap_or(rsa.ed()) }
    }

    /// The next key of every kind: after the third comes the first again.
    pub(crate) fn next(self) -> Self {
        Self { rsa: self.rsa.next(), ec: self.ec.next(), ed: self.ed.next() }
    }

    pub(crate) fn list(self) -> [KeyName; 3] {
        [self.rsa, self.ec, self.ed]
    }
}
