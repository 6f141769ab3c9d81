//! The CRM's nightly folder: one change set.
//!
//! The files of a folder are the full state of one origin: what is new is added, what is gone is
//! ended, what is the same is left alone. A bad row holds the folder back, but never a stop: then the
//! good objections and withdrawals are taken in as a change set of their own.

mod catalogue_files;
mod consents;
mod files;
mod import;
mod objections;
mod pass;
mod rejected;
mod relations;
mod seen;

use std::{
    io,
    path::{Path, PathBuf},
};

use files::Folder;
use import::{Import, Whole};

use super::problem::Problem;
use crate::{
    clock::Micros,
    facts::{
        catalogue::Catalogue,
        delta::Delta,
        symbols::{Symbols, TooMany},
    },
    number::Region,
    store::{Store, StoreError},
};

/// The origin of facts recorded one by one; no folder can have it.
pub const API_ORIGIN: &str = "api";

/// How a folder is to be taken in.
#[derive(Clone, Debug)]
pub struct FolderOptions {
    /// Whose full state the folder is, such as `crm`.
    pub origin: String,
    /// Apply the good rows and write the bad ones beside their file.
    pub skip_bad_rows: bool,
    /// Accept that more than 10 % of a table's rows end.
    pub accept_shrink: bool,
    /// Region of numbers whose row names none.
    pub default_region: Region,
    /// Now.
    pub received_at: Micros,
}

/// How far an import is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'p> {
    /// What is being done, such as `relations.csv`.
    pub step: &'p str,
    /// Bytes read so far.
    pub bytes_read: u64,
    /// Bytes of all files.
    pub bytes_total: u64,
}

/// What became of a folder, and what memory must apply.
#[derive(Debug)]
pub struct Imported {
    /// Whether the folder was applied; stops are, even if it was held.
    pub applied: bool,
    /// The revision now current.
    pub revision: u64,
    /// Facts that came and ended.
    pub delta: Delta,
    /// The new catalogue, if it changed.
    pub catalogue: Option<Catalogue>,
    /// What to tell people.
    pub report: Report,
}

/// What to tell people about an import.
#[derive(Clone, Default, Debug)]
pub struct Report {
    /// One for each file that was there.
    pub files: Vec<FileReport>,
    /// Everything wrong; after 10,000 a line says how many more.
    pub problems: Vec<Problem>,
    /// Why the folder was held, beside problems.
    pub held: Vec<String>,
    /// What may be a mistake but holds nothing back.
    pub warnings: Vec<String>,
    /// Stops newly waiting in the unclear queue.
    pub unclear: u64,
    /// Files of rejected rows that were written.
    pub rejected_files: Vec<PathBuf>,
}

/// What became of one file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FileReport {
    /// Its name.
    pub file: String,
    /// Its rows.
    pub rows: u64,
    /// Facts or entries added. A changed row ends one and adds one.
    pub added: u64,
    /// Rows that were there already.
    pub unchanged: u64,
    /// Facts or entries ended.
    pub ended: u64,
    /// Bad rows.
    pub bad: u64,
}

/// Why a folder could not be looked at, or nothing of it could be kept.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The folder is missing or cannot be listed.
    #[error("cannot list folder `{}`: {source}; check the path and its rights", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// None of its files is one of ours.
    #[error(
        "folder `{}` holds none of the files that are taken in; they are {names}",
        folder.display(), names = files::names()
    )]
    Empty {
        /// The folder.
        folder: PathBuf,
    },
    /// The origin cannot be used.
    #[error(
        "origin \"{0}\" cannot be a folder's; use a short name such as `crm` (`{API_ORIGIN}` is kept for \
         facts recorded one by one)"
    )]
    Origin(String),
    /// No room for more ids.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The store failed; nothing of this import was kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a folder in. Unless it was applied, nothing of it was kept but its stops.
///
/// # Errors
/// If the folder cannot be looked at, or the store fails; then nothing was kept, stops included, and the
/// import is to be tried again. Whatever is wrong with the files is in the report instead.
pub fn import_folder(
    dir: &Path,
    options: &FolderOptions,
    store: &mut Store,
    symbols: &Symbols,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Imported, IntakeError> {
    let origin = options.origin.trim();
    let odd = origin.is_empty() || origin.len() > 64 || origin.chars().any(char::is_control);
    if odd || origin == API_ORIGIN {
        return Err(IntakeError::Origin(options.origin.clone()));
    }
    let mut import = Import::new(Folder::open(dir)?, options, symbols, progress);
    let (applied, committed, catalogue) = match import.whole(store)? {
        Whole::Applied(committed, catalogue) => (true, *committed, catalogue),
        Whole::Held(known) => (false, import.stops(store, &known)?, None),
    };
    let mut report = import.into_report();
    report.unclear = committed.counts.unclear_added;
    Ok(Imported {
        applied,
        revision: committed.revision,
        delta: committed.delta,
        catalogue,
        report,
    })
}
