//! What waits to be written: one buffer under one short lock. Appending gives the number and the time;
//! the writer takes everything that waits at once.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::{
    entry::Entry,
    error::AppendError,
    id::{DecisionId, LedgerId, utc_day},
    part::{Tail, Words},
    personal,
    progress::Ticket,
    record::{self, LAST_TIME},
    words::{Dictionary, Found, Term, WORDS},
};
use crate::clock::{Day, Micros};

/// A record that waits; its bytes are in the batch, in order: the public part, then the personal one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) at: Micros,
    pub(super) public: u32,
    pub(super) personal: u32,
    /// 0 for a word.
    pub(super) revision: u64,
    pub(super) word: bool,
}

/// Records that wait, and their bytes.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) rows: Vec<Row>,
    pub(super) bytes: Vec<u8>,
    /// The rows that are decisions.
    pub(super) decisions: usize,
}

impl Batch {
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.bytes.clear();
        self.decisions = 0;
    }
}

/// Whether decisions can be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Yes.
    Writable,
    /// No, for this reason; it is tried again every second.
    Failed(Arc<str>),
    /// No: [`super::Ledger::close`] was called.
    Closed,
}

/// The longest that a group is let grow before it is written: a few commits of a good disk.
const GROWING: Duration = Duration::from_micros(500);

pub(super) struct Queue {
    inner: Mutex<Inner>,
    work: Condvar,
    max_pending: usize,
    ledger: LedgerId,
}

struct Inner {
    health: Health,
    batch: Batch,
    /// Decisions the writer took and has not committed yet.
    in_flight: usize,
    next_seq: u64,
    last_at: Micros,
    epoch: u64,
    /// The part the dictionary is of.
    day: Option<Day>,
    words: Dictionary,
    /// The writer sleeps and wants to be woken.
    parked: bool,
}

impl Queue {
    pub(super) fn new(ledger: LedgerId, max_pending: usize, tail: &Tail, words: &Words) -> Self {
        let mut inner = Inner {
            health: Health::Writable,
            batch: Batch::default(),
            in_flight: 0,
            next_seq: 0,
            last_at: Micros(0),
            epoch: 0,
            day: None,
            words: Dictionary::default(),
            parked: false,
        };
        inner.go_on_from(tail, words);
        Self {
            inner: Mutex::new(inner),
            work: Condvar::new(),
            max_pending,
            ledger,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a decision to record. No I/O.
    pub(super) fn append(&self, entry: &Entry<'_>, now: Micros) -> Result<Ticket, AppendError> {
        entry.check()?;
        if entry.earlier.is_some_and(|id| id.ledger != self.ledger) {
            return Err(AppendError::Malformed(
                "an earlier decision of another ledger",
            ));
        }
        if now < Micros(0) || now > LAST_TIME {
            // Ledger time never runs back: a wild clock would be kept for good.
            return Err(AppendError::Clock(format!(
                "the clock says {now}; set it right"
            )));
        }
        let mut inner = self.lock();
        inner.admit(self.max_pending)?;
        let ticket = inner.push(entry, now, self.ledger);
        let wake = std::mem::take(&mut inner.parked);
        drop(inner);
        if wake {
            self.work.notify_one();
        }
        Ok(ticket)
    }

    /// The writer's wait: everything that waits, or `None` once closed and nothing does. What was taken
    /// before is done with; `spare` becomes the buffer that is filled next.
    pub(super) fn take(&self, mut spare: Batch) -> Option<Batch> {
        spare.clear();
        let mut inner = self.lock();
        inner.in_flight = 0;
        while inner.batch.rows.is_empty() {
            if inner.health == Health::Closed {
                return None;
            }
            inner.parked = true;
            inner = self
                .work
                .wait(inner)
                .unwrap_or_else(PoisonError::into_inner);
        }
        inner.parked = false;
        let mut inner = self.gather(inner);
        inner.in_flight = inner.batch.decisions;
        Some(std::mem::replace(&mut inner.batch, spare))
    }

    /// Lets those who are about to append have the processor first, for as long as anybody does. With an idle one this
    /// returns at once; without it, a writer that is woken by the first of a burst takes that one alone.
    fn gather<'a>(&'a self, mut inner: MutexGuard<'a, Inner>) -> MutexGuard<'a, Inner> {
        let began = Instant::now();
        loop {
            let waiting = inner.batch.rows.len();
            drop(inner);
            thread::yield_now();
            inner = self.lock();
            if inner.batch.rows.len() == waiting || began.elapsed() >= GROWING {
                return inner;
            }
        }
    }

    /// Refuses from now on, and forgets what waits; how many decisions were taken and not done with.
    pub(super) fn fail(&self, reason: Arc<str>) -> usize {
        let mut inner = self.lock();
        let waiting = inner.batch.decisions + std::mem::take(&mut inner.in_flight);
        inner.batch.clear();
        inner.epoch += 1;
        if inner.health != Health::Closed {
            inner.health = Health::Failed(reason);
        }
        waiting
    }

    /// A newer reason why the ledger still cannot be written.
    pub(super) fn still_failed(&self, reason: Arc<str>) {
        let mut inner = self.lock();
        if matches!(inner.health, Health::Failed(_)) {
            inner.health = Health::Failed(reason);
        }
    }

    /// Takes entries again, behind what is on disk.
    pub(super) fn resume(&self, tail: &Tail, words: &Words) {
        let mut inner = self.lock();
        inner.go_on_from(tail, words);
        if matches!(inner.health, Health::Failed(_)) {
            inner.health = Health::Writable;
        }
    }

    /// Takes nothing any more; the writer writes what waits.
    pub(super) fn close(&self) {
        self.lock().health = Health::Closed;
        self.work.notify_all();
    }

    /// Sleeps until closed, at most this long; whether it was closed.
    pub(super) fn pause(&self, time: Duration) -> bool {
        let inner = self.lock();
        let (inner, _) = self
            .work
            .wait_timeout_while(inner, time, |inner| inner.health != Health::Closed)
            .unwrap_or_else(PoisonError::into_inner);
        inner.health == Health::Closed
    }

    pub(super) fn health(&self) -> Health {
        self.lock().health.clone()
    }

    pub(super) fn last_at(&self) -> Micros {
        self.lock().last_at
    }

    /// Decisions that wait for the disk.
    pub(super) fn pending(&self) -> usize {
        let inner = self.lock();
        inner.batch.decisions + inner.in_flight
    }
}

impl Inner {
    fn admit(&self, max_pending: usize) -> Result<(), AppendError> {
        match &self.health {
            Health::Failed(reason) => Err(AppendError::Failed(reason.clone())),
            Health::Closed => Err(AppendError::Failed("it is closed".into())),
            Health::Writable if self.batch.decisions + self.in_flight >= max_pending => {
                Err(AppendError::Busy(max_pending))
            }
            Health::Writable => Ok(()),
        }
    }

    fn push(&mut self, entry: &Entry<'_>, now: Micros, ledger: LedgerId) -> Ticket {
        let at = now.max(self.last_at);
        let lag = at.0.abs_diff(now.0);
        let day = utc_day(at);
        if self.day != Some(day) {
            self.day = Some(day);
            self.words.clear();
        }
        let mut words = record::terms(entry).map(|term| (term, None));
        for (place, (term, number)) in words.iter_mut().enumerate() {
            if matches!(term, Term::None) {
                continue;
            }
            *number = match self.words.number(place, term) {
                Found::Known(number) => Some(number),
                Found::Full => None,
                Found::New(number) => {
                    let start = self.batch.bytes.len();
                    record::put_word(&mut self.batch.bytes, at, WORDS[place], number, term);
                    self.record(at, start, 0, None);
                    Some(number)
                }
            };
        }
        let earlier = entry
            .earlier
            .and_then(|id| record::back(id, self.next_seq, at));
        let bytes = &mut self.batch.bytes;
        let start = bytes.len();
        record::put_decision(bytes, at, lag, entry, &words, earlier);
        let public = bytes.len();
        personal::put(bytes, &entry.personal);
        let personal = bytes.len() - public;
        let seq = self.record(at, start, personal, Some(entry.revision));
        self.batch.decisions += 1;
        self.last_at = at;
        Ticket {
            id: DecisionId { day, ledger, seq },
            seq,
            at,
            epoch: self.epoch,
        }
    }

    /// Notes the bytes from `start` on as the next record, and gives it its number.
    fn record(&mut self, at: Micros, start: usize, personal: usize, revision: Option<u64>) -> u64 {
        // No text is longer than MAX_TEXT, so a record is far below 4 GiB.
        let length = self.batch.bytes.len() - start;
        self.batch.rows.push(Row {
            at,
            public: (length - personal) as u32,
            personal: personal as u32,
            revision: revision.unwrap_or(0),
            word: revision.is_none(),
        });
        let seq = self.next_seq;
        self.next_seq += 1;
        seq
    }

    fn go_on_from(&mut self, tail: &Tail, words: &Words) {
        self.next_seq = tail.seq + 1;
        self.last_at = self.last_at.max(tail.at);
        self.day = tail.day;
        self.words.clear();
        for (kind, payload) in words {
            self.words.learn(*kind, payload);
        }
    }
}
