//! Putting a backup back.

use std::{
    fs,
    io::ErrorKind,
    path::{Component, Path, PathBuf},
};

use super::{BackupError, Manifest, Place, Progress, StoredFile, copy};
use crate::{durable, ledger};

/// What was put back.
#[derive(Clone, Debug)]
pub struct Restored {
    /// What the backup held.
    pub manifest: Manifest,
    /// The ledger that was there is kept, and is at this revision of facts.
    pub kept_ledger_revision: Option<u64>,
}

/// Puts a backup into a data directory that is not there, or empty. Every file is compared with its hash
/// before any is written. With `keep_ledger` the ledger that is there stays, and only the rest is put back.
///
/// # Errors
/// See [`BackupError`].
pub fn restore(
    from: &Path,
    place: &Place,
    keep_ledger: bool,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Restored, BackupError> {
    let manifest = Manifest::read(from)?;
    let kept = kept_ledger(place, &manifest, keep_ledger)?;
    refuse_data(place)?;
    let wanted: Vec<_> = manifest
        .files
        .iter()
        .filter(|f| kept.is_none() || !f.path.starts_with("ledger/"))
        .collect();
    let total = 2 * wanted.iter().map(|f| f.bytes).sum::<u64>();
    let mut done = 0;
    for file in &wanted {
        progress(Progress {
            file: &file.path,
            done,
            total,
        });
        check(from, &file.path, file.bytes, &file.sha256)?;
        done += file.bytes;
    }
    // The facts last: without them nothing starts, so a restore that broke off cannot be served.
    let (facts, others): (Vec<&StoredFile>, Vec<&StoredFile>) =
        wanted.into_iter().partition(|f| f.path == "facts.db");
    for file in others.into_iter().chain(facts) {
        progress(Progress {
            file: &file.path,
            done,
            total,
        });
        let to = target(place, &file.path);
        let dir = durable::parent_of(&to);
        durable::make_dir(dir).map_err(BackupError::io("make", dir))?;
        copy::plain(&from.join(&file.path), &to)?;
        durable::sync_dir(dir).map_err(BackupError::io("write", dir))?;
        done += file.bytes;
    }
    Ok(Restored {
        manifest,
        kept_ledger_revision: kept,
    })
}

/// The revision of the ledger that stays; `None` if none does.
fn kept_ledger(place: &Place, manifest: &Manifest, keep: bool) -> Result<Option<u64>, BackupError> {
    let dir = &place.ledger_dir;
    if is_empty(dir)? {
        return Ok(None);
    }
    if !keep {
        return Err(BackupError::LedgerThere(dir.clone()));
    }
    let Some(there) = ledger::glance(dir)? else {
        return Ok(Some(0));
    };
    if !manifest.ledger.is_empty() && there.id.to_string() != manifest.ledger {
        return Err(BackupError::OtherLedger {
            dir: dir.clone(),
            found: there.id.to_string(),
            expected: manifest.ledger.clone(),
        });
    }
    Ok(Some(there.revision))
}

/// The data directory must be empty but for the ledger.
fn refuse_data(place: &Place) -> Result<(), BackupError> {
    let Ok(entries) = fs::read_dir(&place.data_dir) else {
        return Ok(());
    };
    for path in entries.flatten().map(|e| e.path()) {
        if path != place.ledger_dir {
            return Err(BackupError::NotEmpty(place.data_dir.clone()));
        }
    }
    Ok(())
}

fn is_empty(dir: &Path) -> Result<bool, BackupError> {
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(true),
        Err(e) => Err(BackupError::io("list", dir)(e)),
    }
}

fn check(from: &Path, path: &str, bytes: u64, sha256: &str) -> Result<(), BackupError> {
    let changed = |what| BackupError::Changed {
        path: from.join(path),
        what,
    };
    // A manifest is a file like any other: its paths must not lead out of the backup.
    if !Path::new(path)
        .components()
        .all(|c| matches!(c, Component::Normal(_)))
    {
        return Err(changed("its path leads elsewhere"));
    }
    let file = from.join(path);
    if !file.is_file() {
        return Err(changed("it is not there"));
    }
    let (found, hash) = copy::sum(&file)?;
    match (found == bytes, hash == sha256) {
        (false, _) => Err(changed("its size differs")),
        (true, false) => Err(changed("its SHA-256 differs")),
        (true, true) => Ok(()),
    }
}

fn target(place: &Place, path: &str) -> PathBuf {
    match path.strip_prefix("ledger/") {
        Some(name) => place.ledger_dir.join(name),
        None => place.data_dir.join(path),
    }
}
