//! Sample data for a first look: two sellers, a few thousand people and a register of 100,000 numbers,
//! made by rule and taken in through the same intake as anybody's files.
//!
//! The numbers are made by counting and belong to nobody in particular: never dial them.

mod history;
mod people;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{
    clock::{Day, Micros},
    intake::{FolderOptions, IntakeError, RecordError, RegisterHeader, RegisterRefused},
    ledger::{AppendError, LedgerError},
    sidecar::Sidecar,
    store::StoreError,
};

/// People with a relation: `+316100` + 00001 to 03000.
pub const CUSTOMERS: u64 = 3_000;
/// People who objected: `+316200` + 00001 to 00500.
pub const OBJECTED: u64 = 500;
/// Numbers in the register: in `+3163…`.
pub const REGISTERED: u64 = 100_000;

/// The files of the sample.
#[derive(Clone, Debug)]
pub struct SampleFiles {
    /// The folder of CSV files.
    pub folder: PathBuf,
    /// The register file, format `lines`.
    pub register: PathBuf,
    /// The day the register copy was taken.
    pub register_as_of: Day,
}

/// The k-th number of the register. 97 has no factor in common with ten million, so all differ.
pub fn registered(k: u64) -> u64 {
    31_630_000_000 + k * 97 % 10_000_000
}

/// Writes the sample's files into `dir`. The register copy is three days old; everything else is the
/// same whenever it is written.
///
/// # Errors
/// If a file cannot be written.
pub fn write(dir: &Path, today: Day) -> io::Result<SampleFiles> {
    let folder = dir.join("crm");
    fs::create_dir_all(&folder)?;
    for (name, text) in CATALOGUE {
        fs::write(folder.join(name), text)?;
    }
    fs::write(folder.join("relations.csv"), people::relations())?;
    fs::write(folder.join("consents.csv"), people::consents())?;
    fs::write(folder.join("objections.csv"), people::objections())?;
    Ok(SampleFiles {
        folder,
        register: write_register(dir, REGISTERED)?,
        register_as_of: Day(today.0 - 3),
    })
}

/// Writes the first numbers of the register.
fn write_register(dir: &Path, numbers: u64) -> io::Result<PathBuf> {
    let register = dir.join("bmnr.txt");
    let mut lines = io::BufWriter::new(fs::File::create(&register)?);
    for k in 0..numbers {
        writeln!(lines, "+{}", registered(k))?;
    }
    lines.flush()?;
    Ok(register)
}

const CATALOGUE: [(&str, &str); 6] = [
    ("sellers.csv", include_str!("sample/sellers.csv")),
    ("categories.csv", include_str!("sample/categories.csv")),
    ("products.csv", include_str!("sample/products.csv")),
    ("similar.csv", include_str!("sample/similar.csv")),
    ("sources.csv", include_str!("sample/sources.csv")),
    ("campaigns.csv", include_str!("sample/campaigns.csv")),
];

/// The directory in the data directory that marks it as the sample's.
pub const MARK: &str = "sample";

/// Why the sample could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// A file.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A file's content, which a test keeps from happening.
    #[error("{0}")]
    Held(String),
    /// The intake.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The register copy.
    #[error(transparent)]
    Register(#[from] RegisterRefused),
    /// The regime.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fact or catalogue entry.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A decision.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Puts the sample into a sidecar: files, import, register copy, and `nl-bmnr` enforced. A sample that
/// is there already gets a register copy of today's age, and nothing else changes.
///
/// # Errors
/// If a file cannot be written or the sidecar does not take it.
pub fn install(sidecar: &Sidecar) -> Result<(), SampleError> {
    let now = sidecar.now();
    let as_of = Day(sidecar.home.zone.day(now).0 - 3);
    install_at(sidecar, now, as_of, REGISTERED)
}

/// As [`install`], and where nothing was ever decided, the month before: calls of several campaigns,
/// objections and consents as they came in, a register copy that grew too old, stops nobody could read.
/// To be called before serving begins, since ledger time starts a month ago.
///
/// # Errors
/// If a file cannot be written or the sidecar does not take it.
pub fn install_with_history(sidecar: &Sidecar) -> Result<(), SampleError> {
    if sidecar.ledger.durable_seq() > 0 {
        return install(sidecar);
    }
    history::live(sidecar, sidecar.now())
}

fn install_at(
    sidecar: &Sidecar,
    at: Micros,
    register_as_of: Day,
    numbers: u64,
) -> Result<(), SampleError> {
    let dir = sidecar.settings.data_dir.join(MARK);
    let files = write(&dir, sidecar.home.zone.day(at))?;
    let options = FolderOptions {
        origin: "sample".to_owned(),
        skip_bad_rows: false,
        accept_shrink: false,
        default_region: sidecar.settings.default_region,
        received_at: at,
    };
    let imported = sidecar.import_folder(&files.folder, &options, &mut |_| {})?;
    if let Some(problem) = imported.report.problems.first() {
        return Err(SampleError::Held(problem.to_string()));
    }
    import_register(sidecar, at, register_as_of, numbers)?;
    let regime = sidecar.packs.get("nl-bmnr").cloned();
    if let Some(regime) = regime
        && !sidecar.world().enforced.is_enforced(&regime, at)
    {
        let (by, why) = (
            "verzet serve --sample",
            "the sample shows the rules of nl-bmnr",
        );
        sidecar.enforce(regime, Day::ALWAYS, Day::NEVER, by, why)?;
    }
    Ok(())
}

fn import_register(
    sidecar: &Sidecar,
    at: Micros,
    as_of: Day,
    numbers: u64,
) -> Result<(), SampleError> {
    let file = write_register(&sidecar.settings.data_dir.join(MARK), numbers)?;
    let header = RegisterHeader {
        register: "bmnr",
        as_of,
        format: "lines",
        region: sidecar.settings.default_region,
        accept_shrink: false,
        file: "bmnr.txt",
        today: sidecar.home.zone.day(at),
        received_at: at,
    };
    sidecar.import_register(&header, fs::File::open(&file)?)?;
    Ok(())
}
