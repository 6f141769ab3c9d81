//! What became of checks and connections.

use std::{fmt, sync::Arc};

use super::page::Page;
use crate::{
    metrics::{
        Cause, FailClosed, Rpc, Shard, Sums, Tally,
        names::{self, BLOCKED_FOR, Metric},
    },
    policy::{Reason, Verdict},
    sidecar::Sidecar,
};

pub(super) fn write(page: &mut Page<'_>, sidecar: &Sidecar) -> fmt::Result {
    let metrics = &sidecar.metrics;
    let shards = metrics.shards();
    let decisions =
        |verdict, reason| -> u64 { shards.iter().map(|s| s.decisions(verdict, reason)).sum() };
    // Only what there was: most verdicts never go with most reasons.
    let each = Verdict::ALL
        .iter()
        .flat_map(|v| Reason::ALL.iter().map(move |r| (*v, *r)));
    page.values(
        &names::CHECKS,
        each.map(|(v, r)| (vec![v.word(), r.word()], decisions(v, r) as f64))
            .filter(|(_, n)| *n > 0.0),
    )?;
    let answers = |rpc: Rpc| sum(&shards, |s| s.answers(rpc).read());
    page.histograms(
        &names::CHECK_SECONDS,
        Rpc::ALL
            .iter()
            .filter_map(|rpc| Some((vec![rpc.label()], answers(*rpc)?))),
    )?;
    if let Some(decide) = sum(&shards, |s| s.decide_times().read()) {
        page.histogram(&names::DECIDE_SECONDS, &decide)?;
    }
    let (mut invalid, mut deadline, mut abandoned) = (0, 0, 0);
    for (i, d, a) in shards.iter().map(|s| s.unanswered()) {
        (invalid, deadline, abandoned) = (invalid + i, deadline + d, abandoned + a);
    }
    page.value(&names::INVALID, invalid as f64)?;
    page.value(&names::DEADLINE, deadline as f64)?;
    page.value(&names::ABANDONED, abandoned as f64)?;
    tally(page, &names::SHED, &metrics.shed)?;
    let campaigns = metrics.shed_by_campaign();
    page.values(
        &names::SHED_BY_CAMPAIGN,
        campaigns.iter().map(|(c, n)| (vec![&**c], *n as f64)),
    )?;
    let refused = FailClosed::ALL
        .iter()
        .map(|c| (vec![c.label()], metrics.fail_closed.get(*c) as f64));
    let blocked = BLOCKED_FOR
        .iter()
        .map(|(reason, cause)| (vec![*cause], decisions(Verdict::Block, *reason) as f64));
    page.values(&names::FAIL_CLOSED, refused.chain(blocked))?;
    tally(
        page,
        &names::CONNECTIONS_REFUSED,
        &metrics.connections_refused,
    )?;
    tally(page, &names::CLOCK_STEPS, &metrics.clock_steps)?;
    let serving = sidecar.not_serving().is_none();
    page.value(&names::SERVING, f64::from(u8::from(serving)))
}

fn sum(shards: &[Arc<Shard>], read: impl Fn(&Shard) -> Sums) -> Option<Sums> {
    shards
        .iter()
        .map(|s| read(s))
        .reduce(|all, one| all.and(&one))
}

fn tally<C: Cause>(page: &mut Page<'_>, metric: &'static Metric, tally: &Tally<C>) -> fmt::Result {
    let each = C::all().iter();
    page.values(
        metric,
        each.map(|c| (vec![c.label()], tally.get(*c) as f64)),
    )
}
