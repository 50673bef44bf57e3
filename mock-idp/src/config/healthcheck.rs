//! `mock-idp healthcheck`: for container images that have no shell and no curl.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use url::Url;

use super::{say, values, web};
use crate::server::url_of;
use crate::settings::{FromFile, Settings};

/// Whom to ask.
#[derive(Debug, Args)]
pub(super) struct HealthcheckArgs {
    /// The provider [default: where one with the same settings file and environment listens]
    url: Option<String>,
    /// The settings file, if no URL is given
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_CONFIG")]
    config: Option<PathBuf>,
    /// The port, if no URL is given
    #[arg(long, env = "MOCK_IDP_PORT", hide = true, allow_negative_numbers = true, value_parser = values::port)]
    port: Option<u16>,
    /// The address, if no URL is given
    #[arg(long, env = "MOCK_IDP_HOST", hide = true, value_parser = values::address)]
    host: Option<IpAddr>,
    /// Whether it serves over TLS, if no URL is given
    #[arg(long, env = "MOCK_IDP_TLS", hide = true, value_parser = values::yes_or_no)]
    tls: Option<bool>,
    /// Over TLS, the folder of the authority to trust [default: as the provider has it]
    #[arg(long, value_name = "FOLDER", env = "MOCK_IDP_TLS_FOLDER")]
    tls_folder: Option<PathBuf>,
}

/// What to ask.
struct Asked {
    url: String,
    /// The folder of the authority that is trusted over TLS.
    tls_folder: Option<PathBuf>,
}

impl HealthcheckArgs {
    /// An address that the provider listens on, unless a URL is given.
    fn asked(&self) -> Result<Asked, String> {
        let settings = match &self.config {
            Some(path) => FromFile::read(path).map_err(|error| error.to_string())?.settings,
            None => Settings::default(),
        };
        let tls_folder = self.tls_folder.clone().or(settings.tls_folder);
        if let Some(url) = &self.url {
            return Ok(Asked { url: url.clone(), tls_folder });
        }
        let mut listen = settings.listen;
        listen.set_port(self.port.unwrap_or(listen.port()));
        listen.set_ip(self.host.unwrap_or(listen.ip()));
        let is_tls = self.tls.unwrap_or(settings.tls);
        Ok(Asked { url: url_of(if is_tls { "https" } else { "http" }, listen), tls_folder })
    }
}

/// Asks, and says whether it is well.
pub(super) fn ask(args: &HealthcheckArgs) -> ExitCode {
    let Asked { url, tls_folder } = match args.asked() {
        Ok(asked) => asked,
        Err(problem) => {
            eprintln!("mock-idp: {problem}");
            return ExitCode::from(2);
        }
    };
    match answered(&url, tls_folder.as_deref()) {
        Ok(said) => {
            say(&format!("{url} {said}"));
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("mock-idp: {url} is not well: {problem}");
            ExitCode::from(1)
        }
    }
}

fn answered(text: &str, tls_folder: Option<&Path>) -> Result<&'static str, String> {
    let mut url = Url::parse(text).map_err(|_| "it is no http URL; write http://HOST:PORT")?;
    if url.path() == "/" {
        // A bare host is asked at the path where a provider says how it is.
        url.set_path("/healthz");
    }
    let status = match url.scheme() {
        "https" => over_tls(&url, tls_folder)?,
        _ => web::get(&url)?.0,
    };
    match status {
        200 => Ok("is well"),
        status => Err(format!("it answered {status} instead of 200")),
    }
}

/// The status of the answer over TLS.
#[cfg(feature = "tls")]
fn over_tls(url: &Url, folder: Option<&Path>) -> Result<u16, String> {
    let folder = folder.map_or_else(crate::tls::default_folder, Path::to_path_buf);
    let host = url.host_str().unwrap_or_default();
    let stream = crate::tls::trusting(&folder, host, web::connect(url)?)?;
    Ok(web::ask(url, stream)?.0)
}

/// That somebody takes connections does not say that a provider is well.
#[cfg(not(feature = "tls"))]
fn over_tls(_: &Url, _: Option<&Path>) -> Result<u16, String> {
    Err("it cannot be asked, because this program was built without TLS; build it with --features tls".into())
}
