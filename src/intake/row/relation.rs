//! `relations.csv`: what a person has with a seller.

use super::{Reading, columns::columns, permit_number};
use crate::{
    clock::Day,
    facts::{
        model::{FactId, FactKind, PersonSym, ProductSym, Relation, RelationKind},
        symbols::{Symbols, TooMany},
    },
    intake::{field::Told, hash::RowHasher, problem::FieldProblem},
    number::{E164, Region},
    store::RowHash,
};

columns! {
    /// The columns of a relation, as text.
    RelationFields {
        number,
        region,
        person_id,
        seller_id,
        kind,
        product_id,
        started_on,
        ended_on,
        paid,
    }
}

/// A relation whose fields are sound; its number is yet to be read.
#[derive(Clone, Copy, Debug)]
pub struct RelationRow<'a> {
    /// The number as typed.
    pub typed: &'a str,
    /// The region it is to be read in.
    pub region: Region,
    /// The person; empty if none is named.
    pub person_id: &'a str,
    /// Content hash.
    pub hash: RowHash,
    fact: Relation,
}

impl RelationRow<'_> {
    /// The fact, its person interned; the store gives it its id.
    ///
    /// # Errors
    /// If there is no room for another person.
    pub fn fact(&self, symbols: &Symbols) -> Result<Relation, TooMany> {
        Ok(Relation {
            person: PersonSym(symbols.persons.intern(self.person_id)?),
            ..self.fact
        })
    }

    /// The number it stands on.
    pub(in crate::intake) fn number(&self, told: &mut Told) -> Option<E164> {
        permit_number(told, self.typed, self.region)
    }
}

/// Reads a relation and its number.
///
/// # Errors
/// Every field that is wrong.
pub fn relation_from_fields<'a>(
    fields: &RelationFields<'a>,
    with: &Reading<'_>,
) -> Result<(RelationRow<'a>, E164), Vec<FieldProblem>> {
    let mut told = Told::default();
    let row = read(fields, with, &mut told);
    let number = row.and_then(|r| r.number(&mut told));
    row.zip(number).ok_or(told.0)
}

/// Reads all but the number of a sound row; of a row with problems, the number too.
pub(in crate::intake) fn read<'a>(
    fields: &RelationFields<'a>,
    with: &Reading<'_>,
    told: &mut Told,
) -> Option<RelationRow<'a>> {
    let region = told.region(fields.region, with.default_region);
    let person_id = told.id("person_id", fields.person_id);
    let seller_id = told.needed_id("seller_id", fields.seller_id);
    let seller = seller_id.and_then(|id| with.seller(told, id));
    let kind = told
        .word(
            "kind",
            fields.kind,
            RelationKind::parse,
            RelationKind::ALL,
            RelationKind::word,
        )
        .and_then(|kind| needed(told, "kind", kind));
    let product_id = told.id("product_id", fields.product_id);
    let product = product_id.and_then(|id| match id {
        "" => Some(ProductSym::default()),
        id => with.product(told, "product_id", id),
    });
    let started_on = told
        .day("started_on", fields.started_on)
        .and_then(|day| needed(told, "started_on", day));
    let ended_on = told
        .day("ended_on", fields.ended_on)
        .map(|day| day.unwrap_or(Day::NEVER));
    if let (Some(start), Some(end)) = (started_on, ended_on)
        && end < start
    {
        told.add(
            "ended_on",
            format!("{end} is before started_on, {start}"),
            "mend either",
        );
    }
    let paid = told.yes_no("paid", fields.paid);

    let row = (|| {
        let (region, person_id, seller_id, product_id) =
            (region?, person_id?, seller_id?, product_id?);
        let fact = Relation {
            id: FactId::new(FactKind::Relation, 0),
            person: PersonSym::NONE,
            seller: seller?,
            product: product?,
            started_on: started_on?,
            ended_on: ended_on?,
            kind: kind?,
            // Only what is said to oblige to pay makes a customer.
            paid: paid?.unwrap_or(false),
        };
        let who = [
            fields.number,
            region.as_str(),
            person_id,
            seller_id,
            product_id,
        ];
        let hash = content_hash(who, &fact);
        Some(RelationRow {
            typed: fields.number,
            region,
            person_id,
            hash,
            fact,
        })
    })()
    .filter(|_| told.0.is_empty());
    if let (None, Some(region)) = (row, region) {
        permit_number(told, fields.number, region);
    }
    row
}

/// Of number, region, person, seller and product as texts, and the rest of the fact.
pub(in crate::intake) fn content_hash(who: [&str; 5], fact: &Relation) -> RowHash {
    let small = i64::from(fact.kind.code()) << 8 | i64::from(fact.paid);
    let days = i64::from(fact.started_on.0) << 32 | i64::from(fact.ended_on.0 as u32);
    let mut hash = RowHasher::new("relations");
    for text in who {
        hash.text(text);
    }
    hash.number(small).number(days).finish()
}

/// A field that must be there.
pub(super) fn needed<T>(told: &mut Told, field: &'static str, value: Option<T>) -> Option<T> {
    if value.is_none() {
        told.add(field, "is empty".to_owned(), "it is needed");
    }
    value
}
