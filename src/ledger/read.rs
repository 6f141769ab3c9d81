//! Reading decisions back, on connections of its own, beside the writer.

mod evidence;
mod filter;
mod open_part;

use std::{
    fmt,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

pub use evidence::{RawChain, RawGroup, RawRecord};
pub use filter::Filter;

use super::{
    error::LedgerError,
    id::{DecisionId, LedgerId},
    part,
    stored::StoredDecision,
};
use crate::clock::Day;
use open_part::{OpenPart, Stretch};

/// Parts kept open.
const KEPT: usize = 8;
/// Records read under one snapshot: few at first, since a page is short, then more.
const FIRST: usize = 64;
const MOST: usize = 1_024;

/// Some decisions, newest first, and where to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The decisions.
    pub decisions: Vec<StoredDecision>,
    /// `before` of the next page; `None` if there is none. A last page may be empty.
    pub next: Option<u64>,
}

/// Reads decisions. Blocks the thread it is used on; make one for each.
pub struct Reader {
    dir: PathBuf,
    ledger: LedgerId,
    /// The parts used last, the newest use at the end.
    open: Vec<OpenPart>,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reader({})", self.ledger)
    }
}

/// A call that was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentCall {
    /// The dialer's id of the call.
    pub call_id: String,
    /// The seller it was for; empty if the campaign was unknown.
    pub seller: String,
    /// The decision.
    pub id: DecisionId,
}

impl Reader {
    /// Reads the ledger in a directory that another process may be writing; `None` if there is none.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn beside(dir: &Path) -> Result<Option<Self>, LedgerError> {
        Ok(LedgerId::load(dir)?.map(|ledger| Self::new(dir, ledger)))
    }

    /// The ledger it reads.
    pub fn ledger(&self) -> LedgerId {
        self.ledger
    }

    pub(super) fn new(dir: &Path, ledger: LedgerId) -> Self {
        Self {
            dir: dir.to_owned(),
            ledger,
            open: Vec::new(),
        }
    }

    /// One decision; `None` if there is none of that name (any more).
    ///
    /// # Errors
    /// If its part cannot be read.
    pub fn get(&mut self, id: DecisionId) -> Result<Option<StoredDecision>, LedgerError> {
        if id.ledger != self.ledger {
            return Ok(None);
        }
        match self.part(id.day)? {
            Some(part) => part.get(id.seq),
            None => Ok(None),
        }
    }

    /// Decisions, newest first: at most `limit`, all with a number below `before`. Reads record by
    /// record, some million a second: narrow it by time where you can.
    ///
    /// # Errors
    /// If a part cannot be read.
    pub fn list(
        &mut self,
        filter: &Filter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page, LedgerError> {
        let mut decisions = Vec::new();
        if limit > 0 {
            self.scan(filter, before, true, &mut |decision| {
                decisions.push(decision);
                match decisions.len() < limit {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            })?;
        }
        let full = decisions.len() == limit;
        let next = decisions.last().map(|d| d.id.seq).filter(|_| full);
        Ok(Page { decisions, next })
    }

    /// Visits decisions, oldest first; those recorded after it began may be left out.
    ///
    /// # Errors
    /// If a part cannot be read.
    pub fn fold(
        &mut self,
        filter: &Filter,
        visit: &mut dyn FnMut(&StoredDecision),
    ) -> Result<(), LedgerError> {
        self.visit(filter, &mut |decision| {
            visit(decision);
            ControlFlow::Continue(())
        })
    }

    /// As [`Reader::fold`], until `visit` breaks off. `visit` may take its time: nothing is held.
    ///
    /// # Errors
    /// If a part cannot be read.
    pub fn visit(
        &mut self,
        filter: &Filter,
        visit: &mut dyn FnMut(&StoredDecision) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        self.scan(filter, None, false, &mut |decision| visit(&decision))
    }

    /// The UTC days that have a part, oldest first.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn days(&self) -> Result<Vec<Day>, LedgerError> {
        part::days(&self.dir)
    }

    /// The calls of the newest `max` records, newest first. A call asked about twice comes twice. For remembering after a start what was asked before it.
    ///
    /// # Errors
    /// If a part cannot be read.
    pub fn recent_calls(&mut self, max: usize) -> Result<Vec<RecentCall>, LedgerError> {
        let (mut calls, mut left) = (Vec::new(), max);
        for day in part::days(&self.dir)?.into_iter().rev() {
            let Some(part) = self.part(day)? else {
                continue;
            };
            let Some((low, high)) = part.ends()? else {
                continue;
            };
            let mut stretch = Stretch {
                low,
                high,
                newest_first: true,
            };
            let mut more = true;
            while more && left > 0 {
                let count = left.min(MOST);
                more = part.some_personal(&mut stretch, count, |id, seller, personal| {
                    left -= 1;
                    if let Some(personal) = personal.filter(|p| !p.call_id.is_empty()) {
                        calls.push(RecentCall {
                            call_id: personal.call_id.to_owned(),
                            seller,
                            id,
                        });
                    }
                })?;
            }
            if left == 0 {
                break;
            }
        }
        Ok(calls)
    }

    /// As [`Reader::visit`], but gives each decision away.
    ///
    /// # Errors
    /// If a part cannot be read.
    pub fn take(
        &mut self,
        filter: &Filter,
        visit: &mut dyn FnMut(StoredDecision) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        self.scan(filter, None, false, visit)
    }

    /// The first and last record of the filter's days and times, whatever else it asks for; `None` if
    /// there is none.
    ///
    /// # Errors
    /// If a part cannot be read.
    pub fn span(&mut self, filter: &Filter) -> Result<Option<(u64, u64)>, LedgerError> {
        let mut days = part::days(&self.dir)?;
        days.retain(|day| filter.touches(*day));
        let first = self.first_stretch(filter, days.iter())?;
        let last = self.first_stretch(filter, days.iter().rev())?;
        let ends = first.zip(last);
        Ok(ends.map(|(first, last)| (first.low as u64, last.high as u64)))
    }

    /// What a filter's times leave of the first of these parts of which they leave anything.
    fn first_stretch<'a>(
        &mut self,
        filter: &Filter,
        days: impl Iterator<Item = &'a Day>,
    ) -> Result<Option<Stretch>, LedgerError> {
        for day in days {
            if let Some(part) = self.part(*day)?
                && let Some(stretch) = part.stretch(filter, None, false)?
            {
                return Ok(Some(stretch));
            }
        }
        Ok(None)
    }

    fn scan(
        &mut self,
        filter: &Filter,
        before: Option<u64>,
        newest_first: bool,
        visit: &mut dyn FnMut(StoredDecision) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        let mut days = part::days(&self.dir)?;
        days.retain(|day| filter.touches(*day));
        if let Some(after) = filter.after {
            // The last part that begins at or before the record behind it can hold it.
            let from = self.parts_before(&days, after.saturating_add(2))?;
            days.drain(..from.saturating_sub(1));
        }
        if let Some(before) = before.into_iter().chain(filter.before).min() {
            let reached = self.parts_before(&days, before)?;
            days.truncate(reached);
        }
        if newest_first {
            days.reverse();
        }
        let mut found = Vec::new();
        for day in days {
            let Some(part) = self.part(day)? else {
                continue;
            };
            let Some(mut stretch) = part.stretch(filter, before, newest_first)? else {
                continue;
            };
            let mut count = FIRST;
            let mut more = true;
            while more {
                more = part.some(&mut stretch, count, filter, &mut found)?;
                for decision in found.drain(..) {
                    if visit(decision).is_break() {
                        return Ok(());
                    }
                }
                count = (count * 2).min(MOST);
            }
        }
        Ok(())
    }

    /// How many of these parts, oldest first, begin before a record: numbers grow with days.
    fn parts_before(&mut self, days: &[Day], before: u64) -> Result<usize, LedgerError> {
        let (mut low, mut high) = (0, days.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let first = match self.part(days[middle])? {
                Some(part) => part.ends()?.map(|(first, _)| first as u64),
                None => None,
            };
            match first {
                Some(first) if first < before => low = middle + 1,
                // Retention drops the oldest.
                None if !part::path_of(&self.dir, days[middle]).exists() => low = middle + 1,
                // A part never begun is at the end, if anywhere; leaving it out leaves out nothing.
                _ => high = middle,
            }
        }
        Ok(low)
    }

    /// `None` if there is no such part, or it was never begun. That nothing is found where the directory
    /// cannot be read is an error: else who reads a ledger that was moved away for a moment would take it
    /// that there was nothing to read.
    fn part(&mut self, day: Day) -> Result<Option<&mut OpenPart>, LedgerError> {
        self.open.retain(OpenPart::is_there);
        match self.open.iter().position(|part| part.day == day) {
            Some(place) => {
                let part = self.open.remove(place);
                self.open.push(part);
            }
            None => {
                let mut opened = OpenPart::open(&self.dir, day, self.ledger)?;
                if opened.is_none() && part::days(&self.dir)?.contains(&day) {
                    // Never begun, or back since.
                    opened = OpenPart::open(&self.dir, day, self.ledger)?;
                }
                let Some(part) = opened else {
                    return Ok(None);
                };
                if self.open.len() == KEPT {
                    self.open.remove(0);
                }
                self.open.push(part);
            }
        }
        Ok(self.open.last_mut())
    }
}
