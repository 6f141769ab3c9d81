//! Admission: how many questions may be under way on a runtime, so that none waits longer than
//! `limits.queue_wait` for its turn. What is over is refused at once, with when to ask again.
//!
//! The number adapts, as a TCP sender's window does: an answer that came in time lets it grow by an
//! eighth, one that took too long cuts it by an eighth, once for all that were under way together. In
//! time means within the setting *and* two commits, the one under way and one's own: on a slow disk an
//! answer is late through no queue, and refusing would not make it quicker.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::ledger::Ledger;

/// So many are always let in: enough to find out that a disk is well again.
const LEAST: usize = 32;

/// However late answers are, so many may be under way, unless the disk stands still: fewer make smaller commit groups and
/// more writes to sockets, so that less is answered with the same work, later, and the bound is never found again.
const FEWEST: usize = 512;

/// The most under way where nothing has been measured yet.
const FIRST: usize = 4_096;

/// Parts of one that the most under way is counted in.
const PARTS: usize = 8;

/// How long who was refused is to wait before asking again, where nobody waits longer than `wait`.
pub(super) fn retry_after(wait: Duration) -> Duration {
    wait.clamp(Duration::from_millis(10), Duration::from_secs(1))
}

/// One runtime's gate.
#[derive(Debug)]
pub struct Gate {
    under_way: AtomicUsize,
    /// In eighths.
    most: AtomicUsize,
    highest: usize,
    wait: Duration,
    began: Instant,
    /// When it was last cut, in nanoseconds since `began`.
    cut: AtomicU64,
}

/// A question let in; gone when dropped.
#[derive(Debug)]
pub struct Admitted {
    gate: Arc<Gate>,
    weight: usize,
    ahead: usize,
    since: u64,
}

impl Gate {
    /// At most `highest` under way, and none to wait longer than `wait`.
    pub fn new(highest: usize, wait: Duration) -> Self {
        let highest = highest.max(1);
        Self {
            under_way: AtomicUsize::new(0),
            most: AtomicUsize::new(highest.min(FIRST) * PARTS),
            highest,
            wait,
            began: Instant::now(),
            cut: AtomicU64::new(0),
        }
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_nanos() as u64
    }

    /// Lets `weight` questions in; `None` if too many are under way, or the disk stands still and more than
    /// a few wait for it. Alone, a batch of any size is let in.
    pub fn enter(self: &Arc<Self>, weight: usize, ledger: &Ledger) -> Option<Admitted> {
        let ahead = self.under_way.load(Ordering::Relaxed);
        if ahead >= self.most.load(Ordering::Relaxed) / PARTS {
            return None;
        }
        if ahead >= LEAST && ledger.committing_for() > self.in_time(ledger) {
            return None;
        }
        self.under_way.fetch_add(weight, Ordering::Relaxed);
        Some(Admitted {
            gate: self.clone(),
            weight,
            ahead,
            since: self.now(),
        })
    }

    fn in_time(&self, ledger: &Ledger) -> Duration {
        self.wait + 2 * ledger.commit_takes()
    }

    fn answered(&self, ahead: usize, since: u64, limit: Duration) {
        let now = self.now();
        let took = Duration::from_nanos(now.saturating_sub(since));
        let most = self.most.load(Ordering::Relaxed);
        if took > limit {
            // Only the first of those that were let in since the last cut.
            if since >= self.cut.load(Ordering::Relaxed) && ahead >= LEAST {
                self.cut.store(now, Ordering::Relaxed);
                let less = most - most / 8;
                let least = FEWEST.min(self.highest) * PARTS;
                self.most.store(less.max(least), Ordering::Relaxed);
            }
        } else if ahead * 2 * PARTS >= most {
            // Only where the bound was near: quiet hours prove nothing about busy ones.
            let more = (most + 1).min(self.highest * PARTS);
            self.most.store(more, Ordering::Relaxed);
        }
    }
}

impl Admitted {
    /// The answer is ready: what it took is what the next ones are judged by.
    pub fn answered(&self, ledger: &Ledger) {
        let limit = self.gate.in_time(ledger);
        self.gate.answered(self.ahead, self.since, limit);
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.gate
            .under_way
            .fetch_sub(self.weight, Ordering::Relaxed);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ledger::LedgerOptions;

    fn ledger() -> (tempfile::TempDir, Ledger) {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&dir.path().join("ledger"), LedgerOptions::default()).unwrap();
        (dir, ledger)
    }

    /// A second, so that no test is decided by how fast it runs.
    const WAIT: Duration = Duration::from_secs(1);

    /// Answers one that found `ahead` before it and took that much of the wait.
    fn answer(gate: &Gate, ahead: usize, took: Duration) {
        let since = gate.now().saturating_sub(took.as_nanos() as u64);
        gate.answered(ahead, since.max(gate.cut.load(Ordering::Relaxed)), WAIT);
    }

    fn most(gate: &Gate) -> usize {
        gate.most.load(Ordering::Relaxed) / PARTS
    }

    #[test]
    fn what_is_over_is_refused_and_a_place_comes_free_again() {
        let (_dir, ledger) = ledger();
        let gate = Arc::new(Gate::new(2, WAIT));
        let first = gate.enter(1, &ledger).unwrap();
        let second = gate.enter(1, &ledger).unwrap();
        assert!(gate.enter(1, &ledger).is_none());
        drop(first);
        let third = gate.enter(1_000, &ledger).unwrap();
        assert!(gate.enter(1, &ledger).is_none());
        drop((second, third));
        assert!(
            gate.enter(1_000, &ledger).is_some(),
            "alone, a batch of any size"
        );
    }

    #[test]
    fn late_answers_cut_it_once_a_round_and_never_to_nothing() {
        let gate = Gate::new(10_000, Duration::ZERO);
        assert_eq!(most(&gate), FIRST);
        let round = gate.now();
        std::thread::sleep(Duration::from_millis(1));
        for _ in 0..100 {
            gate.answered(1_000, round, Duration::ZERO);
        }
        assert_eq!(
            most(&gate),
            FIRST - FIRST / 8,
            "those of one round cut once"
        );
        for _ in 0..1_000 {
            gate.cut.store(0, Ordering::Relaxed);
            gate.answered(1_000, round, Duration::ZERO);
        }
        assert_eq!(most(&gate), FEWEST);
    }

    #[test]
    fn a_late_answer_with_nobody_before_it_says_nothing_about_a_queue() {
        let gate = Gate::new(10_000, Duration::ZERO);
        gate.answered(LEAST - 1, 0, Duration::ZERO);
        assert_eq!(most(&gate), FIRST);
    }

    #[test]
    fn answers_in_time_let_it_grow_where_it_was_near_and_up_to_the_highest() {
        let gate = Gate::new(5_000, WAIT);
        for _ in 0..8_000 {
            answer(&gate, 10, Duration::ZERO);
        }
        assert_eq!(most(&gate), FIRST, "quiet hours prove nothing");
        for _ in 0..8_000 {
            answer(&gate, 4_000, Duration::ZERO);
        }
        assert_eq!(most(&gate), 5_000);
    }
}
