//! Dropping whole parts. Their heads stay and say that it was done on purpose, so what remains verifies.

use std::{fs, path::Path};

use super::{
    error::LedgerError,
    id::LedgerId,
    part::{over, path_of},
    seal::{self, Head, HeadKind, Lock, Signing},
};
use crate::clock::{Day, Micros};

/// Why parts are not purged.
#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    /// A reader or eraser is at work on it.
    #[error("{0}.db: in use, so it cannot be sealed; try again later")]
    InUse(Day),
    /// The ledger cannot be read or written, or is damaged: what a purge would hide.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// What was dropped, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// The parts.
    pub days: Vec<Day>,
    /// Their records.
    pub records: u64,
    /// The bytes of their files.
    pub bytes: u64,
}

/// The parts of days before this one that a purge would drop: never the newest part that was begun.
///
/// # Errors
/// If the directory or a part cannot be read.
pub fn purgeable(dir: &Path, before: Day) -> Result<Purged, LedgerError> {
    let mut all = over(dir)?;
    all.retain(|day| *day < before);
    let mut would = Purged::default();
    for day in all {
        let path = path_of(dir, day);
        let length = fs::metadata(&path).map_err(LedgerError::io(&path, "look at the part"))?;
        would.bytes += length.len();
        would.days.push(day);
    }
    Ok(would)
}

/// Drops the parts of days before this one, oldest first, and leaves their heads, signed as purged.
/// `progress` is told of every part.
///
/// Killed half-way, what was begun is finished by the next purge or start.
///
/// # Errors
/// See [`PurgeError`]; parts before the one it is about are dropped.
pub fn purge(dir: &Path, before: Day, progress: &mut dyn FnMut(Day)) -> Result<Purged, PurgeError> {
    let ledger =
        LedgerId::load(dir)?.ok_or_else(|| LedgerError::damaged(&dir.join("id"), "not there"))?;
    let signing = Signing::open(dir, ledger)?;
    let mut purged = Purged::default();
    for day in purgeable(dir, before)?.days {
        let _lock = Lock::take(dir)?;
        let path = path_of(dir, day);
        // What contradicts its head is not sealed, and so not purged either.
        let head = signing.seal(day)?.ok_or(PurgeError::InUse(day))?;
        if head.kind == HeadKind::Sealed {
            signing.bears_out(&head)?;
            signing.put(Head {
                kind: HeadKind::Purged,
                signed_at: Micros::system_now(),
                ..head.clone()
            })?;
        }
        let length = fs::metadata(&path).map_or(0, |file| file.len());
        seal::remove(&path).map_err(LedgerError::io(&path, "remove the part"))?;
        purged.bytes += length;
        purged.records += head.last_seq - head.first_seq + 1;
        purged.days.push(day);
        progress(day);
    }
    Ok(purged)
}
