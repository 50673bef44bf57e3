//! TLS without anything before the app.

use std::path::PathBuf;

use super::read::Variables;
use super::{Settings, SettingsError};

/// The files by which the app proves who it is. Needs the cargo feature `tls`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// A PEM file with the certificate, and after it those that lead to an authority.
    pub certificate: PathBuf,
    /// A PEM file with the private key of that certificate.
    pub key: PathBuf,
}

/// Both or neither: half a setting never means plain http.
pub(super) fn read(variables: &Variables<'_>) -> Result<Option<TlsFiles>, SettingsError> {
    let half = |missing, present| Err(SettingsError::HalfTls { missing, present });
    match (variables.get("TLS_CERT"), variables.get("TLS_KEY")) {
        (None, None) => Ok(None),
        (Some(_), None) => half("TLS_KEY", "TLS_CERT"),
        (None, Some(_)) => half("TLS_CERT", "TLS_KEY"),
        (Some(certificate), Some(key)) => {
            Ok(Some(TlsFiles { certificate: certificate.into(), key: key.into() }))
        }
    }
}

/// Browsers that are sent to a plain address find nobody there who understands them.
pub(super) fn check(settings: &Settings) -> Result<(), SettingsError> {
    if settings.tls.is_none() || settings.base_url.is_https() {
        return Ok(());
    }
    let value = settings.base_url.to_string();
    let instead = value.replacen("http:", "https:", 1);
    let why = format!("TLS_CERT is set, so the app speaks https: write `{instead}`");
    Err(SettingsError::BadUrl { variable: "BASE_URL", value, why })
}
