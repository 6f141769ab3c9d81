//! What is let in, and what is refused and counted.

use std::{sync::Arc, time::Duration};

use tonic::{Code, Status};

use super::{
    super::{
        deadline,
        gate::Admitted,
        link::{Link, UnderWay},
        status,
    },
    Checks,
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
    ) -> Result<Admission, Status> {
        let most = self.limits.connection_in_flight;
        let Some(question) = Link::question(link, most) else {
            let what = format!(
                "{most} checks of this connection are under way, the most that may; wait for answers"
            );
            return Err(self.shed(Shed::ConnectionInFlight, campaign, what));
        };
        let Some(admitted) = self.gate.enter(weight, &self.sidecar.ledger) else {
            let what = format!(
                "a check would wait longer than {:?} for its turn; ask again shortly",
                self.limits.queue_wait
            );
            return Err(self.shed(Shed::QueueWait, campaign, what));
        };
        Ok(Admission {
            admitted,
            _question: question,
        })
    }

    fn shed(&self, cause: Shed, campaign: &str, what: String) -> Status {
        self.count_shed(cause, campaign);
        status::overloaded(what, self.gate.retry_after())
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
                return self.shed(Shed::QueueFull, campaign, error.to_string());
            }
            AppendError::Failed(_) => metrics.fail_closed.add(FailClosed::LedgerFailed),
            AppendError::Clock(_) => metrics.fail_closed.add(FailClosed::Clock),
            AppendError::Malformed(_) => metrics.fail_closed.add(FailClosed::Fault),
            AppendError::TooLong { .. } => {}
        }
        status::append(error)
    }

    /// Ends the timing of a request: only what was answered has a time.
    pub(super) fn count<T>(&self, timed: Checked, answer: &Result<T, Status>) {
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
}
