//! One row of the catalogue, read; ids are still texts.

use crate::{
    clock::Day,
    facts::model::{Channel, Purpose, SourceKind},
    intake::{
        field::{Told, items},
        problem::shown,
    },
    number::Region,
    store::CatalogueKind,
};

/// One sound row. What it names may not exist.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub(in crate::intake) enum Entry {
    Seller {
        id: String,
        name: String,
    },
    Category {
        id: String,
        parent: String,
        name: String,
    },
    Product(ProductEntry),
    Pair(PairEntry),
    Source(SourceEntry),
    Campaign(Box<CampaignEntry>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::intake) struct ProductEntry {
    pub(super) id: String,
    pub(super) seller: String,
    pub(super) category: String,
    pub(super) name: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::intake) struct PairEntry {
    pub(super) bought: String,
    pub(super) offered: String,
    pub(super) similar: bool,
    pub(super) signed_by: String,
    pub(super) signed_on: Day,
    pub(super) expires_on: Day,
    pub(super) note: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::intake) struct SourceEntry {
    pub(super) id: String,
    pub(super) seller: String,
    pub(super) kind: SourceKind,
    pub(super) document: String,
    pub(super) obtained_on: Option<Day>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::intake) struct CampaignEntry {
    pub(super) id: String,
    pub(super) seller: String,
    pub(super) purpose: Option<Purpose>,
    pub(super) channel: Channel,
    pub(super) products: Vec<String>,
    pub(super) source: String,
    pub(super) region: Option<Region>,
    pub(super) starts_on: Option<Day>,
    pub(super) ends_on: Option<Day>,
    pub(super) caller_ids: Vec<String>,
    pub(super) purpose_compatible: Option<bool>,
}

/// The columns of a kind's file.
pub(in crate::intake) fn columns(kind: CatalogueKind) -> &'static [&'static str] {
    match kind {
        CatalogueKind::Seller => &["seller_id", "name"],
        CatalogueKind::Category => &["category_id", "parent_id", "name"],
        CatalogueKind::Product => &["product_id", "seller_id", "category_id", "name"],
        CatalogueKind::Pair => &[
            "bought_product_id",
            "offered_product_id",
            "similar",
            "signed_by",
            "signed_on",
            "expires_on",
            "note",
        ],
        CatalogueKind::Source => &[
            "source_id",
            "seller_id",
            "kind",
            "lawful_basis_document",
            "obtained_on",
        ],
        CatalogueKind::Campaign => &[
            "campaign_id",
            "seller_id",
            "purpose",
            "channel",
            "products",
            "source_id",
            "region",
            "starts_on",
            "ends_on",
            "caller_ids",
            "purpose_compatible",
        ],
    }
}

impl Entry {
    /// Reads a row from its columns; `None` means problems were told.
    pub(in crate::intake) fn read<'t>(
        kind: CatalogueKind,
        cell: &dyn Fn(usize) -> &'t str,
        told: &mut Told,
    ) -> Option<Self> {
        let entry = match kind {
            CatalogueKind::Seller => {
                let id = own_id("seller_id", cell(0), told);
                let name = text(cell(1));
                id.map(|id| Self::Seller { id, name })
            }
            CatalogueKind::Category => {
                let id = own_id("category_id", cell(0), told);
                let parent = told.id("parent_id", cell(1)).map(str::to_owned);
                let name = text(cell(2));
                id.zip(parent)
                    .map(|(id, parent)| Self::Category { id, parent, name })
            }
            CatalogueKind::Product => product(cell, told).map(Self::Product),
            CatalogueKind::Pair => pair(cell, told).map(Self::Pair),
            CatalogueKind::Source => source(cell, told).map(Self::Source),
            CatalogueKind::Campaign => campaign(cell, told).map(|c| Self::Campaign(Box::new(c))),
        };
        entry.filter(|_| told.0.is_empty())
    }

    /// Its table.
    pub(in crate::intake) fn kind(&self) -> CatalogueKind {
        match self {
            Self::Seller { .. } => CatalogueKind::Seller,
            Self::Category { .. } => CatalogueKind::Category,
            Self::Product(_) => CatalogueKind::Product,
            Self::Pair(_) => CatalogueKind::Pair,
            Self::Source(_) => CatalogueKind::Source,
            Self::Campaign(_) => CatalogueKind::Campaign,
        }
    }

    /// What tells it apart in its table. A pair may have several rows, one a signing day; its ids hold
    /// no `;`, so the key is unambiguous.
    pub(in crate::intake) fn key(&self) -> String {
        match self {
            Self::Seller { id, .. } | Self::Category { id, .. } => id.clone(),
            Self::Product(p) => p.id.clone(),
            Self::Pair(p) => format!("{};{};{}", p.bought, p.offered, p.signed_on),
            Self::Source(s) => s.id.clone(),
            Self::Campaign(c) => c.id.clone(),
        }
    }

    /// Its columns, normalised.
    pub(in crate::intake) fn fields(&self) -> Vec<String> {
        let day = |d: Option<Day>| d.map(|d| d.to_string()).unwrap_or_default();
        let yes_no = |b: bool| if b { "yes" } else { "no" }.to_owned();
        match self.clone() {
            Self::Seller { id, name } => vec![id, name],
            Self::Category { id, parent, name } => vec![id, parent, name],
            Self::Product(p) => vec![p.id, p.seller, p.category, p.name],
            Self::Pair(p) => vec![
                p.bought,
                p.offered,
                yes_no(p.similar),
                p.signed_by,
                p.signed_on.to_string(),
                p.expires_on.to_string(),
                p.note,
            ],
            Self::Source(s) => vec![
                s.id,
                s.seller,
                s.kind.to_string(),
                s.document,
                day(s.obtained_on),
            ],
            Self::Campaign(c) => vec![
                c.id,
                c.seller,
                c.purpose.map(|p| p.to_string()).unwrap_or_default(),
                c.channel.to_string(),
                c.products.join(";"),
                c.source,
                c.region.map(|r| r.to_string()).unwrap_or_default(),
                day(c.starts_on),
                day(c.ends_on),
                c.caller_ids.join(";"),
                c.purpose_compatible.map(yes_no).unwrap_or_default(),
            ],
        }
    }
}

fn text(text: &str) -> String {
    text.trim().to_owned()
}

/// The id of the entry itself: `*` and `;` mean something in lists, so they cannot be part of it.
fn own_id(field: &'static str, text: &str, told: &mut Told) -> Option<String> {
    let id = told.needed_id(field, text)?;
    if id == "*" || id.contains(';') {
        told.add(
            field,
            format!("{} cannot be an id", shown(id)),
            "`*` means all and `;` separates; use other characters",
        );
        return None;
    }
    Some(id.to_owned())
}

fn needed_id(field: &'static str, text: &str, told: &mut Told) -> Option<String> {
    told.needed_id(field, text).map(str::to_owned)
}

fn product<'t>(cell: &dyn Fn(usize) -> &'t str, told: &mut Told) -> Option<ProductEntry> {
    let id = own_id("product_id", cell(0), told);
    let seller = needed_id("seller_id", cell(1), told);
    let category = told.id("category_id", cell(2)).map(str::to_owned);
    Some(ProductEntry {
        id: id?,
        seller: seller?,
        category: category?,
        name: text(cell(3)),
    })
}

fn pair<'t>(cell: &dyn Fn(usize) -> &'t str, told: &mut Told) -> Option<PairEntry> {
    let bought = needed_id("bought_product_id", cell(0), told);
    let offered = needed_id("offered_product_id", cell(1), told);
    let similar = told.yes_no("similar", cell(2));
    if similar == Some(None) {
        told.add("similar", "is empty".to_owned(), "write yes or no");
    }
    let signed_by = text(cell(3));
    if signed_by.is_empty() {
        let hint = "a pair counts only if somebody answers for it";
        told.add("signed_by", "is empty".to_owned(), hint);
    }
    let signed_on = told.day("signed_on", cell(4));
    if signed_on == Some(None) {
        let hint = "write the day it was signed, YYYY-MM-DD";
        told.add("signed_on", "is empty".to_owned(), hint);
    }
    let expires_on = told.day("expires_on", cell(5));
    if let (Some(Some(false)), Some(Some(day))) = (similar, expires_on) {
        told.add(
            "expires_on",
            format!("a no does not expire, but this one says {day}"),
            "leave it empty; to allow the pair again, take the row out",
        );
    } else if let (Some(Some(from)), Some(Some(until))) = (signed_on, expires_on)
        && until < from
    {
        told.add(
            "expires_on",
            format!("{until} is before signed_on, {from}"),
            "mend either",
        );
    }
    Some(PairEntry {
        bought: bought?,
        offered: offered?,
        similar: similar??,
        signed_by,
        signed_on: signed_on??,
        expires_on: expires_on?.unwrap_or(Day::NEVER),
        note: text(cell(6)),
    })
}

fn source<'t>(cell: &dyn Fn(usize) -> &'t str, told: &mut Told) -> Option<SourceEntry> {
    let id = own_id("source_id", cell(0), told);
    let seller = needed_id("seller_id", cell(1), told);
    let kind = told.word(
        "kind",
        cell(2),
        SourceKind::parse,
        SourceKind::ALL,
        SourceKind::word,
    );
    if kind == Some(None) {
        told.add(
            "kind",
            "is empty".to_owned(),
            words(SourceKind::ALL, SourceKind::word),
        );
    }
    let obtained_on = told.day("obtained_on", cell(4));
    Some(SourceEntry {
        id: id?,
        seller: seller?,
        kind: kind??,
        document: text(cell(3)),
        obtained_on: obtained_on?,
    })
}

fn campaign<'t>(cell: &dyn Fn(usize) -> &'t str, told: &mut Told) -> Option<CampaignEntry> {
    let id = own_id("campaign_id", cell(0), told);
    let seller = needed_id("seller_id", cell(1), told);
    let purpose = told.word(
        "purpose",
        cell(2),
        Purpose::parse,
        Purpose::ALL,
        Purpose::word,
    );
    let channel = told.word(
        "channel",
        cell(3),
        Channel::parse,
        Channel::ALL,
        Channel::word,
    );
    if channel == Some(None) {
        told.add(
            "channel",
            "is empty".to_owned(),
            words(Channel::ALL, Channel::word),
        );
    }
    let mut products: Vec<String> = items(cell(4)).map(str::to_owned).collect();
    products.sort_unstable();
    products.dedup();
    let offers = !matches!(
        purpose,
        Some(Some(Purpose::Service | Purpose::Research)) | None
    );
    if products.is_empty() && offers {
        let hint = "name the offered products; only SERVICE and RESEARCH offer none";
        told.add("products", "is empty".to_owned(), hint);
    }
    if products.len() > 1 && products[0] == "*" {
        told.add(
            "products",
            "`*` stands beside named products".to_owned(),
            "write `*` alone for all of the seller's own, or name every product",
        );
    }
    let source = told.id("source_id", cell(5)).map(str::to_owned);
    let given = cell(6).trim();
    let region = if given.is_empty() {
        Some(None)
    } else {
        told.region(given, Region::NL).map(Some)
    };
    let starts_on = told.day("starts_on", cell(7));
    let ends_on = told.day("ends_on", cell(8));
    if let (Some(Some(from)), Some(Some(until))) = (starts_on, ends_on)
        && until < from
    {
        told.add(
            "ends_on",
            format!("{until} is before starts_on, {from}"),
            "mend either",
        );
    }
    let purpose_compatible = told.yes_no("purpose_compatible", cell(10));
    Some(CampaignEntry {
        id: id?,
        seller: seller?,
        purpose: purpose?,
        channel: channel??,
        products,
        source: source?,
        region: region?,
        starts_on: starts_on?,
        ends_on: ends_on?,
        caller_ids: items(cell(9)).map(str::to_owned).collect(),
        purpose_compatible: purpose_compatible?,
    })
}

fn words<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> String {
    let words: Vec<_> = all.iter().map(|w| word(*w)).collect();
    format!("write one of {}", words.join(", "))
}
