//! Reading the rows of facts about people: from the fields of a file or a call to a typed fact, or to
//! what is wrong with them. One reader for every way in.

mod columns;
mod consent;
mod objection;
mod relation;
mod stop;

pub use consent::{ConsentFields, ConsentRow, consent_from_fields};
pub use objection::{ObjectionFields, ObjectionRow, objection_from_fields};
pub use relation::{RelationFields, RelationRow, relation_from_fields};
pub use stop::Keys;
pub(super) use stop::keys;

pub(super) use self::{
    columns::Fields,
    consent::{content_hash as consent_hash, read as read_consent},
    objection::read as read_objection,
    relation::{content_hash as relation_hash, read as read_relation},
};
use super::{
    field::Told,
    problem::{nearest, shown},
};
use crate::{
    clock::Micros,
    facts::{
        catalogue::Catalogue,
        model::{ProductSym, SellerSym},
    },
    number::{self, E164, Region},
};

/// Whether an id is in the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found<T> {
    /// It is.
    Yes(T),
    /// It is not.
    No,
    /// The file that would tell cannot be read.
    CannotTell,
}

impl<T> From<Option<T>> for Found<T> {
    fn from(found: Option<T>) -> Self {
        found.map_or(Self::No, Self::Yes)
    }
}

/// Looks ids of sellers and products up.
pub trait Ids: Sync {
    /// A seller by id.
    fn seller(&self, id: &str) -> Found<SellerSym>;
    /// A product by id.
    fn product(&self, id: &str) -> Found<ProductSym>;
    /// A known seller's id that is near a mistyped one.
    fn near_seller(&self, id: &str) -> Option<String>;
    /// A known product's id that is near a mistyped one.
    fn near_product(&self, id: &str) -> Option<String>;
}

impl Ids for Catalogue {
    fn seller(&self, id: &str) -> Found<SellerSym> {
        Catalogue::seller(self, id).map(|s| s.sym).into()
    }

    fn product(&self, id: &str) -> Found<ProductSym> {
        Catalogue::product(self, id).map(|p| p.sym).into()
    }

    fn near_seller(&self, id: &str) -> Option<String> {
        nearest(id, self.sellers().map(|s| &*s.id)).map(str::to_owned)
    }

    fn near_product(&self, id: &str) -> Option<String> {
        nearest(id, self.products().map(|p| &*p.id)).map(str::to_owned)
    }
}

/// What a row is read with.
#[derive(Clone, Copy)]
pub struct Reading<'c> {
    /// Region of numbers whose row names none.
    pub default_region: Region,
    /// When the row was received; a stop is in force from here at the latest.
    pub received_at: Micros,
    /// The sellers and products there are.
    pub ids: &'c dyn Ids,
}

impl Reading<'_> {
    /// A seller that must be known. `None` without a problem told: it cannot be told.
    fn seller(&self, told: &mut Told, id: &str) -> Option<SellerSym> {
        match self.ids.seller(id) {
            Found::Yes(sym) => Some(sym),
            Found::CannotTell => None,
            Found::No => {
                let hint = self.ids.near_seller(id).map_or_else(
                    || "add it to sellers.csv".to_owned(),
                    |near| format!("did you mean {}?", shown(&near)),
                );
                told.add(
                    "seller_id",
                    format!("no seller has the id {}", shown(id)),
                    hint,
                );
                None
            }
        }
    }

    /// A product that must be known. `None` without a problem told: it cannot be told.
    fn product(&self, told: &mut Told, field: &'static str, id: &str) -> Option<ProductSym> {
        match self.ids.product(id) {
            Found::Yes(sym) => Some(sym),
            Found::CannotTell => None,
            Found::No => {
                let hint = self.ids.near_product(id).map_or_else(
                    || "add it to products.csv".to_owned(),
                    |near| format!("did you mean {}?", shown(&near)),
                );
                told.add(field, format!("no product has the id {}", shown(id)), hint);
                None
            }
        }
    }
}

/// A row as `column=value` pairs, those that are not empty.
pub(super) fn given<'r>(columns: &[&str], cell: impl Fn(usize) -> &'r str) -> String {
    let pairs = columns.iter().enumerate().filter_map(|(i, column)| {
        let value = cell(i);
        (!value.is_empty()).then(|| format!("{column}={value}"))
    });
    pairs.collect::<Vec<_>>().join("; ")
}

/// The number of a permit, which must be readable.
fn permit_number(told: &mut Told, typed: &str, region: Region) -> Option<E164> {
    if typed.trim().is_empty() {
        told.add("number", "is empty".to_owned(), "it is needed");
        return None;
    }
    let number = number::read(typed, region);
    if number.is_none() {
        not_a_number(told, typed, region);
    }
    number.map(|n| n.e164)
}

pub(super) fn not_a_number(told: &mut Told, typed: &str, region: Region) {
    told.add(
        "number",
        format!("{} is not a valid number in {region}", shown(typed)),
        "write it with its country code, such as +31201234567, or give its region",
    );
}
