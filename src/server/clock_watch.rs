//! Notices when the system's clock is moved: it is compared with one that nobody moves.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    clock::Micros,
    metrics::{ClockStep, Metrics},
};

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// A smaller difference is no step: clocks are slewed by at most half a millisecond a second.
const LEAST: i64 = 500_000;

pub(super) async fn watch(metrics: Arc<Metrics>) {
    let mut last = (Micros::system_now(), Instant::now());
    loop {
        tokio::time::sleep(EVERY).await;
        let now = (Micros::system_now(), Instant::now());
        if let Some((step, by)) = step(now.0.0 - last.0.0, now.1 - last.1) {
            metrics.clock_steps.add(step);
            tracing::warn!(seconds = by as f64 / 1e6, "the clock was moved");
        }
        last = now;
    }
}

/// Whether the clock went on by other than time did, and by how many microseconds.
fn step(clock: i64, time: Duration) -> Option<(ClockStep, i64)> {
    let time = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    let by = clock.saturating_sub(time);
    match by {
        LEAST.. => Some((ClockStep::Forward, by)),
        i64::MIN..=-500_000 => Some((ClockStep::Back, by)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_look_is_not_a_step_and_a_moved_clock_is() {
        let minute = Duration::from_secs(60);
        assert_eq!(step(60_000_000, minute), None);
        assert_eq!(step(60_400_000, minute), None);
        assert_eq!(step(59_600_000, minute), None);
        assert_eq!(
            step(-240_000_000, minute),
            Some((ClockStep::Back, -300_000_000))
        );
        assert_eq!(
            step(31_536_060_000_000, minute),
            Some((ClockStep::Forward, 31_536_000_000_000))
        );
    }
}
