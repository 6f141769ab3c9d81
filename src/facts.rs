//! What is known: catalogue, relations, consents, objections and registers, in memory.

pub mod catalogue;
pub mod delta;
pub mod model;
pub mod register;
pub mod symbols;
