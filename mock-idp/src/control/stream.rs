//! Server-sent events (HTML 9.2): exchanges as they happen.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;

use crate::trace::{Exchange, Follow};

/// What is sent about an exchange.
pub(super) type Line = fn(&Exchange) -> String;

/// The exchanges that are followed, an event each; it ends when the reader or the issuer goes. A reader that
/// knows exchanges which never were is told `restart` first, and everything from the start.
pub(super) fn events(mut follow: Follow, line: Line) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    let greeting = greeting(follow.starts_over().then(|| follow.position(0)));
    (headers, Body::new(Events { greeting: Some(greeting), follow, line })).into_response()
}

struct Events {
    follow: Follow,
    line: Line,
    greeting: Option<String>,
}

impl hyper::body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(greeting) = self.greeting.take() {
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from(greeting)))));
        }
        let Some(exchange) = ready!(self.follow.poll_next(context)) else { return Poll::Ready(None) };
        let text = event(&self.follow.position(exchange.seq), &(self.line)(&exchange));
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(text)))))
    }
}

/// What is said at once, so that the reader knows that it is connected; how soon to come back; and where it
/// starts, if that is not where it was.
fn greeting(restart: Option<String>) -> String {
    let restart = restart.map(|id| format!("id: {id}\nevent: restart\ndata: \n\n"));
    format!("retry: 1000\n\n{}", restart.unwrap_or_default())
}

/// An event; every line of its data has to say that it is one.
fn event(id: &str, data: &str) -> String {
    let mut text = format!("id: {id}\nevent: exchange\n");
    for line in data.split(['\n', '\r']) {
        let _ = writeln!(text, "data: {line}");
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_of_several_lines_stays_one_event() {
        assert_eq!(
            event("7-e", "a\nid: 9\n\nb"),
            "id: 7-e\nevent: exchange\ndata: a\ndata: id: 9\ndata: \ndata: b\n\n"
        );
    }
}
