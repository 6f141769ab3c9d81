//! The running thing: what is known, what is enforced, and the way of a question through both.
//!
//! One [`Sidecar`] a data directory. Checks read a [`World`] and never wait for a writer; changes go
//! through the one store, are durable first, then written into memory, then published whole.

pub mod ask;
pub mod check;
mod evidence;
mod open;
mod recent;
mod registers;
pub mod upkeep;
pub mod words;
mod write;

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use arc_swap::{ArcSwap, Guard};
use tokio::sync::watch;

pub use self::{
    ask::{Ask, Asked, Home},
    ask::{Place, Read},
    check::{Query, Recorded},
    open::{OpenError, read_packs},
    registers::{RegisterState, register_states},
};
pub use crate::policy::Language;
use crate::{
    access::Access,
    clock::{Micros, Steady},
    facts::world::World,
    ledger::{Durability, Health, Ledger, LedgerOptions},
    metrics::{ClockStep, Metrics},
    number::Region,
    policy::Packs,
    report::Reports,
    store::{Store, StoreError, StoreReader},
};
pub(crate) use open::enforcements;
use recent::RecentCalls;

/// What an operator chooses.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where facts and registers live.
    pub data_dir: PathBuf,
    /// Where the ledger lives.
    pub ledger_dir: PathBuf,
    /// The region numbers are read in where neither the row, the check nor the campaign names one.
    pub default_region: Region,
    /// The language of texts.
    pub language: Language,
    /// Whether answers wait for the disk.
    pub durability: Durability,
    /// How long an `ALLOW` may be acted upon, in microseconds.
    pub allow_valid_for: i64,
    /// How the ledger is to work.
    pub ledger: LedgerOptions,
    /// Serve facts that are older than the ledger's last decision.
    pub accept_older_facts: bool,
}

/// A data directory, open.
#[derive(Debug)]
pub struct Sidecar {
    /// What an operator chooses.
    pub settings: Settings,
    /// The regimes there are.
    pub packs: Packs,
    /// What questions rest on where they do not say.
    pub home: Home,
    /// Who may do what, and who did.
    pub access: Arc<Access>,
    /// The record of decisions.
    pub ledger: Arc<Ledger>,
    /// Counts and lists of them.
    pub reports: Reports,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    world: ArcSwap<World>,
    revisions: watch::Sender<u64>,
    store: Mutex<Store>,
    recent: RecentCalls,
    clock: Steady,
    /// The moment of the past the sample lives at; 0 at present.
    living: AtomicI64,
}

impl Sidecar {
    /// What is known now.
    pub fn world(&self) -> Guard<Arc<World>> {
        self.world.load()
    }

    /// The moment to decide at: the system's time, but never before the last decision or the last change
    /// of facts, and not after a jump that cannot be right.
    pub fn now(&self) -> Micros {
        self.clock.now(self.ledger.last_at())
    }

    /// Now, as the moment that a change of facts is received: no decision is made before it, so a stop
    /// is in force for every decision after it, whatever becomes of the clock.
    pub fn receipt(&self) -> Micros {
        let past = self.living.load(Ordering::Relaxed);
        if past != 0 {
            return Micros(past);
        }
        let now = self.now();
        self.clock.stamped(now);
        now
    }

    /// The revisions as they are published.
    pub fn revisions(&self) -> watch::Receiver<u64> {
        self.revisions.subscribe()
    }

    /// Believes the system's clock as it is now, where it is far ahead of the last decision.
    pub fn accept_clock(&self) {
        self.clock.accept();
    }

    /// Why checks cannot be answered now; `None` if they can.
    pub fn not_serving(&self) -> Option<String> {
        if let Health::Failed(cause) = self.ledger.health() {
            return Some(format!("the ledger cannot be written: {cause}"));
        }
        self.now();
        for (step, times) in ClockStep::ALL.iter().zip(self.clock.take_moved()) {
            self.metrics.clock_steps.add_many(*step, times);
        }
        self.clock.fault().map(|fault| fault.to_string())
    }

    /// The facts as stored at the revision now current, for whoever must not wait for a change set.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn facts(&self) -> Result<StoreReader, StoreError> {
        match StoreReader::beside(&self.settings.data_dir)? {
            Some(reader) => Ok(reader),
            // The file was moved away from under us; the store says what is amiss.
            None => self.store().reader(),
        }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        // A panic inside a change set rolled it back; the store itself is sound.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
