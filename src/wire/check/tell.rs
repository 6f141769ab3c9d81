//! What is told of a decision while it is made: a line of the log, and what its span says.

use tracing::Span;

use crate::{
    log::masked,
    sidecar::{Asked, Query, Recorded},
};

/// Tells of a decision; never who was called. `span` is nobody's where nothing is traced.
pub(super) fn tell(span: &Span, query: &Query<'_>, asked: &Asked<'_>, recorded: &Recorded) {
    let d = &asked.decision;
    tracing::debug!(
        verdict = d.verdict.word(),
        reason = d.reason.word(),
        number = %masked(query.ask.number),
        revision = recorded.revision,
        dry_run = query.dry_run,
        "decided"
    );
    if !span.is_disabled() {
        span.record("verdict", d.verdict.word());
        span.record("reason", d.reason.word());
        span.record("revision", recorded.revision);
    }
}
