//! The front door: gRPC. Between the wire and the core, and nothing else.

pub mod access;
pub mod caller;
pub mod catalogue;
pub mod check;
pub mod convert;
pub mod deadline;
pub mod facts;
pub mod fields;
pub mod gate;
pub mod intake;
pub mod link;
pub mod policy;
pub mod register;
pub mod report;
pub mod status;
