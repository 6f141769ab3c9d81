//! A change set: one transaction.

use std::path::PathBuf;

use hashbrown::HashMap;

use super::*;
use crate::facts::{
    model::{Consent, FactId, FactKind, Objection, Relation},
    symbols::Symbols,
};

/// A change set under way. Dropping it without [`Change::commit`] undoes it.
#[derive(Debug)]
pub struct Change<'s> {
    store: &'s mut Store,
}

#[allow(unused_variables, clippy::unimplemented)]
impl Change<'_> {
    /// The revision it will bring.
    pub fn revision(&self) -> u64 {
        self.store.revision + 1
    }

    /// Adds a relation and gives it an id.
    ///
    /// # Errors
    /// [`StoreError::Refused`] without a number.
    pub fn add_relation(&mut self, on: &On<'_>, fact: Relation) -> Result<FactId, StoreError> {
        unimplemented!()
    }

    /// Adds a consent and gives it an id.
    ///
    /// # Errors
    /// [`StoreError::Refused`] without a number.
    pub fn add_consent(
        &mut self,
        on: &On<'_>,
        fact: Consent,
        extra: &ConsentExtra<'_>,
    ) -> Result<FactId, StoreError> {
        unimplemented!()
    }

    /// Adds an objection and gives it an id.
    ///
    /// # Errors
    /// [`StoreError::Refused`] without a number and a person.
    pub fn add_objection(
        &mut self,
        on: &On<'_>,
        fact: Objection,
        extra: &ObjectionExtra<'_>,
    ) -> Result<FactId, StoreError> {
        unimplemented!()
    }

    /// Ends a fact that was current before this change.
    ///
    /// # Errors
    /// [`StoreError::NotCurrent`], and [`StoreError::Stop`] for objections and withdrawn consents.
    pub fn end(&mut self, id: FactId) -> Result<(), StoreError> {
        unimplemented!()
    }

    /// Content hashes of the current facts of this origin; for objections, of every origin.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn hashes(&self, kind: FactKind) -> Result<HashMap<RowHash, StoredRow>, StoreError> {
        unimplemented!()
    }

    /// Puts a catalogue row in the place of the current one of that kind and key, of whatever origin.
    /// The same row of the same origin again changes nothing.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn put_catalogue(&mut self, row: &CatalogueRow) -> Result<(), StoreError> {
        unimplemented!()
    }

    /// Ends the current row of that kind and key, if there is one.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn end_catalogue(&mut self, kind: CatalogueKind, key: &str) -> Result<(), StoreError> {
        unimplemented!()
    }

    /// The current catalogue rows as this change sees them.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn catalogue_rows(&self) -> Result<Vec<CatalogueRow>, StoreError> {
        unimplemented!()
    }

    /// Queues a row for a person; `None` if the same one is or was there.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn add_unclear(&mut self, row: &NewUnclear<'_>) -> Result<Option<u64>, StoreError> {
        unimplemented!()
    }

    /// Settles a queued row; `false` if there is none of that id or it is settled.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn settle_unclear(
        &mut self,
        id: u64,
        by: &str,
        settlement: &str,
    ) -> Result<bool, StoreError> {
        unimplemented!()
    }

    /// The number the next copy of a register will have, and where its numbers are to be written
    /// before [`Change::add_snapshot`].
    ///
    /// # Errors
    /// [`StoreError::Refused`] if the register's name cannot be part of a file name.
    pub fn next_snapshot(&self, register: &str) -> Result<(u64, PathBuf), StoreError> {
        unimplemented!()
    }

    /// Puts a register copy in force; its numbers must be in their file.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if it is not the next one or its file is not there.
    pub fn add_snapshot(&mut self, row: &NewSnapshot<'_>) -> Result<SnapshotRow, StoreError> {
        unimplemented!()
    }

    /// Records a choice of regime.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn enforce(&mut self, row: &NewEnforcement<'_>) -> Result<EnforcementRow, StoreError> {
        unimplemented!()
    }

    /// Keeps the new symbols, writes the revision and commits durably. If nothing changed, no revision
    /// is used.
    ///
    /// # Errors
    /// [`StoreError::Broken`] after a failed write; nothing is kept on any error.
    pub fn commit(self, symbols: &Symbols) -> Result<Committed, StoreError> {
        unimplemented!()
    }
}
