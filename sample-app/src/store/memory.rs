//! Nothing on disk: a session is all in its cookie, and what must not happen twice is in this process's memory.

use std::sync::Arc;

use super::{Beginning, Claimed, Entry, Known, Place, Record, Records, SignedOut, Unavailable};
use crate::ledger::{Ledger, Limit};

/// What this process remembers.
pub(crate) struct Memory {
    /// Logins already finished, and logout tokens already obeyed.
    finished: Ledger,
    /// Sessions already ended.
    ended: Ledger,
    /// For how many seconds a sign-out is remembered: as long as a session may last.
    lasts: i64,
}

impl Memory {
    pub(crate) fn new(finished: Limit, ended: Limit, lasts: i64) -> Self {
        Self { finished: Ledger::new(finished), ended: Ledger::new(ended), lasts }
    }
}

impl Records for Memory {
    fn cookie(&self, sealed: &str, _: Option<&str>) -> Option<String> {
        Some(sealed.to_owned())
    }

    fn read(&self, cookie: &Arc<str>, _: i64) -> Result<Option<Arc<str>>, Unavailable> {
        Ok(Some(cookie.clone()))
    }

    fn may_begin(&self, login: &str, now: i64) -> Result<Claimed, Unavailable> {
        Ok(self.finished.probe(login, now))
    }

    fn begin(&self, beginning: &Beginning, now: i64) -> Result<Claimed, Unavailable> {
        let claimed = self.finished.claim(&beginning.login.name, beginning.login.until, now);
        if let (Claimed::First, Some(earlier)) = (claimed, &beginning.earlier) {
            self.end(earlier, now)?;
        }
        Ok(claimed)
    }

    fn renew(&self, _: &str, _: &Record) -> Result<bool, Unavailable> {
        Ok(true)
    }

    fn end(&self, place: &Place, now: i64) -> Result<bool, Unavailable> {
        Ok(self.ended.claim(&place.name.name, place.name.until, now) == Claimed::First)
    }

    fn end_named(&self, _: &str) -> Result<usize, Unavailable> {
        Ok(0)
    }

    fn sign_out(&self, once: &Entry, out: &SignedOut, now: i64) -> Result<Claimed, Unavailable> {
        let claimed = self.finished.claim(&once.name, once.until, now);
        if claimed == Claimed::First {
            self.ended.extend(&out.whom, out.at.saturating_add(self.lasts), now);
        }
        Ok(claimed)
    }

    fn has_ended(&self, known: &Known, now: i64) -> Result<bool, Unavailable> {
        let last = known.signed_in.saturating_add(self.lasts);
        let by_provider = |name: &String| self.ended.until(name, now).is_some_and(|until| last <= until);
        Ok(self.ended.holds(&known.name, now) || known.provider.iter().any(by_provider))
    }
}
