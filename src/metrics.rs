//! What is counted while the sidecar runs. [`names`] is the one table of what can be scraped.
//!
//! A leaf: it knows words, not the things that count with it. A check adds to atomics of its own
//! runtime ([`Shard`]), indexed by number; there is no lock and no look-up of a label on that way.
//! What can be asked when somebody looks (revisions, ages, sizes) is not kept here: the scraper
//! asks for it (`server/scrape`).

mod causes;
mod histogram;
mod ledger;
pub mod names;
mod shard;
mod tally;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub use causes::{Cause, ClockStep, ConnectionRefused, FailClosed, Shed};
pub use histogram::{Histogram, Sums};
pub use ledger::LedgerMetrics;
pub use shard::{Checked, Rpc, Shard};
pub use tally::Tally;

use crate::clock::Micros;

/// The most campaigns that shed requests are counted for by name; those beyond it count as `other`.
const MOST_CAMPAIGNS: usize = 1_000;

/// Everything counted by one sidecar.
#[derive(Debug, Default)]
pub struct Metrics {
    shards: Mutex<Vec<Arc<Shard>>>,
    /// What the ledger's thread counts.
    pub ledger: Arc<LedgerMetrics>,
    /// Requests refused because there is too much to do, by cause.
    pub shed: Tally<Shed>,
    shed_by_campaign: Mutex<HashMap<Box<str>, u64>>,
    /// Checks that were refused an answer, or blocked, because something of ours was amiss.
    pub fail_closed: Tally<FailClosed>,
    /// Connections that were refused or closed on the caller.
    pub connections_refused: Tally<ConnectionRefused>,
    /// Times the system's clock was moved.
    pub clock_steps: Tally<ClockStep>,
    heard: Mutex<BTreeMap<String, Micros>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Metrics {
    /// Counters for one runtime to add to; kept for as long as this is.
    pub fn shard(&self) -> Arc<Shard> {
        let shard = Arc::new(Shard::default());
        lock(&self.shards).push(shard.clone());
        shard
    }

    /// The shards there are.
    pub fn shards(&self) -> Vec<Arc<Shard>> {
        lock(&self.shards).clone()
    }

    /// Counts a request that was shed. `campaign` is the id of a campaign that is known, so that strangers cannot
    /// fill memory with names; `None` for any other.
    pub fn shed(&self, cause: Shed, campaign: Option<&str>) {
        self.shed.add(cause);
        let mut campaigns = lock(&self.shed_by_campaign);
        let name = campaign.unwrap_or("other");
        if let Some(n) = campaigns.get_mut(name) {
            *n += 1;
        } else if campaigns.len() < MOST_CAMPAIGNS {
            campaigns.insert(name.into(), 1);
        } else {
            *campaigns.entry("other".into()).or_default() += 1;
        }
    }

    /// Requests shed, by campaign.
    pub fn shed_by_campaign(&self) -> BTreeMap<Box<str>, u64> {
        lock(&self.shed_by_campaign)
            .iter()
            .map(|(name, n)| (name.clone(), *n))
            .collect()
    }

    /// An origin of facts was heard from, whether or not it brought anything new.
    pub fn heard(&self, origin: &str, at: Micros) {
        let mut heard = lock(&self.heard);
        match heard.get_mut(origin) {
            Some(last) => *last = at.max(*last),
            None => {
                heard.insert(origin.to_owned(), at);
            }
        }
    }

    /// When each origin was last heard from, since the start.
    pub fn last_heard(&self) -> BTreeMap<String, Micros> {
        lock(&self.heard).clone()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn campaigns_beyond_the_most_count_as_other() {
        let metrics = Metrics::default();
        for n in 0..MOST_CAMPAIGNS + 50 {
            metrics.shed(Shed::QueueFull, Some(&format!("c{n}")));
        }
        metrics.shed(Shed::QueueFull, Some("c1"));
        metrics.shed(Shed::QueueFull, None);
        let by = metrics.shed_by_campaign();
        assert_eq!(by.get("c1"), Some(&2));
        assert_eq!(by.get("other"), Some(&51));
        assert_eq!(by.values().sum::<u64>(), metrics.shed.get(Shed::QueueFull));
    }

    #[test]
    fn an_origin_is_never_heard_earlier_than_before() {
        let metrics = Metrics::default();
        metrics.heard("crm", Micros(20));
        metrics.heard("crm", Micros(10));
        assert_eq!(metrics.last_heard().get("crm"), Some(&Micros(20)));
    }
}
