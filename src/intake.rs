//! Taking facts in.
pub mod csv;
