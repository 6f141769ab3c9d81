//! Proving a whole ledger: every part in itself, against its signed head, and against the part before.

mod link;
mod part;

use std::{collections::BTreeSet, fmt, fs, path::Path};

use super::{
    chain::Hash,
    error::LedgerError,
    id::LedgerId,
    part::days,
    read::{Filter, Reader},
    seal::{self, Head, PublicKey},
};
use crate::clock::{Day, Micros};
use link::Link;

/// What a ledger is held against.
#[derive(Clone, Debug, Default)]
pub struct Against {
    /// The keys heads may be signed with; if none, those the ledger's own directory names, which prove
    /// nothing against one who can write there.
    pub keys: Vec<PublicKey>,
    /// Heads that were kept elsewhere.
    pub heads: Vec<Head>,
}

/// Something that is not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The part's day; `None` if it is about no part.
    pub day: Option<Day>,
    /// The file in the ledger's directory.
    pub file: String,
    /// The record; of a group of records, its first.
    pub record: Option<u64>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file)?;
        if let Some(record) = self.record {
            write!(f, "record {record}: ")?;
        }
        f.write_str(&self.what)
    }
}

/// How a part stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartState {
    /// It may grow; signed now and then.
    Open,
    /// Its day is over, and its head is signed.
    Sealed,
    /// Dropped on purpose; its head says so.
    Purged,
    /// No head is signed yet.
    Unsigned,
}

impl PartState {
    /// As a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Sealed => "sealed",
            Self::Purged => "purged",
            Self::Unsigned => "unsigned",
        }
    }
}

/// A part as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartReport {
    /// Its day.
    pub day: Day,
    /// How it stands.
    pub state: PartState,
    /// Its first and last record; `None` if they cannot be told.
    pub records: Option<(u64, u64)>,
    /// Decisions in it.
    pub decisions: u64,
    /// Those whose personal part is erased.
    pub erased: u64,
    /// Its chain at the end.
    pub chain: Option<Hash>,
    /// Its head.
    pub head: Option<Head>,
    /// Whether all of it was read and found as recorded.
    pub sound: bool,
}

/// What proving a ledger came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// The ledger; `None` if nothing says which.
    pub ledger: Option<LedgerId>,
    /// Its parts, oldest first.
    pub parts: Vec<PartReport>,
    /// What is wrong; nothing in a ledger that is intact.
    pub findings: Vec<Finding>,
    /// What is not wrong and should be known.
    pub notes: Vec<String>,
}

impl Verification {
    /// Whether everything is as it was recorded.
    pub fn is_intact(&self) -> bool {
        self.findings.is_empty()
    }

    /// The records that were read and found as recorded.
    pub fn records(&self) -> u64 {
        let sound = self.parts.iter().filter(|p| p.sound);
        let of = |p: &PartReport| p.records.map_or(0, |(first, last)| last - first + 1);
        sound.filter(|p| p.state != PartState::Purged).map(of).sum()
    }

    /// The keys heads are signed with.
    pub fn keys(&self) -> BTreeSet<PublicKey> {
        let heads = self.parts.iter().filter_map(|p| p.head.as_ref());
        heads.map(|head| head.key).collect()
    }

    /// The record up to which everything is signed, and when that was.
    pub fn signed(&self) -> Option<(u64, Micros)> {
        let newest = self.parts.iter().rev().find_map(|p| p.head.as_ref())?;
        Some((newest.last_seq, newest.signed_at))
    }
}

/// Reads everything there is, beside a running sidecar too, and says what is not as it was recorded: at
/// most one thing a part, the first. `progress` is told how many records more were read.
///
/// Nothing is written, and no connection is one that could write.
///
/// # Errors
/// If something cannot be read for want of rights, memory or the like. What is damaged is a finding.
pub fn verify(
    dir: &Path,
    against: &Against,
    progress: &mut dyn FnMut(u64),
) -> Result<Verification, LedgerError> {
    let mut run = Run {
        dir,
        against,
        keys: against.keys.clone(),
        found: Verification::default(),
        before: Link::Begin,
    };
    run.keys()?;
    run.name()?;
    let written: BTreeSet<Day> = days(dir)?.into_iter().collect();
    let headed = heads(dir)?;
    let kept: BTreeSet<Day> = against.heads.iter().map(|head| head.day).collect();
    let all: BTreeSet<Day> = written.union(&headed).chain(&kept).copied().collect();
    for day in &all {
        run.part(*day, written.contains(day), progress)?;
    }
    run.unsigned();
    Ok(run.found)
}

/// About how many records [`verify`] will read; 0 if it cannot be told.
pub fn records_in(dir: &Path) -> u64 {
    let total = || {
        let ledger = LedgerId::load(dir).ok()??;
        Reader::new(dir, ledger).span(&Filter::default()).ok()?
    };
    total().map_or(0, |(first, last)| last.saturating_sub(first) + 1)
}

/// The days that have a head.
pub(super) fn heads(dir: &Path) -> Result<BTreeSet<Day>, LedgerError> {
    let list = || {
        let mut days = BTreeSet::new();
        for entry in fs::read_dir(dir)? {
            let name = entry?.file_name();
            let day = name.to_str().and_then(|name| name.strip_suffix(".head"));
            days.extend(day.and_then(|day| Day::parse(day).ok()));
        }
        Ok(days)
    };
    list().map_err(LedgerError::io(dir, "list the ledger's heads"))
}

/// A ledger being proved.
struct Run<'a> {
    dir: &'a Path,
    against: &'a Against,
    keys: Vec<PublicKey>,
    found: Verification,
    before: Link,
}

impl Run<'_> {
    fn finding(
        &mut self,
        day: Option<Day>,
        file: impl Into<String>,
        record: Option<u64>,
        what: impl Into<String>,
    ) {
        self.found.findings.push(Finding {
            day,
            file: file.into(),
            record,
            what: what.into(),
        });
    }

    /// Takes an error as a finding, unless it says nothing of what was recorded.
    fn damage(&mut self, day: Option<Day>, error: LedgerError) -> Result<(), LedgerError> {
        use rusqlite::ErrorCode as E;
        let name = |path: &Path| {
            let name = path.file_name();
            name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
        };
        match error {
            LedgerError::Damaged { path, what, record } => {
                let named = record.map(|record| format!("record {record}: "));
                let plain = named.and_then(|named| what.strip_prefix(&named).map(str::to_owned));
                self.finding(day, name(&path), record, plain.unwrap_or(what));
            }
            LedgerError::OtherLedger { path, found, .. } => {
                self.finding(
                    day,
                    name(&path),
                    None,
                    format!("of another ledger, {found}"),
                );
            }
            LedgerError::NewerFormat { path, found, .. } => {
                let what = format!("says it is of format {found}, which this build does not read");
                self.finding(day, name(&path), None, what);
            }
            LedgerError::Database { path, source, .. }
                if !matches!(
                    source.sqlite_error_code(),
                    Some(
                        E::CannotOpen
                            | E::PermissionDenied
                            | E::DatabaseBusy
                            | E::DatabaseLocked
                            | E::OutOfMemory
                            | E::ReadOnly
                    )
                ) =>
            {
                self.finding(day, name(&path), None, format!("cannot be read: {source}"));
            }
            other => return Err(other),
        }
        Ok(())
    }

    /// The keys to hold heads against.
    fn keys(&mut self) -> Result<(), LedgerError> {
        if self.keys.is_empty() {
            match seal::known_keys(self.dir) {
                Ok(keys) => self.keys = keys,
                Err(e) => self.damage(None, e)?,
            }
        }
        Ok(())
    }

    /// The ledger's name.
    fn name(&mut self) -> Result<(), LedgerError> {
        match LedgerId::load(self.dir) {
            Ok(Some(ledger)) => self.found.ledger = Some(ledger),
            Ok(None) if days(self.dir)?.is_empty() => {}
            Ok(None) => self.finding(None, "id", None, "missing"),
            Err(e) => self.damage(None, e)?,
        }
        Ok(())
    }

    /// A part without a head before one that is sealed: sealing goes from the oldest on.
    fn unsigned(&mut self) {
        let parts = &self.found.parts;
        let is_sealed = |p: &PartReport| matches!(p.state, PartState::Sealed | PartState::Purged);
        let last = parts.iter().rposition(is_sealed);
        let (mut gone, mut notes) = (Vec::new(), Vec::new());
        for (place, part) in parts.iter().enumerate() {
            if !part.sound || part.head.is_some() {
                continue;
            }
            if last.is_some_and(|last| place < last) {
                gone.push(part.day);
            } else {
                notes.push(format!(
                    "{}.db is not signed yet: a running sidecar does it within seconds, and \
                     `verzet ledger seal` where the day is over",
                    part.day
                ));
            }
        }
        self.found.notes.extend(notes);
        for day in gone {
            self.finding(Some(day), format!("{day}.head"), None, "the head is gone");
        }
    }
}
