//! The disks: where they are, how fast they keep a promise, how long there is room.

use std::{path::Path, time::Duration};

use super::Finding;
use crate::{
    config::{Config, Durability},
    disk::{self, Kind},
    ledger,
};

const AREA: &str = "disk";

/// Syncs that are measured.
const SYNCS: usize = 50;
/// A disk slower than this makes dialers wait noticeably.
const SLOW: Duration = Duration::from_millis(20);
/// Less room than this, and the next import may not fit.
const LITTLE: u64 = 1 << 30;
/// Less, and calls are about to be refused.
const NEARLY_NONE: u64 = 100 << 20;

pub(super) fn look(config: &Config) -> Vec<Finding> {
    let ledger = config.ledger_dir();
    let ledger = if ledger.is_dir() {
        ledger
    } else {
        config.data_dir.clone()
    };
    let mut findings = vec![kind(&config.data_dir), free(&config.data_dir)];
    if disk::device(&ledger).ok() != disk::device(&config.data_dir).ok() {
        findings.extend([kind(&ledger), free(&ledger)]);
    }
    findings.push(syncs(&ledger, config.durability));
    findings.extend(days(config, &ledger));
    findings
}

fn kind(dir: &Path) -> Finding {
    let here = dir.display();
    let elsewhere = "put the data directory on a disk of this machine";
    match disk::kind(dir) {
        Ok(Kind::Network(name)) => {
            let what = format!("{here} is on {name}: its locks and syncs cannot be relied on");
            Finding::mend(AREA, what, elsewhere)
        }
        Ok(Kind::Memory) => {
            let what = format!("{here} is in memory: all is lost when the machine stops");
            Finding::warn(AREA, what, elsewhere)
        }
        Ok(Kind::Disk) => Finding::ok(AREA, format!("{here} is on a disk of this machine")),
        Err(e) => Finding::mend(
            AREA,
            format!("{here}: {e}"),
            "see whether the disk is mounted",
        ),
    }
}

fn free(dir: &Path) -> Finding {
    let here = dir.display();
    let how = "free some space, or drop old parts of the ledger with `verzet ledger purge`";
    match disk::free_bytes(dir) {
        Ok(free) => {
            let what = format!("{:.1} GiB free on the disk of {here}", gib(free));
            match free {
                0..NEARLY_NONE => Finding::mend(AREA, what, how),
                NEARLY_NONE..LITTLE => Finding::warn(AREA, what, how),
                _ => Finding::ok(AREA, what),
            }
        }
        Err(e) => Finding::mend(
            AREA,
            format!("{here}: {e}"),
            "see whether the disk is mounted",
        ),
    }
}

fn gib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}

/// Measures what every decision waits for.
fn syncs(dir: &Path, durability: Durability) -> Finding {
    match disk::measure_syncs(dir, SYNCS) {
        Ok(times) => {
            let (median, worst) = (times[SYNCS / 2], times[SYNCS - 1]);
            let ms = |time: Duration| time.as_secs_f64() * 1e3;
            let what = format!(
                "a sync takes {:.2} ms, the worst of {SYNCS} took {:.2} ms",
                ms(median),
                ms(worst)
            );
            if median > SLOW && durability == Durability::Disk {
                let how =
                    "put the ledger on a faster disk (ledger.dir): every answer waits for one sync";
                Finding::warn(AREA, what, how)
            } else {
                Finding::ok(AREA, what)
            }
        }
        Err(e) => Finding::mend(
            AREA,
            format!("{} cannot be written: {e}", dir.display()),
            "give the user of the sidecar the right to write there, and see whether the disk is full",
        ),
    }
}

fn days(config: &Config, ledger: &Path) -> Option<Finding> {
    let parts = ledger::part_sizes(&config.ledger_dir()).ok()?;
    let days = ledger::days_left(&parts, disk::free_bytes(ledger).ok()?)?;
    let what = format!("room for {days:.0} more days of the ledger");
    let how = "drop old parts with `verzet ledger purge`, or give the ledger a larger disk";
    Some(match days {
        d if d < 3.0 => Finding::mend(AREA, what, how),
        d if d < 30.0 => Finding::warn(AREA, what, how),
        _ => Finding::ok(AREA, what),
    })
}
