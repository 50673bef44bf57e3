//! A connection that somebody watches: it ends when a request does not arrive, when nobody takes an answer, and
//! when nobody uses it; and what is no HTTP at all is answered with a sentence.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

/// How long a connection stays open between two requests: longer than any client's pool keeps it, so that the
/// provider is never the one that ends it while a request is on its way.
const SPARE: Duration = Duration::from_mins(10);
/// How long a refused client may go on sending before the connection is cut, and how much. To cut it at once
/// would destroy the answer on its way.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: u64 = 4 * 1024 * 1024;

/// Where the conversation is: while the service thinks or speaks, nobody is late.
#[derive(Clone, Debug, Default)]
pub(super) struct Turn(Arc<AtomicU8>);

/// Nothing of the next request is here, and nothing of an answer is to come.
const IDLE: u8 = 0;
/// The beginning of a request is here, and its service has not been asked yet.
const IN_HEAD: u8 = 1;
/// The service has been asked, and has not said everything yet.
const ASKED: u8 = 2;

impl Turn {
    pub(super) fn asked(&self) {
        self.0.store(ASKED, Ordering::Relaxed);
    }

    fn is(&self, turn: u8) -> bool {
        self.0.load(Ordering::Relaxed) == turn
    }
}

/// The body of an answer. When it is gone, everything is said.
pub(super) struct Said {
    body: Body,
    turn: Turn,
}

impl Said {
    pub(super) fn new(body: Body, turn: Turn) -> Self {
        Self { body, turn }
    }
}

impl HttpBody for Said {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Said {
    fn drop(&mut self) {
        self.turn.0.store(IDLE, Ordering::Relaxed);
    }
}

/// Why a connection ended without an answer from the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// The head of a request did not come to its end in time.
    Late,
    /// This status says it.
    Status(u16),
}

/// A connection with its times.
pub(super) struct Watched<T> {
    stream: T,
    turn: Turn,
    patience: Duration,
    /// When something was last read or written; in a head, when it began.
    since: Instant,
    /// Since when the peer takes nothing of what is to be written.
    stuck: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
    refusal: Option<Refusal>,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Watched<T> {
    pub(super) fn new(stream: T, turn: Turn, patience: Duration) -> Self {
        let since = Instant::now();
        Self { stream, turn, patience, since, stuck: None, timer: None, refusal: None }
    }

    /// Ends the connection, after a sentence if one is due.
    pub(super) async fn end(mut self, result: Result<(), hyper::Error>) {
        let unspoken = result.err().filter(|error| error.is_parse() && self.turn.is(IN_HEAD));
        let refusal = self.refusal.or(unspoken.map(|_| Refusal::Status(400)));
        let answer = refusal.map(|refusal| refusal.answer(self.patience)).unwrap_or_default();
        let _ = timeout(self.patience, self.stream.write_all(answer.as_bytes())).await;
        let _ = self.stream.shutdown().await;
        let mut rest = (&mut self.stream).take(LINGER_BYTES);
        let _ = timeout(LINGER, tokio::io::copy(&mut rest, &mut tokio::io::sink())).await;
    }

    /// Whether this time is over. If not, the task wakes when it is.
    #[expect(clippy::disallowed_methods, reason = "a deadline is the point")]
    fn is_over(&mut self, due: Instant, context: &mut Context<'_>) -> bool {
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
        // A timer that rings too early costs less than setting it with every request.
        if timer.deadline() > due {
            timer.as_mut().reset(due);
        }
        while timer.as_mut().poll(context).is_ready() {
            if timer.deadline() >= due {
                return true;
            }
            timer.as_mut().reset(due);
        }
        false
    }

    /// What becomes of a write: one that does not get on ends the connection.
    fn written<R>(&mut self, result: Poll<io::Result<R>>, context: &mut Context<'_>) -> Poll<io::Result<R>> {
        if result.is_ready() {
            self.stuck = None;
            return result;
        }
        let stuck = *self.stuck.get_or_insert_with(Instant::now);
        if self.is_over(stuck + self.patience, context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncRead for Watched<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.turn.is(ASKED) {
            return result;
        }
        if result.is_ready() {
            if buffer.filled().len() > before && self.turn.is(IDLE) {
                self.turn.0.store(IN_HEAD, Ordering::Relaxed);
                self.since = Instant::now();
            }
            return result;
        }
        let in_head = self.turn.is(IN_HEAD);
        let due = self.since + if in_head { self.patience } else { SPARE };
        if !self.is_over(due, context) {
            return Poll::Pending;
        }
        self.refusal = in_head.then_some(Refusal::Late);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.turn.is(IN_HEAD)
            && let Some(status) = wordless(bytes)
        {
            self.refusal = Some(Refusal::Status(status));
            return Poll::Ready(Ok(bytes.len()));
        }
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        if result.is_ready() {
            self.since = Instant::now();
        }
        self.written(result, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(context);
        self.written(result, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The status of hyper's own answer to what it cannot read, which says nothing else.
fn wordless(answer: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(answer).ok()?;
    let status = text.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    (text.contains("\r\ncontent-length: 0\r\n") && text.ends_with("\r\n\r\n") && status >= 400)
        .then_some(status)
}

impl Refusal {
    fn answer(self, patience: Duration) -> String {
        let (status, sentence) = match self {
            Self::Late => (
                "408 Request Timeout",
                format!("the head of the request took longer than {patience:?}; send it at once"),
            ),
            Self::Status(414) => (
                "414 URI Too Long",
                "the URL is longer than 65534 bytes; send the parameters in the body of a POST".to_owned(),
            ),
            Self::Status(431) => (
                "431 Request Header Fields Too Large",
                "the request has more than 100 headers, or a head of more than 128 KiB; send less".to_owned(),
            ),
            Self::Status(_) => (
                "400 Bad Request",
                "this is no request of HTTP/1.1 (RFC 9112 3); send a method, a path, HTTP/1.1 and headers"
                    .to_owned(),
            ),
        };
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{sentence}\n",
            sentence.len() + 1
        )
    }
}
