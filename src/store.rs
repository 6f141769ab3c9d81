//! The durable home of facts: one SQLite file in the data directory. `docs/store.md` describes it.
//!
//! One process owns a data directory. Everything changes in change sets ([`Store::begin`]), each of
//! which brings one revision or nothing at all; facts are never changed in place.

mod catalogue;
mod change;
mod data_dir;
mod database;
mod decode;
mod ends;
mod enforcement;
mod error;
mod facts;
mod full;
mod glance;
mod past;
mod read;
mod register;
mod revision;
mod row;
mod setup;
mod survey;
mod symbols;
mod unclear;

use std::path::{Path, PathBuf};

pub use change::Change;
pub use error::StoreError;
pub use glance::{Glance, Seen};
pub use past::{PersonStop, Span};
pub use read::StoreReader;
pub use row::*;
pub use setup::{NewSetup, SetupRow};
pub use survey::ReceivedObjection;

use crate::{
    clock::Micros,
    facts::{model::FactId, symbols::Symbols},
    number::E164,
};
use change::State;
use data_dir::DataDir;
use database::{Database, KINDS, table_name};

/// The store of one data directory, which it owns until it is dropped.
///
/// It has one connection and changes one thing at a time; [`Store::reader`] gives other threads a
/// connection of their own.
#[derive(Debug)]
pub struct Store {
    // The connection closes before the lock is given back.
    db: Database,
    dir: DataDir,
    state: State,
}

impl Store {
    /// Opens `facts.db` in a data directory, making both when absent, and loads the symbol tables into
    /// `symbols`.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`ReadOnly`](StoreError::ReadOnly),
    /// [`NewerVersion`](StoreError::NewerVersion), [`Foreign`](StoreError::Foreign),
    /// [`Damaged`](StoreError::Damaged), [`Full`](StoreError::Full), [`Io`](StoreError::Io); each says
    /// what to do.
    pub fn open(data_dir: &Path, symbols: &Symbols) -> Result<Self, StoreError> {
        let dir = DataDir::own(data_dir)?;
        let db = Database::open(dir.facts())?;
        let state = State {
            revision: db.revision().map_err(|e| db.wrong(e))?,
            tables: Self::tables(&db)?,
            symbols: symbols::load(&db, symbols)?,
            failed: false,
        };
        Ok(Self { db, dir, state })
    }

    /// Goes on behind revision `lost`, whose facts are lost, with a change set that changes nothing: the
    /// numbers between are never given, so that no two states of the facts are called the same.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn go_on_behind(
        &mut self,
        lost: u64,
        at: Micros,
        symbols: &Symbols,
    ) -> Result<u64, StoreError> {
        let before = self.state.revision;
        self.state.revision = lost.max(before);
        let committed = Change::begin(self, "older-facts-accepted", at).and_then(|mut change| {
            change.mark = true;
            change.commit(symbols)
        });
        if committed.is_err() {
            self.state.revision = before;
        }
        committed.map(|committed| committed.revision)
    }

    /// Opens the file anew after a failed write. After a failed sync the system may hold pages in memory
    /// that are not on disk and that no later sync writes: so what the log holds is written into the file
    /// and synced, and the log begins anew.
    fn reopen(&mut self) -> Result<(), StoreError> {
        self.db.in_place()?;
        let db = Database::open(self.dir.facts())?;
        db.empty_log()?;
        let found = db.revision().map_err(|e| db.wrong(e))?;
        if found != self.state.revision {
            return Err(StoreError::Refused(format!(
                "`{}` is at revision {found}, and the sidecar at {}: restart it, so that it sees what is there",
                self.db.file.display(),
                self.state.revision
            )));
        }
        self.db = db;
        self.state.failed = false;
        tracing::info!(revision = found, "facts are written again");
        Ok(())
    }

    fn tables(db: &Database) -> Result<[database::Table; 3], StoreError> {
        let mut tables = [database::Table::default(); 3];
        for (kind, table) in KINDS.into_iter().zip(&mut tables) {
            *table = db.table(kind).map_err(|e| db.wrong(e))?;
            let sql = format!("SELECT coalesce(max(id), 0) FROM {}", table_name(kind));
            let top: i64 = db
                .conn
                .query_row(&sql, [], |row| row.get(0))
                .map_err(|e| db.wrong(e))?;
            if u64::try_from(top).is_ok_and(|top| top > table.last_row) {
                let what = format!("table `{}` goes on after its end", table_name(kind));
                return Err(db.wrong(error::damaged(what)));
            }
        }
        Ok(tables)
    }

    /// The revision now current; 0 while nothing was ever stored.
    pub fn revision(&self) -> u64 {
        self.state.revision
    }

    /// A reader with a connection of its own, for another thread; the facts are loaded through it.
    /// Two readers made with no change between see the same revision.
    ///
    /// # Errors
    /// If the file cannot be opened again.
    pub fn reader(&self) -> Result<StoreReader, StoreError> {
        StoreReader::open(self)
    }

    /// Begins a change set, received at a moment from an origin (a short name, such as `crm`). Dropping
    /// it without [`Change::commit`] undoes it.
    ///
    /// # Errors
    /// If the store cannot be written, or the origin has no name.
    pub fn begin(&mut self, origin: &str, received_at: Micros) -> Result<Change<'_>, StoreError> {
        Change::begin(self, origin, received_at)
    }

    /// The current catalogue rows, by kind and key.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn catalogue_rows(&self) -> Result<Vec<CatalogueRow>, StoreError> {
        catalogue::current(&self.db.conn).map_err(|e| self.db.wrong(e))
    }

    /// Every recorded choice of regime, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn enforcements(&self) -> Result<Vec<EnforcementRow>, StoreError> {
        enforcement::all(&self.db.conn).map_err(|e| self.db.wrong(e))
    }

    /// Every register copy, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn snapshots(&self) -> Result<Vec<SnapshotRow>, StoreError> {
        register::all(&self.db.conn).map_err(|e| self.db.wrong(e))
    }

    /// Where the numbers of a register copy are kept.
    pub fn snapshot_path(&self, register: &str, n: u64) -> PathBuf {
        self.dir.snapshot(register, n)
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

    /// A fact with its texts, ended or not.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn fact(&self, id: FactId) -> Result<Option<FactRow>, StoreError> {
        full::fact(&self.db.conn, id).map_err(|e| self.db.wrong(e))
    }

    /// Every fact that stands or stood on a number: relations, consents, objections, each oldest first.
    /// Rows that [`Store::index_numbers`] has not reached yet are searched one by one.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn facts_of_number(&self, e164: E164) -> Result<Vec<FactRow>, StoreError> {
        full::facts_of_number(&self.db.conn, e164).map_err(|e| self.db.wrong(e))
    }

    /// Takes at most so many more rows into the index by number, and gives how many are left. Facts come
    /// in fast because they have no such index; this feeds one apart from them, in sorted batches, when
    /// there is time. Changes wait for it some microseconds a row, so small steps are polite and large
    /// ones cheaper in all. It brings no revision.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn index_numbers(&mut self, most: u64) -> Result<u64, StoreError> {
        if self.state.failed {
            self.reopen()?;
        }
        full::index_numbers(&self.db, most).map_err(|e| self.db.wrong(e))
    }
}
