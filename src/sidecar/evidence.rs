//! What an evidence bundle shows beside decisions.

use super::Sidecar;
use crate::report::{ReportError, export::BundleFacts};

impl Sidecar {
    /// Register copies, signed pairs and packs, as known now.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn bundle_facts(&self) -> Result<BundleFacts, ReportError> {
        let world = self.world();
        let symbols = &world.symbols;
        let pairs = world.catalogue.pairs().map(|pair| {
            let yes_no = if pair.similar { "yes" } else { "no" };
            vec![
                symbols.product_id(pair.bought),
                symbols.product_id(pair.offered),
                yes_no.to_owned(),
                pair.signed_by.clone(),
                pair.signed_on.to_string(),
                pair.expires_on.to_string(),
                pair.note.clone(),
            ]
        });
        Ok(BundleFacts {
            facts: self.facts()?,
            snapshots: self.snapshots()?,
            pairs: pairs.collect(),
        })
    }
}
