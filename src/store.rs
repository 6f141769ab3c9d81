//! The durable home of facts: one SQLite file in the data directory. `docs/store.md` describes it.
//!
//! One process owns a data directory. Everything changes in change sets ([`Store::begin`]), each of
//! which brings one revision or nothing at all.

mod change;
mod error;
mod read;
mod row;

use std::path::{Path, PathBuf};

pub use change::Change;
pub use error::StoreError;
pub use read::StoreReader;
pub use row::*;

use crate::{
    clock::Micros,
    facts::{model::FactId, symbols::Symbols},
    number::E164,
};

/// The store of one data directory.
#[derive(Debug)]
pub struct Store {
    revision: u64,
}

#[allow(unused_variables, clippy::unimplemented)]
impl Store {
    /// Opens `facts.db` in a data directory, making both when absent, and loads the symbol tables into
    /// `symbols`.
    ///
    /// # Errors
    /// See [`StoreError`]; each says what to do.
    pub fn open(data_dir: &Path, symbols: &Symbols) -> Result<Self, StoreError> {
        unimplemented!()
    }

    /// The revision now current; 0 while nothing was ever stored.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// A reader with a connection of its own, for another thread.
    ///
    /// # Errors
    /// If the file cannot be opened again.
    pub fn reader(&self) -> Result<StoreReader, StoreError> {
        unimplemented!()
    }

    /// The current catalogue rows, by kind and key.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn catalogue_rows(&self) -> Result<Vec<CatalogueRow>, StoreError> {
        unimplemented!()
    }

    /// Every recorded choice of regime, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn enforcements(&self) -> Result<Vec<EnforcementRow>, StoreError> {
        unimplemented!()
    }

    /// Every register copy, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn snapshots(&self) -> Result<Vec<SnapshotRow>, StoreError> {
        unimplemented!()
    }

    /// Where the numbers of a register copy are kept.
    pub fn snapshot_path(&self, register: &str, n: u64) -> PathBuf {
        unimplemented!()
    }

    /// The unclear queue, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn unclear(&self, include_settled: bool) -> Result<Vec<UnclearRow>, StoreError> {
        unimplemented!()
    }

    /// A committed change set.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn revision_row(&self, revision: u64) -> Result<Option<RevisionRow>, StoreError> {
        unimplemented!()
    }

    /// A fact with its texts, ended or not.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn fact(&self, id: FactId) -> Result<Option<FactRow>, StoreError> {
        unimplemented!()
    }

    /// Every fact that stands or stood on a number: relations, consents, objections, each oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn facts_of_number(&self, e164: E164) -> Result<Vec<FactRow>, StoreError> {
        unimplemented!()
    }

    /// Begins a change set that was received at a moment from an origin (a name such as `crm`).
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn begin(&mut self, origin: &str, received_at: Micros) -> Result<Change<'_>, StoreError> {
        unimplemented!()
    }
}
