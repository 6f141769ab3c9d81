//! What is wrong with what was given: where, what, and how to mend it.

use std::{
    fmt,
    sync::atomic::{AtomicU32, Ordering},
};

/// Something wrong with one field of one row, wherever the row came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldProblem {
    /// The column, such as `granted_at`; empty if the row as a whole is meant.
    pub field: &'static str,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub hint: String,
}

/// Something wrong, with its place. `Display` prints `file:line:column: field: what is wrong; hint`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Problem {
    /// The file, or another name of the place, such as ``campaign `c1` ``.
    pub file: String,
    /// Line, from 1; 0 if there is none.
    pub line: u64,
    /// Column in characters, from 1; 0 if there is none.
    pub column: u64,
    /// The field; empty if the row or file as a whole is meant.
    pub field: String,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            field,
            what,
            hint,
        } = self;
        if !file.is_empty() {
            f.write_str(file)?;
            if *line > 0 {
                write!(f, ":{line}:{column}")?;
            }
            f.write_str(": ")?;
        }
        if !field.is_empty() {
            write!(f, "{field}: ")?;
        }
        f.write_str(what)?;
        if !hint.is_empty() {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

/// How many problems are listed; the rest are counted.
pub const MOST_LISTED: usize = 10_000;

/// Problems as they are found: all are counted, the first [`MOST_LISTED`] are kept.
#[derive(Debug, Default)]
pub(super) struct Problems {
    listed: Vec<Problem>,
    total: u64,
}

impl Problems {
    /// Counts one, and keeps it if there is room; it is made only then.
    pub(super) fn add(&mut self, make: impl FnOnce() -> Problem) {
        self.total += 1;
        if self.listed.len() < MOST_LISTED {
            self.listed.push(make());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.total == 0
    }

    pub(super) fn append(&mut self, other: Self) {
        self.total += other.total;
        let room = MOST_LISTED - self.listed.len();
        self.listed.extend(other.listed.into_iter().take(room));
    }

    /// The listed ones, with a last line that says how many more there are.
    pub(super) fn into_list(mut self) -> Vec<Problem> {
        let more = self.total - self.listed.len() as u64;
        if more > 0 {
            self.listed.push(Problem {
                what: format!("{more} more problems are not listed"),
                hint: "mend these first".to_owned(),
                ..Problem::default()
            });
        }
        self.listed
    }
}

/// A text as messages show it: in quotes, cut after 40 characters.
pub(super) fn shown(text: &str) -> String {
    let mut chars = text.chars();
    let mut out = String::from("\"");
    for c in chars.by_ref().take(40) {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    if chars.next().is_some() {
        out.push('…');
    }
    out.push('"');
    out
}

/// The nearest of some names, if one is near enough to have been meant.
pub(super) fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    // The distance takes time of the product of both lengths, so long names are not compared.
    if name.len() > 64 {
        return None;
    }
    let lower = name.to_lowercase();
    let distance = |n: &&str| {
        let other = n.to_lowercase();
        let begins = other.starts_with(&lower) || lower.starts_with(&other);
        match begins && lower.len().min(other.len()) > 3 {
            true => 1,
            false => strsim::damerau_levenshtein(&lower, &other),
        }
    };
    let near = |n: &&str| {
        let (d, shorter) = (distance(n), n.len().min(lower.len()));
        d <= 1.max(shorter / 3) && d < shorter
    };
    names.into_iter().min_by_key(distance).filter(near)
}

/// How often [`Near`] compares before it gives up, so that a file of a million mistyped ids is still
/// read in seconds.
const MOST_COMPARED: u32 = 300_000;

/// Finds near ids for hints, with a bound on the work.
#[derive(Debug, Default)]
pub(super) struct Near(AtomicU32);

impl Near {
    /// The nearest id, if one is near and the bound is not reached.
    pub(super) fn find<'n>(
        &self,
        id: &str,
        ids: impl ExactSizeIterator<Item = &'n str>,
    ) -> Option<String> {
        let cost = u32::try_from(ids.len()).unwrap_or(u32::MAX).max(1);
        let spent = self.0.load(Ordering::Relaxed).saturating_add(cost);
        if spent > MOST_COMPARED {
            return None;
        }
        self.0.store(spent, Ordering::Relaxed);
        nearest(id, ids).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_place_field_what_and_hint() {
        let problem = Problem {
            file: "relations.csv".into(),
            line: 7,
            column: 12,
            field: "kind".into(),
            what: "\"PURCHAS\" is not a kind".into(),
            hint: "write PURCHASE".into(),
        };
        assert_eq!(
            problem.to_string(),
            "relations.csv:7:12: kind: \"PURCHAS\" is not a kind; write PURCHASE"
        );
        let file = Problem {
            line: 0,
            field: String::new(),
            hint: String::new(),
            ..problem
        };
        assert_eq!(file.to_string(), "relations.csv: \"PURCHAS\" is not a kind");
    }

    #[test]
    fn ten_thousand_are_listed_and_the_rest_counted() {
        let mut problems = Problems::default();
        for _ in 0..MOST_LISTED + 5 {
            problems.add(Problem::default);
        }
        let list = problems.into_list();
        assert_eq!(list.len(), MOST_LISTED + 1);
        assert!(list[MOST_LISTED].to_string().starts_with("5 more problems"));
    }

    #[test]
    fn the_nearest_name_is_told_only_if_it_is_near() {
        let names = ["number", "region", "person_id"];
        assert_eq!(nearest("Numbr", names), Some("number"));
        assert_eq!(nearest("personid", names), Some("person_id"));
        assert_eq!(nearest("telefoon", names), None);
    }

    #[test]
    fn long_and_odd_texts_are_shown_short_and_safe() {
        assert_eq!(shown("a\u{7}b"), "\"a\\u{7}b\"");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), 43);
    }
}
