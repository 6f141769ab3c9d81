//! Writing data to standard output: tables for people, JSON for scripts.

use std::io::{self, BufWriter, StdoutLock, Write};

use serde::Serialize;

use super::error::CliError;

/// Standard output, buffered; [`Out::end`] writes the rest.
pub(super) struct Out(BufWriter<StdoutLock<'static>>);

impl Out {
    pub(super) fn new() -> Self {
        Self(BufWriter::new(io::stdout().lock()))
    }

    /// A line, or several.
    pub(super) fn line(&mut self, text: impl AsRef<str>) -> Result<(), CliError> {
        Ok(writeln!(self.0, "{}", text.as_ref())?)
    }

    /// Text that ends its own lines.
    pub(super) fn text(&mut self, text: &str) -> Result<(), CliError> {
        Ok(self.0.write_all(text.as_bytes())?)
    }

    /// A JSON object on a line of its own.
    pub(super) fn json(&mut self, value: &impl Serialize) -> Result<(), CliError> {
        serde_json::to_writer(&mut self.0, value).map_err(io::Error::from)?;
        Ok(writeln!(self.0)?)
    }

    /// Writes what is left.
    pub(super) fn end(mut self) -> Result<(), CliError> {
        Ok(self.0.flush()?)
    }
}

/// Prints one answer: a JSON object, or text for people that ends its own lines.
pub(super) fn answer(json: bool, object: &impl Serialize, text: &str) -> Result<(), CliError> {
    let mut out = Out::new();
    match json {
        true => out.json(object)?,
        false => out.text(text)?,
    }
    out.end()
}

/// Prints a list: a JSON object a line, or a table, which is left out when it would be empty.
pub(super) fn list<'r, R, J: Serialize, const N: usize>(
    json: bool,
    rows: &'r [R],
    object: impl Fn(&'r R) -> J,
    titles: &[&str; N],
    cells: impl Fn(&'r R) -> [String; N],
) -> Result<(), CliError> {
    let mut out = Out::new();
    let mut table = Table::new(titles);
    for row in rows {
        match json {
            true => out.json(&object(row))?,
            false => table.row(cells(row)),
        }
    }
    if !table.is_empty() {
        out.text(&table.to_string())?;
    }
    out.end()
}

/// How a column stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// A table for people: columns as wide as their widest cell, two blanks between.
pub(super) struct Table {
    aligns: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With its header; a column whose title begins with `>` stands right.
    pub(super) fn new(titles: &[&str]) -> Self {
        let aligns = titles
            .iter()
            .map(|t| {
                if t.starts_with('>') {
                    Align::Right
                } else {
                    Align::Left
                }
            })
            .collect();
        let header = titles
            .iter()
            .map(|t| t.trim_start_matches('>').to_owned())
            .collect();
        Self {
            aligns,
            rows: vec![header],
        }
    }

    pub(super) fn row<I>(&mut self, cells: I)
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.rows
            .push(cells.into_iter().map(|c| clean(&c.into())).collect());
    }

    /// Whether there is nothing but the header.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.len() == 1
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let width = |i: usize| {
            let cells = self.rows.iter().filter_map(|r| r.get(i));
            cells.map(|c| c.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..self.aligns.len()).map(width).collect();
        for row in &self.rows {
            let mut line = String::new();
            for ((cell, width), align) in row.iter().zip(&widths).zip(&self.aligns) {
                match align {
                    Align::Left => line.push_str(&format!("{cell:<width$}  ")),
                    Align::Right => line.push_str(&format!("{cell:>width$}  ")),
                }
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Text on one line that cannot steer a terminal: what was typed as a number ends up here.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Lines of `name  value`, aligned; a name without a value is left out.
pub(super) fn fields(pairs: &[(&str, String)]) -> String {
    let shown = pairs.iter().filter(|(_, value)| !value.is_empty());
    let width = shown.clone().map(|(name, _)| name.len()).max().unwrap_or(0);
    shown
        .map(|(name, value)| format!("{name:<width$}  {}\n", clean(value)))
        .collect()
}

/// A whole number with its thousands apart.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A JSON object with its members in this order.
pub(super) struct Ordered<K, V>(pub(super) Vec<(K, V)>);

impl<K: Serialize, V: Serialize> Serialize for Ordered<K, V> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(k, v)| (k, v)))
    }
}

/// `None` where a text of the wire is empty, so that JSON says `null`.
pub(super) fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_and_cannot_be_broken_by_a_cell() {
        let mut table = Table::new(&["name", ">rows", "note"]);
        table.row(["sellers.csv", "2", ""]);
        table.row(["é", "1,500", "two\nlines"]);
        assert_eq!(
            table.to_string(),
            "name          rows  note\n\
             sellers.csv      2\n\
             é            1,500  two lines\n"
        );
    }

    #[test]
    fn thousands_stand_apart() {
        let texts: Vec<_> = [0, 999, 1_000, 1_234_567].into_iter().map(count).collect();
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn fields_without_a_value_are_left_out() {
        let text = fields(&[
            ("verdict", "BLOCK".into()),
            ("e164", String::new()),
            ("id", "7".into()),
        ]);
        assert_eq!(text, "verdict  BLOCK\nid       7\n");
    }
}
