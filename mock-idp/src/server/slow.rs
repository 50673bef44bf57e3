//! Bodies that arrive slowly, or not to the end.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use hyper::body::{Body, Frame};

use super::connection::pause;
use crate::fault::Wire;

/// How often a slow body sends its share, if a share is a byte or more.
const BEAT: Duration = Duration::from_millis(100);

/// A body in pieces, with pauses, that may break off.
pub(super) struct SlowBody {
    rest: Bytes,
    piece: usize,
    beat: Duration,
    /// Whether the connection breaks after the last piece.
    breaks: bool,
    waiting: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    started: bool,
}

/// The end of a body that was announced longer.
#[derive(Debug, thiserror::Error)]
#[error("a fault told the provider to break off")]
pub(super) struct BrokenOff;

impl SlowBody {
    pub(super) fn new(wire: &Wire) -> Self {
        let rest = wire.body.slice(..wire.sent().len());
        let (piece, beat) = match wire.bytes_per_second {
            Some(rate) if rate < 10 => (1, Duration::from_secs(1) / rate.max(1)),
            Some(rate) => (usize::try_from(rate / 10).unwrap_or(usize::MAX), BEAT),
            None => (rest.len().max(1), BEAT),
        };
        Self { rest, piece, beat, breaks: wire.breaks_off(), waiting: None, started: false }
    }
}

impl Body for SlowBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if self.rest.is_empty() && !self.breaks {
            return Poll::Ready(None);
        }
        // The pause before a break also lets what was sent reach the client: headers, if nothing else.
        if self.started || self.rest.is_empty() {
            let beat = self.beat;
            let waiting = self.waiting.get_or_insert_with(|| Box::pin(pause(beat)));
            std::task::ready!(waiting.as_mut().poll(context));
            self.waiting = None;
        }
        self.started = true;
        if self.rest.is_empty() {
            return Poll::Ready(Some(Err(BrokenOff)));
        }
        let length = self.piece.min(self.rest.len());
        let piece = self.rest.split_to(length);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}
