//! What must not happen twice: transactions already decided and sessions already ended.
//!
//! The ledger lives in memory and is bounded. A restart forgets it, and several processes do not share it: then
//! a finished form is still refused by its deleted cookie, and an ended session by its cleared one, but not
//! against someone who kept copies of the cookies.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Remembers names until a given time; the oldest go first when it is full.
pub(crate) struct Ledger {
    capacity: usize,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    until: HashMap<String, i64>,
    order: VecDeque<String>,
}

impl Ledger {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, entries: Mutex::default() }
    }

    /// Writes `name` down until `until`. False if it was there already: then somebody else was first.
    pub(crate) fn claim(&self, name: &str, until: i64, now: i64) -> bool {
        let mut entries = self.lock();
        entries.forget_expired(now);
        if entries.until.contains_key(name) {
            return false;
        }
        entries.until.insert(name.to_owned(), until);
        entries.order.push_back(name.to_owned());
        while entries.order.len() > self.capacity {
            entries.drop_oldest();
        }
        true
    }

    /// Takes a claim back, because nothing was decided after all.
    pub(crate) fn release(&self, name: &str) {
        let mut entries = self.lock();
        entries.until.remove(name);
        entries.order.retain(|kept| kept != name);
    }

    /// Is `name` written down?
    pub(crate) fn holds(&self, name: &str, now: i64) -> bool {
        self.lock().until.get(name).is_some_and(|until| *until > now)
    }

    /// A panic elsewhere leaves the list whole: every change is complete before the lock is given back.
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    /// Entries are written in the order in which they expire, near enough, so the front is the place to look.
    fn forget_expired(&mut self, now: i64) {
        while self.order.front().is_some_and(|name| self.until.get(name).is_none_or(|until| *until <= now)) {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(name) = self.order.pop_front() {
            self.until.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_be_claimed_once_until_it_is_forgotten() {
        let ledger = Ledger::new(10);

        assert!(ledger.claim("a", 100, 0));
        assert!(!ledger.claim("a", 100, 50));
        assert!(ledger.holds("a", 99) && !ledger.holds("a", 100));
        assert!(ledger.claim("a", 200, 100));
    }

    #[test]
    fn a_released_name_can_be_claimed_again() {
        let ledger = Ledger::new(10);
        ledger.claim("a", 100, 0);

        ledger.release("a");

        assert!(ledger.claim("a", 100, 0));
    }

    #[test]
    fn a_full_ledger_drops_the_oldest() {
        let ledger = Ledger::new(2);
        for name in ["a", "b", "c"] {
            ledger.claim(name, 100, 0);
        }

        assert!(!ledger.holds("a", 0) && ledger.holds("b", 0) && ledger.holds("c", 0));
    }
}
