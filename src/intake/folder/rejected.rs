//! Bad rows that were passed over, written beside their file.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use crate::intake::csv::write_row;

/// A file of rejected rows: the columns of its original and one more, `problem`. It takes its place
/// only when it is whole; dropped before, it leaves nothing.
///
/// A failure to write is remembered and told at the end, so that it holds the folder and not its stops.
#[derive(Debug)]
pub(super) struct Rejected {
    path: PathBuf,
    making: PathBuf,
    out: io::Result<BufWriter<File>>,
    width: usize,
    line: String,
}

impl Rejected {
    /// Begins the file with its header.
    pub(super) fn begin<'h>(path: PathBuf, header: impl Iterator<Item = &'h str> + Clone) -> Self {
        let making = path.with_extension("csv.part");
        let mut rejected = Self {
            out: File::create(&making).map(BufWriter::new),
            path,
            making,
            width: header.clone().count(),
            line: String::new(),
        };
        rejected.write(header.chain(std::iter::once("problem")));
        rejected
    }

    /// Writes a row. One that could not be split into the file's columns stands in the first of them.
    pub(super) fn row<'r>(&mut self, fields: impl Iterator<Item = &'r str>, problem: &'r str) {
        let width = self.width;
        let padded = fields.chain(std::iter::repeat("")).take(width);
        self.write(padded.chain(std::iter::once(problem)));
    }

    fn write<'r>(&mut self, fields: impl Iterator<Item = &'r str>) {
        self.line.clear();
        write_row(&mut self.line, fields);
        if let Ok(out) = &mut self.out
            && let Err(e) = out.write_all(self.line.as_bytes())
        {
            self.out = Err(e);
        }
    }

    /// Finishes the file, without putting it in its place yet.
    ///
    /// # Errors
    /// A sentence on the first thing that failed.
    pub(super) fn finish(&mut self) -> Result<(), String> {
        let finished = match &mut self.out {
            Ok(out) => out.flush().and_then(|()| out.get_ref().sync_all()),
            Err(e) => Err(io::Error::new(e.kind(), e.to_string())),
        };
        finished.map_err(|e| failed(&self.path, &e))
    }

    /// Puts the finished file in its place.
    ///
    /// # Errors
    /// A sentence on what failed.
    pub(super) fn keep(self) -> Result<PathBuf, String> {
        fs::rename(&self.making, &self.path).map_err(|e| failed(&self.path, &e))?;
        Ok(self.path.clone())
    }
}

fn failed(path: &Path, e: &io::Error) -> String {
    format!(
        "cannot write rejected rows to `{}`: {e}; make the folder writable, or import without skipping bad \
         rows",
        path.display()
    )
}

impl Drop for Rejected {
    fn drop(&mut self) {
        // Not there once it is in its place. A leftover is overwritten the next time.
        let _ = fs::remove_file(&self.making);
    }
}
