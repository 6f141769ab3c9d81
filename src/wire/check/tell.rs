//! What is told of a decision while it is made: a line of the log, and what its span says.

use tracing::{Level, Span};

use crate::{
    log::{TRACE, masked},
    sidecar::{Asked, Query, Recorded},
};

/// Tells of a decision; never who was called.
pub(super) fn tell(query: &Query<'_>, asked: &Asked<'_>, recorded: &Recorded) {
    let d = &asked.decision;
    tracing::debug!(
        verdict = d.verdict.word(),
        reason = d.reason.word(),
        number = %masked(query.ask.number),
        revision = recorded.revision,
        dry_run = query.dry_run,
        "decided"
    );
    if tracing::enabled!(target: TRACE, Level::INFO) {
        let span = Span::current();
        span.record("verdict", d.verdict.word());
        span.record("reason", d.reason.word());
        span.record("revision", recorded.revision);
    }
}
