//! What a backup holds, written last: without it there is none.

use std::{fs, io::ErrorKind, path::Path};

use serde::{Deserialize, Serialize};

use super::BackupError;
use crate::durable;

/// The file's name in a backup.
pub const MANIFEST: &str = "backup.json";

/// The format this build writes, and the newest it puts back.
pub const FORMAT: u32 = 1;

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of this file.
    pub format: u32,
    /// The version of verzet that took it.
    pub verzet: String,
    /// When it was begun, RFC 3339. What was recorded since is not in it.
    pub begun_at: String,
    /// The revision of its facts.
    pub facts_revision: u64,
    /// The ledger's name; empty if there was none yet.
    pub ledger: String,
    /// The number of the ledger's last record in it.
    pub ledger_records: u64,
    /// The largest revision of facts any decision in it rests on.
    pub ledger_revision: u64,
    /// What could not be copied, and is not needed to serve what can be.
    pub warnings: Vec<String>,
    /// Every file.
    pub files: Vec<StoredFile>,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// Its path in the backup; what begins with `ledger/` belongs into the ledger's directory.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    pub(super) fn write(&self, dir: &Path) -> Result<(), BackupError> {
        let path = dir.join(MANIFEST);
        // Plain text and numbers always are JSON.
        let text = serde_json::to_vec_pretty(self).unwrap_or_default();
        durable::write_whole(&path, &text).map_err(BackupError::io("write", &path))
    }

    /// Reads that of a backup.
    ///
    /// # Errors
    /// If there is none, or it is of a newer build.
    pub fn read(dir: &Path) -> Result<Self, BackupError> {
        let none = |why: String| BackupError::NoManifest {
            dir: dir.to_owned(),
            why,
        };
        let text = fs::read(dir.join(MANIFEST)).map_err(|e| match e.kind() {
            ErrorKind::NotFound => none(format!("{MANIFEST} is not there")),
            _ => none(format!("{MANIFEST}: {e}")),
        })?;
        let wrong = |e: serde_json::Error| none(format!("{MANIFEST}: {e}"));
        let value: serde_json::Value = serde_json::from_slice(&text).map_err(wrong)?;
        let format = value.get("format").and_then(serde_json::Value::as_u64);
        match format.and_then(|f| u32::try_from(f).ok()) {
            Some(found) if found > FORMAT => Err(BackupError::Newer {
                dir: dir.to_owned(),
                found,
            }),
            _ => serde_json::from_value(value).map_err(wrong),
        }
    }
}
