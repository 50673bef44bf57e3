//! `mock-idp healthcheck`: for container images that have no shell and no curl.

use std::process::ExitCode;

use clap::Args;
use url::Url;

use super::{say, web};

/// Whom to ask.
#[derive(Debug, Args)]
pub(super) struct HealthcheckArgs {
    /// The provider [default: http://127.0.0.1:PORT with the port of MOCK_IDP_PORT, or 9000]
    url: Option<String>,
    /// The port, if no URL is given
    #[arg(long, env = "MOCK_IDP_PORT", default_value_t = 9000, hide = true)]
    port: u16,
}

/// Asks, and says whether it is well.
pub(super) fn ask(args: &HealthcheckArgs) -> ExitCode {
    let url = args.url.clone().unwrap_or_else(|| format!("http://127.0.0.1:{}", args.port));
    match answered(&url) {
        Ok(()) => {
            say(&format!("{url} is well"));
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("mock-idp: {url} is not well: {problem}");
            ExitCode::from(1)
        }
    }
}

fn answered(text: &str) -> Result<(), String> {
    let mut url = Url::parse(text).map_err(|_| "it is no http URL; write http://HOST:PORT")?;
    if url.path() == "/" {
        // A bare host is asked at the path where a provider says how it is.
        url.set_path("/healthz");
    }
    match web::get(&url)? {
        (200, _) => Ok(()),
        (status, _) => Err(format!("it answered {status} instead of 200")),
    }
}
