//! Waiting for what happens next, on any runtime.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::exchange::Exchange;
use super::filter::Filter;
use super::ring::Trace;

/// The exchanges that a filter wants, one after the other, as they happen.
#[derive(Clone, Debug)]
pub struct Follow {
    trace: Trace,
    filter: Filter,
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
        Follow { trace: self.clone(), filter }
    }
}

impl Follow {
    /// The next exchange. It waits as long as it takes: give it a deadline.
    pub async fn next(&mut self) -> Exchange {
        Next(self).await
    }

    /// The next exchange if there is one; else the task is woken when there may be.
    pub(crate) fn poll_next(&mut self, context: &Context<'_>) -> Poll<Exchange> {
        match self.trace.first_or_wake(&self.filter, context.waker()) {
            Some(exchange) => {
                self.filter.since = exchange.seq;
                Poll::Ready(exchange)
            }
            None => Poll::Pending,
        }
    }
}

struct Next<'f>(&'f mut Follow);

impl Future for Next<'_> {
    type Output = Exchange;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Exchange> {
        self.0.poll_next(context)
    }
}
