//! The ledger: the durable, append-only record of every decision (`docs/ledger.md`).
//!
//! The path of a record: [`Ledger::append`] encodes it into a buffer and gives it a number and a time;
//! the thread `ledger` takes what waits, hashes it, and commits it as one group to the SQLite file of
//! the day; [`Mailbox::durable`] then says that it may be answered. [`Reader`]s read beside it.

mod bytes;
mod chain;
mod entry;
mod error;
mod id;
mod mailbox;
mod pace;
mod part;
mod personal;
mod progress;
mod queue;
mod read;
mod record;
mod seam;
mod stored;
mod walk;
mod words;
mod writer;

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

pub use chain::Hash;
pub use entry::{Durability, Engine, Entry, MAX_ROWS, MAX_TEXT, Personal, RegimeContext, Shadow};
pub use error::{AppendError, LedgerError};
pub use id::{DecisionId, DecisionIdError, LedgerId};
pub use mailbox::{Mailbox, Waiting};
pub use personal::StoredPersonal;
pub use progress::Ticket;
pub use queue::Health;
pub use read::{Filter, Page, Reader};
pub use seam::Seam;
pub use stored::{StoredDecision, StoredShadow};
pub use walk::{PartSummary, verify_part};
pub use words::{StoredEngine, StoredRegime};

use crate::{
    clock::{Day, Micros},
    durable,
    metrics::LedgerMetrics,
};
use part::{Part, Tail};
use progress::Progress;
use queue::Queue;
use writer::{Shared, Writer};

/// How the ledger is to work.
#[derive(Clone)]
pub struct LedgerOptions {
    /// The most decisions that may wait for the disk; beyond it, [`AppendError::Busy`].
    pub max_pending: usize,
    /// How long after a failure, and between attempts, the ledger tries to go on.
    pub retry: Duration,
    /// Where tests make the disk fail.
    pub seam: Option<Arc<dyn Seam>>,
    /// What its thread counts.
    pub metrics: Arc<LedgerMetrics>,
}

impl Default for LedgerOptions {
    fn default() -> Self {
        Self {
            // Half a second of a full machine; a record is about 250 bytes.
            max_pending: 32_768,
            retry: Duration::from_secs(1),
            seam: None,
            metrics: Arc::default(),
        }
    }
}

impl fmt::Debug for LedgerOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerOptions")
            .field("max_pending", &self.max_pending)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// The ledger of a data directory, open for writing. One process at a time.
pub struct Ledger {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ledger({}, {:?})", self.id(), self.health())
    }
}

impl Ledger {
    /// Opens the ledger in `dir` (the directory `ledger/` of a data directory), making it if it is not
    /// there, and proves its newest group of records.
    ///
    /// # Errors
    /// If the directory cannot be used, or its newest part is damaged, of a newer format or of another
    /// ledger.
    pub fn open(dir: &Path, options: LedgerOptions) -> Result<Self, LedgerError> {
        durable::make_dir(dir).map_err(LedgerError::io(dir, "make the ledger's directory"))?;
        let kept = LedgerId::load(dir)?;
        let seam = options.seam.as_deref();
        let (part, ledger, tail, words) = match Part::newest(dir, kept, seam, false)? {
            Some((part, ledger, tail, words)) => (Some(part), ledger, tail, words),
            None => {
                let ledger = kept.map_or_else(LedgerId::random, Ok)?;
                (None, ledger, Tail::genesis(ledger), Vec::new())
            }
        };
        if kept.is_none() {
            ledger.save(dir)?;
        }
        let shared = Arc::new(Shared {
            dir: dir.to_owned(),
            ledger,
            queue: Queue::new(ledger, options.max_pending, &tail, &words),
            progress: Arc::new(Progress::new(tail.seq, tail.revision)),
            pace: pace::Pace::new(),
            mailboxes: Mutex::default(),
        });
        let writer = Writer {
            shared: shared.clone(),
            part,
            tail,
            retry: options.retry,
            seam: options.seam,
            metrics: options.metrics,
        };
        let thread = thread::Builder::new()
            .name("ledger".into())
            .spawn(move || writer.run())
            .map_err(LedgerError::io(dir, "start the ledger's thread"))?;
        Ok(Self {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// The ledger's name.
    pub fn id(&self) -> LedgerId {
        self.shared.ledger
    }

    /// Takes a decision to record, at `now` or, since ledger time never runs back, at the time of the
    /// record before. No I/O; some 200 ns. The record is on disk when the ticket is durable.
    ///
    /// # Errors
    /// See [`AppendError`]; nothing is recorded then.
    pub fn append(&self, entry: &Entry<'_>, now: Micros) -> Result<Ticket, AppendError> {
        self.shared.queue.append(entry, now)
    }

    /// Makes a mailbox; one a tokio runtime. [`Mailbox::run`] must be spawned on it.
    pub fn mailbox(&self) -> Mailbox {
        let mailbox = Mailbox::new(self.shared.progress.clone());
        self.shared
            .mailboxes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(mailbox.downgrade());
        mailbox
    }

    /// Blocks the thread until a ticket is durable.
    ///
    /// # Errors
    /// [`LedgerError::Lost`] if it was not recorded.
    pub fn wait(&self, ticket: Ticket) -> Result<(), LedgerError> {
        self.shared
            .progress
            .wait(&ticket)
            .map_err(LedgerError::Lost)
    }

    /// Whether decisions can be recorded, and if not, why.
    pub fn health(&self) -> Health {
        self.shared.queue.health()
    }

    /// The number of decisions that wait for the disk.
    pub fn pending(&self) -> usize {
        self.shared.queue.pending()
    }

    /// What a commit takes at present, apart from its records; zero before the first.
    pub fn commit_takes(&self) -> Duration {
        self.shared.pace.takes()
    }

    /// The same, if it was measured within the last second: an old measure is no reason to refuse.
    pub fn commit_takes_lately(&self) -> Option<Duration> {
        self.shared.pace.takes_lately()
    }

    /// How long the commit that is under way has taken so far; zero if none is.
    pub fn committing_for(&self) -> Duration {
        self.shared.pace.busy_for()
    }

    /// The number of the last record on disk; 0 in a new ledger.
    pub fn durable_seq(&self) -> u64 {
        self.shared.progress.durable()
    }

    /// The largest revision of facts any recorded decision rests on; 0 in a new ledger. Facts of a
    /// smaller revision are older than the ledger.
    pub fn last_revision(&self) -> u64 {
        self.shared.progress.revision()
    }

    /// The time of the last entry taken: a clock that is behind it has been set back.
    pub fn last_at(&self) -> Micros {
        self.shared.queue.last_at()
    }

    /// A reader with connections of its own; it blocks neither the writer nor other readers, but the
    /// thread it is used on.
    pub fn reader(&self) -> Reader {
        Reader::new(&self.shared.dir, self.shared.ledger)
    }

    /// Makes the part of a day that is over one plain file, if nobody reads it now. The writer does so
    /// when it goes on to the next day; whoever was reading then does it afterwards.
    ///
    /// # Errors
    /// If the part cannot be opened.
    pub fn rest(&self, day: Day) -> Result<(), LedgerError> {
        let over = day < id::utc_day(self.last_at());
        if over && part::path_of(&self.shared.dir, day).exists() {
            Part::open(&self.shared.dir, day, None)?.rest();
        }
        Ok(())
    }

    /// Takes nothing any more, writes what waits, and blocks until that is done.
    pub fn close(&self) {
        self.shared.queue.close();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the ledger's thread panicked");
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.close();
    }
}
