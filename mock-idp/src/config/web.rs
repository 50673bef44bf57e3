//! Asking a web server on this machine something, without a client that the provider itself has no use for.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use url::Url;

/// How long a healthy provider takes at most.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection to the first address of the name that takes one.
pub(super) fn connect(url: &Url) -> Result<TcpStream, String> {
    let host = url.host_str().ok_or("it names no host")?;
    let port = url.port_or_known_default().unwrap_or(80);
    let addresses = (host.trim_start_matches('[').trim_end_matches(']'), port)
        .to_socket_addrs()
        .map_err(|error| error.to_string())?;
    let mut problem = "it has no address".to_owned();
    for address in addresses {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => {
                for set in [TcpStream::set_read_timeout, TcpStream::set_write_timeout] {
                    set(&stream, Some(PATIENCE)).map_err(|error| error.to_string())?;
                }
                return Ok(stream);
            }
            Err(error) => problem = format!("{address}: {error}"),
        }
    }
    Err(problem)
}

/// Status and body of the answer to a GET.
pub(super) fn get(url: &Url) -> Result<(u16, String), String> {
    match url.scheme() {
        "http" => ask(url, connect(url)?),
        _ => Err("it is no http URL; write http://HOST:PORT".to_owned()),
    }
}

/// Asks on a connection that is there.
pub(super) fn ask(url: &Url, mut stream: impl Read + Write) -> Result<(u16, String), String> {
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let request = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
    let mut octets = Vec::new();
    stream.read_to_end(&mut octets).map_err(|error| format!("no answer ({error})"))?;
    let text = String::from_utf8_lossy(&octets);
    let status = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    let status = status.ok_or("what it answered is no HTTP")?;
    Ok((status, text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()))
}
