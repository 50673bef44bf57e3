//! Where sessions live, and where it is remembered what must not happen twice.
//!
//! | records | sessions | finished logins, ended sessions | after a restart, in a second process |
//! | --- | --- | --- | --- |
//! | [`Memory`] | sealed, in the cookie | in memory | forgotten, unknown |
//! | [`File`] | sealed, in a row; the cookie is a signed random id | in the same database | known |

#[cfg(feature = "store")]
mod failpoint;
#[cfg(feature = "store")]
mod file;
mod memory;
#[cfg(feature = "store")]
mod schema;

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::Semaphore;

#[cfg(feature = "store")]
use crate::config::SettingsError;
use crate::error::Refusal;
pub(crate) use crate::ledger::Claimed;
#[cfg(feature = "store")]
pub(crate) use file::{File, Tickets};
pub(crate) use memory::Memory;

/// How long a request waits for those before it.
const PATIENCE: Duration = Duration::from_secs(3);

/// The records cannot be read or written now. Nobody is let in by that, and nothing counts as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unavailable;

/// What a request is answered while the records are unavailable.
pub(crate) const UNAVAILABLE: Refusal =
    Refusal { reason: "session-store", clause: "SESSION_STORE", status: StatusCode::SERVICE_UNAVAILABLE };

/// A name that counts until a time, in Unix seconds.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) until: i64,
}

/// A session as it is kept.
#[cfg_attr(
    not(feature = "store"),
    expect(dead_code, reason = "a session that is in its cookie is not looked up")
)]
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) sealed: String,
    /// When it is over, in Unix seconds.
    pub(crate) ends: i64,
    /// What the provider calls it.
    pub(crate) named: Option<String>,
}

/// A session with the cookie it is found by.
#[cfg_attr(
    not(feature = "store"),
    expect(dead_code, reason = "a session that is in its cookie is not looked up")
)]
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) cookie: String,
    pub(crate) name: Entry,
}

/// A login that becomes a session, and ends the one that was there before.
#[cfg_attr(
    not(feature = "store"),
    expect(dead_code, reason = "a session that is in its cookie is not looked up")
)]
#[derive(Clone, Debug)]
pub(crate) struct Beginning {
    pub(crate) login: Entry,
    pub(crate) cookie: String,
    pub(crate) session: Record,
    pub(crate) earlier: Option<Place>,
}

/// Whom the provider signed out, and of when the last sign-in is that this ends, by the provider's clock.
#[derive(Clone, Debug)]
pub(crate) struct SignedOut {
    pub(crate) whom: String,
    pub(crate) at: i64,
}

/// By what a session may have been ended: its own name, or those by which the provider speaks of it.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) provider: Vec<String>,
    /// When the provider signed the person in, by its own clock.
    pub(crate) signed_in: i64,
}

/// The records themselves. Every call may block, and is done as a whole or not at all.
pub(crate) trait Records: Send + Sync {
    /// The value of the cookie for a session, which had the cookie `before`.
    fn cookie(&self, sealed: &str, before: Option<&str>) -> Option<String>;
    /// The sealed session behind a cookie.
    fn read(&self, cookie: &Arc<str>, now: i64) -> Result<Option<Arc<str>>, Unavailable>;
    /// Could this login be finished now?
    fn may_begin(&self, login: &str, now: i64) -> Result<Claimed, Unavailable>;
    /// Finishes a login, if nobody was first.
    fn begin(&self, beginning: &Beginning, now: i64) -> Result<Claimed, Unavailable>;
    /// Writes a session again, if it is still there.
    fn renew(&self, cookie: &str, session: &Record) -> Result<bool, Unavailable>;
    /// Ends a session; false if that had been done.
    fn end(&self, place: &Place, now: i64) -> Result<bool, Unavailable>;
    /// Ends the sessions that the provider calls so; how many there were, as far as they are found by that.
    fn end_named(&self, named: &str) -> Result<usize, Unavailable>;
    /// Ends what the provider signed out, if it says so for the first time.
    fn sign_out(&self, once: &Entry, out: &SignedOut, now: i64) -> Result<Claimed, Unavailable>;
    /// Was this session ended?
    fn has_ended(&self, known: &Known, now: i64) -> Result<bool, Unavailable>;
}

/// The records, and the way to them that does not hold other requests up.
pub(crate) struct Store {
    records: Arc<dyn Records>,
    /// Records that block are asked one request at a time, each on a thread of its own.
    turns: Option<Arc<Semaphore>>,
}

impl Store {
    /// Over records that answer at once.
    pub(crate) fn in_memory(records: Arc<dyn Records>) -> Self {
        Self { records, turns: None }
    }

    /// Over records that wait for a disk.
    #[cfg(feature = "store")]
    pub(crate) fn in_file(records: Arc<dyn Records>) -> Self {
        Self { records, turns: Some(Arc::new(Semaphore::new(1))) }
    }

    /// The value of the cookie for a session, which had the cookie `before`.
    pub(crate) fn cookie(&self, sealed: &str, before: Option<&str>) -> Option<String> {
        self.records.cookie(sealed, before)
    }

    /// Asks the records. What was begun is finished even if the browser goes away.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Records) -> Result<T, Unavailable> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let Some(turns) = &self.turns else { return work(&*self.records) };
        let turn = tokio::time::timeout(PATIENCE, turns.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            tracing::error!("the session store has too much to do");
            return Err(Unavailable);
        };
        let records = self.records.clone();
        let log = tracing::dispatcher::get_default(Clone::clone);
        let work = move || {
            let _turn = turn;
            tracing::dispatcher::with_default(&log, || work(&*records))
        };
        tokio::task::spawn_blocking(work).await.unwrap_or(Err(Unavailable))
    }
}

impl From<Unavailable> for Refusal {
    fn from(_: Unavailable) -> Self {
        UNAVAILABLE
    }
}

/// The complaint about a file that cannot serve.
#[cfg(feature = "store")]
fn unusable(path: &std::path::Path, why: &dyn std::fmt::Display) -> SettingsError {
    SettingsError::Store { path: path.display().to_string(), why: why.to_string() }
}
