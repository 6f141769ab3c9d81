//! What can go wrong with what is known of callers.

use std::path::{Path, PathBuf};

/// Why tokens, accounts or changes cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The file.
    #[error(
        "{}: {source}; see whether the disk is full or the file's rights were changed; put back a backup of it if it is damaged",
        path.display()
    )]
    File {
        /// Which.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// The file is not one of this build.
    #[error(
        "{}: is not a file of this build (format {found}); use the build that wrote it",
        path.display()
    )]
    Format {
        /// Which.
        path: PathBuf,
        /// The format found.
        found: i64,
    },
    /// The file a secret waits in, or the log of the file.
    #[error("{}: cannot be written: {source}; see whether the disk is full or the directory's rights were changed", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The system has no random numbers to give.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
    /// A name, role or other field cannot be so.
    #[error("{field}: {what}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is wrong and how to mend it.
        what: String,
    },
    /// There is none of this name.
    #[error("there is no {kind} `{name}`")]
    NotThere {
        /// `token` or `account`.
        kind: &'static str,
        /// The name asked for.
        name: String,
    },
    /// There is one of this name already.
    #[error("there is a {kind} `{name}` already; choose another name")]
    Taken {
        /// `token` or `account`.
        kind: &'static str,
        /// The name asked for.
        name: String,
    },
    /// Nobody signs in elsewhere.
    #[error(
        "there is no provider to sign in at; set oidc.issuer, oidc.client_id and oidc.redirect"
    )]
    NoProvider,
}

impl AccessError {
    pub(super) fn file(path: &Path) -> impl Fn(rusqlite::Error) -> Self + '_ {
        move |source| Self::File {
            path: path.to_owned(),
            source,
        }
    }
}
