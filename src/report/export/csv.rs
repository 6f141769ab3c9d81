//! Decisions as CSV for spreadsheets: UTF-8 with a byte order mark, lines end in CR LF.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
};

use super::{
    Export, ExportError, Exported,
    columns::{Cell, cells, headings, is_tempting, local},
};
use crate::{policy::Language, report::Reports};

/// What stands between fields: a Dutch spreadsheet reads a comma as the decimal sign.
fn separator(language: Language) -> char {
    match language {
        Language::Nl => ';',
        Language::En => ',',
    }
}

pub(super) fn write(
    reports: &Reports,
    export: &Export,
    out: File,
) -> Result<Exported, ExportError> {
    let mut out = BufWriter::new(out);
    let exported = write_to(reports, export, &mut out)?;
    out.flush()?;
    Ok(exported)
}

pub(super) fn write_to(
    reports: &Reports,
    export: &Export,
    out: &mut impl Write,
) -> Result<Exported, ExportError> {
    let between = separator(export.language);
    let zone = reports.zone();
    out.write_all("\u{feff}".as_bytes())?;
    let headings = headings(export.language).map(|h| field(h, between));
    line(out, between, headings)?;
    let mut exported = Exported::default();
    exported.behind = reports.each(&export.filter, |d| -> Result<(), ExportError> {
        let cells = cells(d, export.language, export.masked).map(|cell| match cell {
            Cell::Text(text) => field(&text, between),
            Cell::Time(at) => local(at, zone).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        });
        line(out, between, cells.into_iter())?;
        exported.rows += 1;
        Ok(())
    })?;
    Ok(exported)
}

fn line(
    out: &mut impl Write,
    between: char,
    fields: impl Iterator<Item = String>,
) -> io::Result<()> {
    for (i, field) in fields.enumerate() {
        if i > 0 {
            write!(out, "{between}")?;
        }
        out.write_all(field.as_bytes())?;
    }
    out.write_all(b"\r\n")
}

/// A field. What a spreadsheet would take for a formula or a number begins with an apostrophe, which
/// makes it text there.
pub(crate) fn field(text: &str, between: char) -> String {
    let mark = if is_tempting(text) { "'" } else { "" };
    let quoted = text.contains([between, '"', '\n', '\r', ',', ';']);
    match quoted {
        true => format!("\"{mark}{}\"", text.replace('"', "\"\"")),
        false => format!("{mark}{text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn a_cell_is_words_whatever_it_begins_with() {
        for (given, written) in [
            ("gas", "gas"),
            ("", ""),
            ("+31612345678", "'+31612345678"),
            ("0612345678", "'0612345678"),
            ("06 12 34 56 78", "'06 12 34 56 78"),
            ("=1+1", "'=1+1"),
            ("@sum", "'@sum"),
            ("-2", "'-2"),
            ("\tx", "'\tx"),
            ("=a;b", "\"'=a;b\""),
            ("say \"no\"", "\"say \"\"no\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("17", "17"),
        ] {
            assert_eq!(field(given, ';'), written);
        }
    }
}
