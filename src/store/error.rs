//! What can go wrong with the store, and what to do about it.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::{ErrorCode, ffi};

use crate::facts::model::FactId;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process owns the data directory.
    #[error(
        "data directory `{dir}` is in use by {owner}; commands with --data-dir reach a running sidecar \
         through its socket, anything else must wait until it has stopped",
        dir = dir.display(),
        owner = pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
    )]
    Locked {
        /// The data directory.
        dir: PathBuf,
        /// The process, if the lock file names one.
        pid: Option<u32>,
    },
    /// The directory or file cannot be written.
    #[error(
        "cannot write to `{}`: give this user the right to write there, or choose another --data-dir",
        path.display()
    )]
    ReadOnly {
        /// What cannot be written.
        path: PathBuf,
    },
    /// The file was written by a newer version of this program.
    #[error(
        "`{}` was written by a newer verzet (format {found}, this one knows {known}); run that version, \
         or restore a backup made before the upgrade",
        path.display()
    )]
    NewerVersion {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format this build knows.
        known: i64,
    },
    /// The file was written by an older version of this program, and only the process that owns the
    /// directory may bring it up.
    #[error(
        "`{}` is of an older verzet (format {found}, this one has {known}); start this build's `verzet \
         serve` on the data directory, which brings it up",
        path.display()
    )]
    OlderVersion {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The format of this build.
        known: i64,
    },
    /// The file is of another program.
    #[error(
        "`{}` is a database of another program; move it away, or choose another --data-dir",
        path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file does not hold what was written to it.
    #[error(
        "`{}` is damaged ({what}); stop the sidecar, move the file away and restore the last backup of \
         the data directory",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// The disk is full.
    #[error(
        "no room left to write `{}`; nothing of this change was kept: free some space and try again",
        path.display()
    )]
    Full {
        /// What was written.
        path: PathBuf,
    },
    /// Another program holds the file.
    #[error(
        "`{}` is held by another program, such as a database shell or a backup; close it and try again",
        path.display()
    )]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The system refused.
    #[error("cannot {doing} `{}`: {source}; check the path and the disk", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database refused for another reason.
    #[error("cannot use `{}`: {source}; nothing of this change was kept", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file is not where it was opened.
    #[error(
        "`{}`: {source}; nothing is recorded until the sidecar is started again: stop it and put the data \
         directory back as it was, or restore its last backup",
        path.display()
    )]
    Gone {
        /// Where it should be.
        path: PathBuf,
        /// What was found.
        source: io::Error,
    },
    /// An earlier write of the same change failed.
    #[error("an earlier write of this change failed, so nothing of it is kept; begin it again")]
    Broken,
    /// The fact is not there, has ended, or came with this very change.
    #[error("{id} is not a fact that was current before this change, so it cannot be ended")]
    NotCurrent {
        /// The fact.
        id: FactId,
    },
    /// A stop is never ended.
    #[error(
        "{id} is a stop (an objection or a withdrawn consent), which is never ended; only a later \
         express consent lifts it"
    )]
    Stop {
        /// The fact.
        id: FactId,
    },
    /// The caller gave something that cannot be stored.
    #[error("{0}")]
    Refused(String),
}

impl StoreError {
    /// What the system said, as one of the kinds above.
    pub(super) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            _ => Self::Io {
                doing,
                path,
                source,
            },
        }
    }

    /// Whether the file must be opened anew before anything more is written: after a failed read, write
    /// or sync, what the connection believes to be on disk need not be.
    pub(super) fn needs_reopening(&self) -> bool {
        matches!(
            self,
            Self::Io { .. } | Self::Gone { .. } | Self::Damaged { .. } | Self::ReadOnly { .. }
        )
    }

    /// What SQLite said, as one of the kinds above.
    pub(super) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        let path = path.to_owned();
        let damaged = |path, what: String| Self::Damaged { path, what };
        match source {
            E::FromSqlConversionFailure(_, _, what) => damaged(path, what.to_string()),
            E::Utf8Error(_, what) => damaged(path, what.to_string()),
            E::IntegralValueOutOfRange(column, value) => damaged(
                path,
                format!("column {column} of a row holds {value}, which it cannot"),
            ),
            E::InvalidColumnType(_, column, found) => damaged(
                path,
                format!("column `{column}` of a row holds {found}, which it cannot"),
            ),
            E::QueryReturnedNoRows => damaged(path, "a row is missing".into()),
            E::SqliteFailure(e, ref said) => match (e.code, e.extended_code) {
                (ErrorCode::NotADatabase, _) => damaged(path, "it is not a database".into()),
                (ErrorCode::DatabaseCorrupt, _)
                | (_, ffi::SQLITE_IOERR_SHORT_READ | ffi::SQLITE_IOERR_CORRUPTFS) => {
                    let said = said.clone().unwrap_or_else(|| e.to_string());
                    damaged(path, said)
                }
                (ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => Self::Full { path },
                (ErrorCode::ReadOnly | ErrorCode::PermissionDenied, _) => Self::ReadOnly { path },
                (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Self::Busy { path },
                (ErrorCode::CannotOpen, _) => Self::Io {
                    doing: "open",
                    path,
                    source: io::Error::other(e),
                },
                (ErrorCode::SystemIoFailure, _) => Self::Io {
                    doing: "read or write",
                    path,
                    source: io::Error::other(e),
                },
                _ => Self::Database { path, source },
            },
            source => Self::Database { path, source },
        }
    }
}

/// A value that was never written so.
pub(super) fn damaged(what: impl Into<String>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Null, what.into().into())
}
