//! Everything in one SQLite file, which several processes may share.
//!
//! The cookie is a random id of 256 bits, signed under the cookie's name, so that only ids of our own making are looked
//! up. The file holds the digest of the id and the session sealed as it would be in a cookie: whoever reads the file
//! learns neither how to be somebody nor who is there.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::{
    Beginning, Claimed, Entry, Known, Place, Record, Records, SignedOut, Unavailable, failpoint, schema,
    unusable,
};
use crate::ambient::Random;
use crate::config::SettingsError;
use crate::vault::Vault;

/// How many rows of each table a login clears away at most.
const BATCH: i64 = 64;

/// A database file, and what makes cookies of ids.
pub(crate) struct File {
    connection: Mutex<Connection>,
    tickets: Tickets,
    /// For how many seconds a sign-out is remembered: as long as a session may last.
    lasts: i64,
}

/// Makes and reads the cookies.
pub(crate) struct Tickets {
    pub(crate) vault: Vault,
    pub(crate) random: Random,
    /// The name of the cookie.
    pub(crate) name: String,
}

impl Tickets {
    fn sign(&self, id: &str) -> Option<String> {
        Some(format!("{id}.{}", self.vault.sign(&self.name, id)?))
    }

    /// The id in a cookie, if we signed it.
    fn id<'a>(&self, cookie: &'a str) -> Option<&'a str> {
        let (id, signature) = cookie.split_once('.')?;
        self.vault.verify(&self.name, id, signature).then_some(id)
    }
}

impl File {
    /// Opens the file, or makes it, readable for its owner alone.
    pub(crate) fn open(path: &Path, tickets: Tickets, lasts: i64) -> Result<Self, SettingsError> {
        create(path).map_err(|error| unusable(path, &error))?;
        let mut connection = Connection::open(path).map_err(|error| unusable(path, &error))?;
        schema::prepare(&mut connection, path)?;
        Ok(Self { connection: Mutex::new(connection), tickets, lasts })
    }

    /// One transaction: all of it counts, or nothing.
    fn write<T>(
        &self,
        point: &str,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Unavailable> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let done = || {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            failpoint::reach(&format!("{point}-before-commit"));
            transaction.commit()?;
            failpoint::reach(&format!("{point}-after-commit"));
            Ok(done)
        };
        told(done())
    }

    fn look<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Unavailable> {
        told(work(&self.connection.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Rows that are over go, a few at a time. What is left over does no harm: nobody reads it.
    fn clear_away(&self, now: i64) {
        let _ = self.write("cleaning", |transaction| {
            for (table, end) in [("sessions", "ends"), ("finished", "until"), ("signed_out", "until")] {
                let over = format!(
                    "DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE {end} <= ?1 LIMIT ?2)"
                );
                transaction.execute(&over, params![now, BATCH])?;
            }
            Ok(())
        });
    }
}

impl Records for File {
    fn cookie(&self, _: &str, before: Option<&str>) -> Option<String> {
        match before {
            Some(before) => self.tickets.sign(self.tickets.id(before)?),
            None => self.tickets.sign(&self.tickets.random.token()),
        }
    }

    fn read(&self, cookie: &Arc<str>, now: i64) -> Result<Option<Arc<str>>, Unavailable> {
        let Some(id) = self.tickets.id(cookie) else { return Ok(None) };
        let find = "SELECT sealed FROM sessions WHERE id = ?1 AND ends > ?2";
        self.look(|file| {
            file.prepare_cached(find)?.query_row(params![hash(id), now], |row| row.get(0)).optional()
        })
    }

    fn may_begin(&self, login: &str, now: i64) -> Result<Claimed, Unavailable> {
        let find = "SELECT 1 FROM finished WHERE name = ?1 AND until > ?2";
        let known =
            self.look(|file| file.query_row(find, params![hash(login), now], |_| Ok(())).optional())?;
        Ok(known.map_or(Claimed::First, |()| Claimed::Taken))
    }

    fn begin(&self, beginning: &Beginning, now: i64) -> Result<Claimed, Unavailable> {
        let Some(id) = self.tickets.id(&beginning.cookie) else { return Err(Unavailable) };
        let claimed = self.write("login", |transaction| {
            if !claim(transaction, &beginning.login, now)? {
                return Ok(Claimed::Taken);
            }
            failpoint::reach("login-between");
            if let Some(earlier) = &beginning.earlier {
                self.remove(transaction, &earlier.cookie)?;
            }
            let Record { sealed, ends, named } = &beginning.session;
            transaction.execute(
                "INSERT INTO sessions (id, sealed, ends, named) VALUES (?1, ?2, ?3, ?4)",
                params![hash(id), sealed, ends, named.as_deref().map(hash)],
            )?;
            Ok(Claimed::First)
        })?;
        self.clear_away(now);
        Ok(claimed)
    }

    /// Never inserts: a request that was under way while its session ended does not bring it back.
    fn renew(&self, cookie: &str, session: &Record) -> Result<bool, Unavailable> {
        let Some(id) = self.tickets.id(cookie) else { return Ok(false) };
        let again = "UPDATE sessions SET sealed = ?2, ends = ?3 WHERE id = ?1";
        let row = params![hash(id), session.sealed, session.ends];
        Ok(self.write("renewal", |transaction| transaction.execute(again, row))? == 1)
    }

    fn end(&self, place: &Place, _: i64) -> Result<bool, Unavailable> {
        Ok(self.write("logout", |transaction| self.remove(transaction, &place.cookie))? == 1)
    }

    fn end_named(&self, named: &str) -> Result<usize, Unavailable> {
        let end = "DELETE FROM sessions WHERE named = ?1";
        self.write("logout", |transaction| transaction.execute(end, params![hash(named)]))
    }

    fn sign_out(&self, once: &Entry, out: &SignedOut, now: i64) -> Result<Claimed, Unavailable> {
        self.write("sign-out", |transaction| {
            if !claim(transaction, once, now)? {
                return Ok(Claimed::Taken);
            }
            transaction.execute(
                "INSERT INTO signed_out (whom, at, until) VALUES (?1, ?2, ?3)
                 ON CONFLICT (whom) DO UPDATE SET at = max(at, excluded.at), until = max(until, excluded.until)",
                params![hash(&out.whom), out.at, now.saturating_add(self.lasts)],
            )?;
            Ok(Claimed::First)
        })
    }

    fn has_ended(&self, known: &Known, _: i64) -> Result<bool, Unavailable> {
        let find = "SELECT 1 FROM signed_out WHERE whom = ?1 AND at >= ?2";
        self.look(|file| {
            let mut statement = file.prepare_cached(find)?;
            for name in &known.provider {
                if statement.exists(params![hash(name), known.signed_in])? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }
}

impl File {
    fn remove(&self, transaction: &Transaction<'_>, cookie: &str) -> rusqlite::Result<usize> {
        match self.tickets.id(cookie) {
            Some(id) => transaction.execute("DELETE FROM sessions WHERE id = ?1", params![hash(id)]),
            None => Ok(0),
        }
    }
}

/// Writes a name down that counts once; false if it counts already.
fn claim(transaction: &Transaction<'_>, entry: &Entry, now: i64) -> rusqlite::Result<bool> {
    let row = transaction.execute(
        "INSERT INTO finished (name, until) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET until = excluded.until WHERE until <= ?3",
        params![hash(&entry.name), entry.until, now],
    )?;
    Ok(row == 1)
}

fn hash(text: &str) -> Vec<u8> {
    digest(&SHA256, text.as_bytes()).as_ref().to_vec()
}

fn told<T>(done: rusqlite::Result<T>) -> Result<T, Unavailable> {
    done.map_err(|error| {
        tracing::error!(%error, "the session store fails");
        Unavailable
    })
}

fn create(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    #[test]
    fn a_file_that_may_not_grow_any_more_takes_no_login_and_still_ends_sessions() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::new(&[Secret::new("long enough")]);
        let tickets = Tickets { vault, random: Random::system(), name: "s".into() };
        let file = File::open(&folder.path().join("sessions.sqlite"), tickets, 100).unwrap();
        let begin = |login: usize| {
            let cookie = file.cookie("", None).unwrap();
            let session = Record { sealed: "x".repeat(10_000), ends: 100, named: None };
            let login = Entry { name: login.to_string(), until: 100 };
            let beginning = Beginning { login, cookie: cookie.clone(), session, earlier: None };
            (file.begin(&beginning, 0), cookie)
        };
        let (first, cookie) = begin(0);
        assert_eq!(first, Ok(Claimed::First));
        file.connection.lock().unwrap().pragma_update(None, "max_page_count", 30).unwrap();

        let full = (1..30).find(|login| begin(*login).0 == Err(Unavailable));

        assert!(full.is_some());
        let place = Place { cookie: cookie.clone(), name: Entry { name: "first".into(), until: 100 } };
        assert_eq!(file.end(&place, 0), Ok(true));
        assert_eq!(file.read(&cookie.into(), 0), Ok(None));
    }
}
