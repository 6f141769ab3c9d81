//! One pass over a file of facts: one thread reads and compares, this one writes.

mod reading;

use std::{
    fs::File,
    path::PathBuf,
    sync::mpsc::{Receiver, channel, sync_channel},
    thread,
};

use hashbrown::HashSet;
use reading::Reading;
use smallvec::SmallVec;

use super::{FileReport, IntakeError, rejected::Rejected};
use crate::{
    facts::symbols::TooMany,
    intake::{field::Told, problem::Problems},
    number::E164,
    store::{Change, NewUnclear, RowHash, StoreError},
};

pub(super) use reading::{broken, empty, reasons};

/// Batches that may wait for the writer, so that memory is bounded.
const WAITING: usize = 4;

/// How a file of facts is read and written.
pub(super) trait Table: Send {
    /// A fact on its way to the store; its texts are ranges of the batch's.
    type Item: Send;
    /// The columns of the file.
    const COLUMNS: &'static [&'static str];
    /// Columns without which no row can be taken, not even as a stop.
    const NEEDED: &'static [&'static str];

    /// Reads one row: adds its facts to the batch, or tells what is wrong with it.
    fn take<'r>(
        &mut self,
        cell: impl Fn(usize) -> &'r str,
        out: &mut Out<'_, Self::Item>,
    ) -> Result<Taken, TooMany>;

    /// Whether the row is, or may be, a stop: then it is never dropped. `None`: the row could not be
    /// split into fields.
    fn may_stop<'r>(&self, cell: Option<&dyn Fn(usize) -> &'r str>) -> bool;

    /// Writes a fact.
    fn put(item: &Self::Item, text: &str, change: &mut Change<'_>) -> Result<(), StoreError>;
}

/// What became of a row with which nothing is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Taken {
    /// So many facts were added.
    Facts(u64),
    /// It was there already.
    Unchanged,
    /// It is not asked for in this pass.
    Passed,
    /// The file that would tell whether it is good cannot be read.
    CannotTell,
}

/// Where a row's outcome goes.
pub(super) struct Out<'o, I> {
    /// The batch under way.
    pub(super) batch: &'o mut Batch<I>,
    /// What is wrong with the row.
    pub(super) told: &'o mut Told,
    /// Why a person must look at it, although it was read.
    pub(super) look: Option<Look>,
}

/// A stop a person must look at.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) problem: String,
    pub(super) e164: SmallVec<[E164; 2]>,
    /// `None`: by what was given.
    pub(super) hash: Option<RowHash>,
}

/// Facts on their way to the store, with their texts in one piece.
#[derive(Debug)]
pub(super) struct Batch<I> {
    pub(super) facts: Vec<I>,
    text: String,
    unclear: Vec<Unclear>,
    bytes: u64,
}

/// A text of a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text(u32, u32);

impl Text {
    /// The text.
    pub(super) fn of(self, text: &str) -> &str {
        text.get(self.0 as usize..self.1 as usize).unwrap_or("")
    }
}

impl<I> Batch<I> {
    fn new() -> Self {
        Self {
            facts: Vec::new(),
            text: String::new(),
            unclear: Vec::new(),
            bytes: 0,
        }
    }

    /// Keeps a text. A batch's texts are some rows of at most 1 MiB, so 32 bits are enough.
    pub(super) fn text(&mut self, text: &str) -> Text {
        let from = self.text.len();
        self.text.push_str(text);
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Text(small(from), small(self.text.len()))
    }

    /// Large enough that handing it over costs nothing a row.
    fn is_full(&self) -> bool {
        self.facts.len() >= 1_024 || self.text.len() >= 1 << 20 || self.unclear.len() >= 1_024
    }

    fn clear(&mut self) {
        self.facts.clear();
        self.text.clear();
        self.unclear.clear();
    }
}

#[derive(Debug)]
struct Unclear {
    place: String,
    given: String,
    problem: String,
    e164: SmallVec<[E164; 2]>,
    hash: RowHash,
}

/// What a pass is to do.
pub(super) struct Job<'j> {
    pub(super) name: &'static str,
    /// Only stops are taken.
    pub(super) stops_only: bool,
    /// Where bad rows are written that are passed over; `None` if one holds the folder.
    pub(super) rejected: Option<PathBuf>,
    /// It is certain already that nothing of this pass is kept.
    pub(super) doomed: bool,
    /// Unclear rows that a person has seen to.
    pub(super) settled: &'j HashSet<RowHash>,
}

/// What a pass found.
pub(super) struct Passed<T> {
    pub(super) table: T,
    pub(super) report: FileReport,
    pub(super) problems: Problems,
    pub(super) rejected: Option<Rejected>,
    /// Whether the header was good, so that the rows are the full state.
    pub(super) sound: bool,
    /// Whether the file was read to its end.
    pub(super) whole: bool,
}

/// Reads a file on a thread of its own and writes its facts on this one.
pub(super) fn pass<T: Table>(
    job: Job<'_>,
    file: File,
    table: T,
    change: &mut Change<'_>,
    tell: &mut dyn FnMut(u64),
) -> Result<Passed<T>, IntakeError> {
    let (full_to, full) = sync_channel::<Batch<T::Item>>(WAITING);
    let (empty_to, empty) = channel();
    thread::scope(|scope| {
        let reading = scope.spawn(move || Reading::new(job, table, full_to, empty).run(file));
        let written = write::<T>(full, change, tell, |batch| {
            // The reader may be done; then nobody needs it.
            let _ = empty_to.send(batch);
        });
        let read = match reading.join() {
            Ok(read) => read,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        written?;
        Ok(read?)
    })
}

fn write<T: Table>(
    full: Receiver<Batch<T::Item>>,
    change: &mut Change<'_>,
    tell: &mut dyn FnMut(u64),
    give_back: impl Fn(Batch<T::Item>),
) -> Result<(), StoreError> {
    for mut batch in full {
        for unclear in &batch.unclear {
            change.add_unclear(&NewUnclear {
                place: &unclear.place,
                given: &unclear.given,
                problem: &unclear.problem,
                e164: &unclear.e164,
                hash: unclear.hash,
            })?;
        }
        for item in &batch.facts {
            T::put(item, &batch.text, change)?;
        }
        tell(batch.bytes);
        batch.clear();
        give_back(batch);
    }
    Ok(())
}
