//! Opening the file: what it is, its settings, its tables.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{StoreError, error::damaged};
use crate::{
    durable::{FileId, sync_log},
    facts::model::FactKind,
};

/// What each format adds to the one before; a file of an older one is brought up when it is opened for
/// writing.
const STEPS: [&str; 3] = [
    include_str!("schema.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
];
/// The format this build writes (`user_version`), and the newest it reads.
pub(super) const FORMAT: i64 = STEPS.len() as i64;
/// Marks the file as ours (`application_id`): "vrzt".
const APPLICATION: i64 = 0x7672_7a74;

/// A connection and the file it is to.
#[derive(Debug)]
pub(super) struct Database {
    pub(super) conn: Connection,
    pub(super) file: PathBuf,
    id: FileId,
}

/// What the store knows of a table of facts without asking.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Table {
    /// The last row number given; numbers are never given twice.
    pub(super) last_row: u64,
    /// How many facts are current.
    pub(super) current: u64,
}

/// Every kind of fact, in the order of its code.
pub(super) const KINDS: [FactKind; 3] =
    [FactKind::Relation, FactKind::Consent, FactKind::Objection];

impl Database {
    /// Opens the file for writing, making it when absent.
    pub(super) fn open(file: PathBuf) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn =
            Connection::open_with_flags(&file, flags).map_err(|e| StoreError::sqlite(&file, e))?;
        let id = FileId::of(&file).map_err(|e| StoreError::io("find", &file, e))?;
        let db = Self { conn, file, id };
        let format = db.check()?;
        // SQLite opens for reading what it may not write, and says so only when it is to write.
        if db.conn.is_readonly("main").map_err(|e| db.wrong(e))? {
            return Err(StoreError::ReadOnly { path: db.file });
        }
        settings(&db.conn, 64).map_err(|e| db.wrong(e))?;
        db.prepare_to_write(format)?;
        sync_log(&db.file).map_err(|e| StoreError::io("sync the log of", &db.file, e))?;
        Ok(db)
    }

    /// Opens the file for reading, at the revision now current.
    pub(super) fn open_reader(file: &Path) -> Result<Self, StoreError> {
        let db = Self::open_to_look(file)?;
        db.conn.execute_batch("BEGIN").map_err(|e| db.wrong(e))?;
        Ok(db)
    }

    /// Opens the file for reading; each question sees the revision then current.
    pub(super) fn open_to_look(file: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || -> rusqlite::Result<Connection> {
            let conn = Connection::open_with_flags(file, flags)?;
            settings(&conn, 8)?;
            Ok(conn)
        };
        let conn = open().map_err(|e| StoreError::sqlite(file, e))?;
        Ok(Self {
            conn,
            file: file.to_owned(),
            id: FileId::of(file).map_err(|e| StoreError::io("find", file, e))?,
        })
    }

    /// Whether the file is still where it was opened. SQLite goes on writing to one that was deleted,
    /// and nobody would find again what is written there.
    pub(super) fn in_place(&self) -> Result<(), StoreError> {
        self.id
            .is_at(&self.file)
            .map_err(|source| StoreError::Gone {
                path: self.file.clone(),
                source,
            })
    }

    /// Writes the log's pages to the file, syncs it, and empties the log.
    pub(super) fn empty_log(&self) -> Result<(), StoreError> {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy: i64 = self
            .conn
            .query_row(sql, [], |row| row.get(0))
            .map_err(|e| self.wrong(e))?;
        match busy {
            0 => Ok(()),
            _ => Err(StoreError::Busy {
                path: self.file.clone(),
            }),
        }
    }

    pub(super) fn wrong(&self, source: rusqlite::Error) -> StoreError {
        StoreError::sqlite(&self.file, source)
    }

    /// Refuses a file that this build does not read in whole.
    pub(super) fn is_read_whole(&self) -> Result<(), StoreError> {
        match self.check()? {
            FORMAT => Ok(()),
            found => Err(StoreError::OlderVersion {
                path: self.file.clone(),
                found,
                known: FORMAT,
            }),
        }
    }

    /// The format of the file, 0 if it is new; refuses files that are not ours. Changes nothing.
    fn check(&self) -> Result<i64, StoreError> {
        let pragma = |name| {
            self.conn
                .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
                .map_err(|e| self.wrong(e))
        };
        let (application, format) = (pragma("application_id")?, pragma("user_version")?);
        let tables: i64 = self
            .conn
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(|e| self.wrong(e))?;
        let path = self.file.clone();
        match (application, format) {
            (0, 0) if tables == 0 => Ok(0),
            (APPLICATION, found) if found > FORMAT => Err(StoreError::NewerVersion {
                path,
                found,
                known: FORMAT,
            }),
            (APPLICATION, found @ 1..) => Ok(found),
            (APPLICATION, _) => Err(self.wrong(damaged("its format is not recorded"))),
            _ => Err(StoreError::Foreign { path }),
        }
    }

    fn prepare_to_write(&self, format: i64) -> Result<(), StoreError> {
        let new = format == 0;
        let settle = || -> rusqlite::Result<String> {
            if new {
                self.conn.pragma_update(None, "page_size", 8192)?;
            }
            let mode = self
                .conn
                .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
            self.conn.execute_batch(
                "PRAGMA synchronous = FULL;
                 PRAGMA foreign_keys = ON;
                 PRAGMA journal_size_limit = 67108864;",
            )?;
            Ok(mode)
        };
        let mode = settle().map_err(|e| self.wrong(e))?;
        if !mode.eq_ignore_ascii_case("wal") {
            return Err(StoreError::Refused(format!(
                "the file system of `{}` cannot share memory between connections, which the facts \
                 need; choose a --data-dir on a local disk",
                self.file.display()
            )));
        }
        if format < FORMAT {
            self.make_tables(format).map_err(|e| self.wrong(e))?;
        }
        Ok(())
    }

    /// All tables that the file does not have yet and the marks of format and program in one transaction,
    /// so that a file is either of the newest format or as it was.
    fn make_tables(&self, format: i64) -> rusqlite::Result<()> {
        let tx = rusqlite::Transaction::new_unchecked(&self.conn, TransactionBehavior::Immediate)?;
        for step in STEPS.iter().skip(usize::try_from(format).unwrap_or(0)) {
            tx.execute_batch(step)?;
        }
        tx.pragma_update(None, "application_id", APPLICATION)?;
        tx.pragma_update(None, "user_version", FORMAT)?;
        tx.commit()
    }

    /// The revision the connection sees.
    pub(super) fn revision(&self) -> rusqlite::Result<u64> {
        self.conn.query_row(
            "SELECT coalesce(max(revision), 0) FROM revision",
            [],
            |row| unsigned(row.get(0)?),
        )
    }

    /// What is known of a table of facts.
    pub(super) fn table(&self, kind: FactKind) -> rusqlite::Result<Table> {
        self.conn.query_row(
            "SELECT last_row, current FROM fact_table WHERE kind = ?1",
            [kind as u8],
            |row| {
                Ok(Table {
                    last_row: unsigned(row.get(0)?)?,
                    current: unsigned(row.get(1)?)?,
                })
            },
        )
    }
}

/// Settings of every connection; `docs/store.md` says why each.
fn settings(conn: &Connection, cache_mib: i64) -> rusqlite::Result<()> {
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    conn.set_prepared_statement_cache_capacity(64);
    conn.pragma_update(None, "cache_size", -1024 * cache_mib)?;
    conn.execute_batch(
        "PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;",
    )
}

/// The table of a kind of fact.
pub(super) fn table_name(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Relation => "relation",
        FactKind::Consent => "consent",
        FactKind::Objection => "objection",
    }
}

/// A count or row number, as SQLite holds it. Counts here stay far below 2^63.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The same, read.
pub(super) fn unsigned(value: i64) -> rusqlite::Result<u64> {
    u64::try_from(value).map_err(|_| damaged(format!("a count is {value}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// What survives a power cut rests on these (`docs/failures.md`).
    #[test]
    fn the_writer_is_told_to_sync_before_a_commit_returns() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("facts.db");
        // The second time it was there already.
        for _ in 0..2 {
            let db = Database::open(file.clone()).unwrap();
            let pragma = |name: &str| {
                let value = |row: &rusqlite::Row<'_>| row.get::<_, rusqlite::types::Value>(0);
                match db.conn.pragma_query_value(None, name, value).unwrap() {
                    rusqlite::types::Value::Text(text) => text,
                    other => format!("{other:?}"),
                }
            };
            assert_eq!(pragma("journal_mode"), "wal");
            assert_eq!(pragma("synchronous"), "Integer(2)", "FULL");
            assert_eq!(pragma("foreign_keys"), "Integer(1)");
            assert_eq!(pragma("trusted_schema"), "Integer(0)");
            assert_eq!(pragma("cell_size_check"), "Integer(1)");
        }
    }
}
