//! CSV as RFC 4180 has it, in UTF-8, in which no cell is a formula to a spreadsheet.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use super::{
    Sink,
    columns::{COLUMNS, Value},
};
use crate::ledger::StoredDecision;

pub(super) struct Csv<W>(W);

impl<W: Write> Csv<W> {
    /// With its header.
    pub(super) fn new(mut out: W) -> io::Result<Self> {
        let names: Vec<_> = COLUMNS.iter().map(|c| c.name).collect();
        write!(out, "{}\r\n", names.join(","))?;
        Ok(Self(out))
    }
}

impl<W: Write> Sink for Csv<W> {
    fn write(&mut self, decision: &StoredDecision) -> io::Result<()> {
        for (n, column) in COLUMNS.iter().enumerate() {
            if n > 0 {
                self.0.write_all(b",")?;
            }
            match (column.of)(decision) {
                Value::None => {}
                Value::Text(text) => self.0.write_all(cell(&text).as_bytes())?,
                Value::Count(n) => write!(self.0, "{n}")?,
                Value::Flag(yes) => write!(self.0, "{yes}")?,
                Value::Time(at) => write!(self.0, "{at}")?,
            }
        }
        self.0.write_all(b"\r\n")
    }

    fn end(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}

/// A cell. One that a spreadsheet would take for a formula gets an apostrophe in front; a plain number
/// with its sign, as every telephone number is, computes nothing and stays as it is.
pub(in crate::cli) fn cell(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_signed_number(text);
    let quoted = text.contains([',', '"', '\r', '\n']);
    match (formula, quoted) {
        (false, false) => Cow::Borrowed(text),
        (true, false) => Cow::Owned(format!("'{text}")),
        (formula, true) => {
            let mark = if formula { "'" } else { "" };
            Cow::Owned(format!("\"{mark}{}\"", text.replace('"', "\"\"")))
        }
    }
}

fn is_signed_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_a_number_stays_a_number() {
        for (text, written) in [
            ("plain", "plain"),
            ("+31612345678", "+31612345678"),
            ("-7", "-7"),
            ("=1+1", "'=1+1"),
            ("+1+1", "'+1+1"),
            ("+", "'+"),
            ("-cmd", "'-cmd"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("a,b", "\"a,b\""),
            ("say \"no\"", "\"say \"\"no\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=a,b", "\"'=a,b\""),
            ("\r=a", "\"'\r=a\""),
        ] {
            assert_eq!(cell(text), written, "{text:?}");
        }
    }
}
