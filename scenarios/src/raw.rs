//! A request without a browser round it: what an attacker's own program sends, header by header.

use harness::{Outcome, Reason, Stop, Trial};
use std::fmt::Write as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
}

impl Answer {
    /// The values of a header, in order.
    pub(crate) fn headers_named(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = move |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.headers.iter().filter(named).map(|(_, value)| value.as_str())
    }
}

/// Sends a request with these headers and no others. `Host` is the app's own if it is not among them.
pub(crate) async fn send(
    t: &Trial,
    method: &str,
    url: &Url,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Answer, Stop> {
    reachable(url)?;
    let start = t.position();
    let text = written(method, url, headers, body);
    match exchanged(url, &text).await {
        Ok(answer) => read(&answer).ok_or_else(|| {
            t.found(start, "an answer of the app", format!("something else: {:.40}", answer.escape_debug()))
        }),
        Err(error) => Err(t.found(start, "an answer of the app", format!("{url}: {error}"))),
    }
}

fn reachable(url: &Url) -> Outcome {
    if url.scheme() == "http" {
        return Ok(());
    }
    Err(Stop::NotRun(Reason::Needs(
        "needs an app on plain http, as on loopback: such requests are not made over TLS",
    )))
}

fn written(method: &str, url: &Url, headers: &[(&str, &str)], body: &str) -> String {
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut text = format!("{method} {path} HTTP/1.1\r\n");
    let own = &url[url::Position::BeforeHost..url::Position::AfterPort];
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        let _ = write!(text, "Host: {own}\r\n");
    }
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    let _ = write!(text, "Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    text
}

async fn exchanged(url: &Url, text: &str) -> std::io::Result<String> {
    let addresses = url.socket_addrs(|| None)?;
    let mut stream = TcpStream::connect(&*addresses).await?;
    stream.write_all(text.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn read(answer: &str) -> Option<Answer> {
    let (head, _) = answer.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let header =
        |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    Some(Answer { status, headers: lines.filter_map(header).collect() })
}
