//! Decisions in files: CSV, XLSX, and the evidence of a campaign and period.

mod bundle;
mod columns;
mod csv;
mod xlsx;

use std::{fs::File, io, ops::ControlFlow};

pub use bundle::BundleFacts;
pub(crate) use csv::field as csv_field;

use super::{Filter, Order, ReportError, Reports};
use crate::{ledger::StoredDecision, policy::Language};

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text with separators, UTF-8 with a byte order mark.
    Csv,
    /// A workbook.
    Xlsx,
    /// The evidence bundle: a ZIP that can be checked without this software.
    Bundle,
}

impl Format {
    /// The ending of its file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Bundle => "zip",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Bundle => "application/zip",
        }
    }
}

/// What to write, and how.
#[derive(Clone, Debug)]
pub struct Export {
    /// Which decisions, and whose.
    pub filter: Filter,
    /// The kind of file.
    pub format: Format,
    /// The language of headings and explanations.
    pub language: Language,
    /// Whether numbers are shown by their first and last digits only.
    pub masked: bool,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// The decisions in it.
    pub rows: u64,
    /// The sheets of a workbook; 0 for other kinds. A sheet holds 1,048,575 decisions, and what is more
    /// goes on in the next.
    pub sheets: u32,
    /// How many of the newest records were not in the index yet, and so are not in the file.
    pub behind: u64,
}

/// Why an export broke off.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The decisions cannot be read.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The file cannot be written.
    #[error("the export cannot be written: {0}; check the space on the disk")]
    Io(#[from] io::Error),
    /// The workbook cannot be made.
    #[error("the workbook cannot be made: {0}; export as CSV")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// The archive cannot be made.
    #[error("the archive cannot be made: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// A bundle is of one campaign and period.
    #[error("an evidence bundle is of one campaign and a period: name the campaign and both ends")]
    NoPeriod,
}

impl From<crate::ledger::LedgerError> for ExportError {
    fn from(error: crate::ledger::LedgerError) -> Self {
        Self::Report(error.into())
    }
}

impl Reports {
    /// Writes an export into a file. `facts` is asked for a bundle only.
    ///
    /// # Errors
    /// See [`ExportError`]; what the file then holds is not to be used.
    pub fn export(
        &self,
        export: &Export,
        facts: impl FnOnce() -> Result<BundleFacts, ReportError>,
        out: File,
    ) -> Result<Exported, ExportError> {
        match export.format {
            Format::Csv => csv::write(self, export, out),
            Format::Xlsx => xlsx::write(self, export, out),
            Format::Bundle => bundle::write(self, export, &facts()?, out),
        }
    }

    /// Gives decisions to write, oldest first; an error of `each` breaks off.
    fn each<E: From<ReportError>>(
        &self,
        filter: &Filter,
        mut each: impl FnMut(&StoredDecision) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut failed = None;
        self.visit(filter, Order::OldestFirst, &mut |d| match each(d) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        })?;
        match failed {
            Some(error) => Err(error),
            None => Ok(self.behind()),
        }
    }
}
