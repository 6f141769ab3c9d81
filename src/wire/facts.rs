//! FactService: facts recorded one by one.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{
    caller::{self, Asker},
    fields::{Fields, timestamp},
    status,
};
use crate::{
    access::{self, Action, NewChange},
    clock::Micros,
    facts::model::{FactId, FactKind},
    intake::{ConsentFields, ObjectionFields, RecordError, Recorded, RelationFields},
    proto::v1::{self, fact_service_server::FactService},
    sidecar::Sidecar,
    store::UnclearRow,
};

/// The service.
#[derive(Clone)]
pub struct FactDoor(pub Arc<Sidecar>);

impl FactDoor {
    /// Writes on a thread that may wait for the disk. Once begun, a write is carried out whether or not
    /// the caller still waits: an objection is never lost to a deadline.
    async fn write(
        &self,
        asker: Asker,
        action: Action,
        of: Of,
        write: impl FnOnce(&Sidecar) -> Result<Recorded, RecordError> + Send + 'static,
    ) -> Result<Recorded, Status> {
        let sidecar = self.0.clone();
        tokio::task::spawn_blocking(move || {
            let seller = match of {
                Of::Seller(id) => id,
                Of::Fact(id) => seller_of(&sidecar, &asker, action, id)?,
            };
            let recorded = write(&sidecar).map_err(|e| status::record(&e))?;
            let id = id_of(&recorded);
            let number = recorded.e164s.first().map(ToString::to_string);
            let change = NewChange {
                seller: &seller,
                key: number.as_deref().unwrap_or(&id),
                new: &id,
                ..NewChange::default()
            };
            sidecar.access.note_change(asker.caller(), action, &change);
            Ok(recorded)
        })
        .await
        .map_err(|_| Status::internal("the change broke off; see the log"))?
    }
}

/// Of whom a write is.
enum Of {
    /// A seller; empty for all.
    Seller(String),
    /// The seller of this fact.
    Fact(FactId),
}

/// The seller of a fact, if the caller may do this to it. A fact of another is as one that is not there.
#[allow(clippy::result_large_err)]
fn seller_of(
    sidecar: &Sidecar,
    asker: &Asker,
    action: Action,
    id: FactId,
) -> Result<String, Status> {
    let seller = sidecar
        .seller_of(id)
        .map_err(|e| status::store(&e))?
        .unwrap_or_default();
    asker.for_seller(action, &seller, &id.to_string())?;
    Ok(seller)
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
        let asker = caller::of(&request)?;
        let r = request.into_inner();
        // A no to all sellers is taken from anybody who may record one: a stop is never lost.
        let seller = match r.seller_id.trim() {
            "" | "*" => String::new(),
            id => {
                asker.for_seller(Action::RecordObjection, id, "seller_id")?;
                id.to_owned()
            }
        };
        let mut fields = Fields::default();
        fields.number("number", &r.number);
        let recorded_at = written(fields.time("recorded_at", r.recorded_at.as_ref()));
        fields.check()?;
        let channels = r.channels.join(";");
        let recorded = self
            .write(
                asker,
                Action::RecordObjection,
                Of::Seller(seller),
                move |sidecar| {
                    sidecar.record_objection(&ObjectionFields {
                        number: &r.number,
                        region: &r.region,
                        person_id: &r.person_id,
                        seller_id: &r.seller_id,
                        channels: &channels,
                        recorded_at: &recorded_at,
                        source: &r.source,
                    })
                },
            )
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
        let asker = caller::of(&request)?;
        let r = request.into_inner();
        asker.for_seller(Action::RecordConsent, r.seller_id.trim(), "seller_id")?;
        let seller = Of::Seller(r.seller_id.clone());
        let mut fields = Fields::default();
        fields.number("number", &r.number);
        let granted_at = written(fields.time("granted_at", r.granted_at.as_ref()));
        let expires_at = written(fields.time("expires_at", r.expires_at.as_ref()));
        let withdrawn_at = written(fields.time("withdrawn_at", r.withdrawn_at.as_ref()));
        fields.check()?;
        let (channels, products) = (r.channels.join(";"), r.products.join(";"));
        let recorded = self
            .write(asker, Action::RecordConsent, seller, move |sidecar| {
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
        let asker = caller::of(&request)?;
        let r = request.into_inner();
        let mut fields = Fields::default();
        let id = fact_id(&mut fields, &r.fact_id, FactKind::Consent, "consent-5");
        let at = fields.time("withdrawn_at", r.withdrawn_at.as_ref());
        fields.check()?;
        let Some(id) = id else {
            return Err(Status::internal("a checked id is missing"));
        };
        let recorded = self
            .write(asker, Action::WithdrawConsent, Of::Fact(id), move |s| {
                s.withdraw_consent(id, at)
            })
            .await?;
        Ok(Response::new(v1::WithdrawConsentResponse {
            fact_id: id_of(&recorded),
            revision: recorded.revision,
        }))
    }

    async fn record_relation(
        &self,
        request: Request<v1::RecordRelationRequest>,
    ) -> Result<Response<v1::RecordRelationResponse>, Status> {
        let asker = caller::of(&request)?;
        let r = request.into_inner();
        asker.for_seller(Action::RecordRelation, r.seller_id.trim(), "seller_id")?;
        let seller = Of::Seller(r.seller_id.clone());
        let mut fields = Fields::default();
        fields.number("number", &r.number);
        fields.check()?;
        let recorded = self
            .write(asker, Action::RecordRelation, seller, move |sidecar| {
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
        let asker = caller::of(&request)?;
        let r = request.into_inner();
        let mut fields = Fields::default();
        let id = fact_id(&mut fields, &r.fact_id, FactKind::Relation, "relation-12");
        let on = fields.day("ended_on", &r.ended_on);
        fields.check()?;
        let Some(id) = id else {
            return Err(Status::internal("a checked id is missing"));
        };
        let recorded = self
            .write(asker, Action::EndRelation, Of::Fact(id), move |s| {
                s.end_relation(id, on)
            })
            .await?;
        Ok(Response::new(v1::EndRelationResponse {
            fact_id: id_of(&recorded),
            revision: recorded.revision,
        }))
    }

    async fn list_unclear(
        &self,
        request: Request<v1::ListUnclearRequest>,
    ) -> Result<Response<v1::ListUnclearResponse>, Status> {
        let asker = caller::of(&request)?;
        let action = Action::ListUnclear;
        asker.looked(&self.0.access, action, "", "unclear").await?;
        let settled_too = request.into_inner().include_settled;
        let sidecar = self.0.clone();
        let rows = tokio::task::spawn_blocking(move || sidecar.unclear(settled_too))
            .await
            .map_err(|_| Status::internal("the list broke off; see the log"))?
            .map_err(|e| status::store(&e))?;
        let masked = asker.caller().is_masked(action);
        let unclear = rows
            .into_iter()
            .filter(|row| asker.caller().may(action, Some(row.seller())))
            .map(|row| unclear(row, masked))
            .collect();
        Ok(Response::new(v1::ListUnclearResponse { unclear }))
    }

    async fn settle_unclear(
        &self,
        request: Request<v1::SettleUnclearRequest>,
    ) -> Result<Response<v1::SettleUnclearResponse>, Status> {
        let asker = caller::of(&request)?;
        let mut r = request.into_inner();
        r.settled_by = asker.signs_as(&r.settled_by);
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
        let settled = tokio::task::spawn_blocking(move || {
            let action = Action::SettleUnclear;
            let open = sidecar.unclear(false).map_err(|e| status::store(&e))?;
            let row = open.iter().find(|row| row.id == id);
            let seller = row.map(|row| row.seller().to_owned()).unwrap_or_default();
            // Who is bound to sellers cannot tell a row of another from none.
            asker.for_seller(action, &seller, &r.unclear_id)?;
            let (settled, revision) = sidecar
                .settle_unclear(id, &r.settled_by, &r.settlement)
                .map_err(|e| status::store(&e))?;
            if settled {
                let change = NewChange {
                    seller: &seller,
                    key: &r.unclear_id,
                    old: "open",
                    new: "settled",
                    why: &r.settlement,
                };
                sidecar.access.note_change(asker.caller(), action, &change);
            }
            Ok::<_, Status>((settled, revision))
        })
        .await
        .map_err(|_| Status::internal("the change broke off; see the log"))?;
        let (settled, revision) = settled?;
        if !settled {
            return Err(Status::not_found(format!(
                "there is no open row unclear-{id}"
            )));
        }
        Ok(Response::new(v1::SettleUnclearResponse { revision }))
    }
}

/// A row of the queue on the wire. Masked, what was given is left out: it is as it was typed, and a
/// number may stand anywhere in it.
fn unclear(row: UnclearRow, masked: bool) -> v1::Unclear {
    let e164 = row.e164.iter().map(|n| match masked {
        true => access::masked(&n.to_string()),
        false => n.to_string(),
    });
    v1::Unclear {
        unclear_id: format!("unclear-{}", row.id),
        received_at: Some(timestamp(row.received_at)),
        e164: e164.collect(),
        origin: row.origin,
        place: row.place,
        given: if masked { "…".to_owned() } else { row.given },
        problem: if masked {
            "…".to_owned()
        } else {
            row.problem
        },
        settled_by: row
            .settled
            .as_ref()
            .map(|s| s.by.clone())
            .unwrap_or_default(),
        settled_at: row.settled.as_ref().map(|s| timestamp(s.at)),
        settlement: row.settled.map(|s| s.settlement).unwrap_or_default(),
    }
}
