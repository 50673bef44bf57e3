//! Records in a file of which a part is remembered by the process alone, so that a restart forgets it, or not at all.

use std::sync::Arc;

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
];

/// What is kept in memory only.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Logins,
    Logouts,
    SignOuts,
    Names,
}

/// The records, but for a part of them.
struct Partly {
    records: Arc<dyn Records>,
    part: Part,
    memory: Memory,
}

impl Partly {
    fn over(records: Arc<dyn Records>, part: Part) -> Arc<dyn Records> {
        let limit = Limit { most: 1000, when_full: WhenFull::Forget };
        Arc::new(Self { records, part, memory: Memory::new(limit, limit, 7 * 86_400) })
    }
}

impl Records for Partly {
    fn cookie(&self, sealed: &str, before: Option<&str>) -> Option<String> {
        self.records.cookie(sealed, before)
    }

    fn read(&self, cookie: &Arc<str>, now: i64) -> Result<Option<Arc<str>>, Unavailable> {
        self.records.read(cookie, now)
    }

    fn may_begin(&self, login: &str, now: i64) -> Result<Claimed, Unavailable> {
        if self.part == Part::Logins {
            return self.memory.may_begin(login, now);
        }
        self.records.may_begin(login, now)
    }

    fn begin(&self, beginning: &Beginning, now: i64) -> Result<Claimed, Unavailable> {
        if self.part != Part::Logins {
            return self.records.begin(beginning, now);
        }
        let first = self.memory.begin(beginning, now)?;
        if first != Claimed::First {
            return Ok(first);
        }
        // Under a name of its own, by which nobody asks for it.
        let login = Entry { name: beginning.cookie.clone(), ..beginning.login.clone() };
        self.records.begin(&Beginning { login, ..beginning.clone() }, now)
    }

    fn renew(&self, cookie: &str, session: &Record) -> Result<bool, Unavailable> {
        self.records.renew(cookie, session)
    }

    fn end(&self, place: &Place, now: i64) -> Result<bool, Unavailable> {
        let records: &dyn Records = if self.part == Part::Logouts { &self.memory } else { &*self.records };
        records.end(place, now)
    }

    fn end_named(&self, named: &str) -> Result<usize, Unavailable> {
        if self.part == Part::Names { Ok(0) } else { self.records.end_named(named) }
    }

    fn sign_out(&self, once: &Entry, out: &SignedOut, now: i64) -> Result<Claimed, Unavailable> {
        let records: &dyn Records = if self.part == Part::SignOuts { &self.memory } else { &*self.records };
        records.sign_out(once, out, now)
    }

    fn has_ended(&self, known: &Known, now: i64) -> Result<bool, Unavailable> {
        Ok(self.records.has_ended(known, now)? || self.memory.has_ended(known, now)?)
    }
}
