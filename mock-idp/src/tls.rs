//! TLS with a local certificate authority, made on first use, for browsers and libraries that insist on https.

mod authority;
mod server;

use std::net::{IpAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

pub use authority::{Authority, Issued};
pub(crate) use server::Server;

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

/// The names in the certificate: those of the settings, the loopback ones, and that of the public URL.
pub(crate) fn names(hosts: &[String], listen: IpAddr, urls: [Option<&str>; 2]) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let of_url = |url: &str| Some(url::Url::parse(url).ok()?.host_str()?.trim_matches(['[', ']']).to_owned());
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
