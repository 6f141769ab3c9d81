//! The front door: gRPC. Between the wire and the core, and nothing else.

pub mod catalogue;
pub mod check;
pub mod convert;
pub mod facts;
pub mod fields;
pub mod intake;
pub mod policy;
pub mod register;
pub mod report;
pub mod status;
