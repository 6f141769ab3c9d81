//! The ledger, and whether the facts are as new as it.

use super::{Depth, Finding};
use crate::{
    config::Config,
    ledger::{self, verify_part},
    store::Glance,
};

const AREA: &str = "ledger";

pub(super) fn look(config: &Config, depth: Depth) -> Vec<Finding> {
    let dir = config.ledger_dir();
    let keep = "keep the file as evidence, and restore the part from a backup (docs/operate.md)";
    let glance = match ledger::glance(&dir) {
        Ok(Some(glance)) => glance,
        Ok(None) => return vec![Finding::ok(AREA, "no decision was recorded yet")],
        Err(e) => return vec![Finding::mend(AREA, e.to_string(), keep)],
    };
    let mut findings = Vec::new();
    if depth == Depth::Whole
        && let Err(e) = verify_part(&dir.join(format!("{}.db", glance.day)))
    {
        findings.push(Finding::mend(AREA, e.to_string(), keep));
    }
    let facts = Glance::open(&config.data_dir).and_then(|mut g| Ok(g.look()?.revision));
    // What is wrong with the facts is told there.
    if let Ok(facts) = facts
        && facts < glance.revision
    {
        let what = format!(
            "the facts are at revision {facts}, and the ledger has decisions of revision {}: stops may be missing",
            glance.revision
        );
        let how = "restore newer facts, or import all files again and start once with --accept-older-facts";
        findings.push(Finding::mend(AREA, what, how));
    }
    if findings.is_empty() {
        let what = format!(
            "{} has {} records, the last of {} at revision {}",
            glance.id, glance.last_seq, glance.last_at, glance.revision
        );
        findings.push(Finding::ok(AREA, what));
    }
    findings
}
