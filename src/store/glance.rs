//! A look at a store from beside it: what an operator watches, asked of the file, whoever owns it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    EnforcementRow, SnapshotRow, StoreError, data_dir,
    database::{Database, unsigned},
    enforcement, register,
};
use crate::{clock::Micros, durable};

/// A connection of its own for looking now and then. It waits for nobody and nobody waits for it.
#[derive(Debug)]
pub struct Glance {
    db: Database,
    seen: Seen,
}

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The newest revision that is durable.
    pub revision: u64,
    /// When each origin last brought a change.
    pub origins: BTreeMap<String, Micros>,
    /// Unclear stops that nobody has settled.
    pub unclear: u64,
}

impl Glance {
    /// Of the store in a data directory; it must be there.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            db: Database::open_to_look(&data_dir::facts(dir))?,
            seen: Seen::default(),
        })
    }

    /// Every register copy, oldest first, and where its numbers are.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn snapshots(&self) -> Result<Vec<(SnapshotRow, PathBuf)>, StoreError> {
        let dir = durable::parent_of(&self.db.file);
        let rows = register::all(&self.db.conn).map_err(|e| self.db.wrong(e))?;
        let place = |row: SnapshotRow| {
            let path = data_dir::snapshot(dir, &row.register, row.n);
            (row, path)
        };
        Ok(rows.into_iter().map(place).collect())
    }

    /// Every recorded choice of regime, oldest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn enforcements(&self) -> Result<Vec<EnforcementRow>, StoreError> {
        enforcement::all(&self.db.conn).map_err(|e| self.db.wrong(e))
    }

    /// Reads the whole file and looks whether its pages hang together; what is wrong if not.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn check(&self) -> Result<Option<String>, StoreError> {
        let said: String = self
            .db
            .conn
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(|e| self.db.wrong(e))?;
        Ok((said != "ok").then_some(said))
    }

    /// Looks. Only revisions since the last look are read.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn look(&mut self) -> Result<&Seen, StoreError> {
        let Self { db, seen } = self;
        let mut look = || -> rusqlite::Result<()> {
            let mut new = db.conn.prepare_cached(
                "SELECT r.revision, o.name, r.at FROM revision r JOIN origin o ON o.id = r.origin
                 WHERE r.revision > ?1 ORDER BY r.revision",
            )?;
            let mut rows = new.query([i64::try_from(seen.revision).unwrap_or(i64::MAX)])?;
            while let Some(row) = rows.next()? {
                seen.revision = unsigned(row.get(0)?)?;
                let at = Micros(row.get(2)?);
                match seen.origins.get_mut(row.get_ref(1)?.as_str()?) {
                    Some(last) => *last = at,
                    None => {
                        seen.origins.insert(row.get(1)?, at);
                    }
                }
            }
            let open = "SELECT count(*) FROM unclear WHERE settled_at IS NULL";
            let open = db.conn.prepare_cached(open)?.query_row([], |r| r.get(0));
            seen.unclear = unsigned(open?)?;
            Ok(())
        };
        look().map_err(|e| db.wrong(e))?;
        Ok(seen)
    }
}
