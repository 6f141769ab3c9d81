//! Facts as rows: which columns, and how they are read.
//!
//! A statement that reads facts begins with the columns given here, in this order.

use std::sync::Arc;

use hashbrown::HashMap;
use rusqlite::Row;

use super::error::damaged;
use crate::{
    clock::{Day, Micros},
    facts::{
        delta::Ended,
        model::{
            Channel, ChannelSet, Consent, FactId, FactKind, Objection, PersonSym, ProductSym,
            Products, Relation, RelationKind, SellerSym,
        },
    },
    number::E164,
};

/// The columns of a fact that memory holds.
pub(super) fn columns(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Relation => {
            "f.id, f.number, f.person, f.seller, f.product, f.kind, f.paid, f.started_on, f.ended_on"
        }
        FactKind::Consent => {
            "f.id, f.number, f.person, f.seller, f.channels, f.granted_at, f.expires_at, \
             f.withdrawn_at, f.products"
        }
        FactKind::Objection => "f.id, f.number, f.person, f.seller, f.channels, f.in_force_from",
    }
}

/// How many columns that is.
pub(super) fn width(kind: FactKind) -> usize {
    match kind {
        FactKind::Relation | FactKind::Consent => 9,
        FactKind::Objection => 6,
    }
}

/// The id of a row.
pub(super) fn id(kind: FactKind, row: &Row<'_>) -> rusqlite::Result<FactId> {
    let number: i64 = row.get(0)?;
    // Two bits of an id name the table.
    match u64::try_from(number) {
        Ok(n) if n < 1 << 62 => Ok(FactId::new(kind, n)),
        _ => Err(damaged(format!("a fact has the row number {number}"))),
    }
}

fn e164(id: FactId, digits: i64) -> rusqlite::Result<E164> {
    u64::try_from(digits)
        .ok()
        .and_then(E164::from_digits)
        .ok_or_else(|| damaged(format!("{id} stands on {digits}, which is no number")))
}

/// Whether it names a channel or is `*`, and nothing that is no channel.
pub(super) fn is_channels(set: ChannelSet) -> bool {
    let all = Channel::ALL
        .iter()
        .fold(ChannelSet::ALL, |set, channel| set.with(*channel));
    set.0 != 0 && set.0 & !all.0 == 0
}

fn channels(id: FactId, bits: u8) -> rusqlite::Result<ChannelSet> {
    Some(ChannelSet(bits))
        .filter(|set| is_channels(*set))
        .ok_or_else(|| damaged(format!("{id} is for the channels {bits}, which are none")))
}

/// An instant, or [`Micros::NEVER`].
pub(super) fn until(row: &Row<'_>, column: usize) -> rusqlite::Result<Micros> {
    Ok(row
        .get::<_, Option<i64>>(column)?
        .map_or(Micros::NEVER, Micros))
}

/// A relation.
pub(super) fn relation(row: &Row<'_>) -> rusqlite::Result<(E164, Relation)> {
    let id = id(FactKind::Relation, row)?;
    let number = e164(id, row.get(1)?)?;
    let kind: u8 = row.get(5)?;
    let fact = Relation {
        id,
        person: PersonSym(row.get(2)?),
        seller: SellerSym(row.get(3)?),
        product: ProductSym(row.get(4)?),
        kind: RelationKind::from_code(kind)
            .ok_or_else(|| damaged(format!("{id} is of kind {kind}, which is none")))?,
        paid: row.get(6)?,
        started_on: Day(row.get(7)?),
        ended_on: row.get::<_, Option<i32>>(8)?.map_or(Day::NEVER, Day),
    };
    Ok((number, fact))
}

/// Sets of products seen so far, by their stored text, so that equal sets share one array.
#[derive(Default)]
pub(super) struct Sets(HashMap<Box<str>, Arc<[ProductSym]>>);

impl Sets {
    fn get(&mut self, id: FactId, text: &str) -> rusqlite::Result<Arc<[ProductSym]>> {
        if let Some(known) = self.0.get(text) {
            return Ok(known.clone());
        }
        let set: Arc<[ProductSym]> = text
            .split_ascii_whitespace()
            .map(|n| n.parse().map(ProductSym))
            .collect::<Result<_, _>>()
            .map_err(|_| damaged(format!("{id} is for the products `{text}`")))?;
        self.0.insert(text.into(), set.clone());
        Ok(set)
    }
}

/// A set of products as text: `NULL` is every product of the seller.
pub(super) fn products_text(products: &Products) -> Option<String> {
    let Products::Named(named) = products else {
        return None;
    };
    let numbers: Vec<_> = named.iter().map(|p| p.0.to_string()).collect();
    Some(numbers.join(" "))
}

/// A consent.
pub(super) fn consent(row: &Row<'_>, sets: &mut Sets) -> rusqlite::Result<(E164, Consent)> {
    let id = id(FactKind::Consent, row)?;
    let number = e164(id, row.get(1)?)?;
    let fact = Consent {
        id,
        person: PersonSym(row.get(2)?),
        seller: SellerSym(row.get(3)?),
        channels: channels(id, row.get(4)?)?,
        granted_at: Micros(row.get(5)?),
        expires_at: until(row, 6)?,
        withdrawn_at: until(row, 7)?,
        products: match row.get_ref(8)?.as_str_or_null()? {
            None => Products::AllOfSeller,
            Some(text) => Products::Named(sets.get(id, text)?),
        },
    };
    Ok((number, fact))
}

/// An objection.
pub(super) fn objection(row: &Row<'_>) -> rusqlite::Result<(Option<E164>, Objection)> {
    let id = id(FactKind::Objection, row)?;
    let digits: Option<i64> = row.get(1)?;
    let number = digits.map(|digits| e164(id, digits)).transpose()?;
    let fact = Objection {
        id,
        person: PersonSym(row.get(2)?),
        seller: SellerSym(row.get(3)?),
        channels: channels(id, row.get(4)?)?,
        in_force_from: Micros(row.get(5)?),
    };
    Ok((number, fact))
}

/// What ended, from its number and person.
pub(super) fn ended(id: FactId, row: &Row<'_>) -> rusqlite::Result<Ended> {
    Ok(Ended {
        id,
        number: Some(e164(id, row.get(0)?)?),
        person: PersonSym(row.get(1)?),
    })
}
