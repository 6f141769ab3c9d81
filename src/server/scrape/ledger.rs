//! The ledger and the disks.

use std::fmt;

use super::{facts::seconds, page::Page};
use crate::{
    clock::Micros,
    disk,
    ledger::{self, Health, Verified},
    metrics::names,
    sidecar::Sidecar,
};

/// Parts whose size is told one by one.
const NEWEST: usize = 7;

pub(super) fn write(page: &mut Page<'_>, sidecar: &Sidecar) -> fmt::Result {
    let (ledger, counted) = (&sidecar.ledger, &sidecar.metrics.ledger);
    page.histogram(&names::LEDGER_QUEUE_SECONDS, &counted.queue_wait.read())?;
    page.histogram(&names::LEDGER_COMMIT_SECONDS, &counted.commit.read())?;
    page.histogram(&names::LEDGER_FSYNC_SECONDS, &counted.fsync.read())?;
    page.histogram(&names::LEDGER_GROUP, &counted.group.read())?;
    page.value(&names::LEDGER_PENDING, ledger.pending() as f64)?;
    let writable = ledger.health() == Health::Writable;
    page.value(&names::LEDGER_WRITABLE, f64::from(u8::from(writable)))?;
    page.value(&names::LEDGER_FAILURES, counted.failures() as f64)?;
    page.value(&names::LEDGER_SEQ, ledger.durable_seq() as f64)?;
    let settings = &sidecar.settings;
    let verified = Verified::load(&settings.ledger_dir).ok().flatten();
    let at = verified.as_ref().and_then(Verified::time).map(seconds);
    page.optional(&names::LEDGER_VERIFIED, at)?;
    let intact = verified.map(|v| f64::from(u8::from(v.intact)));
    page.optional(&names::LEDGER_INTACT, intact)?;
    let ahead = ledger.last_at().0.saturating_sub(Micros::system_now().0);
    page.value(&names::LEDGER_AHEAD, ahead.max(0) as f64 / 1e6)?;

    // A directory that is gone has no sizes; that the ledger cannot be written says the rest.
    let parts = ledger::part_sizes(&settings.ledger_dir).ok();
    page.optional(&names::LEDGER_PARTS, parts.as_ref().map(|p| p.len() as f64))?;
    let bytes = parts
        .as_ref()
        .map(|parts| parts.iter().map(|p| p.bytes).sum::<u64>() as f64);
    page.optional(&names::LEDGER_BYTES, bytes)?;
    let newest: Vec<_> = parts
        .iter()
        .flat_map(|parts| parts.iter().rev().take(NEWEST))
        .map(|part| (part.day.to_string(), part.bytes as f64))
        .collect();
    page.values(
        &names::LEDGER_PART_BYTES,
        newest
            .iter()
            .map(|(day, bytes)| (vec![day.as_str()], *bytes)),
    )?;
    let free = [
        ("data", disk::free_bytes(&settings.data_dir)),
        ("ledger", disk::free_bytes(&settings.ledger_dir)),
    ];
    page.values(
        &names::DISK_FREE,
        free.iter()
            .filter_map(|(of, free)| Some((vec![*of], *free.as_ref().ok()? as f64))),
    )?;
    let days = match (&parts, &free[1].1) {
        (Some(parts), Ok(free)) => ledger::days_left(parts, *free),
        _ => None,
    };
    page.optional(&names::DISK_DAYS, days)
}
