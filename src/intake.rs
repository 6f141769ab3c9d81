//! Taking facts in: the CRM's nightly folder, registers, and facts recorded one by one.
//!
//! `docs/intake.md` is the operator's page. Three rules hold everywhere:
//!
//! * **A stop is never lost.** What is an objection or a withdrawal is taken in whatever is wrong with
//!   the rest; what of it cannot be read waits for a person.
//! * **A permit counts only where it is proved.** A relation or consent with anything wrong is refused.
//! * **Everything wrong is told at once**, with its place and how to mend it.
//!
//! The way of a row: [`csv`] splits it, `row` and `catalogue` read it (the same readers for files and
//! calls), `folder` compares it with what is there and writes what changed as one change set.

mod catalogue;
pub mod csv;
mod field;
mod folder;
mod hash;
mod header;
mod problem;
mod record;
mod register;
mod row;
mod single;

pub use catalogue::catalogue_from_rows;
pub use folder::{
    API_ORIGIN, FileReport, FolderOptions, Imported, IntakeError, Progress, Report, import_folder,
};
pub use problem::{FieldProblem, MOST_LISTED, Problem};
pub use record::{FileRecord, ImportRecord, ProblemRecord, import_records};
pub use register::*;
pub use row::{
    ConsentFields, ConsentRow, Found, Ids, Keys, ObjectionFields, ObjectionRow, Reading,
    RelationFields, RelationRow, consent_from_fields, objection_from_fields, relation_from_fields,
};
pub use single::*;
