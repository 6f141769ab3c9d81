//! What became of the last imports, kept in `imports/` of the data directory, one JSON file each, so that
//! a page can show bad rows by file, line and column.
//!
//! What a row said is left out: a mistyped number is personal data, and erasing a person must not have to
//! look here. Whoever mends the file has the row before him.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Imported, Problem};
use crate::clock::Micros;

/// Imports kept.
const KEPT: usize = 50;
/// Problems kept of each; the rest are counted.
const PROBLEMS: usize = 500;
/// The directory of the records.
const DIR: &str = "imports";

/// What became of one import.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ImportRecord {
    /// When it was received, in microseconds since 1970.
    pub at: i64,
    /// Whose folder.
    pub origin: String,
    /// Whether it was applied; stops are, even if it was held.
    pub applied: bool,
    /// The revision then current.
    pub revision: u64,
    /// One for each file that was there.
    pub files: Vec<FileRecord>,
    /// The first bad rows.
    pub problems: Vec<ProblemRecord>,
    /// How many there were.
    pub problems_total: u64,
    /// Why the folder was held, beside problems.
    pub held: Vec<String>,
    /// What may be a mistake.
    pub warnings: Vec<String>,
    /// Stops newly waiting in the unclear queue.
    pub unclear: u64,
}

/// What became of one file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct FileRecord {
    pub file: String,
    pub rows: u64,
    pub added: u64,
    pub unchanged: u64,
    pub ended: u64,
    pub bad: u64,
}

/// A bad row, without what it said.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProblemRecord {
    /// `file:line:column`.
    pub place: String,
    /// The field; empty if the row or file is meant.
    pub field: String,
    /// What is wrong, with `…` for what was written.
    pub what: String,
    /// How to mend it.
    pub hint: String,
}

impl ImportRecord {
    /// Of an import.
    pub fn of(imported: &Imported, origin: &str, at: Micros) -> Self {
        let report = &imported.report;
        Self {
            at: at.0,
            origin: origin.to_owned(),
            applied: imported.applied,
            revision: imported.revision,
            files: report
                .files
                .iter()
                .map(|f| FileRecord {
                    file: f.file.clone(),
                    rows: f.rows,
                    added: f.added,
                    unchanged: f.unchanged,
                    ended: f.ended,
                    bad: f.bad,
                })
                .collect(),
            problems: report.problems.iter().take(PROBLEMS).map(problem).collect(),
            problems_total: report.problems.len() as u64,
            held: report.held.iter().map(|text| unquoted(text)).collect(),
            warnings: report.warnings.iter().map(|text| unquoted(text)).collect(),
            unclear: report.unclear,
        }
    }

    /// Keeps it in a data directory, and drops the oldest beyond the last 50.
    ///
    /// # Errors
    /// If a file cannot be written or listed.
    pub fn keep(&self, data_dir: &Path) -> io::Result<()> {
        let dir = data_dir.join(DIR);
        fs::create_dir_all(&dir)?;
        let name = format!("{:020}-{}.json", self.at.max(0), self.revision);
        let draft = dir.join(format!("{name}.new"));
        fs::write(&draft, serde_json::to_vec(self)?)?;
        fs::rename(&draft, dir.join(name))?;
        for old in files(&dir)?.iter().rev().skip(KEPT) {
            fs::remove_file(old)?;
        }
        Ok(())
    }
}

/// The kept imports, newest first.
///
/// # Errors
/// If a file cannot be read.
pub fn import_records(data_dir: &Path) -> io::Result<Vec<ImportRecord>> {
    let dir = data_dir.join(DIR);
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let read = |path: &PathBuf| Ok(serde_json::from_slice(&fs::read(path)?)?);
    files(&dir)?.iter().rev().map(read).collect()
}

/// The records, oldest first: their names begin with the time.
fn files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "json") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn problem(p: &Problem) -> ProblemRecord {
    let place = match p.line {
        0 => p.file.clone(),
        line => format!("{}:{line}:{}", p.file, p.column),
    };
    ProblemRecord {
        place,
        field: p.field.clone(),
        what: unquoted(&p.what),
        hint: unquoted(&p.hint),
    }
}

/// A text with `…` for what stands in quotes.
fn unquoted(text: &str) -> String {
    let parts = text.split('"').enumerate();
    let kept: Vec<&str> = parts
        .map(|(i, part)| if i % 2 == 0 { part } else { "…" })
        .collect();
    kept.join("\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(at: i64) -> ImportRecord {
        ImportRecord {
            at,
            origin: "crm".into(),
            applied: true,
            revision: 7,
            files: Vec::new(),
            problems: Vec::new(),
            problems_total: 0,
            held: Vec::new(),
            warnings: Vec::new(),
            unclear: 0,
        }
    }

    #[test]
    fn the_last_fifty_are_kept_newest_first() {
        let dir = tempfile::tempdir().unwrap();
        assert!(import_records(dir.path()).unwrap().is_empty());
        for at in 0..60 {
            record(at).keep(dir.path()).unwrap();
        }
        let kept = import_records(dir.path()).unwrap();
        assert_eq!(kept.len(), KEPT);
        assert_eq!((kept[0].at, kept[49].at), (59, 10));
    }

    #[test]
    fn what_a_row_said_is_not_kept() {
        let p = Problem {
            file: "consents.csv".into(),
            line: 3,
            column: 1,
            field: "number".into(),
            what: "\"0612345\" is not a valid number in NL".into(),
            hint: "write it with its country code, such as +31201234567".into(),
        };
        let kept = problem(&p);
        assert_eq!(kept.place, "consents.csv:3:1");
        assert_eq!(kept.what, "\"…\" is not a valid number in NL");
    }
}
