//! `consents.csv`: the state of what stands; what is withdrawn is only ever added to.

use super::{
    pass::{Look, Out, Table, Taken, Text},
    seen::Seen,
};
use crate::{
    clock::Micros,
    facts::{
        model::Consent,
        symbols::{Symbols, TooMany},
    },
    intake::{
        hash::beside,
        row::{ConsentFields, ConsentRow, Fields, Reading, read_consent},
    },
    number::{E164, Region},
    store::{Change, ConsentExtra, On, RowHash, StoreError},
};

/// The consents of one origin.
pub(super) struct Consents<'c> {
    /// For consents that stand: what they name must be in the catalogue.
    pub(super) with: Reading<'c>,
    /// For withdrawals: what they name need only ever have been there.
    pub(super) stops_with: Reading<'c>,
    pub(super) symbols: &'c Symbols,
    pub(super) seen: Seen,
    pub(super) stops_only: bool,
}

pub(super) struct Item {
    e164: E164,
    typed: Text,
    region: Region,
    hash: RowHash,
    fact: Consent,
    evidence: Text,
    withdrawn_written: Micros,
}

/// Where `withdrawn_at` stands among the columns.
const WITHDRAWN_AT: usize = 8;

impl Consents<'_> {
    fn add(
        &mut self,
        row: &ConsentRow<'_>,
        e164: E164,
        hash: RowHash,
        out: &mut Out<'_, Item>,
    ) -> Result<(), TooMany> {
        let fact = row.fact(self.symbols)?;
        self.seen.add(hash, Some(e164), fact.id);
        let (typed, evidence) = (out.batch.text(row.typed), out.batch.text(row.evidence));
        out.batch.facts.push(Item {
            e164,
            typed,
            region: row.region,
            hash,
            fact,
            evidence,
            withdrawn_written: row.withdrawn_written,
        });
        Ok(())
    }
}

impl Table for Consents<'_> {
    type Item = Item;
    const COLUMNS: &'static [&'static str] = ConsentFields::COLUMNS;
    const NEEDED: &'static [&'static str] = &[];

    fn take<'r>(
        &mut self,
        cell: impl Fn(usize) -> &'r str,
        out: &mut Out<'_, Item>,
    ) -> Result<Taken, TooMany> {
        let fields = ConsentFields::from_cells(cell);
        let stop = !fields.withdrawn_at.trim().is_empty();
        if self.stops_only && !stop {
            return Ok(Taken::Passed);
        }
        let with = if stop { &self.stops_with } else { &self.with };
        let Some(row) = read_consent(&fields, with, out.told) else {
            return Ok(Taken::CannotTell);
        };
        if self.seen.has(&row.hash) {
            return Ok(Taken::Unchanged);
        }
        if !stop {
            let Some(e164) = row.number(out.told) else {
                return Ok(Taken::Passed);
            };
            self.add(&row, e164, row.hash, out)?;
            return Ok(Taken::Facts(1));
        }
        let keys = row.keys();
        if keys.unreadable {
            row.number(out.told);
            return Ok(Taken::Passed);
        }
        let mut added = 0;
        for (e164, hash) in &keys.list {
            if let Some(e164) = e164
                && !self.seen.has(hash)
            {
                self.add(&row, *e164, *hash, out)?;
                added += 1;
            }
        }
        if let Some(problem) = &keys.unclear {
            out.look = Some(Look {
                problem: problem.clone(),
                e164: keys.numbers(),
                hash: Some(beside(row.hash, "unclear")),
            });
        }
        Ok(match added {
            0 => Taken::Unchanged,
            added => Taken::Facts(added),
        })
    }

    fn may_stop<'r>(&self, cell: Option<&dyn Fn(usize) -> &'r str>) -> bool {
        cell.is_some_and(|cell| !cell(WITHDRAWN_AT).trim().is_empty())
    }

    fn put(item: &Item, text: &str, change: &mut Change<'_>) -> Result<(), StoreError> {
        let on = On {
            e164: Some(item.e164),
            typed: item.typed.of(text),
            region: item.region.as_str(),
            hash: item.hash,
        };
        let extra = ConsentExtra {
            evidence: item.evidence.of(text),
            withdrawn_written: item.withdrawn_written,
        };
        change.add_consent(&on, item.fact.clone(), &extra).map(drop)
    }
}
