//! Bad rows that were passed over, written beside their file.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::PathBuf,
};

use super::IntakeError;
use crate::intake::csv::write_row;

/// A file of rejected rows: the columns of its original and one more, `problem`. It takes its place
/// only when it is whole; dropped before, it leaves nothing.
#[derive(Debug)]
pub(super) struct Rejected {
    path: PathBuf,
    making: PathBuf,
    out: BufWriter<File>,
    width: usize,
    line: String,
    kept: bool,
}

impl Rejected {
    /// Begins the file with its header.
    pub(super) fn begin<'h>(
        path: PathBuf,
        header: impl Iterator<Item = &'h str> + Clone,
    ) -> Result<Self, IntakeError> {
        let making = path.with_extension("csv.part");
        let file = File::create(&making).map_err(|source| IntakeError::Rejected {
            path: path.clone(),
            source,
        })?;
        let mut rejected = Self {
            path,
            making,
            out: BufWriter::new(file),
            width: header.clone().count(),
            line: String::new(),
            kept: false,
        };
        rejected.write(header.chain(std::iter::once("problem")))?;
        Ok(rejected)
    }

    /// Writes a row. One that could not be split into the file's columns stands in the first of them.
    pub(super) fn row<'r>(
        &mut self,
        fields: impl Iterator<Item = &'r str>,
        problem: &'r str,
    ) -> Result<(), IntakeError> {
        let width = self.width;
        let padded = fields.chain(std::iter::repeat("")).take(width);
        self.write(padded.chain(std::iter::once(problem)))
    }

    fn write<'r>(&mut self, fields: impl Iterator<Item = &'r str>) -> Result<(), IntakeError> {
        self.line.clear();
        write_row(&mut self.line, fields);
        let written = self.out.write_all(self.line.as_bytes());
        written.map_err(|source| self.failed(source))
    }

    /// Finishes the file and puts it in its place.
    pub(super) fn keep(mut self) -> Result<PathBuf, IntakeError> {
        let kept = self
            .out
            .flush()
            .and_then(|()| self.out.get_ref().sync_all())
            .and_then(|()| fs::rename(&self.making, &self.path));
        kept.map_err(|source| self.failed(source))?;
        self.kept = true;
        Ok(self.path.clone())
    }

    fn failed(&self, source: std::io::Error) -> IntakeError {
        IntakeError::Rejected {
            path: self.path.clone(),
            source,
        }
    }
}

impl Drop for Rejected {
    fn drop(&mut self) {
        if !self.kept {
            // Nothing to be done about a leftover that cannot be removed; the next one overwrites it.
            let _ = fs::remove_file(&self.making);
        }
    }
}
