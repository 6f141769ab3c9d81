//! Pairs that one person signed with yes and a second has still to sign: kept in `proposals.db` of the data
//! directory until then. They are no facts: nothing is decided by them.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use rusqlite::{Connection, OptionalExtension, Row};

use crate::clock::{Day, Micros};

/// The file.
const FILE: &str = "proposals.db";

/// What went wrong with the file.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}; free some space and check the rights of the file", path.display())]
pub(crate) struct ProposalsError {
    path: PathBuf,
    #[source]
    source: rusqlite::Error,
}

/// A pair that waits for its second signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Proposal {
    /// Its id.
    pub(crate) id: i64,
    /// The seller whose products they are.
    pub(crate) seller: String,
    /// What was bought.
    pub(crate) bought: String,
    /// What is offered.
    pub(crate) offered: String,
    /// Last day of the yes.
    pub(crate) expires_on: Day,
    /// Why.
    pub(crate) note: String,
    /// Who signed first.
    pub(crate) by: String,
    /// When.
    pub(crate) proposed_at: Micros,
}

/// The pairs that wait.
#[derive(Debug)]
pub(crate) struct Proposals {
    path: PathBuf,
    conn: Mutex<Connection>,
}

impl Proposals {
    /// Opens the file, making it if it is not there.
    pub(crate) fn open_in(data_dir: &Path) -> Result<Self, ProposalsError> {
        let path = data_dir.join(FILE);
        let open = || {
            let conn = Connection::open(&path)?;
            conn.pragma_update(None, "journal_mode", "WAL")?;
            conn.execute_batch(
                "CREATE TABLE IF NOT EXISTS proposal (
                   id          INTEGER PRIMARY KEY AUTOINCREMENT,
                   seller      TEXT NOT NULL,
                   bought      TEXT NOT NULL,
                   offered     TEXT NOT NULL,
                   expires_on  INTEGER NOT NULL,
                   note        TEXT NOT NULL,
                   by          TEXT NOT NULL,
                   proposed_at INTEGER NOT NULL,
                   ended_by    TEXT
                 ) STRICT",
            )?;
            Ok(conn)
        };
        match open() {
            Ok(conn) => Ok(Self {
                path,
                conn: Mutex::new(conn),
            }),
            Err(source) => Err(ProposalsError { path, source }),
        }
    }

    fn with<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ProposalsError> {
        let conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        work(&conn).map_err(|source| ProposalsError {
            path: self.path.clone(),
            source,
        })
    }

    /// Adds one; its `id` is not looked at.
    pub(crate) fn add(&self, p: &Proposal) -> Result<i64, ProposalsError> {
        self.with(|conn| {
            conn.execute(
                "INSERT INTO proposal (seller, bought, offered, expires_on, note, by, proposed_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                (
                    &p.seller,
                    &p.bought,
                    &p.offered,
                    p.expires_on.0,
                    &p.note,
                    &p.by,
                    p.proposed_at.0,
                ),
            )?;
            Ok(conn.last_insert_rowid())
        })
    }

    /// Those of a seller that wait, oldest first.
    pub(crate) fn open(&self, seller: &str) -> Result<Vec<Proposal>, ProposalsError> {
        self.with(|conn| {
            conn.prepare_cached(
                "SELECT id, seller, bought, offered, expires_on, note, by, proposed_at
                 FROM proposal WHERE ended_by IS NULL AND seller = ?1 ORDER BY id",
            )?
            .query_map([seller], read)?
            .collect()
        })
    }

    /// One that waits.
    pub(crate) fn get(&self, id: i64) -> Result<Option<Proposal>, ProposalsError> {
        self.with(|conn| {
            conn.query_row(
                "SELECT id, seller, bought, offered, expires_on, note, by, proposed_at
                 FROM proposal WHERE ended_by IS NULL AND id = ?1",
                [id],
                read,
            )
            .optional()
        })
    }

    /// Ends one; false if it does not wait any more, so that two cannot end it at once.
    pub(crate) fn end(&self, id: i64, by: &str) -> Result<bool, ProposalsError> {
        self.with(|conn| {
            let n = conn.execute(
                "UPDATE proposal SET ended_by = ?2 WHERE id = ?1 AND ended_by IS NULL",
                (id, by),
            )?;
            Ok(n == 1)
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Proposal> {
    Ok(Proposal {
        id: row.get(0)?,
        seller: row.get(1)?,
        bought: row.get(2)?,
        offered: row.get(3)?,
        expires_on: Day(row.get(4)?),
        note: row.get(5)?,
        by: row.get(6)?,
        proposed_at: Micros(row.get(7)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposal_waits_over_a_restart_and_ends_once() {
        let dir = tempfile::tempdir().unwrap();
        let proposal = Proposal {
            id: 0,
            seller: "a".into(),
            bought: "power".into(),
            offered: "solar".into(),
            expires_on: Day(21_000),
            note: "same meter".into(),
            by: "one".into(),
            proposed_at: Micros(5),
        };
        let id = Proposals::open_in(dir.path())
            .unwrap()
            .add(&proposal)
            .unwrap();
        let kept = Proposals::open_in(dir.path()).unwrap();
        assert_eq!(kept.open("a").unwrap(), [Proposal { id, ..proposal }]);
        assert!(kept.open("b").unwrap().is_empty());
        assert!(kept.end(id, "two").unwrap());
        assert!(!kept.end(id, "three").unwrap());
        assert_eq!(kept.get(id).unwrap(), None);
    }
}
