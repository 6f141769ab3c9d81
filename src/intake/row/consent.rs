//! `consents.csv`: a yes to one seller. Once withdrawn it is a stop, and is taken in as one.

use std::sync::Arc;

use smallvec::SmallVec;

use super::{Reading, columns::columns, permit_number, relation::needed, stop::Keys};
use crate::{
    clock::Micros,
    facts::{
        model::{
            ChannelSet, Consent, FactId, FactKind, PersonSym, ProductSym, Products, SellerSym,
        },
        symbols::{Symbols, TooMany},
    },
    intake::{
        field::{Told, items},
        hash::RowHasher,
        problem::FieldProblem,
    },
    number::{E164, Region},
    store::RowHash,
};

columns! {
    /// The columns of a consent, as text.
    ConsentFields {
        number,
        region,
        person_id,
        seller_id,
        channels,
        products,
        granted_at,
        expires_at,
        withdrawn_at,
        evidence,
    }
}

/// A consent whose fields are sound; its number is yet to be read.
#[derive(Clone, Debug)]
pub struct ConsentRow<'a> {
    /// The number as typed.
    pub typed: &'a str,
    /// The region it is to be read in.
    pub region: Region,
    /// The person; empty if none is named.
    pub person_id: &'a str,
    /// The seller.
    pub seller: SellerSym,
    /// The channels.
    pub channels: ChannelSet,
    /// The named products; empty for all of the seller's own.
    pub products: SmallVec<[ProductSym; 8]>,
    /// Since when.
    pub granted_at: Micros,
    /// Until when.
    pub expires_at: Micros,
    /// The withdrawal as written; [`Micros::NEVER`] if there is none.
    pub withdrawn_written: Micros,
    /// The withdrawal in force: never later than its receipt.
    pub withdrawn_at: Micros,
    /// What proves it.
    pub evidence: &'a str,
    /// Content hash.
    pub hash: RowHash,
}

impl ConsentRow<'_> {
    /// Whether it was withdrawn, which makes it a stop.
    pub fn is_withdrawn(&self) -> bool {
        self.withdrawn_written != Micros::NEVER
    }

    /// The fact, its person interned; the store gives it its id.
    ///
    /// # Errors
    /// If there is no room for another person.
    pub fn fact(&self, symbols: &Symbols) -> Result<Consent, TooMany> {
        Ok(Consent {
            id: FactId::new(FactKind::Consent, 0),
            granted_at: self.granted_at,
            expires_at: self.expires_at,
            withdrawn_at: self.withdrawn_at,
            products: if self.products.is_empty() {
                Products::AllOfSeller
            } else {
                Products::Named(Arc::from(&self.products[..]))
            },
            person: PersonSym(symbols.persons.intern(self.person_id)?),
            seller: self.seller,
            channels: self.channels,
        })
    }

    /// The number a consent that stands is recorded under.
    pub(in crate::intake) fn number(&self, told: &mut Told) -> Option<E164> {
        permit_number(told, self.typed, self.region)
    }

    /// What a withdrawn one is recorded under. Never a person alone: a consent needs its number.
    pub(in crate::intake) fn keys(&self) -> Keys {
        super::keys(self.typed, self.region, self.hash, false)
    }
}

/// Reads a consent, and the number it is recorded under; for a withdrawn one that is read two ways,
/// both.
///
/// # Errors
/// Every field that is wrong.
pub fn consent_from_fields<'a>(
    fields: &ConsentFields<'a>,
    with: &Reading<'_>,
) -> Result<(ConsentRow<'a>, Keys), Vec<FieldProblem>> {
    let mut told = Told::default();
    let Some(row) = read(fields, with, &mut told) else {
        return Err(told.0);
    };
    if row.is_withdrawn() {
        let keys = row.keys();
        if !keys.unreadable {
            return Ok((row, keys));
        }
    }
    match row.number(&mut told) {
        Some(e164) => {
            let keys = Keys::certain(e164, row.hash);
            Ok((row, keys))
        }
        None => Err(told.0),
    }
}

/// Reads all but the number of a sound row; of a row with problems, the number too.
pub(in crate::intake) fn read<'a>(
    fields: &ConsentFields<'a>,
    with: &Reading<'_>,
    told: &mut Told,
) -> Option<ConsentRow<'a>> {
    let region = told.region(fields.region, with.default_region);
    let person_id = told.id("person_id", fields.person_id);
    let seller_id = told.needed_id("seller_id", fields.seller_id);
    let seller = seller_id.and_then(|id| with.seller(told, id));
    let channels = told
        .channels(fields.channels)
        .and_then(|set| needed(told, "channels", set));
    let products = products(fields, with, told);
    let granted_at = told
        .time("granted_at", fields.granted_at)
        .and_then(|at| needed(told, "granted_at", at));
    let expires_at = told.time("expires_at", fields.expires_at);
    let withdrawn_at = told.time("withdrawn_at", fields.withdrawn_at);
    let evidence = fields.evidence.trim();
    if evidence.is_empty() {
        told.add(
            "evidence",
            "is empty".to_owned(),
            "name what proves the yes: a form, a recording, a page",
        );
    }

    let row = (|| {
        let (region, person_id, seller_id) = (region?, person_id?, seller_id?);
        let (seller, channels, granted_at) = (seller?, channels?, granted_at?);
        let (expires_at, withdrawn) = (
            expires_at?.unwrap_or(Micros::NEVER),
            withdrawn_at?.unwrap_or(Micros::NEVER),
        );
        let (names, products) = products?;
        let texts = [
            fields.number,
            region.as_str(),
            person_id,
            seller_id,
            evidence,
        ];
        let times = [granted_at, expires_at, withdrawn];
        let hash = content_hash(texts, channels, times, &names);
        Some(ConsentRow {
            typed: fields.number,
            region,
            person_id,
            seller,
            channels,
            products,
            granted_at,
            expires_at,
            withdrawn_written: withdrawn,
            withdrawn_at: if withdrawn == Micros::NEVER {
                withdrawn
            } else {
                withdrawn.min(with.received_at)
            },
            evidence,
            hash,
        })
    })()
    .filter(|_| told.0.is_empty());
    if let (None, Some(region)) = (&row, region) {
        permit_number(told, fields.number, region);
    }
    row
}

/// Of number, region, person, seller and evidence as texts; when granted, expired and withdrawn as
/// written; and the names of the products, in order.
pub(in crate::intake) fn content_hash<S: AsRef<str>>(
    texts: [&str; 5],
    channels: ChannelSet,
    times: [Micros; 3],
    products: &[S],
) -> RowHash {
    let mut hash = RowHasher::new("consents");
    hash.number(i64::from(channels.0));
    for text in texts {
        hash.text(text);
    }
    for time in times {
        hash.number(time.0);
    }
    for name in products {
        hash.text(name.as_ref());
    }
    hash.finish()
}

/// The named products in order of their names, each once; both empty for `*`.
#[allow(clippy::type_complexity)]
fn products<'a>(
    fields: &ConsentFields<'a>,
    with: &Reading<'_>,
    told: &mut Told,
) -> Option<(SmallVec<[&'a str; 8]>, SmallVec<[ProductSym; 8]>)> {
    let mut names: SmallVec<[&'a str; 8]> = items(fields.products).collect();
    if names.is_empty() {
        return needed(told, "products", None);
    }
    names.sort_unstable();
    names.dedup();
    if names[..] == ["*"] {
        return Some(Default::default());
    }
    if names.contains(&"*") {
        told.add(
            "products",
            "`*` stands beside named products".to_owned(),
            "write `*` alone for all of the seller's own, and another company's in a row of their own",
        );
        return None;
    }
    let before = told.0.len();
    let mut known = true;
    let mut syms = SmallVec::new();
    for name in &names {
        match with.product(told, "products", name) {
            Some(sym) => syms.push(sym),
            None => known = false,
        }
    }
    (known && told.0.len() == before).then_some((names, syms))
}
