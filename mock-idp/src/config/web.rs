//! Asking a web server on this machine something, without a client that the provider itself has no use for.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use url::Url;

/// How long a healthy provider takes at most.
const PATIENCE: Duration = Duration::from_secs(5);

/// Status and body of the answer to a GET.
pub(super) fn get(url: &Url) -> Result<(u16, String), String> {
    if url.scheme() != "http" {
        return Err("it is no http URL; write http://HOST:PORT".to_owned());
    }
    let host = url.host_str().ok_or("it names no host")?;
    let port = url.port_or_known_default().unwrap_or(80);
    let address = (host.trim_start_matches('[').trim_end_matches(']'), port)
        .to_socket_addrs()
        .map_err(|error| error.to_string())?
        .next()
        .ok_or("it has no address")?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(|error| error.to_string())?;
    for set in [TcpStream::set_read_timeout, TcpStream::set_write_timeout] {
        set(&stream, Some(PATIENCE)).map_err(|error| error.to_string())?;
    }
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    write!(stream, "GET {target} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\n\r\n")
        .map_err(|error| error.to_string())?;
    let mut octets = Vec::new();
    stream.read_to_end(&mut octets).map_err(|error| format!("no answer ({error})"))?;
    let text = String::from_utf8_lossy(&octets);
    let status = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    let status = status.ok_or("what it answered is no HTTP")?;
    Ok((status, text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()))
}
