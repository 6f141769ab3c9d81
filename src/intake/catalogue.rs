//! Sellers, categories, products, signed pairs, number sources and campaigns: read row by row, then
//! checked together. One validator for files, calls and start-up.

mod check;
mod entry;

use std::sync::Arc;

pub(super) use check::check;
pub(super) use entry::{Entry, columns};
use hashbrown::HashMap;

use super::{
    field::Told,
    problem::{FieldProblem, Near, Problem, shown},
    row::{Found, Ids},
};
use crate::{
    clock::Day,
    facts::{
        catalogue::{
            Campaign, CatalogueRows, Category, NumberSource, Product, Seller, SimilarPair,
        },
        model::{ProductSym, Purpose, SellerSym},
        symbols::{Interner, Symbols, TooMany},
    },
    store::{CatalogueKind, CatalogueRow},
};

/// Where an entry came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// A file: the line, the character column of each known column, and the fields as they stood.
    File {
        line: u64,
        columns: Vec<u64>,
        fields: Vec<String>,
    },
    /// A call, or the store.
    Given,
}

/// An entry and its place.
#[derive(Clone, Debug)]
pub(super) struct Located {
    pub(super) entry: Entry,
    pub(super) origin: String,
    pub(super) place: Place,
}

impl Located {
    /// How messages about other entries name this one.
    pub(super) fn name(&self) -> String {
        match &self.place {
            Place::File { line, .. } => format!("line {line}"),
            Place::Given => format!("that of origin {}", shown(&self.origin)),
        }
    }

    /// A problem with its place.
    pub(super) fn problem(&self, problem: FieldProblem) -> Problem {
        let kind = self.entry.kind();
        let (file, line, column) = match &self.place {
            Place::File {
                line, columns: at, ..
            } => {
                let field = columns(kind).iter().position(|c| *c == problem.field);
                let column = field.and_then(|f| at.get(f)).or(at.first());
                (
                    file_name(kind).to_owned(),
                    *line,
                    column.copied().unwrap_or(1),
                )
            }
            Place::Given => (format!("{kind} {}", shown(&self.entry.key())), 0, 0),
        };
        Problem {
            file,
            line,
            column,
            field: problem.field.to_owned(),
            what: problem.what,
            hint: problem.hint,
        }
    }
}

/// The file of a kind of entry.
pub(super) fn file_name(kind: CatalogueKind) -> &'static str {
    match kind {
        CatalogueKind::Seller => "sellers.csv",
        CatalogueKind::Category => "categories.csv",
        CatalogueKind::Product => "products.csv",
        CatalogueKind::Pair => "similar.csv",
        CatalogueKind::Source => "sources.csv",
        CatalogueKind::Campaign => "campaigns.csv",
    }
}

/// Turns stored or given rows into a catalogue's rows. Every row is read and all are checked together.
///
/// # Errors
/// Everything that is wrong: with a row, between rows, or (never in practice) no room for more ids.
pub fn catalogue_from_rows(
    rows: &[CatalogueRow],
    symbols: &Symbols,
) -> Result<CatalogueRows, Vec<Problem>> {
    let (entries, mut problems) = read_rows(rows);
    problems.extend(check_all(&entries));
    if !problems.is_empty() {
        return Err(problems);
    }
    build(entries.iter().map(|l| &l.entry), symbols).map_err(|full| {
        vec![Problem {
            what: full.to_string(),
            ..Problem::default()
        }]
    })
}

/// Reads rows one by one.
pub(super) fn read_rows(rows: &[CatalogueRow]) -> (Vec<Located>, Vec<Problem>) {
    let mut entries = Vec::with_capacity(rows.len());
    let mut problems = Vec::new();
    for row in rows {
        let mut told = Told::default();
        let cell = |i: usize| row.fields.get(i).map_or("", String::as_str);
        if let Some(entry) = Entry::read(row.kind, &cell, &mut told) {
            entries.push(Located {
                entry,
                origin: row.origin.clone(),
                place: Place::Given,
            });
        }
        problems.extend(told.0.into_iter().map(|p| Problem {
            file: format!("{} {}", row.kind, shown(&row.key)),
            field: p.field.to_owned(),
            what: p.what,
            hint: p.hint,
            ..Problem::default()
        }));
    }
    (entries, problems)
}

/// Everything wrong between entries that are each sound.
pub(super) fn check_all(entries: &[Located]) -> Vec<Problem> {
    let found = check(entries, &|_| false);
    let with_place = |(i, problem): (usize, FieldProblem)| entries[i].problem(problem);
    found.into_iter().map(with_place).collect()
}

/// Builds the typed rows of entries that were checked together.
pub(super) fn build<'e>(
    entries: impl Iterator<Item = &'e Entry> + Clone,
    symbols: &Symbols,
) -> Result<CatalogueRows, TooMany> {
    let seller = |id: &str| symbols.sellers.intern(id).map(SellerSym);
    let product = |id: &str| symbols.products.intern(id).map(ProductSym);
    let some = |id: &str| (!id.is_empty()).then(|| Arc::<str>::from(id));
    let mut rows = CatalogueRows::default();
    for entry in entries.clone() {
        match entry {
            Entry::Seller { id, name } => rows.sellers.push(Seller {
                id: id.as_str().into(),
                sym: seller(id)?,
                name: name.clone(),
            }),
            Entry::Category { id, parent, name } => rows.categories.push(Category {
                id: id.as_str().into(),
                parent: some(parent),
                name: name.clone(),
            }),
            Entry::Product(p) => rows.products.push(Product {
                id: p.id.as_str().into(),
                sym: product(&p.id)?,
                owner: seller(&p.seller)?,
                category: some(&p.category),
                name: p.name.clone(),
            }),
            Entry::Pair(p) => rows.pairs.push(SimilarPair {
                bought: product(&p.bought)?,
                offered: product(&p.offered)?,
                similar: p.similar,
                signed_by: p.signed_by.clone(),
                signed_on: p.signed_on,
                expires_on: p.expires_on,
                note: p.note.clone(),
            }),
            Entry::Source(s) => rows.sources.push(NumberSource {
                id: s.id.as_str().into(),
                seller: seller(&s.seller)?,
                kind: s.kind,
                document: s.document.clone(),
                obtained_on: s.obtained_on,
            }),
            Entry::Campaign(c) => {
                // `*` is every product the seller owns today; read again whenever products change.
                let own = || {
                    let own = entries.clone().filter_map(|e| match e {
                        Entry::Product(p) if p.seller == c.seller => Some(product(&p.id)),
                        _ => None,
                    });
                    own.collect::<Result<Vec<_>, _>>()
                };
                let products = if c.products == ["*"] {
                    own()?
                } else {
                    c.products
                        .iter()
                        .map(|p| product(p))
                        .collect::<Result<_, _>>()?
                };
                rows.campaigns.push(Campaign {
                    id: c.id.as_str().into(),
                    seller: seller(&c.seller)?,
                    seller_id: c.seller.as_str().into(),
                    purpose: c.purpose.unwrap_or(Purpose::Marketing),
                    channel: c.channel,
                    products: products.into(),
                    source_id: c.source.as_str().into(),
                    region: c.region,
                    starts_on: c.starts_on.unwrap_or(Day::ALWAYS),
                    ends_on: c.ends_on.unwrap_or(Day::NEVER),
                    caller_ids: c.caller_ids.clone(),
                    purpose_compatible: c.purpose_compatible,
                });
            }
        }
    }
    Ok(rows)
}

/// The sellers and products that rows of a folder may name.
#[derive(Debug, Default)]
pub(super) struct KnownIds {
    sellers: HashMap<String, SellerSym>,
    products: HashMap<String, ProductSym>,
    /// Whether `sellers.csv` or `products.csv` could not be read.
    pub(super) sellers_open: bool,
    pub(super) products_open: bool,
    near: Near,
}

impl KnownIds {
    /// Adds what an entry names.
    pub(super) fn add(&mut self, entry: &Entry, symbols: &Symbols) -> Result<(), TooMany> {
        let intern = |table: &Interner, id: &str| table.intern(id);
        match entry {
            Entry::Seller { id, .. } => {
                let sym = SellerSym(intern(&symbols.sellers, id)?);
                self.sellers.insert(id.clone(), sym);
            }
            Entry::Product(p) => {
                let sym = ProductSym(intern(&symbols.products, &p.id)?);
                self.products.insert(p.id.clone(), sym);
            }
            _ => {}
        }
        Ok(())
    }
}

impl Ids for KnownIds {
    fn seller(&self, id: &str) -> Found<SellerSym> {
        match self.sellers.get(id) {
            Some(sym) => Found::Yes(*sym),
            None if self.sellers_open => Found::CannotTell,
            None => Found::No,
        }
    }

    fn product(&self, id: &str) -> Found<ProductSym> {
        match self.products.get(id) {
            Some(sym) => Found::Yes(*sym),
            None if self.products_open => Found::CannotTell,
            None => Found::No,
        }
    }

    fn near_seller(&self, id: &str) -> Option<String> {
        self.near.find(id, self.sellers.keys().map(String::as_str))
    }

    fn near_product(&self, id: &str) -> Option<String> {
        self.near.find(id, self.products.keys().map(String::as_str))
    }
}

/// What stops may name: every seller and product there ever was, so that a stop outlives what it names.
#[derive(Debug)]
pub(super) struct EverKnown<'k> {
    known: &'k KnownIds,
    symbols: &'k Symbols,
}

impl KnownIds {
    /// With every id that ever was.
    pub(super) fn ever<'k>(&'k self, symbols: &'k Symbols) -> EverKnown<'k> {
        EverKnown {
            known: self,
            symbols,
        }
    }
}

impl Ids for EverKnown<'_> {
    fn seller(&self, id: &str) -> Found<SellerSym> {
        match self.symbols.sellers.find(id) {
            Some(sym) => Found::Yes(SellerSym(sym)),
            None => self.known.seller(id),
        }
    }

    fn product(&self, id: &str) -> Found<ProductSym> {
        match self.symbols.products.find(id) {
            Some(sym) => Found::Yes(ProductSym(sym)),
            None => self.known.product(id),
        }
    }

    fn near_seller(&self, id: &str) -> Option<String> {
        self.known.near_seller(id)
    }

    fn near_product(&self, id: &str) -> Option<String> {
        self.known.near_product(id)
    }
}

#[cfg(test)]
mod tests;
