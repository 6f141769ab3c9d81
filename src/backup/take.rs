//! Taking a backup.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use super::{
    BackupError, Manifest, Place, Progress, StoredFile, copy, hex,
    manifest::{FORMAT, MANIFEST},
};
use crate::{
    access,
    clock::{Day, Micros},
    durable,
    ledger::{self, Hash, HeadKind},
    store::Glance,
};

/// Copies a data directory into a new directory, whether or not a sidecar runs on it.
///
/// # Errors
/// See [`BackupError`]; what was copied by then has no manifest and so is no backup.
pub fn take(
    place: &Place,
    into: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Manifest, BackupError> {
    let facts = place.data_dir.join("facts.db");
    if !facts.is_file() {
        return Err(BackupError::NoData(place.data_dir.clone()));
    }
    begin(place, into)?;
    let begun_at = Micros::system_now().to_string();
    let mut work = Work {
        into,
        files: Vec::new(),
        warnings: Vec::new(),
        done: 0,
        total: size_of(&place.data_dir) + size_of(&place.ledger_dir),
        progress,
    };
    let small = |name: &str| !is_database(name);
    work.tree(&place.ledger_dir, "ledger", &small)?;
    let sealed = sealed(&into.join("ledger"))?;
    for part in ledger::part_sizes(&place.ledger_dir).unwrap_or_default() {
        let name = format!("{}.db", part.day);
        let (from, path) = (place.ledger_dir.join(&name), format!("ledger/{name}"));
        // A sealed part's file as a whole is signed, and nobody writes it any more.
        match sealed.get(&part.day) {
            Some(signed) => {
                work.plain(&from, &path)?;
                if work.files.last().is_some_and(|f| f.sha256 != hex(signed)) {
                    return Err(BackupError::Moved(from));
                }
            }
            None if ledger::is_begun(&place.ledger_dir, part.day)? => {
                work.database(&from, &path)?
            }
            None => {}
        }
    }
    work.database(&facts, "facts.db")?;
    work.registers(&place.data_dir)?;
    work.rest(place)?;

    let glance = ledger::glance(&into.join("ledger"))?;
    let facts_revision = Glance::open(into)?.look()?.revision;
    forget_logs(into)?;
    let ledger_revision = glance.map_or(0, |g| g.revision);
    if ledger_revision > facts_revision {
        return Err(BackupError::Unsound {
            ledger: ledger_revision,
            facts: facts_revision,
        });
    }
    let manifest = Manifest {
        format: FORMAT,
        verzet: env!("CARGO_PKG_VERSION").to_owned(),
        begun_at,
        facts_revision,
        ledger: glance.map_or_else(String::new, |g| g.id.to_string()),
        ledger_records: glance.map_or(0, |g| g.last_seq),
        ledger_revision,
        warnings: work.warnings,
        files: work.files,
    };
    manifest.write(into)?;
    Ok(manifest)
}

/// The days whose copied head says that their part is at rest, and the hash of its file.
fn sealed(ledger: &Path) -> Result<BTreeMap<Day, Hash>, BackupError> {
    if !ledger.join("id").is_file() {
        return Ok(BTreeMap::new());
    }
    let heads = ledger::signed_heads(ledger)?.into_iter();
    let sealed = heads.filter(|h| h.kind == HeadKind::Sealed);
    Ok(sealed
        .filter_map(|h| Some((h.day, h.file?.sha256)))
        .collect())
}

/// Makes the directory, which must be new or empty and not a part of what is copied.
fn begin(place: &Place, into: &Path) -> Result<(), BackupError> {
    match fs::read_dir(into).map(|mut entries| entries.next().is_some()) {
        Ok(true) => return Err(BackupError::NotEmpty(into.to_owned())),
        Ok(false) => {}
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Err(e) => return Err(BackupError::io("read", into)(e)),
    }
    durable::make_dir(into).map_err(BackupError::io("make", into))?;
    let real = |path: &Path| fs::canonicalize(path).map_err(BackupError::io("find", path));
    let target = real(into)?;
    for source in [&place.data_dir, &place.ledger_dir] {
        if source.is_dir() && target.starts_with(real(source)?) {
            let _ = fs::remove_dir(into);
            return Err(BackupError::Inside(into.to_owned()));
        }
    }
    Ok(())
}

struct Work<'a> {
    into: &'a Path,
    files: Vec<StoredFile>,
    warnings: Vec<String>,
    done: u64,
    total: u64,
    progress: &'a mut dyn FnMut(Progress<'_>),
}

impl Work<'_> {
    fn tell(&mut self, file: &str) {
        (self.progress)(Progress {
            file,
            done: self.done,
            total: self.total.max(self.done),
        });
    }

    fn target(&self, path: &str) -> Result<PathBuf, BackupError> {
        let target = self.into.join(path);
        let dir = durable::parent_of(&target);
        durable::make_dir(dir).map_err(BackupError::io("make", dir))?;
        Ok(target)
    }

    fn keep(&mut self, path: &str, (bytes, sha256): (u64, String)) {
        self.done += bytes;
        self.files.push(StoredFile {
            path: path.to_owned(),
            bytes,
            sha256,
        });
    }

    fn database(&mut self, from: &Path, path: &str) -> Result<(), BackupError> {
        self.tell(path);
        let told = copy::database(from, &self.target(path)?)?;
        self.keep(path, told);
        Ok(())
    }

    fn plain(&mut self, from: &Path, path: &str) -> Result<(), BackupError> {
        self.tell(path);
        let told = copy::plain(from, &self.target(path)?)?;
        self.keep(path, told);
        Ok(())
    }

    /// The register copies that the copied facts name, each as it was written.
    fn registers(&mut self, data_dir: &Path) -> Result<(), BackupError> {
        let named = Glance::open(self.into)?.snapshots()?;
        for (row, in_copy) in named {
            let name = in_copy.file_name().unwrap_or_default().to_string_lossy();
            let path = format!("registers/{name}");
            let from = data_dir.join(&path);
            if !from.is_file() {
                let what = format!("{path} is not there; {} counts as missing", row.id());
                self.warnings.push(what);
                continue;
            }
            self.plain(&from, &path)?;
            if self
                .files
                .last()
                .is_some_and(|f| f.sha256 != hex(&row.sha256))
            {
                let what = format!("{path} is damaged; {} counts as missing", row.id());
                self.warnings.push(what);
            }
        }
        Ok(())
    }

    /// What else is in the data directory: packs, keys, marks.
    fn rest(&mut self, place: &Place) -> Result<(), BackupError> {
        let (data, ledger) = (&place.data_dir, &place.ledger_dir);
        for (name, from, is_dir) in entries(data)? {
            let known = ["facts.db", "registers", "lock"].contains(&name.as_str());
            // A copy is kept where others come, and long after the password was changed.
            if known || name == access::FIRST_PASSWORD || same(&from, ledger) {
                continue;
            }
            match is_dir {
                true => self.tree(&from, &name, &|_| true)?,
                false => self.one(&from, &name)?,
            }
        }
        Ok(())
    }

    /// A directory with what is in it, as far as `wanted` by name.
    fn tree(
        &mut self,
        dir: &Path,
        path: &str,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<(), BackupError> {
        for (name, from, is_dir) in entries(dir)? {
            let path = format!("{path}/{name}");
            match is_dir {
                true => self.tree(&from, &path, wanted)?,
                false if wanted(&name) => self.one(&from, &path)?,
                false => {}
            }
        }
        Ok(())
    }

    fn one(&mut self, from: &Path, path: &str) -> Result<(), BackupError> {
        match is_database(path) {
            true => self.database(from, path),
            false => self.plain(from, path),
        }
    }
}

/// Whether two paths name one thing.
fn same(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).ok();
    real(a).is_some() && real(a) == real(b)
}

fn is_database(name: &str) -> bool {
    name.ends_with(".db")
}

/// The files and directories in a directory, by name; none if it is not there. Sockets, locks, drafts and the
/// logs that belong to a database are not for copying.
fn entries(dir: &Path) -> Result<Vec<(String, PathBuf, bool)>, BackupError> {
    let list = || -> io::Result<Vec<_>> {
        let mut list = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let (kind, name) = (entry.file_type()?, entry.file_name());
            let name = name.to_string_lossy().into_owned();
            let passing = ["-wal", "-shm", "-journal", ".new", ".lock"];
            if (kind.is_file() || kind.is_dir()) && !passing.iter().any(|p| name.ends_with(p)) {
                list.push((name, entry.path(), kind.is_dir()));
            }
        }
        list.sort();
        Ok(list)
    };
    match list() {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed.map_err(BackupError::io("list", dir)),
    }
}

/// About how many bytes are in a directory.
fn size_of(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .filter_map(|e| Some((e.path(), e.metadata().ok()?)))
        .map(|(path, meta)| match meta.is_dir() {
            true => size_of(&path),
            false => meta.len(),
        })
        .sum()
}

/// Looking at a copy may have left an empty log beside it, which the manifest does not know.
fn forget_logs(into: &Path) -> Result<(), BackupError> {
    for dir in [into.to_owned(), into.join("ledger")] {
        let Ok(found) = fs::read_dir(&dir) else {
            continue;
        };
        for path in found.flatten().map(|e| e.path()) {
            let name = path.to_string_lossy();
            if name.ends_with(".db-wal") || name.ends_with(".db-shm") {
                fs::remove_file(&path).map_err(BackupError::io("remove", &path))?;
            }
        }
    }
    debug_assert!(!into.join(MANIFEST).exists());
    Ok(())
}
