//! A timer that is always about to run out.
//!
//! Tokio wakes its driver for a timer due before all that were there when it went to sleep. Without this one
//! that is each deadline of a burst of requests, by a system call each.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

/// Shorter than deadlines are, and too long for anybody to see the wakes.
const BEAT: Duration = Duration::from_millis(20);

/// Beats for as long as the runtime lives. Spawn it once on the runtime.
pub(super) async fn beat() {
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
    }
}
