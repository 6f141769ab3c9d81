//! FactService: facts recorded one by one.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{
    fields::{Fields, timestamp},
    status,
};
use crate::{
    clock::Micros,
    facts::model::{FactId, FactKind},
    intake::{ConsentFields, ObjectionFields, RecordError, Recorded, RelationFields},
    proto::v1::{self, fact_service_server::FactService},
    sidecar::Sidecar,
};

/// The service.
#[derive(Clone)]
pub struct FactDoor(pub Arc<Sidecar>);

impl FactDoor {
    /// Writes on a thread that may wait for the disk. Once begun, a write is carried out whether or not
    /// the caller still waits: an objection is never lost to a deadline.
    async fn write(
        &self,
        write: impl FnOnce(&Sidecar) -> Result<Recorded, RecordError> + Send + 'static,
    ) -> Result<Recorded, Status> {
        let sidecar = self.0.clone();
        tokio::task::spawn_blocking(move || write(&sidecar))
            .await
            .map_err(|_| Status::internal("the change broke off; see the log"))?
            .map_err(|e| status::record(&e))
    }
}

/// A moment as the column would have it.
fn written(at: Option<Micros>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}

/// The id of what was recorded: the fact on the first number, else the unclear row.
fn id_of(recorded: &Recorded) -> String {
    match (recorded.fact_ids.first(), recorded.unclear_id) {
        (Some(id), _) => id.to_string(),
        (None, Some(row)) => format!("unclear-{row}"),
        (None, None) => String::new(),
    }
}

fn fact_id(fields: &mut Fields, text: &str, kind: FactKind, like: &str) -> Option<FactId> {
    let id = FactId::parse(text).filter(|id| id.kind() == kind);
    if id.is_none() {
        fields.bad("fact_id", format!("\"{text}\" is not like {like}"));
    }
    id
}

#[tonic::async_trait]
impl FactService for FactDoor {
    async fn record_objection(
        &self,
        request: Request<v1::RecordObjectionRequest>,
    ) -> Result<Response<v1::RecordObjectionResponse>, Status> {
        let r = request.into_inner();
        let mut fields = Fields::default();
        fields.number("number", &r.number);
        let recorded_at = written(fields.time("recorded_at", r.recorded_at.as_ref()));
        fields.check()?;
        let channels = r.channels.join(";");
        let recorded = self
            .write(move |sidecar| {
                sidecar.record_objection(&ObjectionFields {
                    number: &r.number,
                    region: &r.region,
                    person_id: &r.person_id,
                    seller_id: &r.seller_id,
                    channels: &channels,
                    recorded_at: &recorded_at,
                    source: &r.source,
                })
            })
            .await?;
        Ok(Response::new(v1::RecordObjectionResponse {
            fact_id: id_of(&recorded),
            revision: recorded.revision,
            unclear: recorded.unclear,
            e164: recorded.e164s.iter().map(ToString::to_string).collect(),
        }))
    }

    async fn record_consent(
        &self,
        request: Request<v1::RecordConsentRequest>,
    ) -> Result<Response<v1::RecordConsentResponse>, Status> {
        let r = request.into_inner();
        let mut fields = Fields::default();
        fields.number("number", &r.number);
        let granted_at = written(fields.time("granted_at", r.granted_at.as_ref()));
        let expires_at = written(fields.time("expires_at", r.expires_at.as_ref()));
        let withdrawn_at = written(fields.time("withdrawn_at", r.withdrawn_at.as_ref()));
        fields.check()?;
        let (channels, products) = (r.channels.join(";"), r.products.join(";"));
        let recorded = self
            .write(move |sidecar| {
                sidecar.record_consent(&ConsentFields {
                    number: &r.number,
                    region: &r.region,
                    person_id: &r.person_id,
                    seller_id: &r.seller_id,
                    channels: &channels,
                    products: &products,
                    granted_at: &granted_at,
                    expires_at: &expires_at,
                    withdrawn_at: &withdrawn_at,
                    evidence: &r.evidence,
                })
            })
            .await?;
        Ok(Response::new(v1::RecordConsentResponse {
            fact_id: id_of(&recorded),
            revision: recorded.revision,
        }))
    }

    async fn withdraw_consent(
        &self,
        request: Request<v1::WithdrawConsentRequest>,
    ) -> Result<Response<v1::WithdrawConsentResponse>, Status> {
        let r = request.into_inner();
        let mut fields = Fields::default();
        let id = fact_id(&mut fields, &r.fact_id, FactKind::Consent, "consent-5");
        let at = fields.time("withdrawn_at", r.withdrawn_at.as_ref());
        fields.check()?;
        let Some(id) = id else {
            return Err(Status::internal("a checked id is missing"));
        };
        let recorded = self.write(move |s| s.withdraw_consent(id, at)).await?;
        Ok(Response::new(v1::WithdrawConsentResponse {
            fact_id: id_of(&recorded),
            revision: recorded.revision,
        }))
    }

    async fn record_relation(
        &self,
        request: Request<v1::RecordRelationRequest>,
    ) -> Result<Response<v1::RecordRelationResponse>, Status> {
        let r = request.into_inner();
        let mut fields = Fields::default();
        fields.number("number", &r.number);
        fields.check()?;
        let recorded = self
            .write(move |sidecar| {
                sidecar.record_relation(&RelationFields {
                    number: &r.number,
                    region: &r.region,
                    person_id: &r.person_id,
                    seller_id: &r.seller_id,
                    kind: &r.kind,
                    product_id: &r.product_id,
                    started_on: &r.started_on,
                    ended_on: &r.ended_on,
                    paid: &r.paid,
                })
            })
            .await?;
        Ok(Response::new(v1::RecordRelationResponse {
            fact_id: id_of(&recorded),
            revision: recorded.revision,
        }))
    }

    async fn end_relation(
        &self,
        request: Request<v1::EndRelationRequest>,
    ) -> Result<Response<v1::EndRelationResponse>, Status> {
        let r = request.into_inner();
        let mut fields = Fields::default();
        let id = fact_id(&mut fields, &r.fact_id, FactKind::Relation, "relation-12");
        let on = fields.day("ended_on", &r.ended_on);
        fields.check()?;
        let Some(id) = id else {
            return Err(Status::internal("a checked id is missing"));
        };
        let recorded = self.write(move |s| s.end_relation(id, on)).await?;
        Ok(Response::new(v1::EndRelationResponse {
            fact_id: id_of(&recorded),
            revision: recorded.revision,
        }))
    }

    async fn list_unclear(
        &self,
        request: Request<v1::ListUnclearRequest>,
    ) -> Result<Response<v1::ListUnclearResponse>, Status> {
        let settled_too = request.into_inner().include_settled;
        let sidecar = self.0.clone();
        let rows = tokio::task::spawn_blocking(move || sidecar.unclear(settled_too))
            .await
            .map_err(|_| Status::internal("the list broke off; see the log"))?
            .map_err(|e| status::store(&e))?;
        let unclear = rows
            .into_iter()
            .map(|row| v1::Unclear {
                unclear_id: format!("unclear-{}", row.id),
                received_at: Some(timestamp(row.received_at)),
                origin: row.origin,
                place: row.place,
                given: row.given,
                problem: row.problem,
                e164: row.e164.iter().map(ToString::to_string).collect(),
                settled_by: row
                    .settled
                    .as_ref()
                    .map(|s| s.by.clone())
                    .unwrap_or_default(),
                settled_at: row.settled.as_ref().map(|s| timestamp(s.at)),
                settlement: row.settled.map(|s| s.settlement).unwrap_or_default(),
            })
            .collect();
        Ok(Response::new(v1::ListUnclearResponse { unclear }))
    }

    async fn settle_unclear(
        &self,
        request: Request<v1::SettleUnclearRequest>,
    ) -> Result<Response<v1::SettleUnclearResponse>, Status> {
        let r = request.into_inner();
        let mut fields = Fields::default();
        fields.needed("settled_by", &r.settled_by);
        fields.needed("settlement", &r.settlement);
        let id = r
            .unclear_id
            .strip_prefix("unclear-")
            .and_then(|n| n.parse().ok());
        if id.is_none() {
            fields.bad(
                "unclear_id",
                format!("\"{}\" is not like unclear-3", r.unclear_id),
            );
        }
        fields.check()?;
        let id: u64 = id.unwrap_or_default();
        let sidecar = self.0.clone();
        let (settled, revision) = tokio::task::spawn_blocking(move || {
            sidecar.settle_unclear(id, &r.settled_by, &r.settlement)
        })
        .await
        .map_err(|_| Status::internal("the change broke off; see the log"))?
        .map_err(|e| status::store(&e))?;
        if !settled {
            return Err(Status::not_found(format!(
                "there is no open row unclear-{id}"
            )));
        }
        Ok(Response::new(v1::SettleUnclearResponse { revision }))
    }
}
