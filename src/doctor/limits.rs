//! The limits of the process.

use std::fs;

use super::Finding;
use crate::{config::Config, process};

const AREA: &str = "limits";

/// Descriptors beside those of dialers: databases, commands, scrapers, logs.
const OWN: u64 = 128;

pub(super) fn look(config: &Config, pid: Option<u32>) -> Vec<Finding> {
    let needed = config.limits.connections as u64 + OWN;
    // Those of the sidecar if it runs; else what it would get if this user started it here.
    let (whose, most) = match pid {
        Some(pid) => (format!("process {pid}"), of(pid)),
        None => ("this user".to_owned(), process::most_descriptors()),
    };
    let Some(most) = most else {
        return vec![Finding::ok(
            AREA,
            format!("{whose} may open any number of files"),
        )];
    };
    let what = format!("{whose} may open {most} files; {needed} are needed for all connections");
    let how = format!("set LimitNOFILE={needed} or more (systemd), or lower limits.connections");
    vec![match most < needed {
        true => Finding::mend(AREA, what, how),
        false => Finding::ok(AREA, what),
    }]
}

/// The most files another process may open.
fn of(pid: u32) -> Option<u64> {
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).ok()?;
    let line = limits
        .lines()
        .find_map(|l| l.strip_prefix("Max open files"))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}
