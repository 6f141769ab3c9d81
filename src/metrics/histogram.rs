//! Histograms with fixed bounds: an observation is a search over a short array and two additions.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// The most bounds of a histogram.
const MOST: usize = 20;

const US: u64 = 1_000;
const MS: u64 = 1_000_000;
const S: u64 = 1_000_000_000;

/// A histogram. Durations are nanoseconds inside and seconds when read.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    /// What one counts as when read.
    unit: f64,
    buckets: [AtomicU64; MOST + 1],
    sum: AtomicU64,
}

impl Histogram {
    /// Of work that takes microseconds: 500 ns to 100 ms.
    pub const fn of_work() -> Self {
        Self::new(
            &[
                500,
                US,
                2 * US,
                4 * US,
                8 * US,
                16 * US,
                32 * US,
                64 * US,
                125 * US,
                250 * US,
                500 * US,
                MS,
                5 * MS,
                25 * MS,
                100 * MS,
            ],
            1e9,
        )
    }

    /// Of waiting: 25 µs to 5 s.
    pub const fn of_waiting() -> Self {
        Self::new(
            &[
                25 * US,
                50 * US,
                100 * US,
                250 * US,
                500 * US,
                MS,
                2_500 * US,
                5 * MS,
                10 * MS,
                25 * MS,
                50 * MS,
                100 * MS,
                250 * MS,
                500 * MS,
                S,
                2_500 * MS,
                5 * S,
            ],
            1e9,
        )
    }

    /// Of counts: 1 to 16,384.
    pub const fn of_counts() -> Self {
        Self::new(
            &[
                1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384,
            ],
            1.0,
        )
    }

    const fn new(bounds: &'static [u64], unit: f64) -> Self {
        assert!(bounds.len() <= MOST);
        Self {
            bounds,
            unit,
            buckets: [const { AtomicU64::new(0) }; MOST + 1],
            sum: AtomicU64::new(0),
        }
    }

    /// Adds a duration.
    pub fn observe(&self, time: Duration) {
        // 584 years fit.
        self.add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Adds a value in the histogram's own unit: nanoseconds, or a count.
    pub fn add(&self, value: u64) {
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// What was added up to now, as Prometheus wants it.
    pub fn read(&self) -> Sums {
        let counts = self.buckets[..=self.bounds.len()]
            .iter()
            .map(|n| n.load(Ordering::Relaxed))
            .collect();
        Sums {
            bounds: self.bounds.iter().map(|b| *b as f64 / self.unit).collect(),
            counts,
            sum: self.sum.load(Ordering::Relaxed) as f64 / self.unit,
        }
    }
}

/// A histogram as read.
#[derive(Clone, Debug, PartialEq)]
pub struct Sums {
    /// The upper bounds, each inside its bucket.
    pub bounds: Vec<f64>,
    /// What fell into each bucket alone; one more than bounds, for what is above the last.
    pub counts: Vec<u64>,
    /// The sum of what was added.
    pub sum: f64,
}

impl Sums {
    /// How many were added.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// With those of another histogram of the same bounds.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for (n, more) in self.counts.iter_mut().zip(&other.counts) {
            *n += more;
        }
        self.sum += other.sum;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_at_a_bound_is_inside_it() {
        let histogram = Histogram::of_waiting();
        histogram.observe(Duration::from_micros(25));
        histogram.observe(Duration::from_nanos(25_001));
        histogram.observe(Duration::from_secs(9));
        let read = histogram.read();
        assert_eq!((read.counts[0], read.counts[1]), (1, 1));
        assert_eq!(read.counts.last(), Some(&1));
        assert_eq!(read.counts.len(), read.bounds.len() + 1);
        assert_eq!(read.bounds[0], 25e-6);
        assert!((read.sum - 9.000_050_001).abs() < 1e-12);
    }

    #[test]
    fn two_are_added_bucket_by_bucket() {
        let (a, b) = (Histogram::of_counts(), Histogram::of_counts());
        a.add(1);
        b.add(1);
        b.add(3);
        let both = a.read().and(&b.read());
        assert_eq!((both.counts[0], both.counts[2]), (2, 1));
        assert_eq!((both.count(), both.sum), (3, 5.0));
    }
}
