//! What can go wrong, and what to do.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{ledger::LedgerError, store::StoreError};

/// Why a backup could not be taken or put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is nothing to copy.
    #[error("{}: no facts are there, so it is no data directory; name it with --data-dir", .0.display())]
    NoData(PathBuf),
    /// The directory for the backup is in use.
    #[error("{}: is not empty; name a directory that is not there yet, or an empty one", .0.display())]
    NotEmpty(PathBuf),
    /// The backup would be a part of what is copied.
    #[error("{}: lies in the data directory; name one elsewhere, best on another disk", .0.display())]
    Inside(PathBuf),
    /// There is no whole backup.
    #[error("{}: is no whole backup ({why}); take another", dir.display())]
    NoManifest {
        /// The directory.
        dir: PathBuf,
        /// What was found.
        why: String,
    },
    /// The backup is of a newer build.
    #[error("{}: was taken by a newer verzet (format {found}); put it back with that version", dir.display())]
    Newer {
        /// The directory.
        dir: PathBuf,
        /// Its format.
        found: u32,
    },
    /// A file is not what was copied.
    #[error("{}: is not what was copied ({what}); nothing was put back: use another backup", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// What differs.
        what: &'static str,
    },
    /// A sealed part is not what its head says.
    #[error(
        "{}: is not what its head says: either it was being changed (an erasure), then take the backup again, \
         or it is damaged, which `verzet ledger verify` tells",
        .0.display()
    )]
    Moved(PathBuf),
    /// A backup whose ledger is ahead of its facts.
    #[error(
        "the copy is not sound: its ledger has decisions of revision {ledger}, its facts are of {facts}; see \
         whether something else writes the data directory, and take another"
    )]
    Unsound {
        /// The ledger's revision.
        ledger: u64,
        /// The facts' revision.
        facts: u64,
    },
    /// A ledger is there already.
    #[error(
        "{}: a ledger is there; if it is the newer one of the same sidecar, keep it with --keep-ledger, else \
         move it aside",
        .0.display()
    )]
    LedgerThere(PathBuf),
    /// The ledger that is to be kept is another one.
    #[error("{}: is another sidecar's ledger ({found}, and the backup is of {expected}); move it aside", dir.display())]
    OtherLedger {
        /// The directory.
        dir: PathBuf,
        /// Whose it is.
        found: String,
        /// Whose the backup is.
        expected: String,
    },
    /// The system refused.
    #[error("cannot {doing} {}: {source}; check the path, its rights and the disk", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// SQLite refused.
    #[error("{}: cannot be copied: {source}; check it with `verzet doctor`", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// The facts.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl BackupError {
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io {
            doing,
            path,
            source,
        }
    }
}
