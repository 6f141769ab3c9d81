//! PolicyService: which regimes there are, what they say, and which is enforced.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{
    caller,
    fields::{Fields, timestamp},
};
use crate::{
    access::{Action, NewChange},
    clock::Day,
    facts::model::Channel,
    policy::{Regime, enforced::Enforcement},
    proto::v1::{self, policy_service_server::PolicyService},
    sidecar::{Language, Sidecar},
    store::StoreError,
};

/// The service.
#[derive(Clone)]
pub struct PolicyDoor(pub Arc<Sidecar>);

impl PolicyDoor {
    fn short(&self, regime: &Regime) -> v1::Regime {
        let lang = self.0.settings.language;
        let (world, now) = (self.0.world(), self.0.now());
        v1::Regime {
            regime_id: regime.id.to_string(),
            title: lang.of(&regime.title).to_owned(),
            country: regime.country.to_string(),
            channels: regime.channels().map(|c| i32::from(c.code())).collect(),
            in_force_from: regime.from.to_string(),
            in_force_until: regime.until.to_string(),
            lapsed_notice: regime
                .lapsed
                .as_ref()
                .map(|t| lang.of(t).to_owned())
                .unwrap_or_default(),
            pack_hash: regime.hash_hex(),
            semantics: regime.semantics,
            enforced: world.enforced.is_enforced(regime, now),
        }
    }
}

fn enforcement(e: &Enforcement) -> v1::Enforcement {
    v1::Enforcement {
        regime_id: e.regime.id.to_string(),
        country: e.regime.country.to_string(),
        enforced_at: Some(timestamp(e.at)),
        enforced_by: e.by.clone(),
        why: e.why.clone(),
        from_day: e.from.to_string(),
        until_day: e.until.to_string(),
        revision: e.revision,
    }
}

/// The rows, each once with the channels whose tables have it at that place.
fn rows(regime: &Regime, lang: Language) -> Vec<v1::RegimeRow> {
    let mut out: Vec<v1::RegimeRow> = Vec::new();
    for channel in Channel::ALL {
        let Some(table) = regime.table(*channel) else {
            continue;
        };
        for (row, number) in table.rows.iter().zip(1..) {
            let wire = v1::RegimeRow {
                row: number,
                channels: vec![i32::from(channel.code())],
                check: row.check.name().to_owned(),
                verdict: i32::from(row.verdict.code()),
                reason: i32::from(row.reason.code()),
                legal_source: row.source.clone(),
                text: lang.of(&row.text).to_owned(),
                unverified: row.unverified,
            };
            let same = out.iter_mut().find(|r| {
                v1::RegimeRow {
                    channels: wire.channels.clone(),
                    ..(**r).clone()
                } == wire
            });
            match same {
                Some(r) => r.channels.push(i32::from(channel.code())),
                None => out.push(wire),
            }
        }
    }
    out
}

#[tonic::async_trait]
impl PolicyService for PolicyDoor {
    async fn list_regimes(
        &self,
        _: Request<v1::ListRegimesRequest>,
    ) -> Result<Response<v1::ListRegimesResponse>, Status> {
        Ok(Response::new(v1::ListRegimesResponse {
            regimes: self.0.packs.iter().map(|r| self.short(r)).collect(),
            enforcements: self.0.world().enforced.iter().map(enforcement).collect(),
        }))
    }

    async fn get_regime(
        &self,
        request: Request<v1::GetRegimeRequest>,
    ) -> Result<Response<v1::GetRegimeResponse>, Status> {
        let id = request.into_inner().regime_id;
        let Some(regime) = self.0.packs.get(&id) else {
            return Err(Status::not_found(self.0.unknown_regime(&id)));
        };
        let lang = self.0.settings.language;
        Ok(Response::new(v1::GetRegimeResponse {
            regime: Some(self.short(regime)),
            rows: rows(regime, lang),
            readings: regime
                .readings
                .iter()
                .map(|t| lang.of(t).to_owned())
                .collect(),
            pack: regime.text.to_string(),
        }))
    }

    async fn enforce_regime(
        &self,
        request: Request<v1::EnforceRegimeRequest>,
    ) -> Result<Response<v1::EnforceRegimeResponse>, Status> {
        let asker = caller::of(&request)?;
        asker.for_all_sellers(Action::EnforceRegime)?;
        let mut r = request.into_inner();
        r.enforced_by = asker.signs_as(&r.enforced_by);
        let mut fields = Fields::default();
        fields.needed("regime_id", &r.regime_id);
        fields.needed("enforced_by", &r.enforced_by);
        if r.why.trim().is_empty() {
            fields.bad("why", "is needed: why these rules?");
        }
        let from = fields.day("from_day", &r.from_day).unwrap_or(Day::ALWAYS);
        let until = fields.day("until_day", &r.until_day).unwrap_or(Day::NEVER);
        if from > until {
            fields.bad("until_day", "is before from_day");
        }
        fields.check()?;
        let Some(regime) = self.0.packs.get(&r.regime_id).cloned() else {
            return Err(Status::not_found(self.0.unknown_regime(&r.regime_id)));
        };
        let sidecar = self.0.clone();
        let chosen = tokio::task::spawn_blocking(move || {
            let chosen = sidecar.enforce(regime, from, until, &r.enforced_by, &r.why)?;
            let change = NewChange {
                key: &r.regime_id,
                new: "enforced",
                why: &r.why,
                ..NewChange::default()
            };
            let action = Action::EnforceRegime;
            sidecar.access.note_change(asker.caller(), action, &change);
            Ok(chosen)
        })
        .await
        .map_err(|_| Status::internal("the change broke off; see the log"))?
        .map_err(|e: StoreError| super::status::store(&e))?;
        Ok(Response::new(v1::EnforceRegimeResponse {
            enforcement: Some(enforcement(&chosen)),
        }))
    }
}
