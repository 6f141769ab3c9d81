//! Taking facts in.
mod catalogue;
pub mod csv;
mod field;
mod folder;
mod hash;
mod header;
mod problem;
mod row;

pub use catalogue::catalogue_from_rows;
pub use folder::{
    API_ORIGIN, FileReport, FolderOptions, Imported, IntakeError, Progress, Report, import_folder,
};
pub use problem::{FieldProblem, MOST_LISTED, Problem};
pub use row::*;
