//! Waiting for what happens next, on any runtime.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::exchange::Exchange;
use super::filter::Filter;
use super::ring::Trace;

/// The exchanges that a filter wants, one after the other, as they happen.
#[derive(Debug)]
pub struct Follow {
    trace: Trace,
    filter: Filter,
    /// Whether the filter's number was of another trace.
    elsewhere: bool,
    /// Where it waits.
    seat: u64,
}

impl Clone for Follow {
    fn clone(&self) -> Self {
        self.trace.follow(self.filter.clone())
    }
}

impl Drop for Follow {
    fn drop(&mut self) {
        self.trace.leave(self.seat);
    }
}

impl Trace {
    /// Follows the trace: first what is there already, then what comes. Every exchange is told once.
    ///
    /// ```
    /// # async fn example(tenant: mock_idp::Tenant) {
    /// use mock_idp::Endpoint;
    /// use mock_idp::trace::Filter;
    ///
    /// let mut asked_for_keys =
    ///     tenant.trace().follow(Filter { endpoint: Some(Endpoint::Jwks), ..Filter::default() });
    /// // … restart the application …
    /// let exchange = asked_for_keys.next().await;
    /// # }
    /// ```
    pub fn follow(&self, filter: Filter) -> Follow {
        let known = filter.epoch.is_some();
        let filter = self.seen_from_here(filter);
        let elsewhere = known && filter.epoch.is_none();
        Follow { trace: self.clone(), filter, elsewhere, seat: self.seat() }
    }
}

impl Follow {
    /// The next exchange. It waits as long as it takes: give it a deadline.
    pub async fn next(&mut self) -> Exchange {
        match self.next_if_any().await {
            Some(exchange) => exchange,
            None => std::future::pending().await,
        }
    }

    /// The next exchange, or nothing if the issuer is gone.
    pub(crate) async fn next_if_any(&mut self) -> Option<Exchange> {
        Next(self).await
    }

    /// The next exchange if there is one, or nothing if none will come; else the task is woken when there may be.
    pub(crate) fn poll_next(&mut self, context: &Context<'_>) -> Poll<Option<Exchange>> {
        let found = ready!(self.trace.first_or_wake(&self.filter, self.seat, context.waker()));
        if let Some(exchange) = &found {
            self.filter.since = exchange.seq;
        }
        Poll::Ready(found)
    }

    /// Whether it follows from the start although it was to go on, because what it was to go on after is none of
    /// this trace: the number of another one, or of an exchange that there never was.
    pub(crate) fn starts_over(&mut self) -> bool {
        if self.filter.since > self.trace.last_seq() {
            self.filter.since = 0;
            self.elsewhere = true;
        }
        self.elsewhere
    }

    /// Where somebody is who knows the exchanges up to this one.
    pub(crate) fn position(&self, seq: u64) -> String {
        self.trace.position(seq)
    }
}

struct Next<'f>(&'f mut Follow);

impl Future for Next<'_> {
    type Output = Option<Exchange>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Exchange>> {
        self.0.poll_next(context)
    }
}
