//! What is put into the catalogue, and what is ended: entries of the wire as the columns of their files.

use crate::{proto::v1, store::CatalogueKind as Kind};

/// An entry that is changed, as Changes has it.
pub(super) struct Changed {
    pub(super) seller: String,
    pub(super) key: String,
    pub(super) new: String,
}

impl Changed {
    /// An entry as its columns. Sellers, products, sources and campaigns have an id first; a seller is
    /// its own, the others name theirs in the second column.
    pub(super) fn of_row((kind, columns): &(Kind, Vec<String>)) -> Self {
        let column = |n: usize| columns.get(n).cloned().unwrap_or_default();
        let (seller, key) = match kind {
            Kind::Seller => (column(0), column(0)),
            Kind::Category => (String::new(), column(0)),
            Kind::Pair => (String::new(), format!("{};{}", column(0), column(1))),
            Kind::Product | Kind::Source | Kind::Campaign => (column(1), column(0)),
        };
        Self {
            seller,
            key: format!("{} {key}", word(*kind)),
            new: columns.join(" | "),
        }
    }

    /// An entry that ends, by its key.
    pub(super) fn of_end((kind, key): &(Kind, String)) -> Self {
        Self {
            seller: String::new(),
            key: format!("{} {key}", word(*kind)),
            new: "ended".to_owned(),
        }
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Seller => "seller",
        Kind::Category => "category",
        Kind::Product => "product",
        Kind::Pair => "pair",
        Kind::Source => "source",
        Kind::Campaign => "campaign",
    }
}

/// The entries that are put: sellers first, campaigns, which refer to most others, last.
pub(super) fn rows(r: v1::PutCatalogueRequest) -> Vec<(Kind, Vec<String>)> {
    let sellers = r
        .sellers
        .into_iter()
        .map(|e| (Kind::Seller, vec![e.seller_id, e.name]));
    let categories = r
        .categories
        .into_iter()
        .map(|e| (Kind::Category, vec![e.category_id, e.parent_id, e.name]));
    let products = r.products.into_iter().map(|e| {
        (
            Kind::Product,
            vec![e.product_id, e.seller_id, e.category_id, e.name],
        )
    });
    let pairs = r.similar_pairs.into_iter().map(|e| {
        (
            Kind::Pair,
            vec![
                e.bought_product_id,
                e.offered_product_id,
                e.similar,
                e.signed_by,
                e.signed_on,
                e.expires_on,
                e.note,
            ],
        )
    });
    let sources = r.number_sources.into_iter().map(|e| {
        (
            Kind::Source,
            vec![
                e.source_id,
                e.seller_id,
                e.kind,
                e.lawful_basis_document,
                e.obtained_on,
            ],
        )
    });
    let campaigns = r.campaigns.into_iter().map(|e| {
        (
            Kind::Campaign,
            vec![
                e.campaign_id,
                e.seller_id,
                e.purpose,
                e.channel,
                e.products.join(";"),
                e.source_id,
                e.region,
                e.starts_on,
                e.ends_on,
                e.caller_ids.join(";"),
                e.purpose_compatible,
            ],
        )
    });
    sellers
        .chain(categories)
        .chain(products)
        .chain(pairs)
        .chain(sources)
        .chain(campaigns)
        .collect()
}

/// The entries that are ended, by their keys; what refers to another ends before it.
pub(super) fn ends(r: v1::EndCatalogueRequest) -> Vec<(Kind, String)> {
    let mut ends = Vec::new();
    let mut all = |kind, ids: Vec<String>| ends.extend(ids.into_iter().map(|id| (kind, id)));
    all(Kind::Campaign, r.campaign_ids);
    all(Kind::Source, r.source_ids);
    let pair = |p: v1::SimilarPair| format!("{};{}", p.bought_product_id, p.offered_product_id);
    all(Kind::Pair, r.similar_pairs.into_iter().map(pair).collect());
    all(Kind::Product, r.product_ids);
    all(Kind::Category, r.category_ids);
    all(Kind::Seller, r.seller_ids);
    ends
}
