//! What changed when: a regime held against the one before or after it, in plain words.

use super::table::answer;
use crate::{
    pages::{decision::tone, shell::Shell},
    policy::{
        Packs, Regime, Row,
        check::Check,
        compare::{Covered, Difference, RowChange, TableChange, compare},
    },
};

/// A row that differs.
pub(crate) struct Line {
    /// The key of the word for how.
    pub(crate) how: &'static str,
    /// The class of that word.
    pub(crate) tone: &'static str,
    /// In what it differs, in words; empty for one that came or went.
    pub(crate) differs: String,
    /// In the earlier regime; none if it was not there.
    pub(crate) before: Option<Side>,
    /// In the later.
    pub(crate) after: Option<Side>,
}

/// A row in one of the two regimes.
pub(crate) struct Side {
    /// What it says.
    pub(crate) text: String,
    /// The class of its verdict.
    pub(crate) tone: &'static str,
    /// Its verdict.
    pub(crate) verdict: String,
    /// Its reason.
    pub(crate) reason: String,
    /// Its parameters in words.
    pub(crate) parameters: String,
    /// The source of law.
    pub(crate) law: String,
}

/// What changed for some channels.
pub(crate) struct Block {
    /// The channels.
    pub(crate) channels: String,
    /// That only one of the two has rules for them, in a sentence.
    pub(crate) covered: Option<&'static str>,
    /// The rows.
    pub(crate) lines: Vec<Line>,
    /// That so many rows are the same.
    pub(crate) same: String,
    /// What a caller must do since.
    pub(crate) added: Vec<String>,
    /// And need no longer do.
    pub(crate) dropped: Vec<String>,
}

/// A regime and the next.
pub(crate) struct Change {
    /// The earlier regime's id and title, and the last day it was the law.
    pub(crate) before: (String, String),
    /// The later regime's.
    pub(crate) after: (String, String),
    /// When: from one day to another.
    pub(crate) when: String,
    /// The days between for which there are no rules here.
    pub(crate) gap: Option<String>,
    /// By channels.
    pub(crate) blocks: Vec<Block>,
}

/// What changed when this regime came, and when it went, the earlier first.
pub(crate) fn changes(s: &Shell, packs: &Packs, regime: &Regime) -> Vec<Change> {
    let came = packs.before(regime).map(|before| (before, regime));
    let went = packs.after(regime).map(|after| (regime, after));
    let pairs = came.into_iter().chain(went);
    pairs
        .map(|(before, after)| change(s, before, after))
        .collect()
}

fn change(s: &Shell, before: &Regime, after: &Regime) -> Change {
    let changed = compare(before, after);
    let named = |regime: &Regime| {
        let title = s.language.of(&regime.title).to_owned();
        (regime.id.to_string(), title)
    };
    let days = |key: &str, (from, until)| {
        let (from, until) = (s.day(from), s.day(until));
        s.texts.fill(key, &[("from", &from), ("until", &until)])
    };
    Change {
        before: named(before),
        after: named(after),
        when: days("rules.changed_when", (before.until, after.from)),
        gap: changed.gap.map(|gap| days("rules.changed_gap", gap)),
        blocks: changed.tables.iter().map(|t| block(s, t)).collect(),
    }
}

fn block(s: &Shell, table: &TableChange<'_>) -> Block {
    let words = |all: &[crate::policy::pack::Obligation]| {
        let words = all.iter().map(|o| s.word("obligation", &format!("{o:?}")));
        words.collect::<Vec<_>>()
    };
    let channels = table.channels.iter();
    Block {
        channels: s.join(channels.map(|c| s.channel(*c).to_owned()).collect()),
        covered: match table.covered {
            Covered::Both => None,
            Covered::Since => Some("rules.covered_since"),
            Covered::NoLonger => Some("rules.covered_no_longer"),
        },
        lines: table.rows.iter().map(|row| line(s, row)).collect(),
        same: match table.same {
            1 => s.t("rules.changed_same_one").to_owned(),
            n => s.f("rules.changed_same", "n", n),
        },
        added: words(&table.obligations_added),
        dropped: words(&table.obligations_dropped),
    }
}

fn line(s: &Shell, row: &RowChange<'_>) -> Line {
    match row {
        RowChange::Added(row) => Line {
            how: "rules.row_added",
            tone: "allow",
            differs: String::new(),
            before: None,
            after: Some(side(s, row)),
        },
        RowChange::Dropped(row) => Line {
            how: "rules.row_dropped",
            tone: "block",
            differs: String::new(),
            before: Some(side(s, row)),
            after: None,
        },
        RowChange::Changed {
            before,
            after,
            differs,
        } => {
            let words = differs.iter().map(|d| {
                s.t(match d {
                    Difference::Answer => "rules.differs_answer",
                    Difference::Parameter => "rules.differs_parameter",
                    Difference::Place => "rules.differs_place",
                    Difference::Law => "rules.differs_law",
                })
            });
            Line {
                how: "rules.row_changed",
                tone: match differs.as_slice() {
                    [Difference::Law] => "plain",
                    _ => "defer",
                },
                differs: s.join(words.map(str::to_owned).collect()),
                before: Some(side(s, before)),
                after: Some(side(s, after)),
            }
        }
    }
}

fn side(s: &Shell, row: &Row) -> Side {
    let parameters = row.check.parameters().into_iter();
    let parameters = parameters.map(|(name, value)| match name {
        "max_age_days" if matches!(row.check, Check::ConsentCounts { .. }) => {
            s.f("rules.with_consent_max_age_days", "value", value)
        }
        "sources" => {
            let kinds = value.split(';').map(|kind| s.word("source_kind", kind));
            s.f("rules.with_sources", "value", s.join(kinds.collect()))
        }
        "similarity_level" => s.f("rules.with_similarity_level", "value", value),
        "max_age_days" => s.f("rules.with_max_age_days", "value", value),
        other => format!("{other} = {value}"),
    });
    let (verdict, reason) = answer(s, row);
    Side {
        text: s.language.of(&row.text).to_owned(),
        tone: tone(row.verdict),
        verdict,
        reason,
        parameters: s.join(parameters.collect()),
        law: row.source.clone(),
    }
}
