//! `mock-idp healthcheck`: for container images that have no shell and no curl.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use url::Url;

use super::say;

/// How long a healthy provider takes at most.
const PATIENCE: Duration = Duration::from_secs(5);

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
    let url = Url::parse(text)
        .ok()
        .filter(|url| url.scheme() == "http")
        .ok_or("it is no http URL; write http://HOST:PORT")?;
    let host = url.host_str().ok_or("it names no host")?;
    let port = url.port_or_known_default().unwrap_or(80);
    // A bare host is asked at the path where a provider says how it is.
    let path = if url.path() == "/" { "/healthz" } else { url.path() };
    let address = (host.trim_start_matches('[').trim_end_matches(']'), port)
        .to_socket_addrs()
        .map_err(|error| error.to_string())?
        .next()
        .ok_or("it has no address")?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(|error| error.to_string())?;
    for set in [TcpStream::set_read_timeout, TcpStream::set_write_timeout] {
        set(&stream, Some(PATIENCE)).map_err(|error| error.to_string())?;
    }
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\n\r\n")
        .map_err(|error| error.to_string())?;
    let mut start = [0; 12];
    stream.read_exact(&mut start).map_err(|error| format!("no answer ({error})"))?;
    if start.ends_with(b" 200") {
        Ok(())
    } else {
        Err(format!("it answered \"{}\" instead of HTTP/1.1 200", String::from_utf8_lossy(&start)))
    }
}
