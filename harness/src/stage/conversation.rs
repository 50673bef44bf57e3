//! Two recorders, one trace: what the agent saw, with what only the provider saw put where it happened.

use mock_idp::Trace;
use mock_idp::trace::{Endpoint, Exchange, Leg};
use std::ops::Range;

/// The exchanges of one trial, in the order in which they happened.
#[derive(Debug, Default)]
pub struct Conversation {
    /// All of them.
    pub exchanges: Vec<Exchange>,
    read: u64,
}

impl Conversation {
    /// A conversation that starts with what the provider records from now on.
    pub fn starting_at(provider: &Trace) -> Self {
        Self { exchanges: Vec::new(), read: provider.last_seq() }
    }

    /// Adds what an agent saw. What the application asked the provider behind the agent's back stands before
    /// the application's answer that it was needed for.
    pub fn add(&mut self, seen: Vec<Exchange>, provider: &Trace) -> Range<usize> {
        let start = self.exchanges.len();
        let recorded = provider.since(self.read);
        self.read = recorded.last().map_or(self.read, |exchange| exchange.seq);
        self.merge(seen, recorded);
        start..self.exchanges.len()
    }

    fn merge(&mut self, seen: Vec<Exchange>, recorded: Vec<Exchange>) {
        let mut recorded = recorded.into_iter().peekable();
        for mut exchange in seen {
            while let Some(behind) = recorded.next_if(|recorded| recorded.leg == Leg::Back) {
                self.push(behind);
            }
            if exchange.endpoint != Endpoint::App
                && let Some(twin) = recorded.next_if(|recorded| same_request(recorded, &exchange))
            {
                exchange.faults = twin.faults;
            }
            self.push(exchange);
        }
        for behind in recorded.filter(|recorded| recorded.leg == Leg::Back) {
            self.push(behind);
        }
    }

    fn push(&mut self, mut exchange: Exchange) {
        exchange.seq = self.exchanges.len() as u64 + 1;
        self.exchanges.push(exchange);
    }
}

fn same_request(recorded: &Exchange, seen: &Exchange) -> bool {
    recorded.request.method == seen.request.method && recorded.endpoint == seen.endpoint
}
