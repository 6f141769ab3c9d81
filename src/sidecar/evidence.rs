//! What an evidence bundle shows beside decisions.

use super::Sidecar;
use crate::{
    access::Sellers,
    report::{ReportError, export::BundleFacts},
};

impl Sidecar {
    /// Register copies, packs, and signed pairs of what these sellers offer, as known now.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn bundle_facts(&self, sellers: &Sellers) -> Result<BundleFacts, ReportError> {
        let world = self.world();
        let symbols = &world.symbols;
        let pairs = world.catalogue.pairs().filter(|pair| {
            let owner = world.catalogue.owner(pair.offered);
            owner.is_some_and(|owner| sellers.has(&symbols.seller_id(owner)))
        });
        let pairs = pairs.map(|pair| {
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
