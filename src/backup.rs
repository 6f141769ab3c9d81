//! A copy of a data directory that can be served, taken beside a running sidecar, and putting one back.
//!
//! The order makes it sound. First the ledger's small files, then its parts, oldest first, then the
//! facts, then the register copies those facts name, then the rest:
//!
//! * the facts are copied after the last decision, so no decision rests on a revision that is missing;
//! * a signed head is copied before its part, so a head never speaks of records the copy lacks; a part that its
//!   head seals is copied byte for byte, since the head has the hash of its file;
//! * a register's file is written before the facts name it and is never changed, so each named one is there.
//!
//! Every other database is copied by SQLite itself (`VACUUM INTO`), as of one moment, while others write. What was
//! erased is not in the copy, not even in unused pages.

mod copy;
mod error;
mod manifest;
mod restore;
mod take;

pub use error::BackupError;
pub use manifest::{FORMAT, MANIFEST, Manifest, StoredFile};
pub use restore::{Restored, restore};
pub use take::take;

use std::path::PathBuf;

/// Where a sidecar keeps its things.
#[derive(Clone, Debug)]
pub struct Place {
    /// The data directory.
    pub data_dir: PathBuf,
    /// The ledger's directory, in it or elsewhere.
    pub ledger_dir: PathBuf,
}

/// How far it is: the file, and bytes done of all.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The file under way, as the manifest names it.
    pub file: &'a str,
    /// Bytes done.
    pub done: u64,
    /// Bytes in all, about.
    pub total: u64,
}

/// Bytes as hexadecimal text.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
