//! Taking facts in.
mod catalogue;
pub mod csv;
mod field;
mod folder;
mod hash;
mod header;
mod problem;
mod register;
mod row;
mod single;

pub use catalogue::catalogue_from_rows;
pub use folder::{
    API_ORIGIN, FileReport, FolderOptions, Imported, IntakeError, Progress, Report, import_folder,
};
pub use problem::{FieldProblem, MOST_LISTED, Problem};
pub use register::*;
pub use row::{
    ConsentFields, ConsentRow, Found, Ids, Keys, ObjectionFields, ObjectionRow, Reading,
    RelationFields, RelationRow, consent_from_fields, objection_from_fields, relation_from_fields,
};
pub use single::*;
