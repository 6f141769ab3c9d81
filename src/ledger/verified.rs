//! What the last proof of the whole ledger came to, kept in a small file: an alarm can rest on its age.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{error::LedgerError, verify::Verification};
use crate::{clock::Micros, durable};

/// The file `verified.json` in the ledger's directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// When the proof was begun, RFC 3339 in UTC.
    pub at: String,
    /// Whether everything was as it was recorded.
    pub intact: bool,
    /// The parts looked at, purged ones included.
    pub parts: u64,
    /// The records read and found as recorded.
    pub records: u64,
    /// The last record there was; 0 if there was none.
    pub last_seq: u64,
    /// What was wrong, a sentence each: `file: record: what`. No personal data.
    pub findings: Vec<String>,
}

fn path_of(dir: &Path) -> PathBuf {
    dir.join("verified.json")
}

impl Verified {
    /// Of a proof begun at this time.
    pub fn of(found: &Verification, at: Micros) -> Self {
        let last = found.parts.iter().rev().find_map(|part| part.records);
        Self {
            at: at.to_string(),
            intact: found.is_intact(),
            parts: found.parts.len() as u64,
            records: found.records(),
            last_seq: last.map_or(0, |(_, last)| last),
            findings: found.findings.iter().map(ToString::to_string).collect(),
        }
    }

    /// When it was; `None` if the file was written by hand.
    pub fn time(&self) -> Option<Micros> {
        Micros::parse(&self.at).ok()
    }

    /// The last one; `None` if the ledger was never proved.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn load(dir: &Path) -> Result<Option<Self>, LedgerError> {
        let path = path_of(dir);
        let bytes = durable::read(&path).map_err(LedgerError::io(&path, "read the last proof"))?;
        bytes
            .map(|bytes| serde_json::from_slice(&bytes))
            .transpose()
            .map_err(|e| LedgerError::damaged(&path, e.to_string()))
    }

    /// Writes it.
    ///
    /// # Errors
    /// If the directory cannot be written.
    pub fn save(&self, dir: &Path) -> Result<(), LedgerError> {
        let path = path_of(dir);
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(|e| LedgerError::io(&path, "write the last proof")(e.into()))?;
        text.push(b'\n');
        durable::write_whole(&path, &text).map_err(LedgerError::io(&path, "write the last proof"))
    }
}
