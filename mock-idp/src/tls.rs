//! TLS with a local certificate authority, made on first use, for browsers and libraries that insist on https.

use std::fs;
use std::net::{IpAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};

/// What browsers accept at most is 825 days.
const LIFETIME: Duration = Duration::from_hours(24 * 800);
/// A clock that is a little wrong does not matter.
const BEFORE: Duration = Duration::from_hours(24);

/// The authority of a folder.
pub(crate) struct Authority {
    /// Its certificate, which whoever shall trust it needs.
    pub(crate) certificate: String,
    key: KeyPair,
}

impl Authority {
    /// Reads it, or makes it if it is not there.
    pub(crate) fn of(folder: &Path) -> Result<Self, String> {
        let (certificate, key) = (folder.join("ca.pem"), folder.join("ca-key.pem"));
        let problem = |what: &dyn std::fmt::Display| {
            format!(
                "the certificate authority in {}: {what}; remove the folder to have a new one, or choose another \
                 with tls_folder",
                folder.display()
            )
        };
        if !certificate.exists() || !key.exists() {
            let fresh = KeyPair::generate().map_err(|error| problem(&error))?;
            let made = authority().self_signed(&fresh).map_err(|error| problem(&error))?;
            fs::create_dir_all(folder).map_err(|error| problem(&error))?;
            fs::write(&key, fresh.serialize_pem()).map_err(|error| problem(&error))?;
            only_for_me(&key).map_err(|error| problem(&error))?;
            fs::write(&certificate, made.pem()).map_err(|error| problem(&error))?;
        }
        let key = fs::read_to_string(&key).map_err(|error| problem(&error))?;
        Ok(Self {
            certificate: fs::read_to_string(&certificate).map_err(|error| problem(&error))?,
            key: KeyPair::from_pem(&key).map_err(|error| problem(&error))?,
        })
    }

    /// How to serve under these names. The certificate is made for this start.
    pub(crate) fn server(&self, names: &[String], now: i64) -> Result<Arc<ServerConfig>, String> {
        let problem = |error: &dyn std::fmt::Display| {
            format!(
                "no certificate for {}: {error}; write host names and addresses as tls_hosts",
                names.join(", ")
            )
        };
        let key = KeyPair::generate().map_err(|error| problem(&error))?;
        let mut params = CertificateParams::new(names).map_err(|error| problem(&error))?;
        params.distinguished_name.push(DnType::CommonName, "mock-idp");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let now = date_time_ymd(1970, 1, 1) + Duration::from_secs(u64::try_from(now).unwrap_or_default());
        params.not_before = now - BEFORE;
        params.not_after = now + LIFETIME;
        let issuer = Issuer::new(authority(), &self.key);
        let certificate = params.signed_by(&key, &issuer).map_err(|error| problem(&error))?;
        let private = PrivateKeyDer::try_from(key.serialize_der()).map_err(|error| problem(&error))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| problem(&error))?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .map_err(|error| problem(&error))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

/// TLS on a connection to a server under this name, which has to prove itself by the authority of a folder.
pub(crate) fn trusting(
    folder: &Path,
    host: &str,
    stream: TcpStream,
) -> Result<StreamOwned<ClientConnection, TcpStream>, String> {
    let file = folder.join("ca.pem");
    let problem = |error: &dyn std::fmt::Display| {
        format!(
            "the authority to trust, {}: {error}; name the provider's folder with --tls-folder",
            file.display()
        )
    };
    let certificate = CertificateDer::from_pem_file(&file).map_err(|error| problem(&error))?;
    let mut trusted = RootCertStore::empty();
    trusted.add(certificate).map_err(|error| problem(&error))?;
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(bare).map_err(|error| format!("{host}: {error}"))?;
    let connection = ClientConnection::new(Arc::new(config), name).map_err(|error| error.to_string())?;
    Ok(StreamOwned::new(connection, stream))
}

/// What the authority's certificate says. It is the same every time, so that only the key has to be kept.
fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "mock-idp local authority, for development only");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    params
}

/// The names in the certificate: those of the settings, the loopback ones, and that of the public URL.
pub(crate) fn names(hosts: &[String], listen: IpAddr, urls: [Option<&str>; 2]) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let of_url = |url: &str| Some(url::Url::parse(url).ok()?.host_str()?.to_owned());
    names.extend(urls.into_iter().flatten().filter_map(of_url));
    names.extend(hosts.iter().cloned());
    if !listen.is_unspecified() {
        names.push(listen.to_string());
    }
    names.sort();
    names.dedup();
    names
}

/// Where the authority is unless the settings say.
pub(crate) fn default_folder() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = from("XDG_DATA_HOME")
        .or_else(|| from("HOME").map(|home| home.join(".local/share")))
        .or_else(|| from("LOCALAPPDATA"));
    data.unwrap_or_else(std::env::temp_dir).join("mock-idp")
}

#[cfg(unix)]
fn only_for_me(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on the other systems")]
fn only_for_me(_: &Path) -> std::io::Result<()> {
    Ok(())
}
