//! What is let in, and what is refused and counted.

use std::{sync::Arc, time::Duration};

use tonic::{Code, Status};

use super::{
    super::{
        deadline,
        gate::{self, Admitted},
        link::{Link, UnderWay},
        status::{self, Refusal},
    },
    CheckLimits, Checks,
    server::Decoded,
};
use crate::{
    ledger::{AppendError, Durability, Ledger},
    metrics::{Checked, FailClosed, Shed},
};

/// Questions that were let in, until dropped.
pub(super) struct Admission {
    admitted: Admitted,
    _question: UnderWay,
}

/// What is sent to those that are not let in.
#[derive(Debug)]
pub(super) struct Refusals {
    connection: Arc<Refusal>,
    wait: Arc<Refusal>,
}

impl Refusals {
    pub(super) fn new(limits: &CheckLimits) -> Self {
        let after = gate::retry_after(limits.queue_wait);
        let refusal = |what| Arc::new(Refusal::overloaded(what, after));
        Self {
            connection: refusal(format!(
                "{} checks of this connection are under way, the most that may; wait for answers",
                limits.connection_in_flight
            )),
            wait: refusal(format!(
                "a check would wait longer than {:?} for its turn; ask again shortly",
                limits.queue_wait
            )),
        }
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Refused {
    /// What is said to many.
    Ready(Arc<Refusal>),
    /// What is said to this one.
    Status(Status),
}

impl From<Status> for Refused {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

impl From<Refused> for Status {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Ready(refusal) => refusal.status(),
            Refused::Status(status) => status,
        }
    }
}

impl Refused {
    fn is_invalid(&self) -> bool {
        matches!(self, Self::Status(status) if status.code() == Code::InvalidArgument)
    }
}

impl Admission {
    /// The answer is ready: what it took is what the next ones are judged by.
    pub(super) fn answered(&self, ledger: &Ledger) {
        self.admitted.answered(ledger);
    }
}

/// A message, unless its bytes are none.
#[allow(clippy::result_large_err)]
pub(super) fn received<T>(message: Decoded<T>) -> Result<T, Status> {
    message.map_err(|e| Status::invalid_argument(format!("the message is not protobuf: {e}")))
}

#[allow(clippy::result_large_err)]
impl Checks {
    /// Refuses at once what cannot be answered in the time left.
    pub(super) fn enough_time(&self, left: Duration, campaign: &str) -> Result<(), Status> {
        if self.sidecar.settings.durability != Durability::Disk {
            return Ok(());
        }
        deadline::enough(left, &self.sidecar.ledger).inspect_err(|_| {
            self.count_shed(Shed::DeadlineTooShort, campaign);
        })
    }

    /// Lets questions in, or sheds them.
    pub(super) fn admit(
        &self,
        weight: usize,
        campaign: &str,
        link: Option<&Arc<Link>>,
    ) -> Result<Admission, Refused> {
        let shed = |cause, refusal: &Arc<Refusal>| {
            self.count_shed(cause, campaign);
            Refused::Ready(refusal.clone())
        };
        let question = Link::question(link, self.limits.connection_in_flight)
            .ok_or_else(|| shed(Shed::ConnectionInFlight, &self.refusals.connection))?;
        let admitted = (self.gate)
            .enter(weight, &self.sidecar.ledger)
            .ok_or_else(|| shed(Shed::QueueWait, &self.refusals.wait))?;
        Ok(Admission {
            admitted,
            _question: question,
        })
    }

    fn count_shed(&self, cause: Shed, campaign: &str) {
        let known = self.sidecar.world().catalogue.campaign(campaign).is_some();
        self.sidecar.metrics.shed(cause, known.then_some(campaign));
    }

    /// A decision the ledger did not take: counted, and as a status.
    pub(super) fn not_taken(&self, error: &AppendError, campaign: &str) -> Status {
        let metrics = &self.sidecar.metrics;
        match error {
            AppendError::Busy(_) => {
                self.count_shed(Shed::QueueFull, campaign);
                let after = gate::retry_after(self.limits.queue_wait);
                return status::overloaded(error.to_string(), after);
            }
            AppendError::Failed(_) => metrics.fail_closed.add(FailClosed::LedgerFailed),
            AppendError::Clock(_) => metrics.fail_closed.add(FailClosed::Clock),
            AppendError::Malformed(_) => metrics.fail_closed.add(FailClosed::Fault),
            AppendError::TooLong { .. } => {}
        }
        status::append(error)
    }

    /// Ends the timing of a request: only what was answered has a time.
    pub(super) fn count<T>(&self, timed: Checked, answer: &Result<T, Refused>) {
        match answer {
            Ok(_) => timed.answered(),
            Err(refused) => {
                if refused.is_invalid() {
                    self.counts.invalid();
                }
                timed.refused();
            }
        }
    }
}
