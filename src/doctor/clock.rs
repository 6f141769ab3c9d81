//! The clock, against the ledger's.

use super::Finding;
use crate::{clock::Micros, config::Config, ledger};

const AREA: &str = "clock";

/// A clock before this day is not set: 2026-01-01.
const EARLIEST: Micros = Micros(1_767_225_600_000_000);

/// As in the sidecar: ledger time further ahead than this, in microseconds, and checks are refused.
const SLACK: i64 = 60_000_000;

pub(super) fn look(config: &Config) -> Vec<Finding> {
    let now = Micros::system_now();
    if now < EARLIEST {
        let what = format!("it is {now}: the clock is not set");
        return vec![Finding::mend(AREA, what, "set it, and keep it with NTP")];
    }
    // What is wrong with the ledger is told there.
    let last = match ledger::glance(&config.ledger_dir()) {
        Ok(Some(glance)) => glance.last_at,
        Ok(None) | Err(_) => return vec![Finding::ok(AREA, format!("it is {now}"))],
    };
    if last.0 > now.0.saturating_add(SLACK) {
        let what =
            format!("it is {now}, and the last decision was at {last}: the clock was set back");
        let how = "set the clock right. If it was ahead when decisions were made, checks are refused until it is past \
                   that time again";
        return vec![Finding::mend(AREA, what, how)];
    }
    vec![Finding::ok(
        AREA,
        format!("it is {now}, and the last decision was at {last}"),
    )]
}
