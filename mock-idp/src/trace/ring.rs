//! The bounded list of exchanges that a tenant keeps.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::exchange::{Endpoint, Exchange, Leg};

/// Exchanges kept; the oldest goes when one more comes.
const CAPACITY: usize = 4096;

/// A tenant's exchanges, oldest first. A cheap handle: clones see the same list.
///
/// A trace taken through a marked tenant shows the exchanges that carried the marker, and those on the
/// back leg, because the application's server carries nobody's marker.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    ring: Arc<Mutex<Ring>>,
    marker: Option<String>,
}

#[derive(Debug, Default)]
struct Ring {
    exchanges: VecDeque<Exchange>,
    last_seq: u64,
}

impl Trace {
    /// The same list as seen through a marker.
    pub(crate) fn marked(&self, marker: Option<String>) -> Self {
        Self { ring: Arc::clone(&self.ring), marker }
    }

    /// Writes an exchange down and gives it the next number, which is returned.
    pub(crate) fn record(&self, mut exchange: Exchange) -> u64 {
        let mut ring = self.ring();
        ring.last_seq += 1;
        exchange.seq = ring.last_seq;
        if ring.exchanges.len() == CAPACITY {
            ring.exchanges.pop_front();
        }
        ring.exchanges.push_back(exchange);
        ring.last_seq
    }

    /// Every exchange that is still kept.
    pub fn snapshot(&self) -> Vec<Exchange> {
        self.since(0)
    }

    /// The exchanges after the given number.
    pub fn since(&self, seq: u64) -> Vec<Exchange> {
        self.ring().exchanges.iter().filter(|e| e.seq > seq && self.shows(e)).cloned().collect()
    }

    /// How many exchanges there were with an endpoint.
    pub fn count(&self, endpoint: Endpoint) -> usize {
        self.ring().exchanges.iter().filter(|e| e.endpoint == endpoint && self.shows(e)).count()
    }

    /// The number of the last exchange, for a later [`Trace::since`].
    pub fn last_seq(&self) -> u64 {
        self.ring().last_seq
    }

    /// Forgets every exchange this trace shows. Numbers go on where they were.
    pub fn clear(&self) {
        self.ring().exchanges.retain(|exchange| !self.shows(exchange));
    }

    fn shows(&self, exchange: &Exchange) -> bool {
        self.marker.is_none() || exchange.marker == self.marker || exchange.leg == Leg::Back
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Recorder, Request};
    use super::*;

    fn exchange(endpoint: Endpoint, marker: Option<&str>) -> Exchange {
        let request =
            Request { method: "GET".into(), url: "http://x/".into(), headers: vec![], body: String::new() };
        Exchange {
            seq: 0,
            at_millis: 0,
            leg: endpoint.leg(),
            recorder: Recorder::Provider,
            endpoint,
            marker: marker.map(str::to_owned),
            request,
            response: None,
            faults: vec![],
        }
    }

    #[test]
    fn the_oldest_exchange_makes_room_and_numbers_are_never_reused() {
        let trace = Trace::default();

        for _ in 0..CAPACITY + 2 {
            trace.record(exchange(Endpoint::Home, None));
        }

        let kept = trace.snapshot();
        assert_eq!(kept.len(), CAPACITY);
        assert_eq!(kept[0].seq, 3);
        trace.clear();
        assert_eq!(trace.record(exchange(Endpoint::Home, None)), 4099);
    }

    #[test]
    fn a_marked_trace_shows_its_marker_and_the_back_leg() {
        let trace = Trace::default();
        trace.record(exchange(Endpoint::Authorize, Some("mine")));
        trace.record(exchange(Endpoint::Authorize, Some("yours")));
        trace.record(exchange(Endpoint::Jwks, None));

        let mine = trace.marked(Some("mine".into()));

        assert_eq!(mine.count(Endpoint::Authorize), 1);
        assert_eq!(mine.count(Endpoint::Jwks), 1);
        assert_eq!(trace.count(Endpoint::Authorize), 2);
    }
}
