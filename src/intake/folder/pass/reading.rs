//! The reading side of a pass: rows to facts, or to what is wrong with them.

use std::{
    fs::File,
    sync::mpsc::{Receiver, SyncSender},
};

use smallvec::SmallVec;

use super::{Batch, Job, Look, Out, Passed, Table, Taken, Unclear};
use crate::{
    facts::symbols::TooMany,
    intake::{
        csv::{BadRow, Reader, Row},
        field::Told,
        folder::{FileReport, rejected::Rejected},
        hash::RowHasher,
        header::Header,
        problem::{FieldProblem, Problem, Problems},
        row::given,
    },
    store::RowHash,
};

/// Bytes after which a batch is handed over however few facts it has, so that progress is told.
const TELL: u64 = 1 << 20;

const CANNOT_TELL: &str =
    "sellers.csv or products.csv cannot be read, so what the row names cannot be told";

/// The reading side of a pass.
pub(super) struct Reading<'j, T: Table> {
    job: Job<'j>,
    table: T,
    full: SyncSender<Batch<T::Item>>,
    empty: Receiver<Batch<T::Item>>,
    batch: Batch<T::Item>,
    told: Told,
    report: FileReport,
    problems: Problems,
    rejected: Option<Rejected>,
    header: Vec<String>,
}

impl<'j, T: Table> Reading<'j, T> {
    pub(super) fn new(
        job: Job<'j>,
        table: T,
        full: SyncSender<Batch<T::Item>>,
        empty: Receiver<Batch<T::Item>>,
    ) -> Self {
        Self {
            report: FileReport {
                file: job.name.to_owned(),
                ..FileReport::default()
            },
            job,
            table,
            full,
            empty,
            batch: Batch::new(),
            told: Told::default(),
            problems: Problems::default(),
            rejected: None,
            header: Vec::new(),
        }
    }

    pub(super) fn run(mut self, file: File) -> Result<Passed<T>, TooMany> {
        let mut reader = Reader::new(file);
        let (header, sound) = match reader.next_row() {
            Ok(Some(row)) => {
                self.header = (0..row.len()).map(|i| row.get(i).to_owned()).collect();
                let (header, problems) = Header::read(&row, T::COLUMNS, self.job.name);
                let sound = problems.is_empty();
                for problem in problems {
                    self.problems.add(|| problem);
                }
                let place = |column: &&str| T::COLUMNS.iter().position(|c| c == column);
                let there = |column| place(column).and_then(|c| header.place(c)).is_some();
                if !sound && (T::NEEDED.is_empty() || !T::NEEDED.iter().all(there)) {
                    return Ok(self.done(false, true));
                }
                (header, sound)
            }
            Ok(None) => {
                self.problems.add(|| empty(self.job.name, T::COLUMNS));
                return Ok(self.done(false, true));
            }
            Err(bad) => {
                self.problems.add(|| broken(self.job.name, &bad));
                return Ok(self.done(false, true));
            }
        };
        let mut whole = true;
        let mut told_at = 0;
        loop {
            match reader.next_row() {
                Ok(None) => break,
                Ok(Some(row)) => self.row(&header, &row)?,
                Err(bad) => {
                    whole &= !bad.error.is_final();
                    self.bad_row(&bad);
                }
            }
            let bytes = reader.bytes_read();
            if self.batch.is_full() || bytes - told_at >= TELL {
                told_at = bytes;
                if !self.hand_over(bytes) {
                    // The writer has failed, and says why.
                    return Ok(self.done(sound, false));
                }
            }
        }
        self.hand_over(reader.bytes_read());
        Ok(self.done(sound, whole))
    }

    fn done(self, sound: bool, whole: bool) -> Passed<T> {
        Passed {
            table: self.table,
            report: self.report,
            problems: self.problems,
            rejected: self.rejected,
            sound,
            whole,
        }
    }

    /// Whether nothing of this pass will be kept.
    fn doomed(&self) -> bool {
        let strict = self.job.rejected.is_none() && !self.job.stops_only;
        self.job.doomed || strict && !self.problems.is_empty()
    }

    /// Hands the batch to the writer; `false` if it has gone.
    fn hand_over(&mut self, bytes: u64) -> bool {
        if self.doomed() {
            self.batch.clear();
        }
        let next = self.empty.try_recv().unwrap_or_else(|_| Batch::new());
        let mut batch = std::mem::replace(&mut self.batch, next);
        batch.bytes = bytes;
        self.full.send(batch).is_ok()
    }

    fn row(&mut self, header: &Header, row: &Row<'_>) -> Result<(), TooMany> {
        self.report.rows += 1;
        let cell = |column: usize| header.cell(row, column);
        let misfit = header.misfit(row, &mut self.told);
        let mut out = Out {
            batch: &mut self.batch,
            told: &mut self.told,
            look: None,
        };
        let taken = if misfit {
            Taken::Passed
        } else {
            self.table.take(cell, &mut out)?
        };
        let mut look = out.look;
        let bad = !self.told.0.is_empty();
        let cannot_tell = taken == Taken::CannotTell;
        if look.is_none() && (bad || cannot_tell) && self.table.may_stop(Some(&cell)) {
            look = Some(Look {
                problem: match bad {
                    true => reasons(&self.told.0),
                    false => CANNOT_TELL.to_owned(),
                },
                e164: SmallVec::new(),
                hash: None,
            });
        }
        let seen_to = look.is_some_and(|look| self.wait(header, row, look));
        match taken {
            Taken::Facts(n) => self.report.added += n,
            Taken::Unchanged => self.report.unchanged += 1,
            Taken::Passed | Taken::CannotTell => {}
        }
        if bad && seen_to {
            self.report.unchanged += 1;
        } else if bad {
            self.report.bad += 1;
            if !self.job.stops_only {
                let why = reasons(&self.told.0);
                self.tell(header, row);
                if misfit {
                    self.reject(std::iter::once(row.raw()), &why);
                } else {
                    self.reject((0..row.len()).map(|i| row.get(i)), &why);
                }
            }
        }
        self.told.0.clear();
        Ok(())
    }

    /// Puts a stop in the unclear queue; `true` if a person has seen to it already.
    fn wait(&mut self, header: &Header, row: &Row<'_>, look: Look) -> bool {
        let given = given(T::COLUMNS, |column| header.cell(row, column));
        let hash = look.hash.unwrap_or_else(|| self.given_hash(&given));
        let (line, column) = row.place(header.place(0).unwrap_or(0));
        self.batch.unclear.push(Unclear {
            place: format!("{}:{line}:{column}", self.job.name),
            given,
            problem: look.problem,
            e164: look.e164,
            hash,
        });
        self.job.settled.contains(&hash)
    }

    fn tell(&mut self, header: &Header, row: &Row<'_>) {
        self.told
            .0
            .sort_by_key(|p| T::COLUMNS.iter().position(|c| *c == p.field));
        for problem in self.told.0.drain(..) {
            self.problems
                .add(|| header.problem(row, T::COLUMNS, self.job.name, problem));
        }
    }

    fn reject<'r>(&mut self, fields: impl Iterator<Item = &'r str>, why: &'r str) {
        if let Some(path) = &self.job.rejected {
            let header = self.header.iter().map(String::as_str);
            let begin = || Rejected::begin(path.clone(), header);
            self.rejected.get_or_insert_with(begin).row(fields, why);
        }
    }

    /// A row that could not be split into fields.
    fn bad_row(&mut self, bad: &BadRow) {
        let last = bad.error.is_final();
        let hash = self.given_hash(&bad.raw);
        let stop = !last && self.table.may_stop(None);
        if stop {
            self.batch.unclear.push(Unclear {
                place: format!("{}:{}:{}", self.job.name, bad.line, bad.column),
                given: bad.raw.clone(),
                problem: bad.error.to_string(),
                e164: SmallVec::new(),
                hash,
            });
        }
        self.report.rows += u64::from(!last);
        if stop && self.job.settled.contains(&hash) {
            self.report.unchanged += 1;
            return;
        }
        self.report.bad += 1;
        if !self.job.stops_only {
            self.problems.add(|| broken(self.job.name, bad));
            self.reject(std::iter::once(bad.raw.as_str()), &bad.error.to_string());
        }
    }

    fn given_hash(&self, given: &str) -> RowHash {
        RowHasher::new("unclear")
            .text(self.job.name)
            .text(given)
            .finish()
    }
}

/// A row, or a whole file, that could not be split into fields.
pub(in crate::intake::folder) fn broken(file: &str, bad: &BadRow) -> Problem {
    let text = bad.error.to_string();
    let (what, hint) = text.split_once("; ").unwrap_or((&text, ""));
    Problem {
        file: file.to_owned(),
        line: bad.line,
        column: bad.column,
        field: String::new(),
        what: what.to_owned(),
        hint: hint.to_owned(),
    }
}

/// A file without even a header.
pub(in crate::intake::folder) fn empty(file: &str, columns: &[&str]) -> Problem {
    Problem {
        file: file.to_owned(),
        what: "the file is empty".to_owned(),
        hint: format!("the first line names the columns: {}", columns.join(",")),
        ..Problem::default()
    }
}

/// What is wrong with a row, in one line.
pub(in crate::intake::folder) fn reasons(problems: &[FieldProblem]) -> String {
    let one = |p: &FieldProblem| match p.field {
        "" => p.what.clone(),
        field => format!("{field}: {}", p.what),
    };
    problems.iter().map(one).collect::<Vec<_>>().join("; ")
}
