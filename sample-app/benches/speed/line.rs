//! Connections that stay open, with as little of a client as possible.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use crate::Outcome;

/// So many requests are under way at once, so that a server does not fall asleep between two.
pub(crate) const AT_ONCE: usize = 16;

pub(crate) struct Lines(Vec<TcpStream>);

impl Lines {
    pub(crate) fn to(address: SocketAddr) -> Outcome<Self> {
        let connect = |_| {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            Ok(stream)
        };
        (0..AT_ONCE).map(connect).collect::<Result<_, std::io::Error>>().map(Self).map_err(Into::into)
    }

    /// Sends one request on each connection, then waits for all the answers, head and body.
    pub(crate) fn ask(&mut self, requests: &[String]) -> Outcome<Vec<String>> {
        for (stream, request) in self.0.iter_mut().zip(requests) {
            stream.write_all(request.as_bytes())?;
        }
        self.0.iter_mut().take(requests.len()).map(receive).collect()
    }
}

fn receive(stream: &mut TcpStream) -> Outcome<String> {
    let (mut answer, mut part) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let read = stream.read(&mut part)?;
        answer.extend_from_slice(&part[..read]);
        let text = std::str::from_utf8(&answer)?;
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = header(head, "content-length").ok_or("an answer without a length")?;
            if body.len() >= length.parse()? {
                return Ok(text.to_owned());
            }
        }
        if read == 0 {
            return Err(format!("the connection ended after {} bytes", answer.len()).into());
        }
    }
}

/// The values of a header, which servers write in small letters.
pub(crate) fn headers<'a>(answer: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    head.lines().filter_map(move |line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// The first of them.
pub(crate) fn header<'a>(answer: &'a str, name: &'a str) -> Option<&'a str> {
    headers(answer, name).next()
}
