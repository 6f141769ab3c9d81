//! Objections received, and how long it took until each bound the next check.

use std::collections::BTreeMap;

use crate::{
    access::Sellers,
    clock::{Day, Micros},
    facts::{model::SellerSym, symbols::Symbols},
    report::{ReportError, Reports},
    store::StoreReader,
};

/// Objections of one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectionsOfDay {
    /// How many.
    pub received: u64,
    /// The middle of the times from being said to being in force, in microseconds.
    pub median: i64,
    /// The longest of them.
    pub longest: i64,
    /// How many took more than 24 hours.
    pub late: u64,
}

/// Objections received in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceivedObjections {
    /// By the day they were received.
    pub days: BTreeMap<Day, ObjectionsOfDay>,
    /// By where they came from, such as `LETTER`.
    pub sources: BTreeMap<String, u64>,
    /// Over all days.
    pub total: ObjectionsOfDay,
}

const A_DAY: i64 = 86_400_000_000;

impl Reports {
    /// Objections received in a period by these sellers, or by all sellers at once. An objection is in
    /// force from the moment it was received on; *time to force* runs from the moment it was said.
    ///
    /// # Errors
    /// If the facts cannot be read.
    pub fn objections(
        &self,
        facts: &StoreReader,
        symbols: &Symbols,
        sellers: &Sellers,
        from: Micros,
        until: Micros,
    ) -> Result<ReceivedObjections, ReportError> {
        let mut found = ReceivedObjections::default();
        let mut delays: BTreeMap<Day, Vec<i64>> = BTreeMap::new();
        facts.objections_received(from, until, |o| {
            let to_all = o.fact.seller == SellerSym::default();
            if !to_all && !sellers.has(&symbols.seller_id(o.fact.seller)) {
                return;
            }
            let day = self.zone().day(o.received_at);
            let delay = o.received_at.0.saturating_sub(o.recorded_at.0).max(0);
            delays.entry(day).or_default().push(delay);
            *found.sources.entry(o.source).or_default() += 1;
        })?;
        let mut all = Vec::new();
        for (day, mut delays) in delays {
            all.extend_from_slice(&delays);
            found.days.insert(day, of(&mut delays));
        }
        found.total = of(&mut all);
        Ok(found)
    }
}

fn of(delays: &mut [i64]) -> ObjectionsOfDay {
    delays.sort_unstable();
    ObjectionsOfDay {
        received: delays.len() as u64,
        median: delays.get(delays.len() / 2).copied().unwrap_or_default(),
        longest: delays.last().copied().unwrap_or_default(),
        late: delays.iter().filter(|d| **d > A_DAY).count() as u64,
    }
}
