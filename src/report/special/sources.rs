//! Number sources side by side: is this list bad?

use std::collections::BTreeMap;

use crate::{
    policy::Reason,
    report::{Counts, Filter, GroupBy, Query, ReportError, Reports},
};

/// What became of the numbers of one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRow {
    /// The seller.
    pub seller: String,
    /// The source; empty where the decision names none.
    pub source: String,
    /// All its decisions.
    pub counts: Counts,
    /// How many for each reason, the commonest first.
    pub reasons: Vec<(String, u64)>,
    /// Of a thousand asked, how many speak against the list itself: not a number, objected, in the
    /// register, or without proof of where it came from.
    pub against: u64,
}

/// Number sources side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The worst first.
    pub rows: Vec<SourceRow>,
    /// How many of the newest records are not in the index yet.
    pub behind: u64,
}

impl Reports {
    /// Sources by how much speaks against them, the worst first; the smallest last among equals.
    ///
    /// # Errors
    /// If index or ledger cannot be read.
    pub fn sources(&self, filter: &Filter) -> Result<Sources, ReportError> {
        let summary = self.summarise(&Query {
            filter: filter.clone(),
            by: vec![GroupBy::Seller, GroupBy::Source, GroupBy::Reason],
        })?;
        let mut found: BTreeMap<(&str, &str), SourceRow> = BTreeMap::new();
        for (keys, n) in &summary.rows {
            let [seller, source, reason] = keys.as_slice() else {
                continue;
            };
            let row = found.entry((seller, source)).or_insert_with(|| SourceRow {
                seller: seller.clone(),
                source: source.clone(),
                counts: Counts::default(),
                reasons: Vec::new(),
                against: 0,
            });
            row.counts += *n;
            row.reasons.push((reason.clone(), n.count));
        }
        let mut rows: Vec<_> = found.into_values().collect();
        for row in &mut rows {
            let speaks = |reason: &str| {
                matches!(
                    Reason::parse(reason),
                    Some(
                        Reason::InvalidNumber
                            | Reason::Objected
                            | Reason::Registered
                            | Reason::SourceNotLawful
                    )
                )
            };
            let against = row.reasons.iter().filter(|(reason, _)| speaks(reason));
            let against: u64 = against.map(|(_, n)| n).sum();
            row.against = (against * 1_000).checked_div(row.counts.count).unwrap_or(0);
            row.reasons
                .sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        }
        rows.sort_by(|a, b| {
            let worse = b.against.cmp(&a.against);
            worse.then(b.counts.count.cmp(&a.counts.count))
        });
        Ok(Sources {
            rows,
            behind: summary.behind,
        })
    }
}
