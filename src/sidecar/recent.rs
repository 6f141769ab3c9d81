//! The last decision of each `call_id`, so that a decision on a retried call names the earlier one.
//!
//! A call of another seller is another call, whatever its id: nothing of one shows in what another gets.
//!
//! Bounded: the last [`KEPT`] to twice as many calls are remembered; retries come within minutes.

use std::{
    hash::BuildHasher,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use arc_swap::ArcSwap;
use dashmap::DashMap;
use hashbrown::DefaultHashBuilder;

use crate::ledger::DecisionId;

/// How many calls are remembered at least.
pub(super) const KEPT: usize = 1 << 20;

/// By a 64-bit keyed hash of the id: a thousand calls a second would take
/// centuries to meet two ids of the last million that collide.
type Calls = DashMap<u64, DecisionId, DefaultHashBuilder>;

/// The last decision of each call.
#[derive(Debug)]
pub(super) struct RecentCalls {
    hasher: DefaultHashBuilder,
    /// Newer and older.
    generations: ArcSwap<[Arc<Calls>; 2]>,
    count: AtomicUsize,
}

impl Default for RecentCalls {
    fn default() -> Self {
        Self {
            hasher: DefaultHashBuilder::default(),
            generations: ArcSwap::from_pointee([Arc::default(), Arc::default()]),
            count: AtomicUsize::new(0),
        }
    }
}

impl RecentCalls {
    /// The last decision of a seller's call; `None` for an empty id.
    pub(super) fn find(&self, seller_id: &str, call_id: &str) -> Option<DecisionId> {
        if call_id.is_empty() {
            return None;
        }
        let key = self.hasher.hash_one((seller_id, call_id));
        let generations = self.generations.load();
        generations.iter().find_map(|g| g.get(&key).map(|id| *id))
    }

    /// Remembers a decision of a seller's call.
    pub(super) fn remember(&self, seller_id: &str, call_id: &str, id: DecisionId) {
        if call_id.is_empty() {
            return;
        }
        let generations = self.generations.load();
        let key = self.hasher.hash_one((seller_id, call_id));
        if generations[0].insert(key, id).is_none()
            && self.count.fetch_add(1, Ordering::Relaxed) + 1 == KEPT
        {
            self.count.store(0, Ordering::Relaxed);
            self.generations
                .store(Arc::new([Arc::default(), generations[0].clone()]));
        }
    }
}
