//! What the sellers of the tests sell: two sellers, a taxonomy, number sources, and the campaign.

use verzet::{
    clock::Day,
    facts::{
        catalogue::{
            Campaign, Catalogue, CatalogueRows, Category, NumberSource, Product, Seller,
            SimilarPair,
        },
        model::*,
        symbols::Symbols,
    },
    number::Region,
};

use super::{Scene, day};

/// Category and the one above it.
const CATEGORIES: [(&str, &str); 8] = [
    ("energy", ""),
    ("supply", "energy"),
    ("power", "supply"),
    ("gas", "supply"),
    ("devices", "energy"),
    ("solar", "devices"),
    ("living", ""),
    ("garden", ""),
];

/// Product, owner, category. The `z…` ones are another company's.
const PRODUCTS: [(&str, &str, &str); 12] = [
    ("power", "noordlicht", "power"),
    ("gas", "noordlicht", "gas"),
    ("bio-gas", "noordlicht", "gas"),
    ("bundle", "noordlicht", "supply"),
    ("plan", "noordlicht", "energy"),
    ("heat-pump", "noordlicht", "devices"),
    ("solar", "noordlicht", "solar"),
    ("sofa", "noordlicht", "living"),
    ("hedge", "noordlicht", "garden"),
    ("odd", "noordlicht", ""),
    ("z-gas", "zonnig", "gas"),
    ("z-sofa", "zonnig", "living"),
];

/// Number source, its seller, its kind, the document.
const SOURCES: [(&str, &str, &str, &str); 6] = [
    ("customers", "noordlicht", "CUSTOMER_FILE", "ROPA-1"),
    ("house", "noordlicht", "HOUSE_FILE", "ROPA-2"),
    ("list", "noordlicht", "THIRD_PARTY_LIST", "ROPA-3"),
    ("public", "noordlicht", "PUBLIC", "ROPA-4"),
    ("bare", "noordlicht", "THIRD_PARTY_LIST", ""),
    ("theirs", "zonnig", "THIRD_PARTY_LIST", "ROPA-5"),
];

/// A seller's number in facts; none if empty.
pub(crate) fn seller(symbols: &Symbols, id: &str) -> SellerSym {
    SellerSym(symbols.sellers.intern(id).unwrap())
}

/// A product's number in facts; none if empty.
pub(crate) fn product(symbols: &Symbols, id: &str) -> ProductSym {
    ProductSym(symbols.products.intern(id).unwrap())
}

/// Products, separated by `;`.
pub(crate) fn products(symbols: &Symbols, ids: &str) -> Vec<ProductSym> {
    ids.split(';').map(|id| product(symbols, id)).collect()
}

/// Channels, separated by `;`, or `*`.
pub(crate) fn channels(text: &str) -> ChannelSet {
    if text == "*" {
        return ChannelSet::ALL;
    }
    text.split(';')
        .map(|word| Channel::parse(word).unwrap())
        .fold(ChannelSet::default(), ChannelSet::with)
}

/// The catalogue of a scene.
pub(crate) fn build(scene: &Scene, symbols: &Symbols) -> Catalogue {
    let o = &scene.offer;
    Catalogue::build(CatalogueRows {
        sellers: ["noordlicht", "zonnig"]
            .map(|id| Seller {
                id: id.into(),
                sym: seller(symbols, id),
                name: String::new(),
            })
            .into(),
        categories: CATEGORIES
            .map(|(id, parent)| Category {
                id: id.into(),
                parent: (!parent.is_empty()).then(|| parent.into()),
                name: String::new(),
            })
            .into(),
        products: PRODUCTS
            .map(|(id, owner, category)| Product {
                id: id.into(),
                sym: product(symbols, id),
                owner: seller(symbols, owner),
                category: (!category.is_empty()).then(|| category.into()),
                name: String::new(),
            })
            .into(),
        pairs: (scene.pairs.iter())
            .map(|(bought, offered, similar, from, until)| SimilarPair {
                bought: product(symbols, bought),
                offered: product(symbols, offered),
                similar: *similar,
                signed_by: "compliance".into(),
                signed_on: day(from, Day::ALWAYS),
                expires_on: day(until, Day::NEVER),
                note: String::new(),
            })
            .collect(),
        sources: SOURCES
            .map(|(id, owner, kind, document)| NumberSource {
                id: id.into(),
                seller: seller(symbols, owner),
                kind: SourceKind::parse(kind).unwrap(),
                document: document.into(),
                obtained_on: None,
            })
            .into(),
        campaigns: vec![Campaign {
            id: "offer".into(),
            seller: seller(symbols, "noordlicht"),
            seller_id: "noordlicht".into(),
            purpose: Purpose::parse(o.purpose).unwrap(),
            channel: Channel::parse(o.channel).unwrap(),
            products: products(symbols, o.products).into(),
            source_id: o.source.into(),
            region: Region::parse(o.region).ok(),
            starts_on: day(o.starts, Day::ALWAYS),
            ends_on: day(o.ends, Day::NEVER),
            caller_ids: vec![],
            purpose_compatible: o.compatible,
        }],
    })
}
