//! A regime's table for one channel, and the decision over it.

use super::{
    check::{Answer, Check, Found, Known, Packed},
    question::{Facts, Question},
    verdict::{Reason, RowOutcome, Verdict},
};

/// Most rows a table may have.
pub const MAX_ROWS: usize = 24;

/// One row: a check, and what it gives where it matches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// What is asked.
    pub check: Check,
    /// The verdict.
    pub verdict: Verdict,
    /// The reason.
    pub reason: Reason,
    /// The source of law.
    pub source: String,
    /// The source behind a parameter of the row was not verified.
    pub unverified: bool,
    /// The row in plain words: Dutch, English.
    pub text: Text,
}

/// A text in both languages.
#[derive(Clone, PartialEq, Eq, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Text {
    pub nl: String,
    pub en: String,
}

/// The language of texts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// Dutch.
    Nl,
    /// English.
    #[default]
    En,
}

impl Language {
    /// By its ISO 639 code.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "nl" => Some(Self::Nl),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The text in this language.
    pub fn of(self, text: &Text) -> &str {
        match self {
            Self::Nl => &text.nl,
            Self::En => &text.en,
        }
    }

    /// One of two texts.
    pub fn pick<'a>(self, nl: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Nl => nl,
            Self::En => en,
        }
    }
}

/// How one row came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RowResult {
    /// The outcome.
    pub outcome: RowOutcome,
    /// What it rests on.
    pub found: Found,
}

/// A decision: fixed arrays and small numbers; words are made when somebody reads.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The row that decided, from 0; `None` if none did (the verdict is then `BLOCK`, `NO_REGIME`).
    pub decided_by: Option<u8>,
    // Apart and packed: a decision is moved about a few times, and every byte with it.
    outcomes: [RowOutcome; MAX_ROWS],
    found: [Packed; MAX_ROWS],
    rows: u8,
}

impl Decision {
    /// Every row's result, in the table's order.
    pub fn results(&self) -> impl ExactSizeIterator<Item = RowResult> {
        let rows = self.outcomes.iter().zip(&self.found);
        rows.take(self.rows.into())
            .map(|(outcome, found)| RowResult {
                outcome: *outcome,
                found: found.unpack(),
            })
    }

    /// A verdict that was given before the table was asked (facts behind).
    pub fn outside_table(verdict: Verdict, reason: Reason) -> Self {
        Self {
            verdict,
            reason,
            decided_by: None,
            outcomes: [RowOutcome::NotAsked; MAX_ROWS],
            found: [Packed::NOTHING; MAX_ROWS],
            rows: 0,
        }
    }
}

/// The row that would decide, asked without a trail: what the shadow needs. The same row as [`decide`]'s.
pub fn first_match<'r>(rows: &'r [Row], q: &Question<'_>, f: &Facts<'_>) -> Option<&'r Row> {
    let mut known = Known::nothing();
    rows.iter()
        .find(|row| matches!(row.check.ask(q, f, &mut known), Answer::Match(_)))
}

/// Decides: asks every row in order; the first that matches gives the verdict, the others go on the
/// trail. Pure: the same table, question and facts always give the same decision. No allocation.
///
/// A table in which no row matches blocks, so that an incomplete pack never opens a door.
pub fn decide(rows: &[Row], q: &Question<'_>, f: &Facts<'_>) -> Decision {
    let mut known = Known::nothing();
    let mut decision = Decision::outside_table(Verdict::Block, Reason::NoRegime);
    let results = decision.outcomes.iter_mut().zip(&mut decision.found);
    for (row, result) in rows.iter().zip(results) {
        let (outcome, found) = match row.check.ask(q, f, &mut known) {
            Answer::Match(found) if decision.decided_by.is_none() => {
                decision.verdict = row.verdict;
                decision.reason = row.reason;
                decision.decided_by = Some(decision.rows);
                (RowOutcome::Decided, found)
            }
            Answer::Match(found) => (RowOutcome::WouldDecide, found),
            Answer::Pass(found) => (RowOutcome::Passed, found),
            Answer::NotAsked(found) => (RowOutcome::NotAsked, found),
            Answer::Unknown => (RowOutcome::Unknown, Found::Nothing),
        };
        (*result.0, *result.1) = (outcome, found.pack());
        decision.rows += 1;
    }
    decision
}
