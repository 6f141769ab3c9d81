//! Taking facts in.
mod catalogue;
pub mod csv;
mod field;
mod hash;
mod header;
mod problem;
mod row;

pub use catalogue::catalogue_from_rows;
pub use problem::{FieldProblem, MOST_LISTED, Problem};
pub use row::*;
