//! The trail of a decision, row by row, with the fact and the source of law.

use super::{case::Case, tone};
use crate::{
    pages::{facts, shell::Shell},
    policy::RowOutcome,
};

/// A row of the trail in words.
#[derive(Clone, Debug)]
pub(crate) struct TrailRow {
    /// From 1.
    pub(crate) number: usize,
    /// What the row says.
    pub(crate) text: String,
    /// How it came out.
    pub(crate) outcome: String,
    /// The verdict it gave or would have given; empty if it did not match.
    pub(crate) gives: String,
    /// The class of that verdict.
    pub(crate) tone: &'static str,
    /// The class of the row.
    pub(crate) class: &'static str,
    /// The fact found, as a sentence.
    pub(crate) found: String,
    /// Its id.
    pub(crate) fact_id: String,
    /// The source of law.
    pub(crate) law: String,
    /// That source was not seen in the original.
    pub(crate) unverified: bool,
}

/// The rows in order.
pub(crate) fn rows(s: &Shell, case: &Case) -> Vec<TrailRow> {
    let outcomes = case.decision.outcomes.iter().enumerate();
    outcomes
        .map(|(i, outcome)| {
            let row = case.rows.get(i);
            let index = u8::try_from(i).unwrap_or(u8::MAX);
            let id = case.decision.fact(index);
            let found = match (case.facts.get(&index), id) {
                (Some(fact), _) if fact.rev_until.is_some() => {
                    format!(
                        "{} ({})",
                        facts::sentence(s, fact),
                        s.t("decision.fact_ended")
                    )
                }
                (Some(fact), _) => facts::sentence(s, fact),
                (None, Some(_)) => s.t("decision.fact_gone").to_owned(),
                (None, None) => String::new(),
            };
            let matched = matches!(outcome, RowOutcome::Decided | RowOutcome::WouldDecide);
            let given = row.filter(|_| matched);
            TrailRow {
                number: i + 1,
                text: row.map_or_else(|| "–".to_owned(), |r| s.language.of(&r.text).to_owned()),
                outcome: s.word("outcome", outcome.word()),
                gives: given.map_or_else(String::new, |r| s.verdict(r.verdict).to_owned()),
                tone: given.map_or("", |r| tone(r.verdict)),
                class: match outcome {
                    RowOutcome::Decided => "decided",
                    RowOutcome::WouldDecide => "",
                    _ => "quiet",
                },
                found,
                fact_id: id.map_or_else(String::new, |id| id.to_string()),
                law: row.map_or_else(String::new, |r| r.source.clone()),
                unverified: row.is_some_and(|r| r.unverified),
            }
        })
        .collect()
}
