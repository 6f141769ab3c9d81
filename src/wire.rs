//! The front door: gRPC. Between the wire and the core, and nothing else.

pub mod check;
pub mod convert;
pub mod fields;
pub mod intake;
pub mod policy;
pub mod report;
pub mod status;
