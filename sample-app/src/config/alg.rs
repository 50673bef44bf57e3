//! The algorithm of ID Tokens, as the app is registered with it.

use std::fmt;

use super::read::Variables;
use super::{IssuerSettings, SettingsError};

/// The algorithm that the provider signs this app's ID Tokens with (`id_token_signed_response_alg`). No other is
/// taken, whatever a token says of itself (RFC 8725 3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdTokenAlg {
    /// RSA, the one that every provider has.
    #[default]
    Rs256,
    /// RSA with PSS.
    Ps256,
    /// The elliptic curve P-256.
    Es256,
    /// The Edwards curve Ed25519.
    EdDsa,
    /// A MAC by the client secret, which needs one of 32 bytes at least (RFC 7518 3.2).
    Hs256,
}

/// In bytes: as many as the MAC has.
const SHORTEST_MAC_SECRET: usize = 32;
const INSTEAD: &str = "`RS256`, `PS256`, `ES256`, `EdDSA` or `HS256`, as the app is registered";

impl IdTokenAlg {
    /// Every algorithm there is.
    pub const ALL: [Self; 5] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa, Self::Hs256];

    /// Its name in the header of a token (RFC 7518 3.1, RFC 8037 3.1).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
        }
    }
}

impl fmt::Display for IdTokenAlg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads `ID_TOKEN_ALG`.
pub(super) fn read(variables: &Variables<'_>) -> Result<IdTokenAlg, SettingsError> {
    variables.choice("ID_TOKEN_ALG", &IdTokenAlg::ALL.map(|alg| (alg.name(), alg)), INSTEAD)
}

/// A MAC is worth what its secret is: one that can be guessed signs everybody in.
pub(super) fn check(issuer: &IssuerSettings) -> Result<(), SettingsError> {
    let length = issuer.client_secret.as_ref().map_or(0, |secret| secret.bytes().len());
    if issuer.id_token_alg != IdTokenAlg::Hs256 || length >= SHORTEST_MAC_SECRET {
        return Ok(());
    }
    let instead =
        "`RS256`, or set CLIENT_SECRET to a secret of at least 32 bytes, which HS256 needs (RFC 7518 3.2)";
    Err(SettingsError::BadValue { variable: "ID_TOKEN_ALG", value: issuer.id_token_alg.to_string(), instead })
}
