//! What can go wrong, whose fault it is, and how to mend it.

use std::{io, path::Path, path::PathBuf, sync::Arc};

use rusqlite::ErrorCode;

/// Why the ledger cannot be opened, written or read.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file system refused.
    #[error("{}: cannot {doing}: {source}; check the disk and the rights of the directory", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// SQLite refused.
    #[error("{}: cannot {doing}: {source}; check the disk and the rights of the file", path.display())]
    Database {
        /// The part.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// No space left.
    #[error("{}: the disk is full; free some space, and the ledger goes on by itself", path.display())]
    DiskFull {
        /// The part.
        path: PathBuf,
    },
    /// Written by a newer build.
    #[error(
        "{}: written in ledger format {found}, and this build reads formats up to {known}; use the newer build that wrote it",
        path.display()
    )]
    NewerFormat {
        /// The part.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest this build knows.
        known: i64,
    },
    /// Bytes are not what was written.
    #[error(
        "{}: damaged: {what}; put back a sound copy of this file, or move it aside and keep it as evidence",
        path.display()
    )]
    Damaged {
        /// The part, or the id file.
        path: PathBuf,
        /// What is wrong, and where in the file.
        what: String,
        /// The record, where it is one; of a group of records, its first.
        record: Option<u64>,
    },
    /// A part of another ledger lies in this directory.
    #[error("{}: belongs to ledger {found}, but this directory is of ledger {expected}; move it to its own directory", path.display())]
    OtherLedger {
        /// The part.
        path: PathBuf,
        /// Whose it is.
        found: String,
        /// Whose the directory is.
        expected: String,
    },
    /// The system gave no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// The record did not become durable; the decision must not be acted upon.
    #[error("the decision was not recorded: {0}")]
    Lost(Arc<str>),
}

impl LedgerError {
    pub(super) fn io(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull => Self::DiskFull { path },
            _ => Self::Io {
                path,
                doing,
                source,
            },
        }
    }

    pub(super) fn db(
        path: &Path,
        doing: &'static str,
    ) -> impl FnOnce(rusqlite::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull { path },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::damaged(&path, source.to_string())
            }
            _ => Self::Database {
                path,
                doing,
                source,
            },
        }
    }

    pub(super) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            what: what.into(),
            record: None,
        }
    }

    /// A record is not what was written.
    pub(super) fn damaged_record(path: &Path, seq: u64, what: &str) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            what: format!("record {seq}: {what}"),
            record: Some(seq),
        }
    }

    /// A group of records is not what was written.
    pub(super) fn damaged_group(path: &Path, first: u64, what: &str) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            what: format!("the group from record {first} on {what}"),
            record: Some(first),
        }
    }
}

/// Why an entry was not taken. Nothing of it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// As many entries wait as may: shed the request (`RESOURCE_EXHAUSTED`).
    #[error("{0} decisions wait for the disk, the most that may; ask again shortly")]
    Busy(usize),
    /// The ledger cannot be written: refuse the request (`UNAVAILABLE`).
    #[error("the ledger cannot be written: {0}")]
    Failed(Arc<str>),
    /// The clock is out of all bounds: refuse the request (`UNAVAILABLE`).
    #[error("nothing can be recorded: {0}")]
    Clock(String),
    /// A text of the question is too long (`INVALID_ARGUMENT`).
    #[error("{field} has {length} bytes; at most {max} fit")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// Its length in bytes.
        length: usize,
        /// The most, in bytes.
        max: usize,
    },
    /// The entry contradicts itself: a bug of the caller (`INTERNAL`).
    #[error("the entry cannot be recorded: {0}")]
    Malformed(&'static str),
}
