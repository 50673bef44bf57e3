//! Two recorders, one trace: what the agent saw, with what only the provider saw put where it happened.

use super::canaries::{Canaries, Leak, Whose};
use mock_idp::Trace;
use mock_idp::trace::{Endpoint, Exchange, Leg};
use std::ops::Range;
use url::Url;

/// The exchanges of one trial, in the order in which they happened.
#[derive(Debug, Default)]
pub struct Conversation {
    /// All of them.
    pub exchanges: Vec<Exchange>,
    /// In whose browser each of them was; in none, on the back channel.
    whose: Vec<Whose>,
    canaries: Canaries,
    read: u64,
}

impl Conversation {
    /// A conversation that starts with what the provider records from now on.
    pub fn starting_at(provider: &Trace) -> Self {
        Self { read: provider.last_seq(), ..Self::default() }
    }

    /// Adds what an agent saw. What the application asked the provider behind the agent's back stands before
    /// the application's answer that it was needed for.
    pub fn add(&mut self, whose: Whose, seen: Vec<Exchange>, provider: &Trace) -> Range<usize> {
        let start = self.exchanges.len();
        let recorded = provider.since(self.read);
        self.read = recorded.last().map_or(self.read, |exchange| exchange.seq);
        self.merge(whose, seen, recorded);
        start..self.exchanges.len()
    }

    /// The first secret since a position that stands in an answer of the application, which lives here.
    pub(super) fn shown(&mut self, since: usize, app: &Url) -> Option<Leak> {
        let range = since.min(self.exchanges.len())..self.exchanges.len();
        self.canaries.shown(&self.exchanges, &self.whose, range, app)
    }

    fn merge(&mut self, whose: Whose, seen: Vec<Exchange>, recorded: Vec<Exchange>) {
        let mut recorded = recorded.into_iter().peekable();
        for mut exchange in seen {
            while let Some(behind) = recorded.next_if(|recorded| recorded.leg == Leg::Back) {
                self.push(None, behind);
            }
            if exchange.endpoint != Endpoint::App
                && let Some(twin) = recorded.next_if(|recorded| same_request(recorded, &exchange))
            {
                exchange.faults = twin.faults;
            }
            self.push(whose, exchange);
        }
        for behind in recorded.filter(|recorded| recorded.leg == Leg::Back) {
            self.push(None, behind);
        }
    }

    fn push(&mut self, whose: Whose, mut exchange: Exchange) {
        exchange.seq = self.exchanges.len() as u64 + 1;
        self.whose.push(whose);
        self.exchanges.push(exchange);
    }
}

fn same_request(recorded: &Exchange, seen: &Exchange) -> bool {
    recorded.request.method == seen.request.method && recorded.endpoint == seen.endpoint
}
