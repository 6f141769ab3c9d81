//! What is known: catalogue, relations, consents, objections and registers, in memory.

pub mod catalogue;
pub mod delta;
pub mod groups;
pub mod model;
pub mod number_set;
pub mod register;
pub mod symbols;
pub mod world;
