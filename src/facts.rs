//! What is known: catalogue, relations, consents, objections and registers, in memory.

pub mod model;
