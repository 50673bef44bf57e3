//! Records of which a part is remembered by the process alone, so that a restart forgets it, or not as it should be.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Weakness, change};
use crate::ledger::{Limit, WhenFull};
use crate::store::{
    Beginning, Claimed, Entry, Known, Memory, Place, Record, Records, SignedOut, Unavailable,
};

pub(super) const WEAKNESSES: &[Weakness] = &[
    change("stored-logins", "A restart forgets which logins are finished.", |policy| {
        policy.session.records = |records| Partly::over(records, Part::Logins);
    }),
    change("stored-logouts", "A restart forgets which sessions were logged out.", |policy| {
        policy.session.records = |records| Partly::over(records, Part::Logouts);
    }),
    change("stored-sign-outs", "A restart forgets whom the provider has signed out.", |policy| {
        policy.session.records = |records| Partly::over(records, Part::SignOuts);
    }),
    change("stored-names", "Sessions are not found by what the provider calls them.", |policy| {
        policy.session.records = |records| Partly::over(records, Part::Names);
    }),
    change("stored-renewals", "A renewal writes a session again that was logged out meanwhile.", |policy| {
        policy.session.records = |records| Partly::over(records, Part::Renewals);
    }),
    change("sign-out-memory", "A login makes the app forget whom the provider has signed out.", |policy| {
        policy.session.records = |records| Partly::over(records, Part::SignOutsUntilALogin);
    }),
];

/// What is kept in memory only, and how.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Logins,
    Logouts,
    SignOuts,
    Names,
    Renewals,
    SignOutsUntilALogin,
}

/// The records, but for a part of them.
struct Partly {
    records: Arc<dyn Records>,
    part: Part,
    memory: Mutex<Memory>,
    /// Sessions by their cookies, as they were renewed.
    renewed: Mutex<HashMap<String, Arc<str>>>,
}

fn nothing() -> Memory {
    let limit = Limit { most: 1000, when_full: WhenFull::Forget };
    Memory::new(limit, limit, 7 * 86_400)
}

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Partly {
    fn over(records: Arc<dyn Records>, part: Part) -> Arc<dyn Records> {
        Arc::new(Self { records, part, memory: Mutex::new(nothing()), renewed: Mutex::default() })
    }
}

impl Records for Partly {
    fn cookie(&self, sealed: &str, before: Option<&str>) -> Option<String> {
        self.records.cookie(sealed, before)
    }

    fn read(&self, cookie: &Arc<str>, now: i64) -> Result<Option<Arc<str>>, Unavailable> {
        let renewed = lock(&self.renewed).get(&**cookie).cloned();
        Ok(self.records.read(cookie, now)?.or(renewed))
    }

    fn may_begin(&self, login: &str, now: i64) -> Result<Claimed, Unavailable> {
        if self.part == Part::Logins {
            return lock(&self.memory).may_begin(login, now);
        }
        self.records.may_begin(login, now)
    }

    fn begin(&self, beginning: &Beginning, now: i64) -> Result<Claimed, Unavailable> {
        if self.part == Part::SignOutsUntilALogin {
            *lock(&self.memory) = nothing();
        }
        if self.part != Part::Logins {
            return self.records.begin(beginning, now);
        }
        let first = lock(&self.memory).begin(beginning, now)?;
        if first != Claimed::First {
            return Ok(first);
        }
        // Under a name of its own, by which nobody asks for it.
        let login = Entry { name: beginning.cookie.clone(), ..beginning.login.clone() };
        self.records.begin(&Beginning { login, ..beginning.clone() }, now)
    }

    fn renew(&self, cookie: &str, session: &Record) -> Result<bool, Unavailable> {
        let renewed = self.records.renew(cookie, session)?;
        if self.part == Part::Renewals {
            lock(&self.renewed).insert(cookie.to_owned(), session.sealed.as_str().into());
        }
        Ok(renewed || self.part == Part::Renewals)
    }

    fn end(&self, place: &Place, now: i64) -> Result<bool, Unavailable> {
        if self.part == Part::Logouts {
            lock(&self.memory).end(place, now)
        } else {
            self.records.end(place, now)
        }
    }

    fn end_named(&self, named: &str) -> Result<usize, Unavailable> {
        if self.part == Part::Names { Ok(0) } else { self.records.end_named(named) }
    }

    fn sign_out(&self, once: &Entry, out: &SignedOut, now: i64) -> Result<Claimed, Unavailable> {
        match self.part {
            Part::SignOuts | Part::SignOutsUntilALogin => lock(&self.memory).sign_out(once, out, now),
            _ => self.records.sign_out(once, out, now),
        }
    }

    fn has_ended(&self, known: &Known, now: i64) -> Result<bool, Unavailable> {
        Ok(self.records.has_ended(known, now)? || lock(&self.memory).has_ended(known, now)?)
    }
}
