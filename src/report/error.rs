//! What can go wrong with reports.

use std::path::{Path, PathBuf};

use crate::{ledger::LedgerError, store::StoreError};

/// Why a report cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The facts cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger's directory does not show what was written to it.
    #[error(
        "the ledger was written up to record {written}, and its directory shows them up to {shown}: put back the directory that the sidecar was started on"
    )]
    Behind {
        /// The newest record that must be there.
        written: u64,
        /// The newest that is.
        shown: u64,
    },
    /// The index cannot be used.
    #[error("{}: cannot {doing}: {source}; free some space and check the rights of the directory. It holds nothing that is not in the ledger: moved aside, it is made anew", path.display())]
    Index {
        /// The file.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// The index's directory cannot be used.
    #[error("{}: cannot {doing}: {source}; check the disk and the rights of the directory", path.display())]
    Io {
        /// The directory or file.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl ReportError {
    pub(super) fn index(
        path: &Path,
        doing: &'static str,
    ) -> impl FnOnce(rusqlite::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Index {
            path,
            doing,
            source,
        }
    }

    pub(super) fn io(
        path: &Path,
        doing: &'static str,
    ) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io {
            path,
            doing,
            source,
        }
    }
}
