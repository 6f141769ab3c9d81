//! `CheckBatch`: numbers of one campaign, to look over; never a permission to dial.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tonic::{Request, Response, Status};
use tracing::Span;

use super::{
    super::{
        caller::{self, Asker},
        convert, deadline,
        fields::{Fields, MAX_ID, MAX_NUMBER},
        link::Link,
    },
    Checks,
    admit::{Refused, received},
    server::Decoded,
    tell::tell,
};
use crate::{
    access::Action,
    metrics::Rpc,
    policy::Intent,
    proto::v1,
    sidecar::{Ask, Query},
};

/// After so many numbers it is others' turn; some 200 µs.
const TURN: usize = 64;

impl Checks {
    pub(in crate::wire) async fn check_batch(
        &self,
        request: Request<Decoded<v1::CheckBatchRequest>>,
    ) -> Result<Response<v1::CheckBatchResponse>, Status> {
        let asker = caller::of(&request)?;
        let (metadata, extensions, message) = request.into_parts();
        let left = deadline::left(metadata.as_ref(), self.limits.deadline);
        let timed = self.counts.begin(Rpc::Batch, left);
        let answer = match received(message) {
            Ok(batch) => self.batch(&asker, batch, left, extensions.get()).await,
            Err(error) => Err(error.into()),
        };
        self.count(timed, &answer);
        let responses = answer?;
        Ok(Response::new(v1::CheckBatchResponse { responses }))
    }

    async fn batch(
        &self,
        asker: &Asker,
        batch: v1::CheckBatchRequest,
        left: Duration,
        link: Option<&Arc<Link>>,
    ) -> Result<Vec<v1::CheckResponse>, Refused> {
        let mut fields = Fields::default();
        if batch.items.is_empty() || batch.items.len() > self.limits.batch {
            let what = format!(
                "{} numbers; a batch has 1 to {}",
                batch.items.len(),
                self.limits.batch
            );
            fields.bad("items", what);
        }
        fields.id("campaign_id", &batch.campaign_id);
        fields.id("source_id", &batch.source_id);
        let region = fields.region("region", &batch.region);
        let channel = fields.channel("channel", batch.channel);
        let as_of = fields.time("as_of", batch.as_of.as_ref());
        if batch.as_of.is_some() && !batch.dry_run {
            fields.bad(
                "as_of",
                "only with dry_run: a recorded decision is made now",
            );
        }
        for (i, item) in batch.items.iter().enumerate() {
            if item.number.len() > MAX_NUMBER {
                fields.number(&format!("items[{i}].number"), &item.number);
            }
            if item.person_id.len().max(item.call_id.len()) > MAX_ID {
                fields.id(&format!("items[{i}].person_id"), &item.person_id);
                fields.id(&format!("items[{i}].call_id"), &item.call_id);
            }
        }
        fields.check()?;
        let action = Action::CheckBatch;
        self.of_own(asker, action, &batch.campaign_id, &batch.source_id)?;
        if !batch.dry_run {
            self.enough_time(left, &batch.campaign_id)?;
        }
        let behind = self.is_behind(batch.min_revision, left).await;
        let _admission = self.admit(batch.items.len(), &batch.campaign_id, link)?;
        let mut responses = Vec::with_capacity(batch.items.len());
        let mut last = None;
        let mut began = Instant::now();
        for (n, item) in batch.items.iter().enumerate() {
            if n % TURN == TURN - 1 {
                // A dial must not wait for a whole list.
                tokio::task::yield_now().await;
                began = Instant::now();
            }
            let query = Query {
                ask: Ask {
                    number: &item.number,
                    region,
                    campaign_id: &batch.campaign_id,
                    channel,
                    person_id: &item.person_id,
                    source_id: &batch.source_id,
                    at: as_of.unwrap_or_else(|| self.sidecar.now()),
                },
                region: &batch.region,
                call_id: &item.call_id,
                agent_id: "",
                caller_id: "",
                intent: Intent::Precheck,
                dry_run: batch.dry_run,
                min_revision: batch.min_revision,
                behind,
            };
            let (response, ticket) = self
                .sidecar
                .check(&query, |asked, recorded| {
                    let (d, now) = (&asked.decision, Instant::now());
                    self.counts.decided(d.verdict, d.reason, now - began);
                    began = now;
                    tell(&Span::none(), &query, asked, recorded);
                    convert::response(
                        &self.sidecar,
                        asked,
                        recorded,
                        Intent::Precheck,
                        &item.call_id,
                        batch.explain,
                    )
                })
                .map_err(|e| self.not_taken(&e, &batch.campaign_id))?;
            responses.push(response);
            last = ticket.or(last);
        }
        // Records become durable in order, so the last one stands for all.
        self.durable(last).await?;
        Ok(responses)
    }
}
