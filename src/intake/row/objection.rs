//! `objections.csv`: a no. An omission widens it, and it is in force from its receipt at the latest.

use super::{Reading, columns::columns, keys, stop::Keys};
use crate::{
    clock::Micros,
    facts::{
        model::{ChannelSet, FactId, FactKind, Objection, PersonSym, SellerSym},
        symbols::{Symbols, TooMany},
    },
    intake::{field::Told, hash::RowHasher, problem::FieldProblem},
    number::Region,
    store::RowHash,
};

columns! {
    /// The columns of an objection, as text.
    ObjectionFields {
        number,
        region,
        person_id,
        seller_id,
        channels,
        recorded_at,
        source,
    }
}

/// An objection whose fields are sound; its seller is yet to be looked up and its number to be read.
#[derive(Clone, Copy, Debug)]
pub struct ObjectionRow<'a> {
    /// The number as typed; blank if there is none.
    pub typed: &'a str,
    /// The region it is to be read in.
    pub region: Region,
    /// The person; empty if none is named.
    pub person_id: &'a str,
    /// The seller; empty for all.
    pub seller_id: &'a str,
    /// The channels; an omission is all.
    pub channels: ChannelSet,
    /// When it was said, as written; the receipt if nothing was.
    pub recorded_at: Micros,
    /// In force from here on.
    pub in_force_from: Micros,
    /// Where it was said.
    pub source: &'a str,
    /// Content hash.
    pub hash: RowHash,
}

impl ObjectionRow<'_> {
    /// The fact, its person interned; the store gives it its id.
    ///
    /// # Errors
    /// If there is no room for another person.
    pub fn fact(&self, seller: SellerSym, symbols: &Symbols) -> Result<Objection, TooMany> {
        Ok(Objection {
            id: FactId::new(FactKind::Objection, 0),
            in_force_from: self.in_force_from,
            person: PersonSym(symbols.persons.intern(self.person_id)?),
            seller,
            channels: self.channels,
        })
    }

    /// The seller; 0 for all. `None`: it is not known, or that cannot be told.
    pub(in crate::intake) fn seller(
        &self,
        with: &Reading<'_>,
        told: &mut Told,
    ) -> Option<SellerSym> {
        if self.seller_id.is_empty() {
            return Some(SellerSym::default());
        }
        with.seller(told, self.seller_id)
    }

    /// What it is recorded under.
    pub(in crate::intake) fn keys(&self) -> Keys {
        keys(
            self.typed,
            self.region,
            self.hash,
            !self.person_id.is_empty(),
        )
    }
}

/// Reads an objection and looks its seller up; an unreadable number is no error (see
/// [`crate::intake::record_objection`]).
///
/// # Errors
/// Every field that is wrong.
pub fn objection_from_fields<'a>(
    fields: &ObjectionFields<'a>,
    with: &Reading<'_>,
) -> Result<(ObjectionRow<'a>, SellerSym), Vec<FieldProblem>> {
    let mut told = Told::default();
    let row = read(fields, with, &mut told);
    let seller = row.and_then(|r| r.seller(with, &mut told));
    row.zip(seller).ok_or(told.0)
}

/// Reads all but the seller and the number.
pub(in crate::intake) fn read<'a>(
    fields: &ObjectionFields<'a>,
    with: &Reading<'_>,
    told: &mut Told,
) -> Option<ObjectionRow<'a>> {
    let region = told.region(fields.region, with.default_region);
    let person_id = told.id("person_id", fields.person_id);
    let seller_id = told.id("seller_id", fields.seller_id).map(|id| match id {
        "*" => "",
        id => id,
    });
    let channels = told
        .channels(fields.channels)
        .map(|set| set.unwrap_or(ChannelSet::ALL));
    let recorded_at = told.time("recorded_at", fields.recorded_at);
    if fields.number.trim().is_empty() && person_id == Some("") {
        told.add(
            "number",
            "is empty, and so is person_id".to_owned(),
            "an objection needs a number or a person",
        );
    }
    if !told.0.is_empty() {
        return None;
    }
    let (region, person_id, seller_id) = (region?, person_id?, seller_id?);
    let (channels, written) = (channels?, recorded_at?);
    let source = fields.source.trim();
    let hash = RowHasher::new("objections")
        .text(fields.number)
        .text(region.as_str())
        .text(person_id)
        .text(seller_id)
        .number(i64::from(channels.0))
        .number(written.map_or(i64::MIN, |at| at.0))
        .text(source)
        .finish();
    let recorded_at = written.unwrap_or(with.received_at);
    Some(ObjectionRow {
        typed: fields.number,
        region,
        person_id,
        seller_id,
        channels,
        recorded_at,
        in_force_from: recorded_at.min(with.received_at),
        source,
        hash,
    })
}
