//! CatalogueService: sellers, products and what is offered. Entries travel as the columns of their
//! files, through the same validator.

mod columns;
mod entries;

use std::sync::Arc;

use tonic::{Request, Response, Status};

use self::columns::Changed;
use super::{
    caller::{self, Asker},
    status,
};
use crate::{
    access::{Action, NewChange},
    intake::RecordError,
    proto::v1::{self, catalogue_service_server::CatalogueService},
    sidecar::Sidecar,
};

/// The service.
#[derive(Clone)]
pub struct CatalogueDoor(pub Arc<Sidecar>);

impl CatalogueDoor {
    /// Changes the catalogue as one; `changed` says for Changes what was changed to what.
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
}

#[tonic::async_trait]
impl CatalogueService for CatalogueDoor {
    async fn put_catalogue(
        &self,
        request: Request<v1::PutCatalogueRequest>,
    ) -> Result<Response<v1::PutCatalogueResponse>, Status> {
        let asker = caller::of(&request)?;
        let rows = columns::rows(request.into_inner());
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
        let ends = columns::ends(request.into_inner());
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
        let sellers = entries::sellers(&self.0.world(), &asker.caller().sellers);
        Ok(Response::new(v1::ListSellersResponse { sellers }))
    }

    async fn list_categories(
        &self,
        request: Request<v1::ListCategoriesRequest>,
    ) -> Result<Response<v1::ListCategoriesResponse>, Status> {
        let asker = caller::of(&request)?;
        let categories = entries::categories(&self.0.world(), &asker.caller().sellers);
        Ok(Response::new(v1::ListCategoriesResponse { categories }))
    }

    async fn list_products(
        &self,
        request: Request<v1::ListProductsRequest>,
    ) -> Result<Response<v1::ListProductsResponse>, Status> {
        let asker = caller::of(&request)?;
        let products = entries::products(&self.0.world(), &asker.caller().sellers);
        Ok(Response::new(v1::ListProductsResponse { products }))
    }

    async fn list_similar_pairs(
        &self,
        request: Request<v1::ListSimilarPairsRequest>,
    ) -> Result<Response<v1::ListSimilarPairsResponse>, Status> {
        let asker = caller::of(&request)?;
        let similar_pairs = entries::similar_pairs(&self.0.world(), &asker.caller().sellers);
        Ok(Response::new(v1::ListSimilarPairsResponse {
            similar_pairs,
        }))
    }

    async fn list_number_sources(
        &self,
        request: Request<v1::ListNumberSourcesRequest>,
    ) -> Result<Response<v1::ListNumberSourcesResponse>, Status> {
        let asker = caller::of(&request)?;
        let number_sources = entries::number_sources(&self.0.world(), &asker.caller().sellers);
        Ok(Response::new(v1::ListNumberSourcesResponse {
            number_sources,
        }))
    }

    async fn list_campaigns(
        &self,
        request: Request<v1::ListCampaignsRequest>,
    ) -> Result<Response<v1::ListCampaignsResponse>, Status> {
        let asker = caller::of(&request)?;
        let campaigns = entries::campaigns(&self.0.world(), &asker.caller().sellers);
        Ok(Response::new(v1::ListCampaignsResponse { campaigns }))
    }
}
