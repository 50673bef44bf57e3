//! What is spoken below HTTP: nothing, or TLS.

use crate::config::{Settings, SettingsError};
use crate::policy::Policy;
#[cfg(feature = "tls")]
use tokio_rustls::TlsAcceptor;

/// What is spoken on the connections of one listener.
#[derive(Clone)]
pub(super) enum Transport {
    Plain,
    #[cfg(feature = "tls")]
    Tls {
        acceptor: TlsAcceptor,
        /// Is who speaks plainly served as well?
        plain_too: bool,
    },
}

impl Transport {
    /// As the settings say; the files are read now, once.
    pub(super) fn of(settings: &Settings, policy: &Policy) -> Result<Self, SettingsError> {
        settings.tls.as_ref().map_or(Ok(Self::Plain), |files| tls(files, policy.plain_too))
    }
}

#[cfg(not(feature = "tls"))]
fn tls(_: &crate::config::TlsFiles, _: bool) -> Result<Transport, SettingsError> {
    Err(SettingsError::NotBuilt { variable: "TLS_CERT", feature: "tls" })
}

#[cfg(feature = "tls")]
use with_tls::tls;

#[cfg(feature = "tls")]
mod with_tls {
    use std::path::Path;
    use std::sync::Arc;

    use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
    use tokio_rustls::rustls::pki_types::pem::{Error as PemError, PemObject as _};
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use tokio_rustls::rustls::{Error, ServerConfig};

    use super::Transport;
    use crate::config::{SettingsError, TlsFiles};

    pub(super) fn tls(files: &TlsFiles, plain_too: bool) -> Result<Transport, SettingsError> {
        let chain = CertificateDer::pem_file_iter(&files.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .and_then(|chain| if chain.is_empty() { Err(PemError::NoItemsFound) } else { Ok(chain) })
            .map_err(|error| certificate(&files.certificate, &unread(&error)))?;
        let private =
            PrivateKeyDer::from_pem_file(&files.key).map_err(|error| key(&files.key, &unread(&error)))?;
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, private));
        let mut config = config.map_err(|error| match error {
            Error::InvalidCertificate(why) => certificate(&files.certificate, &why.to_string()),
            Error::InconsistentKeys(_) => key(&files.key, "it is not the key of the certificate in TLS_CERT"),
            other => key(&files.key, &other.to_string()),
        })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Transport::Tls { acceptor: Arc::new(config).into(), plain_too })
    }

    fn certificate(path: &Path, why: &str) -> SettingsError {
        complaint("TLS_CERT", path, why, "the certificate, and after it those that lead to an authority")
    }

    fn key(path: &Path, why: &str) -> SettingsError {
        complaint("TLS_KEY", path, why, "the private key of the certificate in TLS_CERT, without a password")
    }

    fn complaint(variable: &'static str, path: &Path, why: &str, instead: &'static str) -> SettingsError {
        SettingsError::Tls { variable, path: path.display().to_string(), why: why.to_owned(), instead }
    }

    /// In words; what a broken file says is not repeated, because it may be the key.
    fn unread(error: &PemError) -> String {
        match error {
            PemError::NoItemsFound => "nothing of the kind is in it".to_owned(),
            PemError::Io(error) => error.to_string(),
            _ => "it is malformed".to_owned(),
        }
    }
}
