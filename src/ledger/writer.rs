//! The thread that writes: takes what waits, commits it as one group, tells who waits. After an error
//! it refuses, and tries every second to go on behind what is on disk.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, Instant},
};

use super::{
    error::LedgerError,
    id::{LedgerId, utc_day},
    mailbox::Post,
    pace::Pace,
    part::{Group, Newest, Part, Tail},
    progress::Progress,
    queue::{Batch, Queue},
    seal::Bell,
    seam::Seam,
};
use crate::{
    clock::{Day, Micros},
    metrics::LedgerMetrics,
};

/// What the writer shares with those who append and wait.
pub(super) struct Shared {
    pub(super) dir: PathBuf,
    pub(super) ledger: LedgerId,
    pub(super) queue: Queue,
    pub(super) progress: Arc<Progress>,
    pub(super) pace: Pace,
    pub(super) mailboxes: Mutex<Vec<Weak<Post>>>,
}

impl Shared {
    /// Rings every mailbox that has something to hand out; forgets those that are gone.
    fn ring(&self) {
        self.mailboxes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|post| match post.upgrade() {
                Some(post) => {
                    post.ring();
                    true
                }
                None => false,
            });
    }

    /// Refuses, and tells everybody who waits that his record is lost.
    fn fail(&self, reason: &Arc<str>) -> usize {
        let waiting = self.queue.fail(reason.clone());
        self.pace.broke();
        self.progress.end_epoch(reason.clone());
        self.ring();
        waiting
    }
}

pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    /// `None` before the first part of a ledger.
    pub(super) part: Option<Part>,
    pub(super) tail: Tail,
    /// Parts up to here are over, whether there is a later one or not.
    pub(super) over: Option<Day>,
    pub(super) sealer: Arc<Bell>,
    pub(super) retry: Duration,
    pub(super) seam: Option<Arc<dyn Seam>>,
    pub(super) metrics: Arc<LedgerMetrics>,
}

impl Writer {
    pub(super) fn run(mut self) {
        let _stopped = Stopped(self.shared.clone());
        let mut spare = Batch::default();
        while let Some(mut batch) = self.shared.queue.take(spare) {
            self.count_waits(&batch);
            if let Err(e) = self.write(&mut batch) {
                self.metrics.failed();
                self.recover(&e);
            }
            spare = batch;
        }
        if let Some(part) = self.part.take() {
            part.rest();
        }
    }

    /// How long what was taken up had waited. By the clock, since that is what a record carries.
    fn count_waits(&self, batch: &Batch) {
        let now = Micros::system_now();
        for row in batch.rows.iter().filter(|row| !row.word) {
            let micros = now.0.saturating_sub(row.at.0);
            self.metrics
                .queue_wait
                .observe(Duration::from_micros(u64::try_from(micros).unwrap_or(0)));
        }
    }

    /// Writes a batch: a group, or one for each day it touches.
    fn write(&mut self, batch: &mut Batch) -> Result<(), LedgerError> {
        let (mut rows, mut bytes) = (&batch.rows[..], &mut batch.bytes[..]);
        while let Some(first) = rows.first() {
            let day = utc_day(first.at);
            let here = rows.partition_point(|row| utc_day(row.at) == day);
            let length = |row: &super::queue::Row| row.public as usize + row.personal as usize;
            let (group, behind) = rows.split_at(here);
            let (own, rest) = bytes.split_at_mut(group.iter().map(length).sum());
            (rows, bytes) = (behind, rest);

            let began = Instant::now();
            let seam = self.seam.as_deref();
            let mut over = None;
            if self.part.as_ref().is_none_or(|part| part.day != day) {
                let next = Part::open(&self.shared.dir, day, seam)?;
                over = self.part.replace(next);
            }
            let Some(part) = self.part.as_mut() else {
                break;
            };
            let mut group = Group {
                at: group.last().map_or(self.tail.at, |row| row.at),
                rows: group,
                bytes: own,
            };
            self.shared.pace.begin();
            part.write(&mut group, &mut self.tail, self.shared.ledger, seam)?;
            self.metrics.fsync.observe(part.committed_in);
            self.metrics.commit.observe(began.elapsed());
            self.metrics.group.add(here as u64);
            self.shared.pace.done(part.committed_in);
            self.shared
                .progress
                .publish(self.tail.seq, self.tail.revision);
            self.shared.ring();
            if let Some(over) = over {
                over.rest();
                self.sealer.part_is_over();
            }
        }
        Ok(())
    }

    /// Refuses until the ledger can be written again, or is closed.
    fn recover(&mut self, error: &LedgerError) {
        let mut reason: Arc<str> = error.to_string().into();
        // The connection may have seen a failed sync: what it believes is on disk need not be.
        self.part = None;
        let waiting = self.shared.fail(&reason);
        tracing::error!(waiting, reason = &*reason, "the ledger cannot be written");
        while !self.shared.queue.pause(self.retry) {
            match self.reopen() {
                Ok(()) => {
                    tracing::info!(seq = self.tail.seq, "the ledger is written again");
                    return;
                }
                Err(e) => {
                    let now = e.to_string();
                    if *now != *reason {
                        tracing::error!(reason = now, "the ledger still cannot be written");
                        reason = now.into();
                        self.shared.queue.still_failed(reason.clone());
                    }
                }
            }
        }
    }

    fn reopen(&mut self) -> Result<(), LedgerError> {
        let (dir, ledger) = (&self.shared.dir, self.shared.ledger);
        let found = Part::newest(dir, Some(ledger), self.over, self.seam.as_deref(), true)?;
        let (part, tail, words) = match found {
            Some(Newest {
                part, tail, words, ..
            }) => (part, tail, words),
            None => (None, Tail::genesis(ledger), Vec::new()),
        };
        if tail.seq < self.shared.progress.durable() {
            let what = format!(
                "record {} was on disk and is gone",
                self.shared.progress.durable()
            );
            return Err(LedgerError::damaged(dir, what));
        }
        self.shared.queue.resume(&tail, &words);
        (self.part, self.tail) = (part, tail);
        Ok(())
    }
}

/// However the thread ends, nobody waits for it afterwards.
struct Stopped(Arc<Shared>);

impl Drop for Stopped {
    fn drop(&mut self) {
        self.0.queue.close();
        self.0.fail(&"the ledger is closed".into());
    }
}
