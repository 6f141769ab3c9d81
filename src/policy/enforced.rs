//! Which regime is enforced: recorded choices, the newest first.

use std::sync::Arc;

use super::pack::Regime;
use crate::{
    clock::{Day, Micros},
    facts::model::Channel,
    number::Region,
};

/// A recorded choice of a regime.
#[derive(Clone, Debug)]
pub struct Enforcement {
    /// The regime.
    pub regime: Arc<Regime>,
    /// First day (inside).
    pub from: Day,
    /// Last day (inside).
    pub until: Day,
    /// When it was chosen.
    pub at: Micros,
    /// Who chose.
    pub by: String,
    /// Why.
    pub why: String,
    /// The revision that brought it.
    pub revision: u64,
}

/// Every recorded choice.
#[derive(Clone, Default, Debug)]
pub struct Enforced {
    newest_first: Vec<Enforcement>,
}

impl Enforced {
    /// From choices in the order they were made.
    pub fn new(mut oldest_first: Vec<Enforcement>) -> Self {
        oldest_first.reverse();
        Self {
            newest_first: oldest_first,
        }
    }

    /// The regime enforced for a country, a channel and a moment: the newest choice that covers all.
    /// With the day it then is in the regime's zone.
    pub fn find(
        &self,
        country: Region,
        channel: Channel,
        now: Micros,
    ) -> Option<(&Arc<Regime>, Day)> {
        self.newest_first.iter().find_map(|e| {
            if e.regime.country != country || e.regime.table(channel).is_none() {
                return None;
            }
            let today = e.regime.zone.day(now);
            (e.from <= today && today <= e.until).then_some((&e.regime, today))
        })
    }

    /// Whether a regime is enforced at a moment, for any channel.
    pub fn is_enforced(&self, regime: &Regime, now: Micros) -> bool {
        regime.channels().any(|c| {
            self.find(regime.country, c, now)
                .is_some_and(|(r, _)| r.id == regime.id)
        })
    }

    /// With one more choice, the newest.
    #[must_use]
    pub fn with(&self, newest: Enforcement) -> Self {
        let mut newest_first = Vec::with_capacity(self.newest_first.len() + 1);
        newest_first.push(newest);
        newest_first.extend_from_slice(&self.newest_first);
        Self { newest_first }
    }

    /// Every choice, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Enforcement> {
        self.newest_first.iter()
    }

    /// Whether nothing was ever chosen.
    pub fn is_empty(&self) -> bool {
        self.newest_first.is_empty()
    }
}
