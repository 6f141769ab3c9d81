//! Lock-out by delay: after wrong passwords a name must wait, longer each time, whether or not there is
//! an account of that name. Kept in memory: starting anew forgets it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::clock::Micros;

/// Wrong tries that cost no wait.
const FREE: u32 = 3;
/// The longest wait, in seconds.
const LONGEST: i64 = 300;
/// Names kept at most; beyond it those whose wait is over are forgotten.
const NAMES: usize = 10_000;

/// The wrong tries of each name.
#[derive(Debug, Default)]
pub(super) struct Delays(Mutex<HashMap<String, (u32, Micros)>>);

impl Delays {
    /// How many seconds a name must still wait; 0 if none.
    pub(super) fn seconds_left(&self, name: &str, now: Micros) -> u64 {
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.get(name).map_or(0, |(n, at)| {
            let left = at.0 + wait(*n) * 1_000_000 - now.0;
            u64::try_from(left.max(0)).unwrap_or(0).div_ceil(1_000_000)
        })
    }

    /// A try was wrong.
    pub(super) fn wrong(&self, name: &str, now: Micros) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= NAMES {
            tries.retain(|_, (n, at)| at.0 + wait(*n) * 1_000_000 > now.0);
        }
        let entry = tries.entry(name.to_owned()).or_insert((0, now));
        // An hour without a try, and it begins anew.
        let n = if now.0 - entry.1.0 > 3_600_000_000 {
            0
        } else {
            entry.0
        };
        *entry = (n.saturating_add(1), now);
    }

    /// A try was right.
    pub(super) fn right(&self, name: &str) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.remove(name);
    }
}

/// Seconds to wait after so many wrong tries.
fn wait(tries: u32) -> i64 {
    match tries.checked_sub(FREE) {
        None => 0,
        Some(over) => 1_i64.checked_shl(over).unwrap_or(LONGEST).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_try_waits_longer_up_to_five_minutes() {
        let waits: Vec<_> = [0, 1, 2, 3, 4, 5, 11, 12, 80].map(wait).to_vec();
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 256, 300, 300]);
        let delays = Delays::default();
        let at = |seconds: i64| Micros(seconds * 1_000_000);
        for _ in 0..5 {
            delays.wrong("n", at(100));
        }
        assert_eq!(delays.seconds_left("n", at(100)), 4);
        assert_eq!(delays.seconds_left("n", at(103)), 1);
        assert_eq!(delays.seconds_left("n", at(104)), 0);
        assert_eq!(delays.seconds_left("other", at(100)), 0);
        delays.right("n");
        assert_eq!(delays.seconds_left("n", at(100)), 0);
    }
}
