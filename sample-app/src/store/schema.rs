//! The tables of the database file, and how an older file becomes one of today.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{failpoint, unusable};
use crate::config::SettingsError;

/// Each step leads from the version of its index to the next. Steps are added and never changed.
const STEPS: [&str; TODAY as usize] = [
    // Names and ids are digests. A finished login or an obeyed logout token counts once until `until`; a sign-out ends
    // what was signed in no later than `at`.
    "CREATE TABLE sessions (id BLOB PRIMARY KEY, sealed TEXT NOT NULL, ends INTEGER NOT NULL) STRICT;
     CREATE INDEX sessions_by_end ON sessions (ends);
     CREATE TABLE finished (name BLOB PRIMARY KEY, until INTEGER NOT NULL) STRICT;
     CREATE INDEX finished_by_end ON finished (until);
     CREATE TABLE signed_out (whom BLOB PRIMARY KEY, at INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;
     CREATE INDEX signed_out_by_end ON signed_out (until);",
    // What the provider calls a session, for its front-channel logout.
    "ALTER TABLE sessions ADD COLUMN named BLOB;
     CREATE INDEX sessions_by_name ON sessions (named);",
];

/// The version of a file of today.
const TODAY: u32 = 2;

/// A gigabyte in pages of 4 KiB: what is more than that is refused, and the disk stays usable for others.
const MOST_PAGES: u32 = 262_144;

/// Settings of a connection. A write waits so long for other processes; a commit is on disk when it is answered.
const CONNECTION: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;";

/// Makes the file one of today.
pub(super) fn prepare(connection: &mut Connection, path: &Path) -> Result<(), SettingsError> {
    let version = bring_up_to_date(connection).map_err(|error| unusable(path, &error))?;
    if version > TODAY {
        let why = format!("its version is {version}, and this program knows no more than {TODAY}");
        return Err(unusable(path, &why));
    }
    Ok(())
}

/// The version that the file had if it is newer than this program; otherwise today's.
fn bring_up_to_date(connection: &mut Connection) -> rusqlite::Result<u32> {
    connection.busy_timeout(super::PATIENCE)?;
    connection.execute_batch(CONNECTION)?;
    connection.pragma_update(None, "max_page_count", MOST_PAGES)?;
    let step = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: u32 = step.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version > TODAY {
        return Ok(version);
    }
    for sql in STEPS.iter().skip(version as usize) {
        step.execute_batch(sql)?;
        failpoint::reach("migrating");
    }
    step.pragma_update(None, "user_version", TODAY)?;
    step.commit()?;
    Ok(TODAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> &'static Path {
        Path::new("sessions.sqlite")
    }

    #[test]
    fn a_file_of_every_older_version_becomes_one_of_today_and_keeps_its_rows() {
        for version in 1..=TODAY {
            let mut connection = Connection::open_in_memory().unwrap();
            connection.execute_batch(&STEPS[..version as usize].concat()).unwrap();
            connection.pragma_update(None, "user_version", version).unwrap();
            connection
                .execute("INSERT INTO sessions (id, sealed, ends) VALUES (x'01', 'sealed', 9)", [])
                .unwrap();

            prepare(&mut connection, path()).unwrap();
            prepare(&mut connection, path()).unwrap();

            let row = connection.query_row("SELECT sealed, ends, named FROM sessions", [], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, Option<Vec<u8>>>(2)?))
            });
            assert_eq!(row.unwrap(), ("sealed".to_owned(), 9, None), "from version {version}");
        }
    }

    #[test]
    fn a_file_of_a_later_program_is_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();

        let complaint = prepare(&mut connection, path()).unwrap_err().to_string();

        assert!(complaint.contains("SESSION_STORE") && complaint.contains("version is 99"), "{complaint}");
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
        assert_eq!(tables, 0);
    }
}
