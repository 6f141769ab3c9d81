//! The schedule, and the thread that keeps it.

use std::{
    thread,
    time::{Duration, Instant},
};

use tokio::sync::mpsc::UnboundedSender;

/// When each question is due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    pub(crate) begin: Instant,
    pub(crate) every: Duration,
    pub(crate) count: u32,
}

impl Schedule {
    /// When question `n`, from 0, is due.
    pub(crate) fn due(&self, n: u32) -> Instant {
        self.begin + self.every * n
    }
}

/// Sends the number of each question when it is due, never before; those that are overdue at once.
///
/// A thread of its own that sleeps: tokio's timer has steps of a millisecond, which at 10,000/s would
/// be the largest part of what is measured, and spinning would take a core from the server.
pub(crate) fn pace(schedule: Schedule, due: &UnboundedSender<u32>) {
    for n in 0..schedule.count {
        let wait = schedule.due(n).saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            thread::sleep(wait);
        }
        if due.send(n).is_err() {
            return;
        }
    }
}
