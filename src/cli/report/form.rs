//! How a report is printed: a table, CSV or JSON, from one list of cells.

use clap::Args as ClapArgs;
use prost_types::{Duration, Timestamp};
use serde::{Serialize, Serializer};

use super::csv_line;
use crate::cli::{
    error::CliError,
    output::{Ordered, Out, Table, count},
    words::{local, rfc3339},
};

#[derive(ClapArgs, Clone, Copy, Debug)]
pub(super) struct Form {
    /// A JSON object a line
    #[arg(long)]
    json: bool,
    /// CSV with a heading, for spreadsheets
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

/// A cell, written for who reads it.
pub(super) enum Cell {
    Text(String),
    Count(u64),
    /// So many of a thousand, in percent.
    Share(u64),
    At(Option<Timestamp>),
    /// For spreadsheets in seconds.
    Span(Option<Duration>),
    /// How often each of these, most often first; all of them only in JSON.
    Counts(Vec<(&'static str, u64)>),
}

/// How many of [`Cell::Counts`] are named.
const NAMED: usize = 3;

/// A column: its title, and its name in JSON; without a name it is left out there.
pub(super) type Column = (&'static str, &'static str);

/// As in JSON: counts and times as numbers, shares in thousandths.
impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Count(n) | Self::Share(n) => serializer.serialize_u64(*n),
            Self::At(at) => rfc3339(at.as_ref()).serialize(serializer),
            Self::Span(span) => serializer.serialize_i64(seconds(span.as_ref())),
            Self::Counts(counts) => {
                serializer.collect_map(counts.iter().map(|(name, n)| (name, n)))
            }
        }
    }
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    fn for_people(&self) -> String {
        match self {
            Self::Count(n) => count(*n),
            Self::Share(n) => format!("{}.{} %", n / 10, n % 10),
            Self::Span(span) => in_words(seconds(span.as_ref())),
            Self::Text(_) | Self::At(_) | Self::Counts(_) => self.for_spreadsheets(),
        }
    }

    fn for_spreadsheets(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(n) => n.to_string(),
            Self::Share(n) => format!("{}.{}", n / 10, n % 10),
            Self::At(at) => local(at.as_ref()),
            Self::Span(span) => seconds(span.as_ref()).to_string(),
            Self::Counts(counts) => {
                let named = counts.iter().take(NAMED);
                let named = named.map(|(name, n)| format!("{name} {}", count(*n)));
                named.collect::<Vec<_>>().join(", ")
            }
        }
    }
}

impl Form {
    /// Whether a person reads it, and may be told more beside it.
    pub(super) fn is_table(self) -> bool {
        !self.json && !self.csv
    }

    /// Prints rows whose JSON is their cells; a column whose title begins with `>` stands right.
    pub(super) fn print_cells<R, const N: usize>(
        self,
        columns: &[Column; N],
        rows: &[R],
        cells: impl Fn(&R) -> [Cell; N],
    ) -> Result<(), CliError> {
        let object = |row: &R| {
            let named = columns.iter().zip(cells(row));
            let named = named.filter(|((_, name), _)| !name.is_empty());
            Ordered(named.map(|((_, name), cell)| (*name, cell)).collect())
        };
        let titles = columns.map(|(title, _)| title);
        self.print(&titles, rows, |row| cells(row).into(), object)
    }

    /// Prints rows; a column whose title begins with `>` stands right.
    pub(super) fn print<'r, R: 'r, J: Serialize>(
        self,
        titles: &[&str],
        rows: &'r [R],
        cells: impl Fn(&'r R) -> Vec<Cell>,
        json: impl Fn(&'r R) -> J,
    ) -> Result<(), CliError> {
        let mut out = Out::new();
        let mut table = Table::new(titles);
        if self.csv {
            let names: Vec<_> = titles.iter().map(|t| t.trim_start_matches('>')).collect();
            out.line(csv_line(
                &names
                    .iter()
                    .map(|n| n.replace(' ', "_"))
                    .collect::<Vec<_>>(),
            ))?;
        }
        for row in rows {
            if self.json {
                out.json(&json(row))?;
            } else if self.csv {
                let cells: Vec<_> = cells(row).iter().map(Cell::for_spreadsheets).collect();
                out.line(csv_line(&cells))?;
            } else {
                table.row(cells(row).iter().map(Cell::for_people));
            }
        }
        if self.is_table() && !table.is_empty() {
            out.text(&table.to_string())?;
        }
        out.end()
    }
}

/// Whole seconds of a time; 0 for none.
fn seconds(span: Option<&Duration>) -> i64 {
    span.map_or(0, |span| span.seconds)
}

/// In the largest two units that say something.
fn in_words(seconds: i64) -> String {
    let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
    let (minutes, rest) = (seconds / 60 % 60, seconds % 60);
    match seconds {
        ..1 => "at once".to_owned(),
        1..60 => format!("{rest} s"),
        60..3_600 => format!("{minutes} min {rest} s"),
        3_600..86_400 => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn one_cell_is_written_for_people_and_for_spreadsheets() {
        let both = |cell: Cell| (cell.for_people(), cell.for_spreadsheets());
        let span = |seconds| Cell::Span(Some(Duration { seconds, nanos: 0 }));
        let is = |people: &str, sheets: &str| (people.to_owned(), sheets.to_owned());
        assert_eq!(both(Cell::Count(12_345)), is("12,345", "12345"));
        assert_eq!(both(Cell::Share(125)), is("12.5 %", "12.5"));
        assert_eq!(both(span(0)), is("at once", "0"));
        assert_eq!(both(span(59)), is("59 s", "59"));
        assert_eq!(both(span(3_599)), is("59 min 59 s", "3599"));
        assert_eq!(both(span(86_399)), is("23 h 59 min", "86399"));
        assert_eq!(both(span(200_000)), is("2 d 7 h", "200000"));
        assert_eq!(both(Cell::At(None)), is("", ""));
        let counts = vec![("A", 1_200), ("B", 3), ("C", 2), ("D", 1)];
        let named = "A 1,200, B 3, C 2";
        assert_eq!(both(Cell::Counts(counts)), is(named, named));
    }

    #[test]
    fn a_cell_in_json_is_a_value_of_its_kind() {
        let json = |cell: Cell| serde_json::to_string(&cell).unwrap();
        assert_eq!(json(Cell::text("a \"b\"")), r#""a \"b\"""#);
        assert_eq!(json(Cell::Count(12_345)), "12345");
        assert_eq!(json(Cell::Share(125)), "125");
        assert_eq!(json(Cell::At(None)), "null");
        assert_eq!(json(Cell::Span(None)), "0");
        assert_eq!(
            json(Cell::Counts(vec![("B", 3), ("A", 2)])),
            r#"{"B":3,"A":2}"#
        );
    }
}
