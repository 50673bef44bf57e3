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

/// The exchanges that are followed, an event each; it ends when the reader goes.
pub(super) fn events(follow: Follow, line: Line) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    (headers, Body::new(Events { follow, line, greeted: false })).into_response()
}

struct Events {
    follow: Follow,
    line: Line,
    greeted: bool,
}

impl hyper::body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        // At once, so that the reader knows that it is connected; and how soon to come back.
        if !std::mem::replace(&mut self.greeted, true) {
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"retry: 1000\n\n")))));
        }
        let exchange = ready!(self.follow.poll_next(context));
        let text = event(exchange.seq, &(self.line)(&exchange));
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(text)))))
    }
}

/// An event; every line of its data has to say that it is one.
fn event(id: u64, data: &str) -> String {
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
            event(7, "a\nid: 9\n\nb"),
            "id: 7\nevent: exchange\ndata: a\ndata: id: 9\ndata: \ndata: b\n\n"
        );
    }
}
