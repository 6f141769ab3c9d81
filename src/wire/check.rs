//! CheckService: one dial, one answer.

mod door;

pub use door::CheckDoor;

use std::{
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{Stream, StreamExt, stream::FuturesUnordered};
use tokio::sync::{mpsc, watch};
use tonic::{Code, Request, Response, Status, Streaming};

use super::{
    convert,
    fields::{Fields, MAX_NUMBER},
    status,
};
use crate::{
    clock::Micros,
    ledger::{AppendError, Durability, LedgerError, Mailbox, Ticket, Waiting},
    metrics::{Checked, FailClosed, Rpc, Shard, Shed},
    policy::Intent,
    proto::v1::{self, check_service_server::CheckService},
    sidecar::{Ask, Query, Sidecar},
};

/// The service of one runtime: it waits for the ledger in that runtime's mailbox.
#[derive(Clone)]
pub struct Checks {
    sidecar: Arc<Sidecar>,
    mailbox: Mailbox,
    limits: CheckLimits,
    counts: Arc<Shard>,
    stopped: Option<watch::Receiver<bool>>,
}

/// What bounds a check.
#[derive(Clone, Copy, Debug)]
pub struct CheckLimits {
    /// Most numbers in a batch.
    pub batch: usize,
    /// Most questions of one stream under way at once.
    pub stream_in_flight: usize,
    /// Longest wait for `min_revision`.
    pub revision_wait: Duration,
    /// The deadline of a question that names none.
    pub deadline: Duration,
}

impl Checks {
    /// On a runtime whose mailbox runs.
    pub fn new(sidecar: Arc<Sidecar>, mailbox: Mailbox, limits: CheckLimits) -> Self {
        Self {
            counts: sidecar.metrics.shard(),
            sidecar,
            mailbox,
            limits,
            stopped: None,
        }
    }

    /// Lets streams end once this becomes true: what was asked is answered, nothing more is taken.
    #[must_use]
    pub fn until(self, stopped: watch::Receiver<bool>) -> Self {
        Self {
            stopped: Some(stopped),
            ..self
        }
    }

    async fn one(
        &self,
        rpc: Rpc,
        r: &v1::CheckRequest,
        wait: Duration,
    ) -> Result<v1::CheckResponse, Status> {
        let timed = self.counts.begin(rpc, wait);
        let answer = self.answer(r, wait, timed.began()).await;
        self.count(timed, &answer);
        answer
    }

    async fn answer(
        &self,
        r: &v1::CheckRequest,
        wait: Duration,
        mut began: Instant,
    ) -> Result<v1::CheckResponse, Status> {
        let form = form(r)?;
        let behind = self.is_behind(r.min_revision, wait).await;
        if r.min_revision > 0 {
            began = Instant::now();
        }
        let (response, ticket) = self.ask(r, &form, behind, began)?;
        self.durable(ticket).await?;
        Ok(response)
    }

    /// Decides and hands the decision to the ledger. The answer must not be sent before its ticket is
    /// durable.
    #[allow(clippy::result_large_err)]
    fn ask(
        &self,
        r: &v1::CheckRequest,
        form: &Form,
        behind: bool,
        began: Instant,
    ) -> Result<(v1::CheckResponse, Option<Ticket>), Status> {
        let query = Query {
            ask: Ask {
                number: &r.number,
                region: form.region,
                campaign_id: &r.campaign_id,
                channel: form.channel,
                person_id: &r.person_id,
                source_id: &r.source_id,
                at: form.as_of.unwrap_or_else(|| self.sidecar.now()),
            },
            region: &r.region,
            call_id: &r.call_id,
            agent_id: &r.agent_id,
            caller_id: &r.caller_id,
            intent: form.intent,
            dry_run: r.dry_run,
            min_revision: r.min_revision,
            behind,
        };
        self.sidecar
            .check(&query, |asked, recorded| {
                let d = &asked.decision;
                self.counts.decided(d.verdict, d.reason, began.elapsed());
                convert::response(
                    &self.sidecar,
                    asked,
                    recorded,
                    form.intent,
                    &r.call_id,
                    r.explain,
                )
            })
            .map_err(|e| self.not_taken(&e, &r.campaign_id))
    }

    async fn durable(&self, ticket: Option<Ticket>) -> Result<(), Status> {
        match self.waiting(ticket) {
            Some(waiting) => waiting.await.map_err(|e| self.lost(&e)),
            None => Ok(()),
        }
    }

    /// What the answer to a record waits for, if for anything.
    fn waiting(&self, ticket: Option<Ticket>) -> Option<Waiting> {
        (self.sidecar.settings.durability == Durability::Disk)
            .then_some(ticket)?
            .map(|ticket| self.mailbox.durable(ticket))
    }

    /// A record that did not become durable: counted, and as a status.
    fn lost(&self, error: &LedgerError) -> Status {
        self.sidecar.metrics.fail_closed.add(FailClosed::RecordLost);
        status::ledger(error)
    }

    /// A decision the ledger did not take: counted, and as a status.
    fn not_taken(&self, error: &AppendError, campaign: &str) -> Status {
        let metrics = &self.sidecar.metrics;
        match error {
            AppendError::Busy(_) => {
                let known = self.sidecar.world().catalogue.campaign(campaign).is_some();
                metrics.shed(Shed::QueueFull, known.then_some(campaign));
            }
            AppendError::Failed(_) => metrics.fail_closed.add(FailClosed::LedgerFailed),
            AppendError::Clock(_) => metrics.fail_closed.add(FailClosed::Clock),
            AppendError::Malformed(_) => metrics.fail_closed.add(FailClosed::Fault),
            AppendError::TooLong { .. } => {}
        }
        status::append(error)
    }

    /// Ends the timing of a request: only what was answered has a time.
    fn count<T>(&self, timed: Checked, answer: &Result<T, Status>) {
        match answer {
            Ok(_) => timed.answered(),
            Err(status) => {
                if status.code() == Code::InvalidArgument {
                    self.counts.invalid();
                }
                timed.refused();
            }
        }
    }

    /// Waits for a revision, at most this long and as long as is allowed; true if it did not come in time.
    async fn is_behind(&self, revision: u64, wait: Duration) -> bool {
        let wait = wait.min(self.limits.revision_wait);
        if revision <= self.sidecar.world().revision {
            return false;
        }
        let mut revisions = self.sidecar.revisions();
        let reached = revisions.wait_for(|r| *r >= revision);
        !matches!(tokio::time::timeout(wait, reached).await, Ok(Ok(_)))
    }
}

/// The fields of a check that have a form.
struct Form {
    region: Option<crate::number::Region>,
    channel: Option<crate::facts::model::Channel>,
    intent: Intent,
    as_of: Option<Micros>,
}

#[allow(clippy::result_large_err)]
fn form(r: &v1::CheckRequest) -> Result<Form, Status> {
    let mut fields = Fields::default();
    fields.number("number", &r.number);
    fields.id("campaign_id", &r.campaign_id);
    fields.id("call_id", &r.call_id);
    fields.id("agent_id", &r.agent_id);
    fields.id("caller_id", &r.caller_id);
    fields.id("person_id", &r.person_id);
    fields.id("source_id", &r.source_id);
    let form = Form {
        region: fields.region("region", &r.region),
        channel: fields.channel("channel", r.channel),
        intent: fields.intent("intent", r.intent),
        as_of: fields.time("as_of", r.as_of.as_ref()),
    };
    if r.as_of.is_some() && !r.dry_run {
        fields.bad(
            "as_of",
            "only with dry_run: a recorded decision is made now",
        );
    }
    fields.check()?;
    Ok(form)
}

/// The time left by `grpc-timeout`; as much as `none` if the caller set none.
fn time_left(headers: &http::HeaderMap, none: Duration) -> Duration {
    let Some(text) = headers.get("grpc-timeout").and_then(|v| v.to_str().ok()) else {
        return none;
    };
    let Some((digits, unit)) = text.split_at_checked(text.len().saturating_sub(1)) else {
        return none;
    };
    let Ok(n) = digits.parse::<u64>() else {
        return none;
    };
    match unit {
        "H" => Duration::from_secs(n.saturating_mul(3600)),
        "M" => Duration::from_secs(n.saturating_mul(60)),
        "S" => Duration::from_secs(n),
        "m" => Duration::from_millis(n),
        "u" => Duration::from_micros(n),
        "n" => Duration::from_nanos(n),
        _ => none,
    }
}

#[tonic::async_trait]
impl CheckService for Checks {
    async fn check(
        &self,
        request: Request<v1::CheckRequest>,
    ) -> Result<Response<v1::CheckResponse>, Status> {
        let wait = time_left(request.metadata().as_ref(), self.limits.deadline);
        self.one(Rpc::Check, request.get_ref(), wait)
            .await
            .map(Response::new)
    }

    async fn check_batch(
        &self,
        request: Request<v1::CheckBatchRequest>,
    ) -> Result<Response<v1::CheckBatchResponse>, Status> {
        let wait = time_left(request.metadata().as_ref(), self.limits.deadline);
        let timed = self.counts.begin(Rpc::Batch, wait);
        let answer = self.batch(request.into_inner(), wait).await;
        self.count(timed, &answer);
        answer.map(|responses| Response::new(v1::CheckBatchResponse { responses }))
    }

    type CheckStreamStream = Pin<Box<dyn Stream<Item = Result<v1::CheckResponse, Status>> + Send>>;

    async fn check_stream(
        &self,
        request: Request<Streaming<v1::CheckRequest>>,
    ) -> Result<Response<Self::CheckStreamStream>, Status> {
        let mut questions = request.into_inner();
        let checks = self.clone();
        let most = self.limits.stream_in_flight;
        let (answers, to_caller) = mpsc::channel(most);
        let stopped = self.stopped.clone();
        tokio::spawn(async move {
            let stop = async move {
                match stopped {
                    Some(mut stopped) => drop(stopped.wait_for(|s| *s).await),
                    None => std::future::pending().await,
                }
            };
            let mut stop = std::pin::pin!(stop);
            let mut under_way = FuturesUnordered::new();
            let mut open = true;
            let mut ended = None;
            while open || !under_way.is_empty() {
                tokio::select! {
                    // A slow reader fills the channel and so holds back the questions it sends.
                    Some(answer) = under_way.next() => {
                        if answers.send(Ok(answer)).await.is_err() {
                            return;
                        }
                    }
                    question = questions.message(), if open && under_way.len() < most => match question {
                        Ok(Some(question)) => {
                            let checks = checks.clone();
                            under_way.push(async move { checks.on_stream(question).await });
                        }
                        Ok(None) => open = false,
                        // The transport is gone or the bytes are not protobuf: what was taken is
                        // answered, then the stream ends with the cause.
                        Err(broken) => (open, ended) = (false, Some(broken)),
                    },
                    () = &mut stop, if open => (open, ended) = (false, Some(status::stopping())),
                }
            }
            if let Some(cause) = ended {
                let _ = answers.send(Err(cause)).await;
            }
        });
        let stream = tokio_stream::wrappers::ReceiverStream::new(to_caller);
        Ok(Response::new(Box::pin(stream)))
    }
}

impl Checks {
    async fn batch(
        &self,
        batch: v1::CheckBatchRequest,
        wait: Duration,
    ) -> Result<Vec<v1::CheckResponse>, Status> {
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
            if item.person_id.len().max(item.call_id.len()) > super::fields::MAX_ID {
                fields.id(&format!("items[{i}].person_id"), &item.person_id);
                fields.id(&format!("items[{i}].call_id"), &item.call_id);
            }
        }
        fields.check()?;
        let behind = self.is_behind(batch.min_revision, wait).await;
        let mut responses = Vec::with_capacity(batch.items.len());
        let mut last = None;
        let mut began = Instant::now();
        for item in &batch.items {
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

    /// A message that is not a question gets its error in the answer, and the stream lives on.
    async fn on_stream(&self, question: v1::CheckRequest) -> v1::CheckResponse {
        match self.one(Rpc::Stream, &question, self.limits.deadline).await {
            Ok(answer) => answer,
            Err(error) => v1::CheckResponse {
                call_id: question.call_id,
                error: Some(v1::StreamError {
                    code: error.code() as i32,
                    message: error.message().to_owned(),
                }),
                ..Default::default()
            },
        }
    }
}
