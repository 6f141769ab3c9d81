//! Reports: what was decided, counted and listed out of the ledger (`docs/reports.md`).
//!
//! The ledger has no index: it is written on the way of a check. [`Reports`] keeps one beside it, fed by
//! a thread of low priority behind the ledger's durable end, and rebuilt from the ledger whenever it is
//! missing or not of this ledger. Whoever asks says whose decisions he may see ([`Sellers`]); nothing of
//! others is in rows, totals or errors.

pub mod daily;
mod error;
pub mod export;
mod filter;
mod html;
mod index;
mod list;
pub mod mail;
pub mod special;
mod summary;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

pub use error::ReportError;
pub use filter::Filter;
pub use list::{Order, Page};
pub use summary::{Counts, GroupBy, Query, Summary};

use crate::{
    access::Sellers,
    clock::{Day, Zone},
    ledger::{DecisionId, Ledger, StoredDecision},
    number::E164,
};
use index::Index;

/// The reports of a ledger that is open for writing.
///
/// Every method blocks the thread it is called on and holds nothing a check waits for.
#[derive(Debug)]
pub struct Reports {
    index: Arc<Index>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// How the index is to work.
#[derive(Clone, Copy, Debug)]
pub struct ReportOptions {
    /// Decisions of a segment of the index; at least 1. Fewer make the file larger and a start quicker.
    pub segment: usize,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self { segment: 65_536 }
    }
}

impl Reports {
    /// Opens the index in `dir` (the directory `report/` of a data directory) and begins to feed it. A
    /// directory that cannot be used fails no start: reports say so when they are asked for.
    pub fn open(dir: &Path, ledger: Arc<Ledger>, zone: Zone, options: ReportOptions) -> Self {
        let index = Arc::new(Index::new(dir, ledger, zone, options.segment.max(1)));
        let fed = index.clone();
        let thread = thread::Builder::new()
            .name("report".into())
            .spawn(move || fed.feed())
            .inspect_err(|error| tracing::error!(%error, "reports are fed only when asked for"))
            .ok();
        Self {
            index,
            thread: Mutex::new(thread),
        }
    }

    /// The zone of hours, days, weeks and months.
    pub fn zone(&self) -> &Zone {
        &self.index.zone
    }

    /// Feeds the index no more and lets go of the ledger's parts, so that the ledger can come to rest.
    pub fn close(&self) {
        self.index.stop();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if thread.is_some_and(|t| t.join().is_err()) {
            tracing::error!("the reports' thread panicked");
        }
        self.index.let_go();
    }

    /// Counts decisions by group.
    ///
    /// # Errors
    /// If index or ledger cannot be read.
    pub fn summarise(&self, query: &Query) -> Result<Summary, ReportError> {
        summary::summarise(&self.index, query)
    }

    /// Lists decisions by key: at most `limit`, behind the one numbered `from` in this order.
    ///
    /// # Errors
    /// If index or ledger cannot be read.
    pub fn list(
        &self,
        filter: &Filter,
        order: Order,
        from: Option<u64>,
        limit: usize,
    ) -> Result<Page, ReportError> {
        list::list(&self.index, filter, order, from, limit)
    }

    /// The decisions about a number, newest first.
    ///
    /// # Errors
    /// If index or ledger cannot be read.
    pub fn of_number(
        &self,
        sellers: &Sellers,
        number: E164,
        from: Option<u64>,
        limit: usize,
    ) -> Result<Page, ReportError> {
        let filter = Filter {
            number: Some(number),
            ..Filter::of(sellers.clone())
        };
        self.list(&filter, Order::NewestFirst, from, limit)
    }

    /// One decision; `None` if there is none of that name, or it is not for these eyes.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn decision(
        &self,
        sellers: &Sellers,
        id: DecisionId,
    ) -> Result<Option<StoredDecision>, ReportError> {
        let found = self.index.ledger.reader().get(id)?;
        Ok(found.filter(|d| sellers.has(&d.seller)))
    }

    /// Visits decisions in order until `visit` breaks off. It may take its time: nothing is held.
    ///
    /// # Errors
    /// If index or ledger cannot be read.
    pub fn visit(
        &self,
        filter: &Filter,
        order: Order,
        visit: &mut dyn FnMut(&StoredDecision) -> std::ops::ControlFlow<()>,
    ) -> Result<(), ReportError> {
        list::visit(&self.index, filter, order, visit)
    }

    /// Forgets whom decisions were about and who called: to be called when their personal parts were
    /// erased from the ledger. Doing it twice does no harm.
    ///
    /// # Errors
    /// If the index cannot be written; the erasure is not complete then.
    pub fn forget(&self, decisions: &[DecisionId]) -> Result<(), ReportError> {
        self.index.forget(decisions)
    }

    /// Forgets whatever is erased in the parts of some UTC days: see [`Reports::forget`]. For an eraser
    /// that knows the parts it changed.
    ///
    /// # Errors
    /// If the ledger cannot be read or the index written; the erasure is not complete then.
    pub fn forget_erased(&self, days: impl IntoIterator<Item = Day>) -> Result<(), ReportError> {
        let days: Vec<_> = days.into_iter().collect();
        self.index.forget_erased(&days)
    }

    /// Forgets a number: see [`Reports::forget`]. Gives how many decisions were about it.
    ///
    /// # Errors
    /// If the index cannot be written; the erasure is not complete then.
    pub fn forget_number(&self, number: E164) -> Result<usize, ReportError> {
        let ids = self.index.of_number(number)?;
        self.index.forget(&ids)?;
        Ok(ids.len())
    }

    /// Drops the index and makes it anew from the ledger; returns when that is begun.
    ///
    /// # Errors
    /// If its file cannot be removed.
    pub fn rebuild(&self) -> Result<(), ReportError> {
        self.index.rebuild()
    }

    /// How many records of the ledger the index has not taken yet.
    pub fn behind(&self) -> u64 {
        self.index.behind()
    }
}

/// Marks, in the directory of the index (`report/` of a data directory), that personal parts were erased
/// from its ledger. Whoever has the index open forgets them within seconds; else the next who opens it.
///
/// # Errors
/// If the directory cannot be written; the erasure is not complete then.
pub fn mark_erased(dir: &Path) -> Result<(), ReportError> {
    index::mark_erased(dir).map_err(ReportError::io(dir, "mark that something was erased"))
}

impl Drop for Reports {
    fn drop(&mut self) {
        self.close();
    }
}
