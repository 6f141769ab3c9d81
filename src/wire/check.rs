//! CheckService: one dial, one answer.

mod admit;
mod batch;
mod door;
mod own;
mod server;
mod stream;
mod tell;

pub use door::{Answer, Answering, CheckDoor};
pub use server::CheckServer;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::watch;
use tonic::{Request, Response, Status};
use tracing::{Instrument, field};

use super::{
    caller::{self, Asker},
    convert, deadline,
    fields::Fields,
    gate::Gate,
    link::Link,
    status,
};
use crate::{
    access::Action,
    clock::Micros,
    ledger::{Durability, LedgerError, Mailbox, Ticket, Waiting},
    log::TRACE,
    metrics::{FailClosed, Rpc, Shard},
    policy::Intent,
    proto::v1,
    sidecar::{Ask, Query, Sidecar},
};
use admit::{Refusals, Refused, received};
use server::Decoded;
use tell::tell;

/// The service of one runtime: it waits for the ledger in that runtime's mailbox.
#[derive(Clone)]
pub struct Checks {
    sidecar: Arc<Sidecar>,
    mailbox: Mailbox,
    gate: Arc<Gate>,
    refusals: Arc<Refusals>,
    limits: CheckLimits,
    counts: Arc<Shard>,
    stopped: Option<watch::Receiver<bool>>,
}

impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checks({:?}, {:?})", self.limits, self.gate)
    }
}

/// What bounds a check.
#[derive(Clone, Copy, Debug)]
pub struct CheckLimits {
    /// Most numbers in a batch.
    pub batch: usize,
    /// Most questions of one stream under way at once.
    pub stream_in_flight: usize,
    /// Most questions of one connection under way at once.
    pub connection_in_flight: usize,
    /// Most questions under way on a runtime.
    pub in_flight: usize,
    /// Longest wait for its turn that a question may expect.
    pub queue_wait: Duration,
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
            gate: Arc::new(Gate::new(limits.in_flight, limits.queue_wait)),
            refusals: Arc::new(Refusals::new(&limits)),
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

    /// `Check`: one dial. On the dialers' port [`CheckDoor`] does this with less.
    async fn check(
        &self,
        request: Request<Decoded<v1::CheckRequest>>,
    ) -> Result<Response<v1::CheckResponse>, Status> {
        let asker = caller::of(&request)?;
        let (metadata, extensions, message) = request.into_parts();
        let left = deadline::left(metadata.as_ref(), self.limits.deadline);
        let question = received(message).inspect_err(|_| self.counts.invalid())?;
        let answer = self.one(Rpc::Check, &asker, &question, left, extensions.get());
        Ok(Response::new(answer.await?))
    }

    async fn one(
        &self,
        rpc: Rpc,
        asker: &Asker,
        r: &v1::CheckRequest,
        left: Duration,
        link: Option<&Arc<Link>>,
    ) -> Result<v1::CheckResponse, Refused> {
        let timed = self.counts.begin(rpc, left);
        let answer = self.answer(asker, r, left, link, timed.began()).await;
        self.count(timed, &answer);
        answer
    }

    async fn answer(
        &self,
        asker: &Asker,
        r: &v1::CheckRequest,
        left: Duration,
        link: Option<&Arc<Link>>,
        mut began: Instant,
    ) -> Result<v1::CheckResponse, Refused> {
        let form = form(r)?;
        self.of_own(asker, Action::Check, &r.campaign_id, &r.source_id)?;
        if !r.dry_run {
            self.enough_time(left, &r.campaign_id)?;
        }
        let behind = self.is_behind(r.min_revision, left).await;
        if r.min_revision > 0 {
            began = Instant::now();
        }
        let admission = self.admit(1, &r.campaign_id, link)?;
        let (response, ticket) = self.ask(r, &form, behind, began)?;
        let commit = tracing::info_span!(
            target: TRACE,
            "commit",
            decision = ticket.map(|t| field::display(t.id)),
        );
        self.durable(ticket).instrument(commit).await?;
        admission.answered(&self.sidecar.ledger);
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
        let deciding = tracing::info_span!(
            target: TRACE,
            "decide",
            verdict = field::Empty,
            reason = field::Empty,
            revision = field::Empty,
        );
        deciding
            .in_scope(|| {
                self.sidecar.check(&query, |asked, recorded| {
                    let d = &asked.decision;
                    self.counts.decided(d.verdict, d.reason, began.elapsed());
                    tell(&deciding, &query, asked, recorded);
                    convert::response(
                        &self.sidecar,
                        asked,
                        recorded,
                        form.intent,
                        &r.call_id,
                        r.explain,
                    )
                })
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
