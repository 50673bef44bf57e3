//! What must not happen twice: logins already finished and sessions already ended.
//!
//! A ledger lives in memory and is bounded. A restart forgets it, and several processes do not share it: then
//! a finished form is still refused by its deleted cookie, and an ended session by its cleared one, but not
//! against someone who kept copies of the cookies. The database file of `SESSION_STORE` has no such limit.

use std::collections::{BTreeSet, HashMap};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// How long one waits for somebody else's work.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much a ledger holds, and what gives way when that is not enough.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) most: usize,
    pub(crate) when_full: WhenFull,
}

/// What happens to a name for which there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhenFull {
    /// It is not taken: nothing that was promised to be remembered is forgotten.
    Refuse,
    /// It takes the place of the one that would expire next.
    Forget,
}

/// The answer to a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claimed {
    /// Nobody was here before.
    First,
    /// Somebody else was first.
    Taken,
    /// There is no room, so nobody can tell.
    Full,
}

/// Remembers names until a given time.
pub(crate) struct Ledger {
    limit: Limit,
    entries: Mutex<Entries>,
    released: Notify,
}

#[derive(Default)]
struct Entries {
    until: HashMap<String, i64>,
    /// The same, in the order in which they expire.
    order: BTreeSet<(i64, String)>,
}

impl Ledger {
    pub(crate) fn new(limit: Limit) -> Self {
        Self { limit, entries: Mutex::default(), released: Notify::new() }
    }

    /// Writes `name` down until `until`, if it is not there already and there is room.
    pub(crate) fn claim(&self, name: &str, until: i64, now: i64) -> Claimed {
        let mut entries = self.lock();
        entries.forget_expired(now);
        let free = entries.probe(name, self.limit);
        if free != Claimed::First {
            return free;
        }
        entries.until.insert(name.to_owned(), until);
        entries.order.insert((until, name.to_owned()));
        while entries.until.len() > self.limit.most {
            entries.drop_next();
        }
        Claimed::First
    }

    /// What a claim would be answered now.
    pub(crate) fn probe(&self, name: &str, now: i64) -> Claimed {
        let mut entries = self.lock();
        entries.forget_expired(now);
        entries.probe(name, self.limit)
    }

    /// Writes `name` down until `until`, or for longer if it is there already.
    pub(crate) fn extend(&self, name: &str, until: i64, now: i64) {
        let mut entries = self.lock();
        entries.forget_expired(now);
        let known = entries.until.get(name).copied();
        if let Some(known) = known.filter(|known| *known < until) {
            entries.order.remove(&(known, name.to_owned()));
        } else if known.is_some() {
            return;
        }
        entries.until.insert(name.to_owned(), until);
        entries.order.insert((until, name.to_owned()));
        while entries.until.len() > self.limit.most {
            entries.drop_next();
        }
    }

    /// Until when `name` is written down.
    pub(crate) fn until(&self, name: &str, now: i64) -> Option<i64> {
        self.lock().until.get(name).copied().filter(|until| *until > now)
    }

    /// As `claim`, for one who gives the claim back in the end.
    fn hold(&self, name: &str, until: i64, now: i64) -> Result<Hold<'_>, Claimed> {
        match self.claim(name, until, now) {
            Claimed::First => Ok(Hold { ledger: self, name: name.to_owned() }),
            other => Err(other),
        }
    }

    /// As `hold`, once whoever holds it has let go.
    pub(crate) async fn turn(&self, name: &str, until: i64, now: i64) -> Result<Hold<'_>, Claimed> {
        let waiting = async {
            loop {
                let mut released = pin!(self.released.notified());
                released.as_mut().enable();
                match self.hold(name, until, now) {
                    Err(Claimed::Taken) => released.await,
                    decided => return decided,
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or(Err(Claimed::Taken))
    }

    /// Is `name` written down?
    pub(crate) fn holds(&self, name: &str, now: i64) -> bool {
        self.until(name, now).is_some()
    }

    fn release(&self, name: &str) {
        let mut entries = self.lock();
        if let Some(until) = entries.until.remove(name) {
            entries.order.remove(&(until, name.to_owned()));
        }
        drop(entries);
        self.released.notify_waiters();
    }

    /// A panic elsewhere leaves the list whole: every change is complete before the lock is given back.
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A name written down for as long as somebody works on it. Whatever ends the work, be it a success, a refusal, a
/// provider that is down or a browser that went away, strikes the name out again.
pub(crate) struct Hold<'a> {
    ledger: &'a Ledger,
    name: String,
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.ledger.release(&self.name);
    }
}

impl Entries {
    fn probe(&self, name: &str, limit: Limit) -> Claimed {
        if self.until.contains_key(name) {
            Claimed::Taken
        } else if self.until.len() >= limit.most && limit.when_full == WhenFull::Refuse {
            Claimed::Full
        } else {
            Claimed::First
        }
    }

    fn forget_expired(&mut self, now: i64) {
        while self.order.first().is_some_and(|(until, _)| *until <= now) {
            self.drop_next();
        }
    }

    fn drop_next(&mut self) {
        if let Some((_, name)) = self.order.pop_first() {
            self.until.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future as _;
    use std::task::{Context, Waker};

    use super::*;

    fn ledger(most: usize, when_full: WhenFull) -> Ledger {
        Ledger::new(Limit { most, when_full })
    }

    #[test]
    fn a_name_can_be_claimed_once_until_it_is_forgotten() {
        let ledger = ledger(10, WhenFull::Refuse);

        assert_eq!(ledger.claim("a", 100, 0), Claimed::First);
        assert_eq!(ledger.claim("a", 100, 50), Claimed::Taken);
        assert!(ledger.holds("a", 99) && !ledger.holds("a", 100));
        assert_eq!(ledger.claim("a", 200, 100), Claimed::First);
    }

    #[test]
    fn a_name_is_held_by_one_at_a_time_and_free_again_afterwards() {
        let ledger = ledger(10, WhenFull::Refuse);

        let hold = ledger.hold("a", 100, 0).ok().unwrap();
        assert_eq!(ledger.hold("a", 100, 0).err(), Some(Claimed::Taken));
        drop(hold);

        assert_eq!(ledger.claim("a", 100, 0), Claimed::First);
        assert_eq!(ledger.probe("a", 0), Claimed::Taken);
    }

    #[tokio::test]
    async fn who_waits_for_a_name_has_it_as_soon_as_it_is_free() {
        let ledger = ledger(10, WhenFull::Refuse);
        let held = ledger.hold("a", 100, 0).ok().unwrap();
        let mut waiting = pin!(ledger.turn("a", 100, 0));
        let mut context = Context::from_waker(Waker::noop());
        assert!(waiting.as_mut().poll(&mut context).is_pending());

        drop(ledger.hold("b", 100, 0));
        assert!(waiting.as_mut().poll(&mut context).is_pending(), "another name is free");
        drop(held);

        assert!(waiting.await.is_ok());
    }

    #[test]
    fn a_full_ledger_refuses_rather_than_forgets_and_has_room_again_as_soon_as_one_expires() {
        let ledger = ledger(2, WhenFull::Refuse);
        ledger.claim("late", 200, 0);
        ledger.claim("early", 100, 0);

        assert_eq!(ledger.claim("more", 300, 99), Claimed::Full);
        assert!(ledger.holds("early", 99) && ledger.holds("late", 99));
        assert_eq!(ledger.claim("early", 100, 99), Claimed::Taken, "what it knows, it knows even when full");

        assert_eq!(ledger.claim("more", 300, 100), Claimed::First, "whichever came first, `early` is over");
        assert!(ledger.holds("late", 100));
    }

    #[test]
    fn where_nothing_may_be_refused_the_next_to_expire_gives_way() {
        let ledger = ledger(2, WhenFull::Forget);
        for (name, until) in [("b", 101), ("a", 100), ("c", 102)] {
            ledger.claim(name, until, 0);
        }

        assert!(!ledger.holds("a", 0) && ledger.holds("b", 0) && ledger.holds("c", 0));
    }

    #[test]
    fn a_name_is_kept_for_the_longest_time_that_was_asked_for() {
        let ledger = ledger(2, WhenFull::Forget);

        for until in [100, 300, 200] {
            ledger.extend("a", until, 0);
        }
        ledger.claim("b", 250, 0);
        ledger.claim("c", 260, 0);

        assert_eq!(ledger.until("a", 299), Some(300));
        assert!(!ledger.holds("b", 0) && ledger.holds("c", 0), "what expires next gives way");
    }

    #[test]
    fn a_ledger_without_room_that_forgets_remembers_nothing() {
        let ledger = ledger(0, WhenFull::Forget);

        assert_eq!(ledger.claim("a", 100, 0), Claimed::First);
        assert_eq!(ledger.claim("a", 100, 0), Claimed::First);
    }
}
