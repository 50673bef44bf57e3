//! TLS for one run: an authority made for it, which nobody else trusts, and a certificate of it for the application.

use super::TargetError;
use mock_idp::tls::Authority;
use mock_idp::{Clock, Settings};
use std::path::PathBuf;
use tempfile::TempDir;

/// The authority of a run, in a folder that goes with it.
pub struct Certificates {
    folder: TempDir,
    authority: Vec<u8>,
}

impl Certificates {
    /// Makes an authority, and a certificate for an application on this machine.
    pub fn new() -> Result<Self, TargetError> {
        let failed = |why: String| TargetError::Provider(format!("TLS cannot be prepared: {why}"));
        let folder = TempDir::with_prefix("rpcheck-").map_err(|error| failed(error.to_string()))?;
        let authority = Authority::of(folder.path()).map_err(failed)?;
        let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let issued = authority.issue(&names, Clock::system().unix()).map_err(failed)?;
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).map_err(|error| failed(error.to_string()))
        };
        write(CERTIFICATE, &issued.certificate)?;
        write(KEY, &issued.key)?;
        let authority = authority.certificate().as_bytes().to_vec();
        Ok(Self { folder, authority })
    }

    /// The authority's certificate as PEM.
    pub fn authority(&self) -> &[u8] {
        &self.authority
    }

    /// The same settings for a provider that proves itself by this authority.
    #[must_use]
    pub fn securing(&self, settings: Settings) -> Settings {
        Settings { tls: true, tls_folder: Some(self.folder.path().to_owned()), ..settings }
    }

    /// Fills in where the application finds its certificate (`{tls_cert}`), the key of it (`{tls_key}`) and the
    /// authority by which the provider proves itself (`{provider_ca}`).
    pub fn fill(&self, text: &str) -> String {
        let path = |name: &str| -> PathBuf { self.folder.path().join(name) };
        [("{tls_cert}", CERTIFICATE), ("{tls_key}", KEY), ("{provider_ca}", AUTHORITY)]
            .into_iter()
            .fold(text.to_owned(), |text, (mark, name)| text.replace(mark, &path(name).to_string_lossy()))
    }
}

const CERTIFICATE: &str = "app.pem";
const KEY: &str = "app-key.pem";
/// As the provider names it.
const AUTHORITY: &str = "ca.pem";
