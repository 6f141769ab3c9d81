//! The list of numbers: looked over in full before the first is asked about, then read in chunks.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use super::{
    ask::Chunk,
    columns::{ADDED, Columns},
};
use crate::{
    cli::error::CliError,
    intake::csv::{CsvError, Reader, Row},
    number::Region,
};

/// Problems told in full; the rest are counted.
const TOLD: usize = 100;

/// Bytes of text in a chunk, well under the smallest `limits.message_bytes`.
const CHUNK_BYTES: usize = 256 << 10;

/// A list without a fault.
pub(super) struct List {
    path: PathBuf,
    columns: Columns,
    /// Rows after the header.
    pub(super) rows: u64,
}

/// What is wrong with the list so far.
#[derive(Default)]
struct Problems {
    told: Vec<String>,
    more: u64,
}

impl Problems {
    fn add(&mut self, problem: String) {
        if self.told.len() < TOLD {
            self.told.push(problem);
        } else {
            self.more += 1;
        }
    }
}

fn open(path: &Path) -> Result<Reader<File>, CliError> {
    File::open(path)
        .map(Reader::new)
        .map_err(|e| unreadable(path, &e))
}

fn fields(row: &Row<'_>) -> Vec<String> {
    (0..row.len()).map(|i| row.get(i).to_owned()).collect()
}

fn unreadable(path: &Path, error: &std::io::Error) -> CliError {
    CliError::failed(
        format!("cannot be read: {} ({error})", path.display()),
        "name a readable CSV file",
    )
}

impl List {
    /// Reads the whole list once and tells every fault in it.
    pub(super) fn look_over(
        path: &Path,
        number_column: &str,
        region: &str,
    ) -> Result<Self, CliError> {
        if !region.is_empty() && Region::parse(region).is_err() {
            return Err(CliError::usage(
                format!("--region: `{region}` is not an ISO 3166 region"),
                "write two letters, such as NL",
            ));
        }
        let mut reader = open(path)?;
        let file = path.display();
        let columns = match reader.next_row() {
            Ok(Some(row)) => Columns::of(fields(&row), number_column).map_err(|(what, hint)| {
                CliError::failed(format!("{file}:{}: {what}", row.line()), hint)
            })?,
            Ok(None) => {
                return Err(CliError::failed(
                    format!("the list is empty: {file}"),
                    format!("write a header with a column `{number_column}`, then a number a line"),
                ));
            }
            Err(bad) => {
                return Err(match bad.error {
                    CsvError::Io(e) => unreadable(path, &e),
                    error => CliError::failed(
                        format!("{file}:{}:{}: the header: {error}", bad.line, bad.column),
                        "mend the header",
                    ),
                });
            }
        };
        let mut problems = Problems::default();
        let mut rows = 0;
        loop {
            match reader.next_row() {
                Ok(Some(row)) => {
                    rows += 1;
                    if let Err(what) = columns.judge(&fields(&row)) {
                        problems.add(format!("{file}:{}: {what}", row.line()));
                    }
                }
                Ok(None) => break,
                Err(bad) => match bad.error {
                    CsvError::Io(e) => return Err(unreadable(path, &e)),
                    error => {
                        problems.add(format!("{file}:{}:{}: {error}", bad.line, bad.column));
                    }
                },
            }
        }
        if problems.told.is_empty() {
            return Ok(Self {
                path: path.to_owned(),
                columns,
                rows,
            });
        }
        for problem in &problems.told {
            eprintln!("{problem}");
        }
        if problems.more > 0 {
            eprintln!("and {} more", problems.more);
        }
        Err(CliError::failed(
            format!("the list has faults, nothing was asked: {file}"),
            "mend the lines named above",
        ))
    }

    /// The header of the output.
    pub(super) fn header_out(&self) -> Vec<&str> {
        self.columns
            .names
            .iter()
            .map(String::as_str)
            .chain(ADDED)
            .collect()
    }

    /// Reads it again, in chunks of at most so many rows.
    pub(super) fn chunks(&self, most: usize) -> Result<Chunks, CliError> {
        let mut reader = open(&self.path)?;
        // The header.
        reader.next_row().map_err(|_| changed(&self.path))?;
        Ok(Chunks {
            reader,
            columns: self.columns.clone(),
            path: self.path.clone(),
            most,
        })
    }
}

/// The rows, chunk by chunk.
pub(super) struct Chunks {
    reader: Reader<File>,
    columns: Columns,
    path: PathBuf,
    most: usize,
}

fn changed(path: &Path) -> CliError {
    CliError::failed(
        format!("the list changed while it was read: {}", path.display()),
        "begin again when nobody writes to it",
    )
}

impl Chunks {
    pub(super) fn next(&mut self) -> Result<Option<Chunk>, CliError> {
        let mut rows = Vec::new();
        let mut bytes = 0;
        while rows.len() < self.most && bytes < CHUNK_BYTES {
            match self.reader.next_row() {
                Ok(Some(row)) => {
                    let fields = fields(&row);
                    if self.columns.judge(&fields).is_err() {
                        return Err(changed(&self.path));
                    }
                    let row = self.columns.row(fields);
                    bytes += row.number.len() + row.person.len();
                    rows.push(row);
                }
                Ok(None) => break,
                Err(bad) => {
                    return Err(match bad.error {
                        CsvError::Io(e) => unreadable(&self.path, &e),
                        _ => changed(&self.path),
                    });
                }
            }
        }
        Ok((!rows.is_empty()).then_some(Chunk { rows }))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    fn list(text: &str, column: &str) -> Result<List, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("l.csv");
        std::fs::write(&path, text).unwrap();
        let cut = format!("{}/", dir.path().display());
        let list = List::look_over(&path, column, "").map_err(|e| e.to_string().replace(&cut, ""));
        let list = list?;
        // Read it again while the directory is there.
        let mut chunks = list.chunks(2).unwrap();
        let mut rows = 0;
        while let Some(chunk) = chunks.next().unwrap() {
            assert!(chunk.rows.len() <= 2);
            rows += chunk.rows.len() as u64;
        }
        assert_eq!(rows, list.rows);
        Ok(list)
    }

    #[test]
    fn columns_are_found_by_name() {
        let good = list("name,phone,region\nx,06,NL\n\ny,07,\nz,08,be\n", "phone")
            .ok()
            .unwrap();
        assert_eq!(good.rows, 3);
        assert_eq!(
            good.header_out(),
            [
                "name",
                "phone",
                "region",
                "verdict",
                "reason",
                "e164",
                "lead_action"
            ]
        );
    }

    #[test]
    fn a_bad_header_says_what_to_do() {
        let of = |text: &str| list(text, "number").err().unwrap();
        assert_eq!(
            of(""),
            "the list is empty: l.csv; hint: write a header with a column `number`, then a number a line"
        );
        assert_eq!(
            of("a,b\n"),
            "l.csv:1: there is no column `number`; hint: name one of a, b with --number-column"
        );
        assert_eq!(
            of("number;b\n"),
            "l.csv:1: there is no column `number`; hint: separate the columns with commas"
        );
        assert_eq!(
            of("number,reason\n"),
            "l.csv:1: there is a column `reason` already, and it would be added; hint: give it another name, or take the list from before it was scrubbed"
        );
    }
}
