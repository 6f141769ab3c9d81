//! What changed from one regime to the next: the rows that came, went, or say something else.

mod rows;

pub use self::rows::{Difference, RowChange};
use super::{
    Regime,
    pack::{Obligation, Packs, Table},
};
use crate::{clock::Day, facts::model::Channel};

/// What changed for some channels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableChange<'r> {
    /// The channels, which all changed alike.
    pub channels: Vec<Channel>,
    /// Which of the two regimes cover them.
    pub covered: Covered,
    /// The rows that differ: the later regime's in its order, then those that went.
    pub rows: Vec<RowChange<'r>>,
    /// How many rows are the same.
    pub same: usize,
    /// What a caller must do since.
    pub obligations_added: Vec<Obligation>,
    /// What a caller need no longer do.
    pub obligations_dropped: Vec<Obligation>,
}

/// Which of two regimes cover a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Covered {
    /// Both.
    Both,
    /// Only the later.
    Since,
    /// Only the earlier.
    NoLonger,
}

/// Two regimes of one country, one after the other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changed<'r> {
    /// By channels; channels for which nothing changed are left out.
    pub tables: Vec<TableChange<'r>>,
    /// The days between them for which there are no rules here; none if they follow at once.
    pub gap: Option<(Day, Day)>,
}

/// Compares two regimes, the earlier first.
pub fn compare<'r>(before: &'r Regime, after: &'r Regime) -> Changed<'r> {
    let mut tables: Vec<TableChange<'r>> = Vec::new();
    for channel in Channel::ALL {
        let Some(found) = of_channel(before, after, *channel) else {
            continue;
        };
        let alike = |t: &&mut TableChange<'r>| {
            let channels = t.channels.clone();
            **t == TableChange {
                channels,
                ..found.clone()
            }
        };
        match tables.iter_mut().find(alike) {
            Some(table) => table.channels.push(*channel),
            None => tables.push(found),
        }
    }
    let first = Day(before.until.0.saturating_add(1));
    let gap = (before.until != Day::NEVER && first < after.from)
        .then(|| (first, Day(after.from.0.saturating_sub(1))));
    Changed { tables, gap }
}

fn of_channel<'r>(
    before: &'r Regime,
    after: &'r Regime,
    channel: Channel,
) -> Option<TableChange<'r>> {
    let (old, new) = (before.table(channel), after.table(channel));
    let covered = match (old, new) {
        (None, None) => return None,
        (None, Some(_)) => Covered::Since,
        (Some(_), None) => Covered::NoLonger,
        (Some(_), Some(_)) => Covered::Both,
    };
    let rows_of = |table: Option<&'r Table>| table.map(|t| t.rows.as_slice()).unwrap_or_default();
    let must = |table: Option<&'r Table>| table.map(|t| t.obligations.clone()).unwrap_or_default();
    let (changed, same) = rows::of_rows(rows_of(old), rows_of(new));
    let (had, has) = (must(old), must(new));
    let without = |all: &[Obligation], other: &[Obligation]| {
        let left = all.iter().copied().filter(|o| !other.contains(o));
        left.collect::<Vec<_>>()
    };
    let found = TableChange {
        channels: vec![channel],
        covered,
        rows: changed,
        same,
        obligations_added: without(&has, &had),
        obligations_dropped: without(&had, &has),
    };
    let nothing = found.rows.is_empty()
        && found.obligations_added.is_empty()
        && found.obligations_dropped.is_empty();
    (!nothing || covered != Covered::Both).then_some(found)
}

impl Packs {
    /// The regime of the same country that was the law before this one, if there is one here.
    pub fn before(&self, regime: &Regime) -> Option<&Regime> {
        self.of_country(regime)
            .filter(|r| r.from < regime.from)
            .max_by_key(|r| r.from)
    }

    /// The regime of the same country that is the law after this one, if there is one here.
    pub fn after(&self, regime: &Regime) -> Option<&Regime> {
        self.of_country(regime)
            .filter(|r| r.from > regime.from)
            .min_by_key(|r| r.from)
    }

    fn of_country(&self, regime: &Regime) -> impl Iterator<Item = &Regime> {
        let country = regime.country;
        self.iter()
            .map(|r| &**r)
            .filter(move |r| r.country == country)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
