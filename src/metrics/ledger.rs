//! What the ledger's thread counts. It alone adds, so nothing is contended.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Histogram;

/// Counters of a ledger.
#[derive(Debug)]
pub struct LedgerMetrics {
    /// From a decision's being taken to the writer's taking it up.
    pub queue_wait: Histogram,
    /// Writing a group: hashing, inserting, committing.
    pub commit: Histogram,
    /// The `COMMIT` alone, which ends with the `fsync` of the log.
    pub fsync: Histogram,
    /// Records of a group.
    pub group: Histogram,
    failures: AtomicU64,
}

impl Default for LedgerMetrics {
    fn default() -> Self {
        Self {
            queue_wait: Histogram::of_waiting(),
            commit: Histogram::of_waiting(),
            fsync: Histogram::of_waiting(),
            group: Histogram::of_counts(),
            failures: AtomicU64::new(0),
        }
    }
}

impl LedgerMetrics {
    /// The ledger can no longer be written.
    pub fn failed(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// How often it could not.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }
}
