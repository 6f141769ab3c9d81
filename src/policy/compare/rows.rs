//! Two tables of one channel, row against row.

use crate::policy::table::Row;

/// A row of either regime.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RowChange<'r> {
    /// Only the later regime has it.
    Added(&'r Row),
    /// Only the earlier one has it.
    Dropped(&'r Row),
    /// Both have it, and it differs.
    Changed {
        /// In the earlier.
        before: &'r Row,
        /// In the later.
        after: &'r Row,
        /// In what; never empty.
        differs: Vec<Difference>,
    },
}

/// In what a row differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Difference {
    /// The verdict or the reason it gives.
    Answer,
    /// A parameter of its check.
    Parameter,
    /// Its place among the rows that both have: the first that matches decides.
    Place,
    /// Only the source of law it rests on.
    Law,
}

/// The rows that differ, and how many do not. The n-th row of a check is held against the n-th of it.
pub(super) fn of_rows<'r>(before: &'r [Row], after: &'r [Row]) -> (Vec<RowChange<'r>>, usize) {
    let mut taken = vec![false; before.len()];
    let pairs: Vec<(&Row, Option<usize>)> = after
        .iter()
        .map(|row| {
            let is_it = |i: &usize| {
                let old = before.get(*i);
                !taken[*i] && old.is_some_and(|old| old.check.name() == row.check.name())
            };
            let found = (0..before.len()).find(is_it);
            if let Some(i) = found {
                taken[i] = true;
            }
            (row, found)
        })
        .collect();
    let kept: Vec<usize> = pairs.iter().filter_map(|(_, i)| *i).collect();
    let in_place = longest_rising(&kept);
    let (mut rows, mut same) = (Vec::new(), 0);
    for (row, found) in pairs {
        let Some((i, old)) = found.and_then(|i| Some((i, before.get(i)?))) else {
            rows.push(RowChange::Added(row));
            continue;
        };
        let mut differs = Vec::new();
        if (old.verdict, old.reason) != (row.verdict, row.reason) {
            differs.push(Difference::Answer);
        }
        if old.check != row.check {
            differs.push(Difference::Parameter);
        }
        if !in_place.contains(&i) {
            differs.push(Difference::Place);
        }
        if differs.is_empty() && old.source != row.source {
            differs.push(Difference::Law);
        }
        match differs.is_empty() {
            true => same += 1,
            false => rows.push(RowChange::Changed {
                before: old,
                after: row,
                differs,
            }),
        }
    }
    let went = before.iter().zip(taken).filter(|(_, taken)| !taken);
    rows.extend(went.map(|(row, _)| RowChange::Dropped(row)));
    (rows, same)
}

/// The longest selection that rises: what did not move, if as little as possible moved.
fn longest_rising(numbers: &[usize]) -> Vec<usize> {
    let mut best: Vec<Vec<usize>> = Vec::new();
    for (i, n) in numbers.iter().enumerate() {
        let before = best.iter().take(i).filter(|s| s.last() < Some(n));
        let mut selection = before.max_by_key(|s| s.len()).cloned().unwrap_or_default();
        selection.push(*n);
        best.push(selection);
    }
    best.into_iter().max_by_key(Vec::len).unwrap_or_default()
}
