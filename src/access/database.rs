//! `access.db` in the data directory: apart from the facts, so that recording who looked never waits
//! for an import, and so that facts can live elsewhere.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, TransactionBehavior};

use super::AccessError;
use crate::durable::sync_log;

/// The file's name in the data directory.
pub const FILE: &str = "access.db";

/// What each format adds to the one before; an older file is brought up when it is opened.
const STEPS: [&str; 2] = [include_str!("schema.sql"), include_str!("schema_2.sql")];
/// The format this build writes (`user_version`), and the newest it reads.
const FORMAT: i64 = STEPS.len() as i64;
/// Marks the file as ours (`application_id`): "vrza".
const APPLICATION: i64 = 0x7672_7a61;

/// The one connection to the file. The data directory's lock keeps other processes away.
#[derive(Debug)]
pub(super) struct Database {
    conn: Mutex<Connection>,
    path: PathBuf,
}

impl Database {
    /// Opens the file, making it (for this user alone) when absent.
    pub(super) fn open(data_dir: &Path) -> Result<Self, AccessError> {
        let path = data_dir.join(FILE);
        let conn = Connection::open(&path).map_err(AccessError::file(&path))?;
        let pragma = |name| {
            conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0))
                .map_err(AccessError::file(&path))
        };
        let found = pragma("user_version")?;
        let is_ours = pragma("application_id")? == APPLICATION;
        let settle = || -> rusqlite::Result<()> {
            conn.busy_timeout(std::time::Duration::from_secs(5))?;
            conn.set_prepared_statement_cache_capacity(32);
            conn.execute_batch(
                "PRAGMA journal_mode = WAL;
                 PRAGMA synchronous = FULL;
                 PRAGMA foreign_keys = ON;
                 PRAGMA trusted_schema = OFF;
                 PRAGMA journal_size_limit = 16777216;",
            )
        };
        let make = || -> rusqlite::Result<()> {
            let tx = rusqlite::Transaction::new_unchecked(&conn, TransactionBehavior::Immediate)?;
            for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(0)) {
                tx.execute_batch(step)?;
            }
            tx.pragma_update(None, "application_id", APPLICATION)?;
            tx.pragma_update(None, "user_version", FORMAT)?;
            tx.commit()
        };
        match (is_ours, found) {
            (true, FORMAT) => settle().map_err(AccessError::file(&path))?,
            (true, 1..FORMAT) => settle()
                .and_then(|()| make())
                .map_err(AccessError::file(&path))?,
            (false, 0) => {
                // Secrets are in it only as hashes, but who did what is nobody else's to read.
                let _ = fs::set_permissions(&path, fs::Permissions::from_mode(0o600));
                settle()
                    .and_then(|()| make())
                    .map_err(AccessError::file(&path))?;
            }
            _ => return Err(AccessError::Format { path, found }),
        }
        if let Err(source) = sync_log(&path) {
            return Err(AccessError::Write { path, source });
        }
        Ok(Self {
            conn: Mutex::new(conn),
            path,
        })
    }

    /// The connection, for one caller at a time.
    pub(super) fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic inside a statement leaves no transaction open: each is rolled back when dropped.
        self.conn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the connection.
    pub(super) fn with<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, AccessError> {
        self.checked(work(&self.lock()))
    }

    /// What SQLite said, with the name of the file.
    pub(super) fn checked<T>(&self, said: rusqlite::Result<T>) -> Result<T, AccessError> {
        said.map_err(AccessError::file(&self.path))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// What survives a power cut rests on these (`docs/failures.md`).
    #[test]
    fn the_file_is_synced_before_a_commit_returns() {
        let dir = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let db = Database::open(dir.path()).unwrap();
            let conn = db.conn.lock().unwrap();
            let mode: String = conn
                .pragma_query_value(None, "journal_mode", |row| row.get(0))
                .unwrap();
            let synchronous: i64 = conn
                .pragma_query_value(None, "synchronous", |row| row.get(0))
                .unwrap();
            assert_eq!((mode.as_str(), synchronous), ("wal", 2), "FULL");
        }
    }
}
