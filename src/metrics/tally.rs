//! Counts by a closed set of causes.

use std::{
    fmt,
    marker::PhantomData,
    sync::atomic::{AtomicU64, Ordering},
};

use super::Cause;

/// The most causes of one set.
pub(super) const MOST: usize = 32;

/// A count for each cause of a set; adding is one atomic addition.
pub struct Tally<C> {
    counts: [AtomicU64; MOST],
    of: PhantomData<C>,
}

impl<C> Default for Tally<C> {
    fn default() -> Self {
        Self {
            counts: [const { AtomicU64::new(0) }; MOST],
            of: PhantomData,
        }
    }
}

impl<C: Cause> Tally<C> {
    /// One more.
    pub fn add(&self, cause: C) {
        self.add_many(cause, 1);
    }

    /// So many more.
    pub fn add_many(&self, cause: C, n: u64) {
        self.counts[cause.index()].fetch_add(n, Ordering::Relaxed);
    }

    /// How many there were.
    pub fn get(&self, cause: C) -> u64 {
        self.counts[cause.index()].load(Ordering::Relaxed)
    }
}

impl<C: Cause> fmt::Debug for Tally<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = C::all().iter().map(|c| (c.label(), self.get(*c)));
        f.debug_map().entries(counts).finish()
    }
}
