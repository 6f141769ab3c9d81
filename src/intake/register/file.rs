//! The file of a copy's numbers.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use roaring::RoaringTreemap;
use sha2::{Digest, Sha256};

use super::RegisterRefused;
use crate::{
    durable,
    facts::register::RegisterCopy,
    store::{SnapshotRow, Store, StoreError},
};

/// A register whose copy in force cannot be used: checks must treat it as missing.
#[derive(Debug, thiserror::Error)]
#[error(
    "register `{register}` counts as missing: `{}`, the numbers of its copy {snapshot_id}, {why}; \
     import the copy again, or restore the file from a backup", path.display()
)]
pub struct MissingRegister {
    /// The register.
    pub register: String,
    /// The copy.
    pub snapshot_id: String,
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

/// Loads the copies in force. One whose file is missing or damaged is told, not loaded, and no older
/// one takes its place.
///
/// # Errors
/// If the store cannot be read.
pub fn load_registers(
    store: &Store,
) -> Result<(Vec<RegisterCopy>, Vec<MissingRegister>), StoreError> {
    let (mut copies, mut missing) = (Vec::new(), Vec::new());
    for row in store.snapshots()?.iter().filter(|s| s.rev_until.is_none()) {
        match load(store, row) {
            Ok(copy) => copies.push(copy),
            Err(why) => missing.push(why),
        }
    }
    Ok((copies, missing))
}

/// Loads one copy.
pub(super) fn load(store: &Store, row: &SnapshotRow) -> Result<RegisterCopy, MissingRegister> {
    load_register(&store.snapshot_path(&row.register, row.n), row)
}

/// Loads one copy from the file of its numbers, whether it is in force or not.
///
/// # Errors
/// If the file is not there, or not what was written.
pub fn load_register(path: &Path, row: &SnapshotRow) -> Result<RegisterCopy, MissingRegister> {
    let missing = |why: String| MissingRegister {
        register: row.register.clone(),
        snapshot_id: row.id(),
        path: path.to_owned(),
        why,
    };
    let bytes = fs::read(path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => missing("is not there".to_owned()),
        _ => missing(format!("cannot be read: {e}")),
    })?;
    if sha256(&bytes) != row.sha256 {
        return Err(missing(
            "is not what was written (SHA-256 differs)".to_owned(),
        ));
    }
    RegisterCopy::deserialise(&row.register, &row.id(), row.as_of, &bytes)
        .map_err(|e| missing(format!("cannot be understood: {e}")))
}

/// The file's bytes, and their SHA-256.
pub(super) fn encode(numbers: &RoaringTreemap) -> (Vec<u8>, [u8; 32]) {
    let mut bytes = Vec::with_capacity(numbers.serialized_size());
    // Writing to a vector cannot fail; were it to, the hash would tell at the next start.
    let _ = numbers.serialize_into(&mut bytes);
    let sha256 = sha256(&bytes);
    (bytes, sha256)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Writes the file so that it is whole or not there, and stays after a power cut.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), RegisterRefused> {
    durable::make_dir(durable::parent_of(path))
        .and_then(|()| durable::write_whole(path, bytes))
        .map_err(|source| RegisterRefused::Write {
            path: path.to_owned(),
            source,
        })
}
