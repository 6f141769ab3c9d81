//! The files of a folder.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use super::IntakeError;
use crate::{
    intake::{
        catalogue::file_name,
        problem::{Problem, nearest},
    },
    store::CatalogueKind,
};

/// The name of the file of objections.
pub(super) const OBJECTIONS: &str = "objections.csv";
/// The name of the file of consents.
pub(super) const CONSENTS: &str = "consents.csv";
/// The name of the file of relations.
pub(super) const RELATIONS: &str = "relations.csv";

/// How the name of a file of rejected rows ends.
const REJECTED: &str = ".rejected.csv";

/// Every name, in the order the files are taken in.
fn all() -> impl Iterator<Item = &'static str> {
    let catalogue = CatalogueKind::ALL.iter().map(|kind| file_name(*kind));
    catalogue.chain([OBJECTIONS, CONSENTS, RELATIONS])
}

/// The names, for messages.
pub(super) fn names() -> String {
    all().collect::<Vec<_>>().join(", ")
}

/// A folder with at least one of the files.
#[derive(Debug)]
pub(super) struct Folder {
    dir: PathBuf,
    present: Vec<&'static str>,
    /// Bytes of all files.
    pub(super) total: u64,
    /// Names that look like mistakes.
    pub(super) warnings: Vec<String>,
}

impl Folder {
    pub(super) fn open(dir: &Path) -> Result<Self, IntakeError> {
        let failed = |source| IntakeError::Folder {
            folder: dir.to_owned(),
            source,
        };
        let mut found = Vec::new();
        for entry in fs::read_dir(dir).map_err(failed)? {
            // A name that is not UTF-8 is none of ours.
            found.extend(entry.map_err(failed)?.file_name().into_string());
        }
        found.sort_unstable();
        let present: Vec<_> = all().filter(|n| found.iter().any(|f| f == n)).collect();
        if present.is_empty() {
            return Err(IntakeError::Empty {
                folder: dir.to_owned(),
            });
        }
        let unknown = found.iter().filter(|f| {
            let lower = f.to_lowercase();
            lower.ends_with(".csv") && !lower.ends_with(REJECTED) && !all().any(|n| n == **f)
        });
        let absent = || all().filter(|n| !present.contains(n));
        let warnings = unknown
            .map(|name| match nearest(name, absent()) {
                Some(near) => format!("{name}: not taken in; did you mean {near}?"),
                None => format!("{name}: not taken in; it is none of {}", names()),
            })
            .collect();
        let size = |name: &&str| fs::metadata(dir.join(name)).map_or(0, |m| m.len());
        Ok(Self {
            total: present.iter().map(size).sum(),
            dir: dir.to_owned(),
            present,
            warnings,
        })
    }

    /// Whether a file is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.present.contains(&name)
    }

    /// Its size in bytes.
    pub(super) fn size(&self, name: &str) -> u64 {
        fs::metadata(self.dir.join(name)).map_or(0, |m| m.len())
    }

    /// Opens a file; `None` if it is not there.
    pub(super) fn file(&self, name: &'static str) -> Option<Result<File, Problem>> {
        if !self.present.contains(&name) {
            return None;
        }
        let path = self.dir.join(name);
        let problem = |what: String, hint: &str| Problem {
            file: name.to_owned(),
            what,
            hint: hint.to_owned(),
            ..Problem::default()
        };
        // Asked before it is opened: opening a pipe would wait for its other end.
        let opened = fs::metadata(&path).and_then(|m| match m.is_file() {
            true => File::open(&path).map(Some),
            false => Ok(None),
        });
        Some(match opened {
            Ok(Some(file)) => Ok(file),
            Ok(None) => Err(problem(
                "is not a file".to_owned(),
                "put the file in its place",
            )),
            Err(e) => Err(problem(
                format!("cannot be opened: {e}"),
                "check its rights and whether it is still there",
            )),
        })
    }

    /// Where the rejected rows of a file are written.
    pub(super) fn rejected(&self, name: &str) -> PathBuf {
        let stem = name.strip_suffix(".csv").unwrap_or(name);
        self.dir.join(format!("{stem}{REJECTED}"))
    }

    /// Removes rejected rows of an earlier import of files that have none now.
    pub(super) fn remove_stale(&self, kept: &[PathBuf]) {
        for name in &self.present {
            let path = self.rejected(name);
            if !kept.contains(&path) {
                // Not there, most times; and if it cannot be removed, it only says what was.
                let _ = fs::remove_file(path);
            }
        }
    }
}
