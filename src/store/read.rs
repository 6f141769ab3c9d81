//! Reading from another thread, and loading the facts into memory.

use super::{
    FactRow, RevisionRow, Store, StoreError, UnclearRow, data_dir,
    database::{Database, table_name},
    decode, ends, full, revision, unclear,
};
use crate::{
    clock::Micros,
    facts::model::{Consent, FactId, FactKind, Objection, Relation},
    number::E164,
};
use rusqlite::Row;
use std::path::{Path, PathBuf};

/// A connection of its own, for any thread. It sees the revision it was made at until it is dropped;
/// drop it soon, since the write-ahead log grows while it lives.
#[derive(Debug)]
pub struct StoreReader {
    pub(super) db: Database,
    pub(super) dir: PathBuf,
    revision: u64,
}

impl StoreReader {
    pub(super) fn open(store: &Store) -> Result<Self, StoreError> {
        Self::on(&store.db.file, store.dir.path())
    }

    /// Reads a data directory that another process may own; `None` if there are no facts in it.
    ///
    /// # Errors
    /// [`StoreError::OlderVersion`], [`NewerVersion`](StoreError::NewerVersion),
    /// [`Foreign`](StoreError::Foreign), or if the file cannot be read.
    pub fn beside(data_dir: &Path) -> Result<Option<Self>, StoreError> {
        let file = data_dir::facts(data_dir);
        if !file.is_file() {
            return Ok(None);
        }
        let reader = Self::on(&file, data_dir)?;
        reader.db.is_read_whole()?;
        Ok(Some(reader))
    }

    fn on(file: &Path, dir: &Path) -> Result<Self, StoreError> {
        let db = Database::open_reader(file)?;
        let revision = db.revision().map_err(|e| db.wrong(e))?;
        Ok(Self {
            db,
            dir: dir.to_owned(),
            revision,
        })
    }

    /// A reader of the facts in a data directory that is open already; no change set is waited for.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn of(data_dir: &Path) -> Result<Self, StoreError> {
        Self::on(&data_dir::facts(data_dir), data_dir)
    }

    /// The revision it sees.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How many facts of a kind are current: exactly as many as loading gives.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn current(&self, kind: FactKind) -> Result<u64, StoreError> {
        let table = self.db.table(kind).map_err(|e| self.db.wrong(e))?;
        Ok(table.current)
    }

    /// Gives every current relation, in the order they came.
    ///
    /// # Errors
    /// If the store cannot be read or holds another number of them than it should.
    pub fn load_relations(&self, mut each: impl FnMut(E164, Relation)) -> Result<(), StoreError> {
        self.load(FactKind::Relation, |row| {
            let (e164, fact) = decode::relation(row)?;
            each(e164, fact);
            Ok(())
        })
    }

    /// Gives every current consent, in the order they came. Equal sets of products share one array.
    ///
    /// # Errors
    /// If the store cannot be read or holds another number of them than it should.
    pub fn load_consents(&self, mut each: impl FnMut(E164, Consent)) -> Result<(), StoreError> {
        let mut sets = decode::Sets::default();
        self.load(FactKind::Consent, |row| {
            let (e164, fact) = decode::consent(row, &mut sets)?;
            each(e164, fact);
            Ok(())
        })
    }

    /// Gives every current objection, in the order they came.
    ///
    /// # Errors
    /// If the store cannot be read or holds another number of them than it should.
    pub fn load_objections(
        &self,
        mut each: impl FnMut(Option<E164>, Objection),
    ) -> Result<(), StoreError> {
        self.load(FactKind::Objection, |row| {
            let (e164, fact) = decode::objection(row)?;
            each(e164, fact);
            Ok(())
        })
    }

    fn load(
        &self,
        kind: FactKind,
        mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        let scan = format!(
            "SELECT {} FROM {} f ORDER BY f.id",
            decode::columns(kind),
            table_name(kind)
        );
        let mut found = 0;
        let read = ends::each_with_end(&self.db.conn, (kind, 1), &scan, [], |until, row| {
            if until.is_some() {
                return Ok(());
            }
            found += 1;
            each(row)
        });
        read.map_err(|e| self.db.wrong(e))?;
        let current = self.current(kind)?;
        if found == current {
            return Ok(());
        }
        Err(StoreError::Damaged {
            path: self.db.file.clone(),
            what: format!(
                "table `{}` has {found} current rows where {current} were written",
                table_name(kind)
            ),
        })
    }

    /// A fact with its texts, ended or not.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn fact(&self, id: FactId) -> Result<Option<FactRow>, StoreError> {
        full::fact(&self.db.conn, id).map_err(|e| self.db.wrong(e))
    }

    /// Every fact that stands or stood on a number: relations, consents, objections, each oldest first.
    /// See [`Store::facts_of_number`].
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn facts_of_number(&self, e164: E164) -> Result<Vec<FactRow>, StoreError> {
        full::facts_of_number(&self.db.conn, e164).map_err(|e| self.db.wrong(e))
    }

    /// The unclear queue, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn unclear(&self, include_settled: bool) -> Result<Vec<UnclearRow>, StoreError> {
        unclear::all(&self.db.conn, include_settled).map_err(|e| self.db.wrong(e))
    }

    /// A committed change set; `None` if there is none of that number.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn revision_row(&self, revision: u64) -> Result<Option<RevisionRow>, StoreError> {
        revision::get(&self.db.conn, revision).map_err(|e| self.db.wrong(e))
    }

    /// The newest change sets below a revision, newest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn revisions(&self, below: u64, most: usize) -> Result<Vec<RevisionRow>, StoreError> {
        // Revisions have no gaps, so each is one look by key.
        let top = below.min(self.revision.saturating_add(1));
        let found = (1..top).rev().take(most).map(|n| self.revision_row(n));
        Ok(found
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect())
    }

    /// The newest revision received no later than a moment; 0 if none was.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn revision_at(&self, at: Micros) -> Result<u64, StoreError> {
        revision::at(&self.db.conn, at).map_err(|e| self.db.wrong(e))
    }
}
