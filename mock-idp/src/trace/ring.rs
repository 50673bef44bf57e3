//! The bounded list of exchanges that a tenant keeps.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use super::exchange::{Endpoint, Exchange, Leg};
use super::filter::Filter;
use super::kept::Kept;
use crate::ambient::Ids;

/// Exchanges kept; the oldest goes when one more comes.
const CAPACITY: usize = 4096;
/// Bytes kept, so that large pages do not fill the memory of a process with many tenants. The newest
/// exchange is kept whatever its size.
const BYTES: usize = 3 * 1024 * 1024;

/// A tenant's exchanges, oldest first. A cheap handle: clones see the same list. The last 4096 are kept, or
/// fewer if they take more than 3 MiB.
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
    exchanges: VecDeque<Kept>,
    /// What the exchanges weigh together.
    bytes: usize,
    last_seq: u64,
    /// How many of the back leg made room for others, by endpoint.
    gone: HashMap<Endpoint, usize>,
    /// Who waits for the next exchange, by the number of its seat.
    waiting: BTreeMap<u64, Waker>,
    /// The number of the last seat that was given out.
    last_seat: u64,
    /// Whether there will be no more exchanges: the issuer is gone.
    closed: bool,
    /// What tells this list from every other, once somebody asked.
    epoch: Option<String>,
}

impl Ring {
    fn push(&mut self, exchange: Kept) {
        self.bytes += exchange.weight();
        self.exchanges.push_back(exchange);
        while self.exchanges.len() > CAPACITY || (self.bytes > BYTES && self.exchanges.len() > 1) {
            let Some(oldest) = self.exchanges.pop_front() else { return };
            self.bytes -= oldest.weight();
            if oldest.leg == Leg::Back {
                *self.gone.entry(oldest.endpoint).or_default() += 1;
            }
        }
    }
}

impl Trace {
    /// The same list as seen through a marker.
    pub(crate) fn marked(&self, marker: Option<String>) -> Self {
        Self { ring: Arc::clone(&self.ring), marker }
    }

    /// Writes an exchange down and gives it the next number, which is returned.
    pub(crate) fn record(&self, exchange: impl Into<Kept>) -> u64 {
        let mut exchange = exchange.into();
        let mut ring = self.ring();
        ring.last_seq += 1;
        exchange.seq = ring.last_seq;
        ring.push(exchange);
        let (seq, waiting) = (ring.last_seq, std::mem::take(&mut ring.waiting));
        drop(ring);
        waiting.into_values().for_each(Waker::wake);
        seq
    }

    /// The first exchange that a filter wants, or nothing if none will come any more; if there is none yet, the
    /// waker in that seat is woken when one more comes.
    pub(super) fn first_or_wake(&self, filter: &Filter, seat: u64, waker: &Waker) -> Poll<Option<Exchange>> {
        let mut ring = self.ring();
        let found = ring.exchanges.iter().find(|e| filter.wants_kept(e) && self.shows(e)).map(Kept::exchange);
        if found.is_some() || ring.closed {
            return Poll::Ready(found);
        }
        ring.waiting.insert(seat, waker.clone());
        Poll::Pending
    }

    /// A place to wait in, for one that follows.
    pub(super) fn seat(&self) -> u64 {
        let mut ring = self.ring();
        ring.last_seat += 1;
        ring.last_seat
    }

    /// Whoever sat there waits no longer.
    pub(super) fn leave(&self, seat: u64) {
        self.ring().waiting.remove(&seat);
    }

    /// Says that there will be no more exchanges, which ends those that follow.
    pub(crate) fn close(&self) {
        let mut ring = self.ring();
        ring.closed = true;
        let waiting = std::mem::take(&mut ring.waiting);
        drop(ring);
        waiting.into_values().for_each(Waker::wake);
    }

    /// Every exchange that is still kept.
    pub fn snapshot(&self) -> Vec<Exchange> {
        self.since(0)
    }

    /// The exchanges after the given number.
    pub fn since(&self, seq: u64) -> Vec<Exchange> {
        self.ring().exchanges.iter().filter(|e| e.seq > seq && self.shows(e)).map(Kept::exchange).collect()
    }

    /// The exchanges that a filter wants.
    pub fn matching(&self, filter: &Filter) -> Vec<Exchange> {
        let filter = self.seen_from_here(filter.clone());
        self.ring()
            .exchanges
            .iter()
            .filter(|e| filter.wants_kept(e) && self.shows(e))
            .map(Kept::exchange)
            .collect()
    }

    /// One exchange by its number, if it is still kept.
    pub fn get(&self, seq: u64) -> Option<Exchange> {
        self.ring().exchanges.iter().find(|e| e.seq == seq && self.shows(e)).map(Kept::exchange)
    }

    /// How many exchanges there were with an endpoint: those that are kept, and those of the back leg that made room.
    pub fn count(&self, endpoint: Endpoint) -> usize {
        let ring = self.ring();
        let kept = ring.exchanges.iter().filter(|e| e.endpoint == endpoint && self.shows(e)).count();
        kept + ring.gone.get(&endpoint).copied().unwrap_or_default()
    }

    /// The number of the last exchange, for a later [`Trace::since`].
    pub fn last_seq(&self) -> u64 {
        self.ring().last_seq
    }

    /// How far somebody has come who knows the exchanges up to this one: `SEQ-EPOCH`, for `since` and
    /// `Last-Event-ID`. The epoch is another in every trace, so that one that took this one's place is not taken
    /// for it.
    pub fn position(&self, seq: u64) -> String {
        format!("{seq}-{}", self.epoch())
    }

    /// The filter with a number of this trace: none of another one's exchanges is known here.
    pub(super) fn seen_from_here(&self, filter: Filter) -> Filter {
        let is_elsewhere = filter.epoch.as_ref().is_some_and(|epoch| *epoch != self.epoch());
        if is_elsewhere { Filter { since: 0, epoch: None, ..filter } } else { filter }
    }

    fn epoch(&self) -> String {
        self.ring().epoch.get_or_insert_with(|| Ids::random().fresh()).clone()
    }

    /// Forgets every exchange this trace shows. Numbers go on where they were.
    pub fn clear(&self) {
        let mut ring = self.ring();
        ring.exchanges.retain(|exchange| !self.shows(exchange));
        ring.bytes = ring.exchanges.iter().map(Kept::weight).sum();
        ring.gone.clear();
    }

    fn shows(&self, exchange: &Kept) -> bool {
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
    fn large_exchanges_push_more_than_one_old_one_out_and_the_newest_stays() {
        let trace = Trace::default();
        let large = |bytes: usize| {
            let mut exchange = exchange(Endpoint::Home, Some("large"));
            exchange.request.body = "x".repeat(bytes);
            exchange
        };
        for _ in 0..4 {
            trace.record(large(BYTES / 4 - 1000));
        }
        assert_eq!(trace.snapshot().len(), 4);

        trace.record(large(BYTES / 2));
        assert_eq!(trace.snapshot().iter().map(|kept| kept.seq).collect::<Vec<_>>(), [3, 4, 5]);

        trace.record(large(2 * BYTES));
        assert_eq!(trace.snapshot().iter().map(|kept| kept.seq).collect::<Vec<_>>(), [6]);

        trace.marked(Some("large".into())).clear();
        assert_eq!(trace.ring().bytes, 0);
        trace.record(exchange(Endpoint::Home, None));
        trace.record(exchange(Endpoint::Home, None));
        assert_eq!(trace.snapshot().len(), 2);
    }

    #[test]
    fn who_stops_following_is_forgotten_and_a_closed_trace_ends_the_others() {
        let trace = Trace::default();
        let context = std::task::Context::from_waker(Waker::noop());
        let mut stays = trace.follow(Filter::default());
        assert!(stays.poll_next(&context).is_pending());
        for _ in 0..100 {
            let mut goes = trace.follow(Filter::default()).clone();
            assert!(goes.poll_next(&context).is_pending());
        }
        assert_eq!(trace.ring().waiting.len(), 1);

        trace.close();

        assert!(trace.ring().waiting.is_empty());
        assert!(matches!(stays.poll_next(&context), Poll::Ready(None)));
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

    #[test]
    fn what_an_application_asked_for_is_counted_when_it_has_made_room_as_well() {
        let trace = Trace::default();
        trace.record(exchange(Endpoint::Jwks, None));
        for _ in 0..CAPACITY {
            trace.record(exchange(Endpoint::Discovery, None));
        }

        assert_eq!((trace.count(Endpoint::Jwks), trace.snapshot().len()), (1, CAPACITY));
        trace.clear();
        assert_eq!(trace.count(Endpoint::Jwks), 0);
    }
}
