//! One at a time changes heads and parts that are over: the sidecar's sealer, an eraser, a purge.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
};

use crate::ledger::error::LedgerError;

const NAME: &str = "seal.lock";

/// Held until dropped.
pub(in crate::ledger) struct Lock {
    /// Let go by the system when it is closed, also of a process that was killed.
    _held: File,
}

impl Lock {
    fn open(dir: &Path) -> Result<File, LedgerError> {
        let path = dir.join(NAME);
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        options
            .open(&path)
            .map_err(LedgerError::io(&path, "open the lock of the heads"))
    }

    /// Waits for it.
    pub(in crate::ledger) fn take(dir: &Path) -> Result<Self, LedgerError> {
        let file = Self::open(dir)?;
        file.lock()
            .map_err(LedgerError::io(dir, "lock the heads"))?;
        Ok(Self { _held: file })
    }

    /// `None` if another has it.
    pub(in crate::ledger) fn try_take(dir: &Path) -> Result<Option<Self>, LedgerError> {
        let file = Self::open(dir)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _held: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(LedgerError::io(dir, "lock the heads")(e)),
        }
    }

    /// For one who only reads, together with other readers; `None` where it cannot be had, as in a copy
    /// that may not be written: nobody changes that.
    pub(in crate::ledger) fn to_read(dir: &Path) -> Option<Self> {
        let file = File::open(dir.join(NAME)).ok()?;
        file.lock_shared().ok()?;
        Some(Self { _held: file })
    }
}
