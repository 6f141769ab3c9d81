//! `relations.csv`.

use super::{
    pass::{Batch, Out, Table, Taken, Text},
    seen::Seen,
};
use crate::{
    facts::{
        model::Relation,
        symbols::{Symbols, TooMany},
    },
    intake::row::{Fields, Reading, RelationFields, read_relation},
    number::{E164, Region},
    store::{Change, On, RowHash, StoreError},
};

/// The relations of one origin.
pub(super) struct Relations<'c> {
    pub(super) with: Reading<'c>,
    pub(super) symbols: &'c Symbols,
    pub(super) seen: Seen,
}

pub(super) struct Item {
    e164: E164,
    typed: Text,
    region: Region,
    hash: RowHash,
    fact: Relation,
}

impl Table for Relations<'_> {
    type Item = Item;
    const COLUMNS: &'static [&'static str] = RelationFields::COLUMNS;
    const NEEDED: &'static [&'static str] = &[];

    fn take<'r>(
        &mut self,
        cell: impl Fn(usize) -> &'r str,
        out: &mut Out<'_, Item>,
    ) -> Result<Taken, TooMany> {
        let fields = RelationFields::from_cells(cell);
        let Some(row) = read_relation(&fields, &self.with, out.told) else {
            return Ok(Taken::CannotTell);
        };
        if self.seen.has(&row.hash) {
            return Ok(Taken::Unchanged);
        }
        let Some(e164) = row.number(out.told) else {
            return Ok(Taken::Passed);
        };
        let fact = row.fact(self.symbols)?;
        self.seen.add(row.hash, Some(e164), fact.id);
        let batch: &mut Batch<Item> = out.batch;
        let typed = batch.text(row.typed);
        batch.facts.push(Item {
            e164,
            typed,
            region: row.region,
            hash: row.hash,
            fact,
        });
        Ok(Taken::Facts(1))
    }

    fn may_stop<'r>(&self, _: Option<&dyn Fn(usize) -> &'r str>) -> bool {
        false
    }

    fn put(item: &Item, text: &str, change: &mut Change<'_>) -> Result<(), StoreError> {
        let on = On {
            e164: Some(item.e164),
            typed: item.typed.of(text),
            region: item.region.as_str(),
            hash: item.hash,
        };
        change.add_relation(&on, item.fact).map(drop)
    }
}
