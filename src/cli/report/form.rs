//! How a report is printed: a table, CSV or JSON, from one list of cells.

use clap::Args as ClapArgs;
use prost_types::{Duration, Timestamp};
use serde::Serialize;

use super::csv_line;
use crate::cli::{
    error::CliError,
    output::{Out, Table, count},
    words::local,
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
            Self::Text(_) | Self::At(_) => self.for_spreadsheets(),
        }
    }

    fn for_spreadsheets(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(n) => n.to_string(),
            Self::Share(n) => format!("{}.{}", n / 10, n % 10),
            Self::At(at) => local(at.as_ref()),
            Self::Span(span) => seconds(span.as_ref()).to_string(),
        }
    }
}

impl Form {
    /// Whether a person reads it, and may be told more beside it.
    pub(super) fn is_table(self) -> bool {
        !self.json && !self.csv
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
pub(super) fn seconds(span: Option<&Duration>) -> i64 {
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
    }
}
