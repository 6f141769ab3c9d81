//! How large a ledger is, part by part.

use std::{fs, path::Path};

use super::{
    error::LedgerError,
    part::{days, path_of},
};
use crate::{clock::Day, durable::log_path};

/// The size of a part on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartSize {
    /// Its day, in UTC.
    pub day: Day,
    /// Bytes of its file and of its log.
    pub bytes: u64,
}

/// The parts in a ledger's directory, oldest first.
///
/// # Errors
/// If the directory cannot be read.
pub fn part_sizes(dir: &Path) -> Result<Vec<PartSize>, LedgerError> {
    let size = |path: &Path| fs::metadata(path).map_or(0, |m| m.len());
    let each = |day| {
        let path = path_of(dir, day);
        PartSize {
            day,
            bytes: size(&path) + size(&log_path(&path)),
        }
    };
    Ok(days(dir)?.into_iter().map(each).collect())
}

/// How many days `free` bytes last, if days are as large as the largest of the last seven that are
/// over. `None` while none is.
pub fn days_left(parts: &[PartSize], free: u64) -> Option<f64> {
    let (_, over) = parts.split_last()?;
    let largest = over.iter().rev().take(7).map(|p| p.bytes).max()?;
    Some(free as f64 / largest.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_left_rest_on_the_largest_day_that_is_over() {
        let part = |day, bytes| PartSize {
            day: Day(day),
            bytes,
        };
        assert_eq!(days_left(&[], 100), None);
        assert_eq!(days_left(&[part(1, 5)], 100), None);
        let parts = [part(1, 99), part(2, 5), part(3, 10), part(4, 50)];
        assert_eq!(days_left(&parts[1..], 100), Some(10.0));
        let mut long = vec![part(1, 1_000)];
        long.extend((2..=9).map(|d| part(d, 10)));
        assert_eq!(days_left(&long, 100), Some(10.0), "older than seven days");
    }
}
