//! Bytes out, and an answer back: as much of HTTP/1 as it takes to know when the answer is complete.

use harness::Symptom;
use mock_idp::trace::Response;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use url::Url;

/// How much of a body is kept.
const MAX_BODY: usize = 64 * 1024;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nobody listens.
    Unreachable(io::Error),
    /// The connection ended before the answer did.
    Dropped(io::Error),
    /// No answer in time.
    Hang(Duration),
    /// Something came that is no answer.
    Nonsense(String),
}

impl Trouble {
    pub(super) fn symptom(&self) -> Symptom {
        match self {
            Trouble::Unreachable(_) => Symptom::Unreachable,
            Trouble::Dropped(_) => Symptom::Dropped,
            Trouble::Hang(_) => Symptom::Hang,
            Trouble::Nonsense(_) => Symptom::Behaviour,
        }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trouble::Unreachable(error) => write!(f, "nothing answers there ({error})"),
            Trouble::Dropped(error) => write!(f, "the connection was dropped ({error})"),
            Trouble::Hang(patience) => write!(f, "no answer within {} s", patience.as_secs()),
            Trouble::Nonsense(text) => write!(f, "no HTTP/1 answer: {:.40}", text.escape_debug()),
        }
    }
}

/// Sends the bytes and reads the answer, in so much time.
pub(super) async fn exchanged(url: &Url, text: &str, patience: Duration) -> Result<Response, Trouble> {
    let late = |_| Trouble::Hang(patience);
    tokio::time::timeout(patience, talk(url, text)).await.map_err(late)?
}

async fn talk(url: &Url, text: &str) -> Result<Response, Trouble> {
    let mut stream = super::tls::connected(url).await.map_err(Trouble::Unreachable)?;
    stream.write_all(text.as_bytes()).await.map_err(Trouble::Dropped)?;
    stream.flush().await.map_err(Trouble::Dropped)?;
    let (mut seen, mut open) = (Vec::new(), true);
    let is_bodiless = text.starts_with("HEAD ");
    loop {
        if let Some((head, body)) = parts(&seen) {
            let mut answer = read(&head).ok_or_else(|| Trouble::Nonsense(head.clone()))?;
            if matches!(answer.status, 100 | 102..=199) {
                // Not the answer yet.
                seen = body.to_vec();
                continue;
            }
            if is_bodiless || is_whole(&answer, body, open) {
                answer.body = String::from_utf8_lossy(&body[..body.len().min(MAX_BODY)]).into_owned();
                return Ok(answer);
            }
        }
        if !open {
            if seen.is_empty() || parts(&seen).is_some() {
                return Err(Trouble::Dropped(io::ErrorKind::UnexpectedEof.into()));
            }
            return Err(Trouble::Nonsense(String::from_utf8_lossy(&seen).into_owned()));
        }
        open = match stream.read_buf(&mut seen).await {
            Ok(read) => read > 0,
            // The end of the connection, without that of TLS before it.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => false,
            Err(error) => return Err(Trouble::Dropped(error)),
        };
    }
}

/// The head as text, and as much of the body as there is.
fn parts(seen: &[u8]) -> Option<(String, &[u8])> {
    const END: &[u8] = b"\r\n\r\n";
    let end = seen.windows(END.len()).position(|window| window == END)?;
    Some((String::from_utf8_lossy(&seen[..end]).into_owned(), &seen[end + END.len()..]))
}

fn read(head: &str) -> Option<Response> {
    let mut lines = head.split("\r\n");
    let (version, status) = lines.next()?.split_once(' ')?;
    let minor = version.strip_prefix("HTTP/1.")?;
    if minor.len() != 1 || !minor.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let status = status.get(..3)?.parse().ok()?;
    let header =
        |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    Some(Response { status, headers: lines.filter_map(header).collect(), body: String::new() })
}

/// Is that all of the body? Where nothing says how long it is, the end of the connection does.
fn is_whole(answer: &Response, body: &[u8], open: bool) -> bool {
    if matches!(answer.status, 204 | 304) {
        return true;
    }
    let chunked =
        answer.header("transfer-encoding").is_some_and(|coding| coding.to_lowercase().contains("chunked"));
    if chunked {
        return body == b"0\r\n\r\n" || body.ends_with(b"\r\n0\r\n\r\n");
    }
    match answer.header("content-length").and_then(|length| length.parse::<usize>().ok()) {
        Some(length) => body.len() >= length,
        None => !open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    const SHORT: Duration = Duration::from_millis(300);
    const LONG: Duration = Duration::from_secs(20);

    /// What comes of an app that answers with these bytes, and then hangs up or does nothing more.
    async fn answered(
        answer: &'static [u8],
        hangs_up: bool,
        patience: Duration,
    ) -> Result<Response, Trouble> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let app = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let read = stream.read(&mut [0; 512]).await.expect("a request");
            assert!(read > 0);
            stream.write_all(answer).await.expect("an answer");
            if !hangs_up {
                std::future::pending::<()>().await;
            }
        });
        let url = Url::parse(&format!("http://127.0.0.1:{port}/")).expect("a URL");
        let came = exchanged(&url, "GET / HTTP/1.1\r\n\r\n", patience).await;
        app.abort();
        came
    }

    #[tokio::test]
    async fn an_answer_is_over_when_it_says_so_and_not_when_the_connection_is() {
        for (answer, hangs_up, body) in [
            (&b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"[..], false, "hi"),
            (
                b"HTTP/1.1 302 Found\r\nlocation: /\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
                false,
                "0\r\n\r\n",
            ),
            (b"HTTP/1.1 204 No Content\r\n\r\n", false, ""),
            (b"HTTP/1.0 200 OK\r\n\r\nto the end", true, "to the end"),
        ] {
            assert_eq!(answered(answer, hangs_up, LONG).await.expect("an answer").body, body);
        }
    }

    #[tokio::test]
    async fn an_app_that_falls_silent_hangs_up_or_babbles_is_told_apart() {
        for (answer, hangs_up, symptom) in [
            (&b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhi"[..], false, Symptom::Hang),
            (b"", false, Symptom::Hang),
            (b"", true, Symptom::Dropped),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhi", true, Symptom::Dropped),
            (b"SSH-2.0-OpenSSH\r\n\r\n", true, Symptom::Behaviour),
        ] {
            let patience = if symptom == Symptom::Hang { SHORT } else { LONG };
            let trouble = answered(answer, hangs_up, patience).await.expect_err("no answer");
            assert_eq!(trouble.symptom(), symptom, "{trouble}");
        }
    }
}
