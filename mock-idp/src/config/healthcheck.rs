//! `mock-idp healthcheck`: for container images that have no shell and no curl.

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::builder::BoolishValueParser;
use url::Url;

use super::{say, web};
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
    #[arg(long, env = "MOCK_IDP_PORT", hide = true)]
    port: Option<u16>,
    /// The address, if no URL is given
    #[arg(long, env = "MOCK_IDP_HOST", hide = true)]
    host: Option<IpAddr>,
    /// Whether it serves over TLS, if no URL is given
    #[arg(long, env = "MOCK_IDP_TLS", hide = true, value_parser = BoolishValueParser::new())]
    tls: Option<bool>,
}

impl HealthcheckArgs {
    /// The URL to ask: an address that the provider listens on.
    fn url(&self) -> Result<String, String> {
        if let Some(url) = &self.url {
            return Ok(url.clone());
        }
        let settings = match &self.config {
            Some(path) => FromFile::read(path).map_err(|error| error.to_string())?.settings,
            None => Settings::default(),
        };
        let mut listen = settings.listen;
        listen.set_port(self.port.unwrap_or(listen.port()));
        listen.set_ip(self.host.unwrap_or(listen.ip()));
        let is_tls = self.tls.unwrap_or(settings.tls);
        Ok(url_of(if is_tls { "https" } else { "http" }, listen))
    }
}

/// Asks, and says whether it is well.
pub(super) fn ask(args: &HealthcheckArgs) -> ExitCode {
    let url = match args.url() {
        Ok(url) => url,
        Err(problem) => {
            eprintln!("mock-idp: {problem}");
            return ExitCode::from(2);
        }
    };
    match answered(&url) {
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

fn answered(text: &str) -> Result<&'static str, String> {
    let mut url = Url::parse(text).map_err(|_| "it is no http URL; write http://HOST:PORT")?;
    if url.path() == "/" {
        // A bare host is asked at the path where a provider says how it is.
        url.set_path("/healthz");
    }
    if url.scheme() == "https" {
        web::connect(&url)?;
        return Ok("takes connections; more was not asked, because the check itself speaks no TLS");
    }
    match web::get(&url)? {
        (200, _) => Ok("is well"),
        (status, _) => Err(format!("it answered {status} instead of 200")),
    }
}
