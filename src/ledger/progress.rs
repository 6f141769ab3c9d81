//! How far the ledger is on disk, and what became of a ticket.
//!
//! An *epoch* runs from one failure of the ledger to the next. A number given to an entry that was lost
//! is given again in a later epoch, so a ticket is only right together with its epoch.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::id::DecisionId;
use crate::clock::Micros;

/// What an append returns: the decision's name, and what to wait for.
///
/// Within an epoch records become durable in order: once a ticket is durable, every ticket of the same
/// epoch with a smaller `seq` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The decision's name; not to be told to anybody before it is durable (but for `ASYNC`).
    pub id: DecisionId,
    /// Its sequence number.
    pub seq: u64,
    /// Its ledger time.
    pub at: Micros,
    /// The epoch it was given out in.
    pub epoch: u64,
}

/// `Err`: not recorded, and why.
pub(super) type Outcome = Result<(), Arc<str>>;

/// Ended epochs that are remembered; a waiter of an older one is told that it is lost.
const REMEMBERED: usize = 1_024;

struct Ended {
    epoch: u64,
    durable: u64,
    reason: Arc<str>,
}

/// Written by the writer thread alone, read by everybody.
pub(super) struct Progress {
    durable: AtomicU64,
    epoch: AtomicU64,
    revision: AtomicU64,
    ended: Mutex<VecDeque<Ended>>,
    /// Threads in [`Progress::wait`].
    waiting: Mutex<usize>,
    moved: Condvar,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Progress {
    pub(super) fn new(durable: u64, revision: u64) -> Self {
        Self {
            durable: AtomicU64::new(durable),
            epoch: AtomicU64::new(0),
            revision: AtomicU64::new(revision),
            ended: Mutex::default(),
            waiting: Mutex::default(),
            moved: Condvar::new(),
        }
    }

    pub(super) fn durable(&self) -> u64 {
        self.durable.load(Ordering::Acquire)
    }

    /// The largest revision in the ledger.
    pub(super) fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    /// Everything up to `seq` is on disk. Whoever waits in a mailbox is woken after this.
    pub(super) fn publish(&self, seq: u64, revision: u64) {
        self.revision.fetch_max(revision, Ordering::Release);
        self.durable.store(seq, Ordering::Release);
        self.wake();
    }

    /// Ends the current epoch: what of it is not durable now is lost.
    pub(super) fn end_epoch(&self, reason: Arc<str>) {
        let mut ended = lock(&self.ended);
        if ended.len() == REMEMBERED {
            ended.pop_front();
        }
        let epoch = self.epoch.load(Ordering::Acquire);
        ended.push_back(Ended {
            epoch,
            durable: self.durable(),
            reason,
        });
        self.epoch.store(epoch + 1, Ordering::Release);
        drop(ended);
        self.wake();
    }

    /// What became of a ticket; `None` while it waits.
    pub(super) fn outcome(&self, ticket: &Ticket) -> Option<Outcome> {
        // `durable` first: if the epoch is still the ticket's after it was read, then it was read in
        // that epoch or before, and numbers were not given again in between.
        let durable = self.durable.load(Ordering::Acquire);
        if self.epoch.load(Ordering::Acquire) == ticket.epoch {
            return (durable >= ticket.seq).then_some(Ok(()));
        }
        let ended = lock(&self.ended);
        Some(match ended.iter().find(|e| e.epoch == ticket.epoch) {
            Some(e) if ticket.seq <= e.durable => Ok(()),
            Some(e) => Err(e.reason.clone()),
            None => Err("it was asked about too late to know".into()),
        })
    }

    /// Blocks the thread until a ticket's fate is known.
    pub(super) fn wait(&self, ticket: &Ticket) -> Outcome {
        let mut waiting = lock(&self.waiting);
        // Checked under the lock, and `wake` takes it after it published: nothing falls in between.
        loop {
            if let Some(outcome) = self.outcome(ticket) {
                return outcome;
            }
            *waiting += 1;
            waiting = self
                .moved
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
            *waiting -= 1;
        }
    }

    fn wake(&self) {
        if *lock(&self.waiting) > 0 {
            self.moved.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Day, ledger::id::LedgerId};

    fn ticket(seq: u64, epoch: u64) -> Ticket {
        let id = DecisionId {
            day: Day(0),
            ledger: LedgerId(0),
            seq,
        };
        Ticket {
            id,
            seq,
            at: Micros(0),
            epoch,
        }
    }

    #[test]
    fn a_number_given_again_does_not_save_a_lost_ticket() {
        let progress = Progress::new(10, 0);
        assert_eq!(progress.outcome(&ticket(11, 0)), None);
        progress.publish(11, 0);
        assert_eq!(progress.outcome(&ticket(11, 0)), Some(Ok(())));
        assert_eq!(progress.outcome(&ticket(12, 0)), None);
        progress.end_epoch("torn".into());
        assert_eq!(progress.outcome(&ticket(12, 0)), Some(Err("torn".into())));
        assert_eq!(progress.outcome(&ticket(12, 1)), None);
        progress.publish(12, 0);
        assert_eq!(progress.outcome(&ticket(12, 1)), Some(Ok(())));
        assert_eq!(progress.outcome(&ticket(12, 0)), Some(Err("torn".into())));
        assert_eq!(progress.outcome(&ticket(11, 0)), Some(Ok(())));
    }

    #[test]
    fn an_epoch_long_forgotten_is_lost() {
        let progress = Progress::new(0, 0);
        for _ in 0..=REMEMBERED {
            progress.end_epoch("torn".into());
        }
        assert!(matches!(progress.outcome(&ticket(1, 0)), Some(Err(_))));
        assert_eq!(progress.outcome(&ticket(1, 1)), Some(Err("torn".into())));
    }
}
