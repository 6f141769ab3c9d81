//! CatalogueService: sellers, products and what is offered. Entries travel as the columns of their
//! files, through the same validator.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use tonic::{Request, Response, Status};

use super::{
    caller::{self, Asker},
    status,
};
use crate::{
    access::{Action, NewChange, Sellers},
    clock::Day,
    facts::catalogue::{Catalogue, SimilarPair},
    intake::RecordError,
    proto::v1::{self, catalogue_service_server::CatalogueService},
    sidecar::Sidecar,
    store::CatalogueKind as Kind,
};

/// The service.
#[derive(Clone)]
pub struct CatalogueDoor(pub Arc<Sidecar>);

impl CatalogueDoor {
    /// Changes the catalogue as one; `keys` and `new` say for Changes what was changed to what.
    async fn change(
        &self,
        asker: Asker,
        action: Action,
        changed: Vec<Changed>,
        change: impl FnOnce(&Sidecar) -> Result<u64, RecordError> + Send + 'static,
    ) -> Result<u64, Status> {
        // Entries refer to each other across sellers and are checked together, so what is wrong with
        // one would tell of another's.
        asker.for_all_sellers(action)?;
        let sidecar = self.0.clone();
        tokio::task::spawn_blocking(move || {
            let revision = change(&sidecar)?;
            for Changed { seller, key, new } in &changed {
                let change = NewChange {
                    seller,
                    key,
                    new,
                    ..NewChange::default()
                };
                sidecar.access.note_change(asker.caller(), action, &change);
            }
            Ok(revision)
        })
        .await
        .map_err(|_| Status::internal("the change broke off; see the log"))?
        .map_err(|e| status::record(&e))
    }

    /// Entries of the catalogue on the wire, by id, for who may see those of these sellers.
    fn list<T>(
        &self,
        asker: &Asker,
        of: impl FnOnce(&Catalogue, &Sidecar, &Sellers) -> Vec<T>,
    ) -> Vec<T> {
        of(&self.0.world().catalogue, &self.0, &asker.caller().sellers)
    }
}

/// An entry that is changed, as Changes has it.
struct Changed {
    seller: String,
    key: String,
    new: String,
}

impl Changed {
    /// An entry as its columns. Sellers, products, sources and campaigns have an id first; a seller is
    /// its own, the others name theirs in the second column.
    fn of_row((kind, columns): &(Kind, Vec<String>)) -> Self {
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

    fn of_end((kind, key): &(Kind, String)) -> Self {
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

/// The categories that the products of these sellers are in, up to their roots: the taxonomy is shared,
/// but what another sells in it is not.
fn categories_of(catalogue: &Catalogue, sidecar: &Sidecar, sellers: &Sellers) -> HashSet<String> {
    let symbols = &sidecar.world().symbols;
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

/// The columns of an entry.
macro_rules! columns {
    ($($field:expr),+ $(,)?) => { vec![$($field),+] };
}

fn rows(r: v1::PutCatalogueRequest) -> Vec<(Kind, Vec<String>)> {
    let sellers = r
        .sellers
        .into_iter()
        .map(|e| (Kind::Seller, columns![e.seller_id, e.name]));
    let categories = r
        .categories
        .into_iter()
        .map(|e| (Kind::Category, columns![e.category_id, e.parent_id, e.name]));
    let products = r.products.into_iter().map(|e| {
        (
            Kind::Product,
            columns![e.product_id, e.seller_id, e.category_id, e.name],
        )
    });
    let pairs = r.similar_pairs.into_iter().map(|e| {
        (
            Kind::Pair,
            columns![
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
            columns![
                e.source_id,
                e.seller_id,
                e.kind,
                e.lawful_basis_document,
                e.obtained_on
            ],
        )
    });
    let campaigns = r.campaigns.into_iter().map(|e| {
        (
            Kind::Campaign,
            columns![
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

/// A day as the column would have it.
fn day(day: Day) -> String {
    day.to_string()
}

#[tonic::async_trait]
impl CatalogueService for CatalogueDoor {
    async fn put_catalogue(
        &self,
        request: Request<v1::PutCatalogueRequest>,
    ) -> Result<Response<v1::PutCatalogueResponse>, Status> {
        let asker = caller::of(&request)?;
        let rows = rows(request.into_inner());
        let changed = rows.iter().map(Changed::of_row).collect();
        let revision = self
            .change(asker, Action::PutCatalogue, changed, move |s| {
                s.put_catalogue(&rows)
            })
            .await?;
        Ok(Response::new(v1::PutCatalogueResponse { revision }))
    }

    async fn end_catalogue(
        &self,
        request: Request<v1::EndCatalogueRequest>,
    ) -> Result<Response<v1::EndCatalogueResponse>, Status> {
        let asker = caller::of(&request)?;
        let r = request.into_inner();
        let mut ends: Vec<(Kind, String)> = Vec::new();
        let mut all = |kind, ids: Vec<String>| ends.extend(ids.into_iter().map(|id| (kind, id)));
        all(Kind::Campaign, r.campaign_ids);
        all(Kind::Source, r.source_ids);
        let pair = |p: v1::SimilarPair| format!("{};{}", p.bought_product_id, p.offered_product_id);
        all(Kind::Pair, r.similar_pairs.into_iter().map(pair).collect());
        all(Kind::Product, r.product_ids);
        all(Kind::Category, r.category_ids);
        all(Kind::Seller, r.seller_ids);
        let changed = ends.iter().map(Changed::of_end).collect();
        let revision = self
            .change(asker, Action::EndCatalogue, changed, move |s| {
                let ends: Vec<_> = ends.iter().map(|(k, id)| (*k, id.as_str())).collect();
                s.end_catalogue(&ends)
            })
            .await?;
        Ok(Response::new(v1::EndCatalogueResponse { revision }))
    }

    async fn list_sellers(
        &self,
        request: Request<v1::ListSellersRequest>,
    ) -> Result<Response<v1::ListSellersResponse>, Status> {
        let asker = caller::of(&request)?;
        let sellers = self.list(&asker, |c, _, own| {
            c.sellers()
                .filter(|s| own.has(&s.id))
                .map(|s| v1::Seller {
                    seller_id: s.id.to_string(),
                    name: s.name.clone(),
                })
                .collect()
        });
        Ok(Response::new(v1::ListSellersResponse { sellers }))
    }

    async fn list_categories(
        &self,
        request: Request<v1::ListCategoriesRequest>,
    ) -> Result<Response<v1::ListCategoriesResponse>, Status> {
        let asker = caller::of(&request)?;
        let categories = self.list(&asker, |c, sidecar, own| {
            let seen = (!own.are_all()).then(|| categories_of(c, sidecar, own));
            c.categories()
                .filter(|c| seen.as_ref().is_none_or(|seen| seen.contains(&*c.id)))
                .map(|c| v1::Category {
                    category_id: c.id.to_string(),
                    parent_id: c.parent.as_deref().unwrap_or_default().to_owned(),
                    name: c.name.clone(),
                })
                .collect()
        });
        Ok(Response::new(v1::ListCategoriesResponse { categories }))
    }

    async fn list_products(
        &self,
        request: Request<v1::ListProductsRequest>,
    ) -> Result<Response<v1::ListProductsResponse>, Status> {
        let asker = caller::of(&request)?;
        let products = self.list(&asker, |c, sidecar, own| {
            c.products()
                .filter(|p| own.has(&sidecar.world().symbols.seller_id(p.owner)))
                .map(|p| v1::Product {
                    product_id: p.id.to_string(),
                    seller_id: sidecar.world().symbols.seller_id(p.owner),
                    category_id: p.category.as_deref().unwrap_or_default().to_owned(),
                    name: p.name.clone(),
                })
                .collect()
        });
        Ok(Response::new(v1::ListProductsResponse { products }))
    }

    async fn list_similar_pairs(
        &self,
        request: Request<v1::ListSimilarPairsRequest>,
    ) -> Result<Response<v1::ListSimilarPairsResponse>, Status> {
        let asker = caller::of(&request)?;
        let mut similar_pairs = self.list(&asker, |c, sidecar, own| {
            let symbols = &sidecar.world().symbols;
            let is_own = |product| {
                let owner = c.owner(product);
                own.are_all() || owner.is_some_and(|s| own.has(&symbols.seller_id(s)))
            };
            let pair = |p: &SimilarPair| v1::SimilarPair {
                bought_product_id: symbols.product_id(p.bought),
                offered_product_id: symbols.product_id(p.offered),
                similar: if p.similar { "yes" } else { "no" }.to_owned(),
                signed_by: p.signed_by.clone(),
                signed_on: day(p.signed_on),
                expires_on: day(p.expires_on),
                note: p.note.clone(),
            };
            c.pairs()
                .filter(|p| is_own(p.bought) && is_own(p.offered))
                .map(pair)
                .collect()
        });
        similar_pairs.sort_by(|a: &v1::SimilarPair, b| {
            let key = |p: &v1::SimilarPair| {
                (
                    p.bought_product_id.clone(),
                    p.offered_product_id.clone(),
                    p.signed_on.clone(),
                )
            };
            key(a).cmp(&key(b))
        });
        Ok(Response::new(v1::ListSimilarPairsResponse {
            similar_pairs,
        }))
    }

    async fn list_number_sources(
        &self,
        request: Request<v1::ListNumberSourcesRequest>,
    ) -> Result<Response<v1::ListNumberSourcesResponse>, Status> {
        let asker = caller::of(&request)?;
        let mut number_sources = self.list(&asker, |c, sidecar, own| {
            let symbols = &sidecar.world().symbols;
            c.sources()
                .filter(|s| own.has(&symbols.seller_id(s.seller)))
                .map(|s| v1::NumberSource {
                    source_id: s.id.to_string(),
                    seller_id: symbols.seller_id(s.seller),
                    kind: s.kind.to_string(),
                    lawful_basis_document: s.document.clone(),
                    obtained_on: s.obtained_on.map(day).unwrap_or_default(),
                })
                .collect::<Vec<_>>()
        });
        number_sources.sort_by(|a, b| a.source_id.cmp(&b.source_id));
        Ok(Response::new(v1::ListNumberSourcesResponse {
            number_sources,
        }))
    }

    async fn list_campaigns(
        &self,
        request: Request<v1::ListCampaignsRequest>,
    ) -> Result<Response<v1::ListCampaignsResponse>, Status> {
        let asker = caller::of(&request)?;
        let mut campaigns = self.list(&asker, |c, sidecar, own| {
            let symbols = &sidecar.world().symbols;
            c.campaigns()
                .filter(|c| own.has(&c.seller_id))
                .map(|c| v1::Campaign {
                    campaign_id: c.id.to_string(),
                    seller_id: c.seller_id.to_string(),
                    purpose: c.purpose.to_string(),
                    channel: c.channel.to_string(),
                    products: c.products.iter().map(|p| symbols.product_id(*p)).collect(),
                    source_id: c.source_id.to_string(),
                    region: c.region.map(|r| r.to_string()).unwrap_or_default(),
                    starts_on: day(c.starts_on),
                    ends_on: day(c.ends_on),
                    caller_ids: c.caller_ids.clone(),
                    purpose_compatible: match c.purpose_compatible {
                        Some(true) => "yes",
                        Some(false) => "no",
                        None => "",
                    }
                    .to_owned(),
                })
                .collect::<Vec<_>>()
        });
        campaigns.sort_by(|a, b| a.campaign_id.cmp(&b.campaign_id));
        Ok(Response::new(v1::ListCampaignsResponse { campaigns }))
    }
}
