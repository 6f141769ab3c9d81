//! Reading what is stored.

use super::*;
use crate::{
    facts::model::{Consent, FactId, FactKind, Objection, Relation},
    number::E164,
};

/// A connection of its own, for any thread. It sees the revision it was made at until it is dropped;
/// drop it soon, since the write-ahead log grows while it lives.
#[derive(Debug)]
pub struct StoreReader {
    revision: u64,
}

#[allow(unused_variables, clippy::unimplemented)]
impl StoreReader {
    /// The revision it sees.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How many facts of a kind are current: exactly as many as the load below gives.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn current(&self, kind: FactKind) -> Result<u64, StoreError> {
        unimplemented!()
    }

    /// Gives every current relation, in the order they came.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn load_relations(&self, each: impl FnMut(E164, Relation)) -> Result<(), StoreError> {
        unimplemented!()
    }

    /// Gives every current consent, in the order they came. Equal sets of products share one array.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn load_consents(&self, each: impl FnMut(E164, Consent)) -> Result<(), StoreError> {
        unimplemented!()
    }

    /// Gives every current objection, in the order they came.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn load_objections(
        &self,
        each: impl FnMut(Option<E164>, Objection),
    ) -> Result<(), StoreError> {
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
}
