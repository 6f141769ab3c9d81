//! The index beside the ledger. What it holds of a decision is one row of five small numbers; rows lie
//! in columns, by default 65,536 to a segment (fewer at the end of a part). Segments are in one SQLite file, each
//! written in one transaction; the rows since the last segment are in memory only, and read from the
//! ledger again after a start. So a crash can lose rows of the index, never make them differ.

mod columns;
mod combo;
mod count;
mod dictionary;
mod feed;
mod file;
mod forget;
mod numbers;
mod scan;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use rusqlite::Connection;

pub(super) use columns::{Columns, Row};
pub(super) use combo::{Combo, ShadowCombo};
pub(super) use count::{Count, Grain};
pub(super) use forget::mark as mark_erased;
pub(super) use scan::Sums;

use super::error::ReportError;
use crate::{
    clock::{Day, Zone},
    ledger::{DecisionId, Ledger},
    number::E164,
};
use dictionary::Dictionary;
use feed::Feeder;

/// The index of one ledger.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) ledger: Arc<Ledger>,
    pub(super) zone: Zone,
    dir: PathBuf,
    /// Rows of a segment; the last of a part has what is left.
    segment: usize,
    live: RwLock<Live>,
    feeder: Mutex<Feeder>,
    /// Everything up to this record is in.
    taken: AtomicU64,
    /// Connections for reading that nobody uses now.
    idle: Mutex<Vec<Connection>>,
    stopped: AtomicBool,
    wake: (Mutex<bool>, Condvar),
    /// Grows when the file is replaced, so that a connection to the one before is not used again.
    replaced: AtomicU64,
}

/// What is in memory.
#[derive(Debug, Default)]
struct Live {
    combos: Dictionary<Arc<Combo>>,
    agents: Dictionary<Arc<str>>,
    /// The rows since the last segment, of one part.
    tail: Columns,
    tail_day: Option<Day>,
}

impl Live {
    /// Segments that begin from here on are not in the file, or were written from the rows in memory.
    fn next_segment(&self, taken: &AtomicU64) -> u64 {
        let behind = || taken.load(Ordering::Acquire) + 1;
        self.tail.first_seq().unwrap_or_else(behind)
    }
}

/// A lag up to this many records is made up for by whoever asks; a longer one is told.
const OWN_LAG: u64 = 65_536;

impl Index {
    pub(super) fn new(dir: &Path, ledger: Arc<Ledger>, zone: Zone, segment: usize) -> Self {
        Self {
            ledger,
            zone,
            dir: dir.to_owned(),
            segment,
            live: RwLock::default(),
            feeder: Mutex::default(),
            taken: AtomicU64::new(0),
            idle: Mutex::default(),
            stopped: AtomicBool::new(false),
            wake: (Mutex::new(false), Condvar::new()),
            replaced: AtomicU64::new(0),
        }
    }

    fn path(&self) -> PathBuf {
        self.dir.join("index.db")
    }

    fn live(&self) -> RwLockReadGuard<'_, Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn live_mut(&self) -> RwLockWriteGuard<'_, Live> {
        self.live.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn feeder(&self) -> MutexGuard<'_, Feeder> {
        self.feeder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many records the ledger is ahead.
    pub(super) fn behind(&self) -> u64 {
        let durable = self.ledger.durable_seq();
        durable.saturating_sub(self.taken.load(Ordering::Acquire))
    }

    /// Takes what is new before a question is answered, so that what was answered a moment ago is
    /// counted. An index that has much to take (after a rebuild) says how much instead.
    pub(super) fn catch_up(&self) -> Result<u64, ReportError> {
        let wanted = self.ledger.durable_seq();
        let open = { self.feeder().is_open() };
        if !open || self.behind() <= OWN_LAG {
            while self.taken.load(Ordering::Acquire) < wanted {
                self.feeder().round(self, wanted)?;
                if self.behind() > OWN_LAG {
                    break;
                }
            }
        }
        Ok(self.behind())
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.ring();
    }

    /// Lets go of the ledger's parts.
    pub(super) fn let_go(&self) {
        self.feeder().let_go();
    }

    fn ring(&self) {
        *self.wake.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.wake.1.notify_all();
    }

    /// Begins the index anew.
    pub(super) fn rebuild(&self) -> Result<(), ReportError> {
        self.feeder().begin_anew(self)?;
        self.ring();
        Ok(())
    }

    /// The text of an agent's number; empty for none.
    pub(super) fn agents(&self, wanted: impl Iterator<Item = u32>) -> Vec<Arc<str>> {
        let live = self.live();
        wanted
            .map(|n| live.agents.get(n).cloned().unwrap_or_default())
            .collect()
    }

    /// The decisions about a number, oldest first.
    pub(super) fn of_number(&self, number: E164) -> Result<Vec<DecisionId>, ReportError> {
        self.catch_up()?;
        let key = number.digits();
        let ledger = self.ledger.id();
        let (tail, first): (Vec<_>, _) = {
            let live = self.live();
            let day = live.tail_day.unwrap_or_default();
            let ids = live.tail.rows().filter(|row| row.number == key);
            let ids = ids.map(|row| DecisionId {
                day,
                ledger,
                seq: row.seq,
            });
            (ids.collect(), live.next_segment(&self.taken))
        };
        let mut ids = self.read(|conn| numbers::of_number(conn, ledger, key, first))?;
        ids.extend(tail);
        Ok(ids)
    }

    /// Reads the file on a connection of its own, under one snapshot. A damaged file is made anew.
    fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ReportError> {
        let path = self.path();
        let read = || {
            let replaced = self.replaced.load(Ordering::Acquire);
            let pooled = { self.idle().pop() };
            let conn = pooled.map_or_else(|| file::open_reader(&path), Ok)?;
            let found = work(&*conn.unchecked_transaction()?)?;
            if self.replaced.load(Ordering::Acquire) == replaced {
                self.idle().push(conn);
            }
            Ok(found)
        };
        let found: rusqlite::Result<T> = read();
        found.map_err(|source| {
            if feed::is_damage(&source) {
                tracing::warn!(reason = %source, "the reports' index is damaged and made anew");
                if let Err(error) = self.rebuild() {
                    tracing::error!(%error, "the reports' index cannot be made anew");
                }
            }
            ReportError::index(&path, "read the reports' index")(source)
        })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Connections to a file that is about to be replaced.
    fn drop_readers(&self) {
        self.replaced.fetch_add(1, Ordering::AcqRel);
        self.idle().clear();
    }
}
