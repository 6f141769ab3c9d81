//! Everything recorded about one decision, looked up by the ids in its record.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    clock::{Day, Zone},
    ledger::{DecisionId, StoredDecision},
    number::E164,
    pages::fail::Failure,
    policy::{Regime, Row},
    sidecar::Sidecar,
    store::{FactRow, SnapshotRow, StoreReader},
};

/// A decision with what it rested on.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The record.
    pub(crate) decision: StoredDecision,
    /// The regime that decided, where this build has the very pack.
    pub(crate) regime: Option<Arc<Regime>>,
    /// The rows of its table, in order; empty where the pack is not here.
    pub(crate) rows: Vec<Row>,
    /// The fact each row found, as recorded, even if it has ended since.
    pub(crate) facts: BTreeMap<u8, FactRow>,
    /// Everything that was known on the number at the decision's revision.
    pub(crate) known: Vec<FactRow>,
    /// The register copy that was asked.
    pub(crate) snapshot: Option<SnapshotRow>,
    /// The zone of the regime, else of home.
    pub(crate) zone: Zone,
    /// The day of the decision in that zone.
    pub(crate) today: Day,
}

impl Case {
    /// Looks a decision up; `None` if there is none of that name (any more).
    pub(crate) fn find(sidecar: &Sidecar, id: DecisionId) -> Result<Option<Self>, Failure> {
        let Some(decision) = sidecar.ledger.reader().get(id)? else {
            return Ok(None);
        };
        let reader = StoreReader::of(&sidecar.settings.data_dir)?;
        Self::of(sidecar, &reader, decision).map(Some)
    }

    /// Looks up what a decision rested on.
    pub(crate) fn of(
        sidecar: &Sidecar,
        reader: &StoreReader,
        decision: StoredDecision,
    ) -> Result<Self, Failure> {
        let regime = decision.regime.as_ref().and_then(|stored| {
            let regime = sidecar.packs.get(&stored.id)?;
            (regime.hash == stored.pack_sha256).then(|| regime.clone())
        });
        let rows = match (&regime, decision.channel, &decision.regime) {
            (Some(regime), Some(channel), _) => regime
                .table(channel)
                .map_or_else(Vec::new, |table| table.rows.clone()),
            (None, _, None) => sidecar.packs.question().to_vec(),
            _ => Vec::new(),
        };
        let mut facts = BTreeMap::new();
        for (row, id) in &decision.facts {
            if let Some(fact) = reader.fact(*id)? {
                facts.insert(*row, fact);
            }
        }
        let known = match decision.personal.as_ref().and_then(|p| p.e164) {
            Some(e164) => known_at(reader, e164, decision.revision)?,
            None => Vec::new(),
        };
        let snapshot = match &*decision.register_snapshot {
            "" => None,
            id => reader.snapshots()?.into_iter().find(|s| s.id() == id),
        };
        let zone = regime
            .as_ref()
            .map_or_else(|| sidecar.home.zone.clone(), |r| r.zone.clone());
        Ok(Self {
            today: zone.day(decision.at),
            decision,
            regime,
            rows,
            facts,
            known,
            snapshot,
            zone,
        })
    }

    /// The row that decided, and the fact it found.
    pub(crate) fn deciding(&self) -> (Option<&Row>, Option<&FactRow>) {
        match self.decision.deciding_row {
            Some(row) => (self.rows.get(usize::from(row)), self.facts.get(&row)),
            None => (None, None),
        }
    }

    /// How many days old the register copy was on the day of the decision.
    pub(crate) fn copy_age(&self) -> Option<i32> {
        let copy = self.snapshot.as_ref()?;
        Some(self.today.0.saturating_sub(copy.as_of.0))
    }
}

/// What stood on a number at a revision.
pub(crate) fn known_at(
    reader: &StoreReader,
    e164: E164,
    revision: u64,
) -> Result<Vec<FactRow>, Failure> {
    let mut rows = reader.facts_of_number(e164)?;
    rows.retain(|f| f.rev_from <= revision && f.rev_until.is_none_or(|ended| ended > revision));
    Ok(rows)
}
