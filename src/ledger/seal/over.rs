//! Heads and parts of a ledger's directory, looked at and sealed beside a running sidecar.

use std::path::Path;

use super::{
    head::{Head, load},
    lock::Lock,
    signing::Signing,
};
use crate::{
    clock::Day,
    ledger::{error::LedgerError, id::LedgerId, part, verify::heads},
};

fn ledger(dir: &Path) -> Result<LedgerId, LedgerError> {
    LedgerId::load(dir)?.ok_or_else(|| LedgerError::damaged(&dir.join("id"), "not there"))
}

/// Every head beside a part, or of a purged one, oldest first.
///
/// # Errors
/// If one cannot be read, or its signature does not hold.
pub fn signed_heads(dir: &Path) -> Result<Vec<Head>, LedgerError> {
    let ledger = ledger(dir)?;
    let days = heads(dir)?.into_iter();
    let all = days.map(|day| load(dir, ledger, day));
    Ok(all
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .collect())
}

/// The parts whose day is over and that are not sealed.
///
/// # Errors
/// If the directory or a head cannot be read.
pub fn unsealed(dir: &Path) -> Result<Vec<Day>, LedgerError> {
    let ledger = ledger(dir)?;
    let mut bare = Vec::new();
    for day in part::over(dir)? {
        if !load(dir, ledger, day)?.is_some_and(|head| head.is_final()) {
            bare.push(day);
        }
    }
    Ok(bare)
}

/// Seals every part whose day is over and that is not sealed; `progress` is told of each. Those a reader is
/// in the way of are left.
///
/// # Errors
/// If a part cannot be read or does not bear out the head it has; parts before it are sealed.
pub fn seal_all(dir: &Path, progress: &mut dyn FnMut()) -> Result<Vec<Head>, LedgerError> {
    let signing = Signing::open(dir, ledger(dir)?)?;
    let mut sealed = Vec::new();
    for day in unsealed(dir)? {
        let _lock = Lock::take(dir)?;
        sealed.extend(signing.seal(day)?);
        progress();
    }
    Ok(sealed)
}
