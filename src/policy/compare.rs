//! What changed from one regime to the next: the rows that came, went, or say something else.

use super::{
    Regime,
    pack::{Obligation, Packs},
    table::Row,
};
use crate::{clock::Day, facts::model::Channel};

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
    let rows = |table: Option<&'r super::pack::Table>| {
        table.map(|t| t.rows.as_slice()).unwrap_or_default()
    };
    let must = |table: Option<&'r super::pack::Table>| {
        table.map(|t| t.obligations.clone()).unwrap_or_default()
    };
    let (changed, same) = of_rows(rows(old), rows(new));
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

/// The rows that differ, and how many do not. The n-th row of a check is held against the n-th of it.
fn of_rows<'r>(before: &'r [Row], after: &'r [Row]) -> (Vec<RowChange<'r>>, usize) {
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
mod tests {
    use super::*;
    use crate::policy::Verdict;

    /// A later regime, made of `nl-bmnr` by rewriting its file.
    fn later(rewrite: impl Fn(&str) -> String) -> Packs {
        let mut packs = Packs::built_in().unwrap();
        let text = packs.get("nl-bmnr").unwrap().text.to_string();
        let text = text
            .replace("id = \"nl-bmnr\"", "id = \"later\"")
            .replace(
                "in_force_from = \"2009-10-01\"",
                "in_force_from = \"2021-07-01\"",
            )
            .replace(
                "in_force_until = \"2021-06-30\"",
                "in_force_until = \"2026-06-30\"",
            );
        packs.add("later.toml", &rewrite(&text)).unwrap();
        packs
    }

    fn pair(packs: &Packs) -> (&Regime, &Regime) {
        (packs.get("nl-bmnr").unwrap(), packs.get("later").unwrap())
    }

    #[test]
    fn a_regime_that_says_the_same_changed_nothing() {
        let packs = later(str::to_owned);
        let (before, after) = pair(&packs);
        let changed = compare(before, after);
        assert_eq!((changed.tables, changed.gap), (Vec::new(), None));
        assert_eq!(packs.before(after).unwrap().id, before.id);
        assert_eq!(packs.after(before).unwrap().id, after.id);
        let newest = packs.after(after).unwrap();
        assert_eq!(
            (&*newest.id, packs.after(newest).is_none()),
            ("nl-2026", true)
        );
        assert!(packs.before(before).is_none());
    }

    #[test]
    fn each_kind_of_change_is_told_once_and_for_its_channels() {
        // Voice alone: the row of the register goes, its age halves, an article is another.
        let packs = later(|text| {
            let (voice, rest) = text.split_once("# ---- SMS").unwrap();
            let hit = voice
                .find("[[table.row]]\ncheck = \"RegisterHit\"")
                .unwrap();
            let end = voice[hit..]
                .find("[[table.row]]\ncheck = \"Otherwise\"")
                .unwrap()
                + hit;
            let voice = format!("{}{}", &voice[..hit], &voice[end..])
                .replace(
                    "max_age_days = 28 }\nverdict = \"BLOCK\"",
                    "max_age_days = 14 }\nverdict = \"BLOCK\"",
                )
                .replace(
                    "Tw (2009-2021) article 11.7(5), recht",
                    "Tw article 11.7(2), recht",
                )
                .replace(", \"MENTION_REGISTER\"", "");
            format!("{voice}# ---- SMS{rest}")
        });
        let (before, after) = pair(&packs);
        let changed = compare(before, after);
        let [table] = changed.tables.as_slice() else {
            panic!("{:?}", changed.tables);
        };
        assert_eq!(
            (table.channels.as_slice(), table.covered),
            (&[Channel::Voice][..], Covered::Both)
        );
        let told: Vec<_> = table
            .rows
            .iter()
            .map(|row| match row {
                RowChange::Added(row) => ("added", row.check.name(), Vec::new()),
                RowChange::Dropped(row) => ("dropped", row.check.name(), Vec::new()),
                RowChange::Changed { after, differs, .. } => {
                    ("changed", after.check.name(), differs.clone())
                }
            })
            .collect();
        assert_eq!(
            told,
            [
                ("changed", "ObjectionInForce", vec![Difference::Law]),
                ("changed", "RegisterStale", vec![Difference::Parameter]),
                ("dropped", "RegisterHit", Vec::new()),
            ]
        );
        assert_eq!(
            table.same + 3,
            before.table(Channel::Voice).unwrap().rows.len()
        );
        assert_eq!(table.obligations_dropped, [Obligation::MentionRegister]);
        assert!(table.obligations_added.is_empty());
    }

    #[test]
    fn a_row_that_moved_is_told_and_those_around_it_are_not() {
        let packs = later(|text| {
            let at = |check: &str| {
                text.find(&format!("[[table.row]]\ncheck = \"{check}\""))
                    .unwrap()
            };
            let (objection, consent, other) = (
                at("ObjectionInForce"),
                at("ConsentCounts"),
                at("OtherCompanyOffer"),
            );
            // Consent is asked before objections.
            [
                &text[..objection],
                &text[consent..other],
                &text[objection..consent],
                &text[other..],
            ]
            .concat()
        });
        let (before, after) = pair(&packs);
        let changed = compare(before, after);
        let rows = &changed.tables[0].rows;
        let [RowChange::Changed { differs, .. }] = rows.as_slice() else {
            panic!("{rows:?}");
        };
        assert_eq!(differs, &[Difference::Place]);
    }

    #[test]
    fn from_the_register_to_consent_is_told_as_it_was() {
        let packs = Packs::built_in().unwrap();
        let (before, after) = (packs.get("nl-bmnr").unwrap(), packs.get("nl-2026").unwrap());
        let changed = compare(before, after);
        let day = |text| Day::parse(text).unwrap();
        assert_eq!(changed.gap, Some((day("2021-07-01"), day("2026-06-30"))));
        let voice = changed
            .tables
            .iter()
            .find(|t| t.channels.contains(&Channel::Voice))
            .unwrap();
        let dropped: Vec<_> = voice
            .rows
            .iter()
            .filter_map(|row| match row {
                RowChange::Dropped(row) => Some(row.check.name()),
                _ => None,
            })
            .collect();
        for went in ["CustomerSimilar", "RegisterStale", "RegisterHit"] {
            assert!(dropped.contains(&went), "{dropped:?}");
        }
        // What is left over was allowed and is blocked.
        let rest = voice.rows.iter().find_map(|row| match row {
            RowChange::Changed {
                before,
                after,
                differs,
            } if after.check.name() == "Otherwise" => {
                Some((before.verdict, after.verdict, differs.clone()))
            }
            _ => None,
        });
        assert_eq!(
            rest,
            Some((Verdict::Allow, Verdict::Block, vec![Difference::Answer]))
        );
        let all = after.table(Channel::Voice).unwrap().rows.len();
        let kept = voice
            .rows
            .iter()
            .filter(|r| !matches!(r, RowChange::Dropped(_)))
            .count();
        assert_eq!(voice.same + kept, all);
    }
}
