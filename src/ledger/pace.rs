//! What a commit takes at present: a running estimate of the disk, for those who must say beforehand
//! whether an answer can be there in time.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// How many of the last groups are looked at.
const GROUPS: usize = 16;

/// An estimate older than this says nothing: the disk may be well again.
const FRESH: Duration = Duration::from_secs(1);

/// Written by the ledger's thread, read by everybody.
pub(super) struct Pace {
    began: Instant,
    recent: [AtomicU64; GROUPS],
    groups: AtomicU64,
    /// Nanoseconds.
    takes: AtomicU64,
    /// When it was measured, in nanoseconds since `began`; 0 for never.
    measured: AtomicU64,
    /// When the group that is being committed was taken, likewise; 0 if none is.
    busy: AtomicU64,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            recent: Default::default(),
            groups: AtomicU64::new(0),
            takes: AtomicU64::new(0),
            measured: AtomicU64::new(0),
            busy: AtomicU64::new(0),
        }
    }

    fn now(&self) -> u64 {
        // 0 stands for never.
        (self.began.elapsed().as_nanos() as u64).max(1)
    }

    /// The writer takes a group to the disk.
    pub(super) fn begin(&self) {
        self.busy.store(self.now(), Ordering::Relaxed);
    }

    /// It is on disk; the commit itself, without its records, took so long.
    pub(super) fn done(&self, commit: Duration) {
        let place = self.groups.fetch_add(1, Ordering::Relaxed) as usize % GROUPS;
        let took = u64::try_from(commit.as_nanos()).unwrap_or(u64::MAX).max(1);
        self.recent[place].store(took, Ordering::Relaxed);
        // A stall of one group is no reason to refuse: the quickest of the last ones counts.
        let seen = self.recent.iter().map(|n| n.load(Ordering::Relaxed));
        let takes = seen.filter(|n| *n > 0).min().unwrap_or(0);
        self.takes.store(takes, Ordering::Relaxed);
        self.measured.store(self.now(), Ordering::Relaxed);
        self.busy.store(0, Ordering::Relaxed);
    }

    /// It is not, and nothing is under way.
    pub(super) fn broke(&self) {
        self.busy.store(0, Ordering::Relaxed);
    }

    /// What the last commits took; zero before the first.
    pub(super) fn takes(&self) -> Duration {
        Duration::from_nanos(self.takes.load(Ordering::Relaxed))
    }

    /// The same, if it was measured within the last second.
    pub(super) fn takes_lately(&self) -> Option<Duration> {
        let measured = self.measured.load(Ordering::Relaxed);
        let age = Duration::from_nanos(self.now().saturating_sub(measured));
        (measured > 0 && age <= FRESH).then(|| self.takes())
    }

    /// How long the group that is being committed has taken so far.
    pub(super) fn busy_for(&self) -> Duration {
        match self.busy.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            since => Duration::from_nanos(self.now().saturating_sub(since)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quickest_of_the_last_groups_counts() {
        let (slow, quick) = (Duration::from_millis(40), Duration::from_millis(2));
        let pace = Pace::new();
        assert_eq!((pace.takes(), pace.takes_lately()), (Duration::ZERO, None));
        pace.done(slow);
        assert_eq!(pace.takes(), slow);
        pace.done(quick);
        for _ in 1..GROUPS {
            pace.done(slow);
            assert_eq!(pace.takes(), quick);
        }
        pace.done(slow);
        assert_eq!(pace.takes(), slow, "the quick one is long ago");
    }

    #[test]
    fn an_old_measure_says_nothing() {
        let pace = Pace::new();
        pace.done(Duration::from_millis(2));
        let now = pace.now();
        pace.measured.store(now, Ordering::Relaxed);
        assert!(pace.now() - now > FRESH.as_nanos() as u64 || pace.takes_lately().is_some());
        let old = Pace {
            began: Instant::now() - 2 * FRESH,
            ..pace
        };
        old.measured.store(1, Ordering::Relaxed);
        assert_eq!(old.takes_lately(), None);
    }

    #[test]
    fn a_commit_under_way_is_seen() {
        let pace = Pace::new();
        assert_eq!(pace.busy_for(), Duration::ZERO);
        pace.begin();
        assert!(pace.busy_for() > Duration::ZERO);
        pace.done(Duration::from_millis(1));
        assert_eq!(pace.busy_for(), Duration::ZERO);
        pace.begin();
        pace.broke();
        assert_eq!(pace.busy_for(), Duration::ZERO);
    }
}
