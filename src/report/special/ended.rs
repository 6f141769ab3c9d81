//! Calls that were allowed on the ground of a contract that had ended long before.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use crate::{
    clock::{Day, Micros, Zone},
    facts::model::{FactId, FactKind},
    policy::Verdict,
    report::{Filter, ReportError, Reports},
    store::StoreReader,
};

/// A contract that ended longer ago than this is told about, if nobody says otherwise.
pub const ENDED_MONTHS: u16 = 24;

/// Calls of one campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedRow {
    /// Calls that were allowed.
    pub calls: u64,
    /// The contracts they rested on.
    pub contracts: u64,
    /// The longest ended of those.
    pub longest: Day,
}

/// Allowed calls on relations that had ended more than so many months before the call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LongEnded {
    /// By seller and campaign.
    pub rows: BTreeMap<(String, String), EndedRow>,
    /// All calls.
    pub calls: u64,
    /// How many of the newest records are not in the index yet.
    pub behind: u64,
}

impl Reports {
    /// Allowed calls that rest on a relation (rows 11 and 12 of `nl-bmnr`) whose last day was more than
    /// `months` months before the call. Relations that were erased since are not found.
    ///
    /// # Errors
    /// If index, ledger or facts cannot be read.
    pub fn long_ended(
        &self,
        facts: &StoreReader,
        filter: &Filter,
        months: u16,
    ) -> Result<LongEnded, ReportError> {
        let filter = Filter {
            verdict: Some(Verdict::Allow),
            ..filter.clone()
        };
        let relation = |code| FactId::from_code(code).filter(|id| id.kind() == FactKind::Relation);
        let mut rows = hashbrown::HashSet::new();
        self.index.facts(&filter, |_, fact, _| {
            rows.extend(relation(fact).map(FactId::row));
        })?;
        let mut rows: Vec<u64> = rows.into_iter().collect();
        rows.sort_unstable();
        // From when on a call on a relation is one too late.
        let mut late: HashMap<u64, (Micros, Day)> = HashMap::new();
        facts.last_days(rows, |row, day| {
            late.insert(row, (after(self.zone(), day, months), day));
        })?;
        // By combo and relation: how many.
        let mut calls: HashMap<(u32, u64), u64> = HashMap::new();
        let (combos, behind) = self.index.facts(&filter, |combo, fact, at| {
            let Some(row) = relation(fact).map(FactId::row) else {
                return;
            };
            if late.get(&row).is_some_and(|(from, _)| at >= *from) {
                *calls.entry((combo, row)).or_default() += 1;
            }
        })?;
        let mut found = LongEnded {
            behind,
            ..LongEnded::default()
        };
        let mut contracts: BTreeMap<(String, String), BTreeMap<u64, u64>> = BTreeMap::new();
        for ((combo, row), n) in calls {
            if let Some(combo) = combos.get(combo as usize) {
                let key = (combo.seller.to_string(), combo.campaign.to_string());
                *contracts.entry(key).or_default().entry(row).or_default() += n;
            }
        }
        for (key, by_row) in contracts {
            let ended = by_row.keys().filter_map(|row| late.get(row)).map(|l| l.1);
            let row = EndedRow {
                calls: by_row.values().sum(),
                contracts: by_row.len() as u64,
                longest: ended.min().unwrap_or_default(),
            };
            found.calls += row.calls;
            found.rows.insert(key, row);
        }
        Ok(found)
    }
}

/// The first moment more than so many months after a day.
fn after(zone: &Zone, day: Day, months: u16) -> Micros {
    let later = day
        .date()
        .saturating_add(jiff::Span::new().months(i64::from(months)));
    zone.start_of(Day(Day::from_date(later).0.saturating_add(1)))
}
