//! `objections.csv`: only ever added to.

use super::{
    pass::{Look, Out, Table, Taken, Text},
    seen::Seen,
};
use crate::{
    clock::Micros,
    facts::{
        model::Objection,
        symbols::{Symbols, TooMany},
    },
    intake::{
        hash::beside,
        row::{Fields, ObjectionFields, Reading, not_a_number, read_objection},
    },
    number::{E164, Region},
    store::{Change, ObjectionExtra, On, RowHash, StoreError},
};

/// The objections of every origin.
pub(super) struct Objections<'c> {
    pub(super) with: Reading<'c>,
    pub(super) symbols: &'c Symbols,
    pub(super) seen: Seen,
}

pub(super) struct Item {
    e164: Option<E164>,
    typed: Text,
    region: Region,
    hash: RowHash,
    fact: Objection,
    source: Text,
    recorded_at: Micros,
}

impl Table for Objections<'_> {
    type Item = Item;
    const COLUMNS: &'static [&'static str] = ObjectionFields::COLUMNS;
    // An omitted seller or channel widens an objection for good, so a file without those columns is
    // not taken; without the others it is, so that no stop waits for them.
    const NEEDED: &'static [&'static str] = &["number", "seller_id", "channels", "recorded_at"];

    fn take<'r>(
        &mut self,
        cell: impl Fn(usize) -> &'r str,
        out: &mut Out<'_, Item>,
    ) -> Result<Taken, TooMany> {
        let fields = ObjectionFields::from_cells(cell);
        let Some(row) = read_objection(&fields, &self.with, out.told) else {
            return Ok(Taken::Passed);
        };
        // Before its seller is looked up: what was recorded stands, though the seller may be gone.
        if self.seen.has(&row.hash) {
            return Ok(Taken::Unchanged);
        }
        let Some(seller) = row.seller(&self.with, out.told) else {
            return Ok(Taken::CannotTell);
        };
        let keys = row.keys();
        if keys.unreadable {
            not_a_number(out.told, row.typed, row.region);
        }
        let mut added = 0;
        for (e164, hash) in &keys.list {
            if self.seen.has(hash) {
                continue;
            }
            let fact = row.fact(seller, self.symbols)?;
            self.seen.add(*hash, *e164, fact.id);
            let (typed, source) = (out.batch.text(row.typed), out.batch.text(row.source));
            out.batch.facts.push(Item {
                e164: *e164,
                typed,
                region: row.region,
                hash: *hash,
                fact,
                source,
                recorded_at: row.recorded_at,
            });
            added += 1;
        }
        if let Some(problem) = &keys.unclear {
            out.look = Some(Look {
                problem: problem.clone(),
                e164: keys.numbers(),
                hash: (!keys.unreadable).then(|| beside(row.hash, "unclear")),
            });
        }
        Ok(match added {
            0 if !keys.unreadable => Taken::Unchanged,
            added => Taken::Facts(added),
        })
    }

    fn may_stop<'r>(&self, _: Option<&dyn Fn(usize) -> &'r str>) -> bool {
        true
    }

    fn put(item: &Item, text: &str, change: &mut Change<'_>) -> Result<(), StoreError> {
        let on = On {
            e164: item.e164,
            typed: item.typed.of(text),
            region: item.region.as_str(),
            hash: item.hash,
        };
        let extra = ObjectionExtra {
            source: item.source.of(text),
            recorded_at: item.recorded_at,
        };
        change.add_objection(&on, item.fact, &extra).map(drop)
    }
}
