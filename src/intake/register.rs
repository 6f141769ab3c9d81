//! Taking copies of official registers in.
//!
//! A copy that cannot be right is refused or held, and the one in force stands. Its numbers live in a
//! file beside the database, whose SHA-256 is in the store: a copy whose file is missing or damaged
//! counts as missing, never as empty.

mod file;
mod lines;

use std::{
    io::{self, Read},
    path::PathBuf,
};

pub use file::{MissingRegister, load_register, load_registers};
use lines::Lines;
use roaring::RoaringTreemap;

use super::problem::Problem;
use crate::{
    clock::{Day, Micros},
    facts::{register::RegisterCopy, symbols::Symbols},
    number::Region,
    store::{NewSnapshot, SnapshotRow, Store, StoreError},
};

/// What a copy is said to be.
#[derive(Clone, Copy, Debug)]
pub struct RegisterHeader<'a> {
    /// The register, such as `bmnr`.
    pub register: &'a str,
    /// The day the copy was taken by the register.
    pub as_of: Day,
    /// `lines`; empty means that too.
    pub format: &'a str,
    /// Region national numbers are read in.
    pub region: Region,
    /// Accept a copy more than 5 % smaller than the one in force.
    pub accept_shrink: bool,
    /// The name of the file, for messages.
    pub file: &'a str,
    /// Today, in the register's country.
    pub today: Day,
    /// Now.
    pub received_at: Micros,
}

/// A copy that was taken in.
#[derive(Debug)]
pub struct RegisterImported {
    /// Whether it changed anything: not if the same copy is in force.
    pub changed: bool,
    /// The revision now current.
    pub revision: u64,
    /// The copy in force.
    pub copy: RegisterCopy,
    /// Its row in the store.
    pub snapshot: SnapshotRow,
    /// Lines that could not be read, or only by the second reader; after 10,000 one says how many more.
    pub unreadable: Vec<Problem>,
}

/// Why a copy was not taken in; the one in force stands.
#[derive(Debug, thiserror::Error)]
pub enum RegisterRefused {
    /// The register's name cannot be one.
    #[error(
        "\"{0}\" cannot be a register's name; use small letters, digits and `-`, such as `bmnr`"
    )]
    Name(String),
    /// The format is not known.
    #[error("\"{0}\" is not a format of registers; it can be `lines`, one number a line")]
    Format(String),
    /// The copy is of a day to come.
    #[error("the copy is dated {as_of}, but today is {today}; check the date it was taken")]
    Future {
        /// Its date.
        as_of: Day,
        /// Today.
        today: Day,
    },
    /// The copy in force is newer.
    #[error(
        "the copy is dated {as_of}, older than the one in force, of {current}; get a newer one"
    )]
    Older {
        /// Its date.
        as_of: Day,
        /// The date of the one in force.
        current: Day,
    },
    /// There is no number in it.
    #[error("{file}: there is no number in it; check that it was downloaded whole")]
    Empty {
        /// The file.
        file: String,
    },
    /// It ends in the middle of a line.
    #[error(
        "{file}:{line}: the file seems cut off: its last line has no line end and {why}; download it \
         again, or end the line if it is whole"
    )]
    Truncated {
        /// The file.
        file: String,
        /// Its last line.
        line: u64,
        /// What is odd about that line.
        why: &'static str,
    },
    /// It is not one number a line.
    #[error("{file}: {what}; the format `lines` is one number a line and nothing else")]
    OtherFormat {
        /// The file.
        file: String,
        /// What was found.
        what: String,
        /// The lines that could not be read.
        problems: Vec<Problem>,
    },
    /// It is much smaller than the one in force.
    #[error(
        "{file}: {numbers} numbers, more than 5 % fewer than the {current} in force; see whether the \
         copy is whole, then accept the shrink"
    )]
    Shrunk {
        /// The file.
        file: String,
        /// Its numbers.
        numbers: u64,
        /// The numbers of the copy in force.
        current: u64,
    },
    /// It could not be read.
    #[error("{file}: cannot be read on: {source}; try again")]
    Read {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The numbers could not be kept.
    #[error("cannot write `{}`: {source}; check the disk and its rights", path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RegisterRefused {
    /// Whether it is only held: the same copy can be accepted.
    pub fn is_held(&self) -> bool {
        matches!(self, Self::Shrunk { .. })
    }
}

/// How many numbers a copy of a register holds, without taking it in.
///
/// # Errors
/// If it cannot be read, or is not of the format it is said to be.
pub fn numbers_in(header: &RegisterHeader<'_>, source: impl Read) -> Result<u64, RegisterRefused> {
    Ok(lines::read(header, source)?.numbers.len())
}

/// Takes a copy of a register in, unless it cannot be right.
///
/// # Errors
/// See [`RegisterRefused`]; the copy in force stands.
pub fn import_register(
    header: &RegisterHeader<'_>,
    source: impl Read,
    store: &mut Store,
    symbols: &Symbols,
) -> Result<RegisterImported, RegisterRefused> {
    let current = check(header, store)?;
    let Lines {
        numbers,
        unreadable,
    } = lines::read(header, source)?;
    if let Some(current) = &current
        && !header.accept_shrink
        && numbers.len() * 100 < current.numbers * 95
    {
        return Err(RegisterRefused::Shrunk {
            file: header.file.to_owned(),
            numbers: numbers.len(),
            current: current.numbers,
        });
    }
    let (bytes, sha256) = file::encode(&numbers);
    if let Some(current) = current
        && current.as_of == header.as_of
        && current.sha256 == sha256
        && let Ok(copy) = file::load(store, &current)
    {
        return Ok(RegisterImported {
            changed: false,
            revision: store.revision(),
            copy,
            snapshot: current,
            unreadable,
        });
    }
    keep(header, store, symbols, numbers, &bytes, sha256, unreadable)
}

/// The guards that need not read the copy. Gives the copy in force.
fn check(
    header: &RegisterHeader<'_>,
    store: &Store,
) -> Result<Option<SnapshotRow>, RegisterRefused> {
    let name = header.register;
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if name.is_empty() || name.len() > 40 || name.starts_with('-') || !name.bytes().all(fits) {
        return Err(RegisterRefused::Name(name.to_owned()));
    }
    if !matches!(header.format, "" | "lines") {
        return Err(RegisterRefused::Format(header.format.to_owned()));
    }
    if header.as_of > header.today {
        return Err(RegisterRefused::Future {
            as_of: header.as_of,
            today: header.today,
        });
    }
    let mut snapshots = store.snapshots()?.into_iter();
    let current = snapshots.rfind(|s| s.register == name);
    match &current {
        Some(current) if header.as_of < current.as_of => Err(RegisterRefused::Older {
            as_of: header.as_of,
            current: current.as_of,
        }),
        _ => Ok(current),
    }
}

/// Writes the numbers, then puts them in force.
fn keep(
    header: &RegisterHeader<'_>,
    store: &mut Store,
    symbols: &Symbols,
    numbers: RoaringTreemap,
    bytes: &[u8],
    sha256: [u8; 32],
    unreadable: Vec<Problem>,
) -> Result<RegisterImported, RegisterRefused> {
    let mut change = store.begin("register", header.received_at)?;
    let (n, path) = change.next_snapshot(header.register)?;
    file::write(&path, bytes)?;
    let snapshot = change.add_snapshot(&NewSnapshot {
        register: header.register,
        n,
        as_of: header.as_of,
        numbers: numbers.len(),
        file_name: header.file,
        sha256,
        region: header.region.as_str(),
    })?;
    let committed = change.commit(symbols)?;
    Ok(RegisterImported {
        changed: true,
        revision: committed.revision,
        copy: RegisterCopy::new(&snapshot.register, &snapshot.id(), snapshot.as_of, &numbers),
        snapshot,
        unreadable,
    })
}
