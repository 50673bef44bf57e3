//! The private key by which the app shows a provider who it is (`private_key_jwt`, OIDC Core 9).

use std::fmt;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::SettingsError;
use super::read::Variables;

/// A private key, of RSA, the curve P-256 or the curve Ed25519. It never shows itself in a log.
#[derive(Clone)]
pub struct ClientKey {
    key: EncodingKey,
    header: Header,
}

/// How a key is read, and what it signs with.
type Reader = (Algorithm, fn(&[u8]) -> jsonwebtoken::errors::Result<EncodingKey>);

const READERS: [Reader; 3] = [
    (Algorithm::RS256, EncodingKey::from_rsa_pem),
    (Algorithm::ES256, EncodingKey::from_ec_pem),
    (Algorithm::EdDSA, EncodingKey::from_ed_pem),
];

impl ClientKey {
    /// Reads PEM (PKCS #8). `kid` is the key's name in the set that the provider knows, if it needs one. Nothing, if there
    /// is no key in it that can sign.
    pub fn from_pem(pem: &[u8], kid: Option<&str>) -> Option<Self> {
        // Another part of the process may have installed a provider already; any of them signs.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        READERS.iter().find_map(|(algorithm, read)| {
            let mut header = Header::new(*algorithm);
            header.kid = kid.map(str::to_owned);
            let key = Self { key: read(pem).ok()?, header };
            key.sign(&json!({})).map(|_| key)
        })
    }

    /// A JWT of these claims.
    pub(crate) fn sign(&self, claims: &Value) -> Option<String> {
        jsonwebtoken::encode(&self.header, claims, &self.key).ok()
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Reads the file that `CLIENT_KEY` names.
pub(super) fn read(variables: &Variables<'_>) -> Result<Option<ClientKey>, SettingsError> {
    let Some(path) = variables.get("CLIENT_KEY") else { return Ok(None) };
    let bad = |why: &str| SettingsError::ClientKey { path: path.to_owned(), why: why.to_owned() };
    let pem = std::fs::read(path).map_err(|error| bad(&error.to_string()))?;
    let key = ClientKey::from_pem(&pem, variables.get("CLIENT_KEY_ID"));
    key.map(Some).ok_or_else(|| bad("it holds no private key that can sign"))
}
