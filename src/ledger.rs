//! The ledger: the durable, append-only record of every decision (`docs/ledger.md`).
//!
//! The path of a record: [`Ledger::append`] encodes it into a buffer and gives it a number and a time;
//! the thread `ledger` takes what waits, hashes it, and commits it as one group to the SQLite file of
//! the day; [`Mailbox::durable`] then says that it may be answered. [`Reader`]s read beside it.

mod bytes;
mod chain;
mod entry;
mod erase;
mod error;
mod glance;
mod id;
mod mailbox;
mod pace;
mod part;
mod personal;
mod progress;
mod proof;
mod purge;
mod queue;
mod read;
mod record;
mod seal;
mod seam;
mod sizes;
mod stored;
mod tree;
mod verified;
mod verify;
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
pub use erase::{Erased, Subject, erase, parts};
pub use error::{AppendError, LedgerError};
pub use glance::{LedgerGlance, glance, is_begun};
pub use id::{DecisionId, DecisionIdError, LedgerId};
pub use mailbox::{Mailbox, Waiting};
pub use personal::StoredPersonal;
pub use progress::Ticket;
pub use proof::{Checked, Proof, ProofError, ProveError, prove};
pub use purge::{PurgeError, Purged, purge, purgeable};
pub use queue::Health;
pub use read::{Filter, Page, RawChain, RawGroup, RawRecord, Reader, RecentCall};
pub use seal::{
    FileHash, Head, HeadError, HeadKind, PublicKey, PublicKeyError, known_keys, seal_all,
    signed_heads, unsealed,
};
pub use seam::Seam;
pub use sizes::{PartSize, days_left, part_sizes};
pub use stored::{StoredDecision, StoredShadow};
pub use verified::Verified;
pub use verify::{Against, Finding, PartReport, PartState, Verification, records_in, verify};
pub use walk::{PartSummary, verify_part};
pub use words::{StoredEngine, StoredRegime};

use crate::{
    clock::{Day, Micros, Steady},
    durable,
    metrics::LedgerMetrics,
};
use id::{start_of, utc_day};
use part::{Newest, Part};
use progress::Progress;
use queue::Queue;
use seal::{Bell, Lock, Sealer, Signing};
use writer::{Shared, Writer};

/// Whether bytes are the public part of a record. Reading is strict: no two byte strings mean the same.
pub fn is_record(public: &[u8]) -> bool {
    record::decode(public).is_ok()
}

/// Whether bytes are the personal part of a record, with its salt.
pub fn is_personal(salted: &[u8]) -> bool {
    personal::decode(salted).is_ok()
}

/// How the ledger is to work.
#[derive(Clone)]
pub struct LedgerOptions {
    /// The most decisions that may wait for the disk; beyond it, [`AppendError::Busy`].
    pub max_pending: usize,
    /// How long after a failure, and between attempts, the ledger tries to go on.
    pub retry: Duration,
    /// How often the open part is signed, if it has grown.
    pub sign_every: Duration,
    /// The time of the start: a newest part of an earlier day is then sealed at once, and not only when the
    /// next one begins.
    pub started_at: Option<Micros>,
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
            // A file of 278 bytes and two syncs each time; the open part is read only where it is new.
            sign_every: Duration::from_secs(10),
            started_at: None,
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
            .field("sign_every", &self.sign_every)
            .field("started_at", &self.started_at)
            .finish_non_exhaustive()
    }
}

/// The ledger of a data directory, open for writing. One process at a time.
pub struct Ledger {
    shared: Arc<Shared>,
    key: PublicKey,
    bell: Arc<Bell>,
    threads: Mutex<Option<(JoinHandle<()>, Sealer)>>,
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
        let lock = Lock::take(dir)?;
        let mut over = parts_over(dir)?;
        let seam = options.seam.as_deref();
        let Newest {
            mut part,
            ledger,
            mut tail,
            words,
        } = match Part::newest(dir, kept, over, seam, false)? {
            Some(newest) => newest,
            None => Newest::begin(kept.map_or_else(LedgerId::random, Ok)?),
        };
        if kept.is_none() {
            ledger.save(dir)?;
        }
        let signing = Arc::new(Signing::open(dir, ledger)?);
        let last = tail.at;
        // A clock that is not believed ends no day: were it set right, the next record would be far ahead.
        let of_today = |part: &Part| {
            let is_over = |t| part.day < utc_day(t) && Steady::believes(t, last);
            !options.started_at.is_some_and(is_over)
        };
        if let Some(part) = part.take_if(|part| !of_today(part)) {
            // What comes next is of a later day, even if the clock is set back meanwhile.
            tail.at = tail.at.max(start_of(Day(part.day.0 + 1)));
            over = Some(part.day);
            part.rest();
        }
        drop(lock);
        let shared = Arc::new(Shared {
            dir: dir.to_owned(),
            ledger,
            queue: Queue::new(ledger, options.max_pending, &tail, &words),
            progress: Arc::new(Progress::new(tail.seq, tail.revision)),
            pace: pace::Pace::new(),
            mailboxes: Mutex::default(),
        });
        let bell = Arc::new(Bell::default());
        let key = signing.public();
        let sealer = Sealer::start(signing, bell.clone(), options.sign_every, over)?;
        let writer = Writer {
            shared: shared.clone(),
            part,
            tail,
            over,
            sealer: bell.clone(),
            retry: options.retry,
            seam: options.seam,
            metrics: options.metrics,
        };
        let thread = thread::Builder::new()
            .name("ledger".into())
            .spawn(move || writer.run());
        match thread {
            Ok(thread) => Ok(Self {
                shared,
                key,
                bell,
                threads: Mutex::new(Some((thread, sealer))),
            }),
            Err(e) => {
                sealer.end();
                Err(LedgerError::io(dir, "start the ledger's thread")(e))
            }
        }
    }

    /// The key its parts are signed with. Keep it where the ledger is not: whoever can write the ledger's
    /// directory can put another key there.
    pub fn public_key(&self) -> PublicKey {
        self.key
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

    /// Makes the part of a day that is over one plain file and seals it, if nobody reads it now. That is
    /// done when the next day begins; whoever was reading then says so afterwards.
    pub fn rest(&self) {
        self.bell.part_is_over();
    }

    /// Takes nothing any more, writes what waits, signs it, and blocks until that is done.
    pub fn close(&self) {
        self.shared.queue.close();
        let threads = self
            .threads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some((writer, sealer)) = threads {
            if writer.join().is_err() {
                tracing::error!("the ledger's thread panicked");
            }
            sealer.end();
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.close();
    }
}

/// The parts that are sealed, up to which. A newest part that was signed at rest, byte for byte, is signed
/// without its bytes, since it is about to be written.
fn parts_over(dir: &Path) -> Result<Option<Day>, LedgerError> {
    Ok(match seal::newest_head(dir)? {
        Some(head) if head.kind != HeadKind::Checkpoint => Some(head.day),
        Some(head) if head.file.is_some() => {
            Signing::open(dir, head.ledger)?.open_file(head)?;
            None
        }
        _ => None,
    })
}
