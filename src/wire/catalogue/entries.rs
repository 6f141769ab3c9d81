//! What is in force, as entries of the wire: those that somebody who acts for these sellers may see.

use std::collections::{HashMap, HashSet};

use crate::{
    access::Sellers,
    facts::{
        catalogue::{Catalogue, SimilarPair},
        symbols::Symbols,
        world::World,
    },
    proto::v1,
};

pub(super) fn sellers(world: &World, own: &Sellers) -> Vec<v1::Seller> {
    let seen = world.catalogue.sellers().filter(|s| own.has(&s.id));
    seen.map(|s| v1::Seller {
        seller_id: s.id.to_string(),
        name: s.name.clone(),
    })
    .collect()
}

/// Of the shared taxonomy, what these sellers' products are in.
pub(super) fn categories(world: &World, own: &Sellers) -> Vec<v1::Category> {
    let catalogue = &world.catalogue;
    let seen = (!own.are_all()).then(|| categories_of(catalogue, &world.symbols, own));
    catalogue
        .categories()
        .filter(|c| seen.as_ref().is_none_or(|seen| seen.contains(&*c.id)))
        .map(|c| v1::Category {
            category_id: c.id.to_string(),
            parent_id: c.parent.as_deref().unwrap_or_default().to_owned(),
            name: c.name.clone(),
        })
        .collect()
}

/// The categories that the products of these sellers are in, up to their roots: the taxonomy is shared,
/// but what another sells in it is not.
fn categories_of(catalogue: &Catalogue, symbols: &Symbols, sellers: &Sellers) -> HashSet<String> {
    let parents: HashMap<&str, Option<&str>> = catalogue
        .categories()
        .map(|c| (&*c.id, c.parent.as_deref()))
        .collect();
    let mut seen = HashSet::new();
    for product in catalogue.products() {
        if !sellers.has(&symbols.seller_id(product.owner)) {
            continue;
        }
        let mut at = product.category.as_deref();
        while let Some(category) = at {
            if !seen.insert(category.to_owned()) {
                break;
            }
            at = parents.get(category).copied().flatten();
        }
    }
    seen
}

pub(super) fn products(world: &World, own: &Sellers) -> Vec<v1::Product> {
    let products = world.catalogue.products().map(|p| v1::Product {
        product_id: p.id.to_string(),
        seller_id: world.symbols.seller_id(p.owner),
        category_id: p.category.as_deref().unwrap_or_default().to_owned(),
        name: p.name.clone(),
    });
    products.filter(|p| own.has(&p.seller_id)).collect()
}

/// Pairs whose products are both of these sellers, by their products.
pub(super) fn similar_pairs(world: &World, own: &Sellers) -> Vec<v1::SimilarPair> {
    let (catalogue, symbols) = (&world.catalogue, &world.symbols);
    let is_own = |product| {
        let owner = catalogue.owner(product);
        own.are_all() || owner.is_some_and(|s| own.has(&symbols.seller_id(s)))
    };
    let pair = |p: &SimilarPair| v1::SimilarPair {
        bought_product_id: symbols.product_id(p.bought),
        offered_product_id: symbols.product_id(p.offered),
        similar: if p.similar { "yes" } else { "no" }.to_owned(),
        signed_by: p.signed_by.clone(),
        signed_on: p.signed_on.to_string(),
        expires_on: p.expires_on.to_string(),
        note: p.note.clone(),
    };
    let seen = catalogue.pairs();
    let seen = seen.filter(|p| is_own(p.bought) && is_own(p.offered));
    let mut pairs: Vec<_> = seen.map(pair).collect();
    pairs.sort_by(|a, b| {
        let a = (&a.bought_product_id, &a.offered_product_id, &a.signed_on);
        a.cmp(&(&b.bought_product_id, &b.offered_product_id, &b.signed_on))
    });
    pairs
}

/// By id.
pub(super) fn number_sources(world: &World, own: &Sellers) -> Vec<v1::NumberSource> {
    let sources = world.catalogue.sources().map(|s| v1::NumberSource {
        source_id: s.id.to_string(),
        seller_id: world.symbols.seller_id(s.seller),
        kind: s.kind.to_string(),
        lawful_basis_document: s.document.clone(),
        obtained_on: s.obtained_on.map(|d| d.to_string()).unwrap_or_default(),
    });
    let mut seen: Vec<_> = sources.filter(|s| own.has(&s.seller_id)).collect();
    seen.sort_by(|a, b| a.source_id.cmp(&b.source_id));
    seen
}

/// By id.
pub(super) fn campaigns(world: &World, own: &Sellers) -> Vec<v1::Campaign> {
    let product = |p: &_| world.symbols.product_id(*p);
    let seen = world.catalogue.campaigns();
    let seen = seen.filter(|c| own.has(&c.seller_id));
    let mut campaigns: Vec<_> = seen
        .map(|c| v1::Campaign {
            campaign_id: c.id.to_string(),
            seller_id: c.seller_id.to_string(),
            purpose: c.purpose.to_string(),
            channel: c.channel.to_string(),
            products: c.products.iter().map(product).collect(),
            source_id: c.source_id.to_string(),
            region: c.region.map(|r| r.to_string()).unwrap_or_default(),
            starts_on: c.starts_on.to_string(),
            ends_on: c.ends_on.to_string(),
            caller_ids: c.caller_ids.clone(),
            purpose_compatible: match c.purpose_compatible {
                Some(true) => "yes",
                Some(false) => "no",
                None => "",
            }
            .to_owned(),
        })
        .collect();
    campaigns.sort_by(|a, b| a.campaign_id.cmp(&b.campaign_id));
    campaigns
}
