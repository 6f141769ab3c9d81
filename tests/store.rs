//! The store, on real files: every public function, reopening, and what must never happen to facts.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "store/catalogue.rs"]
mod catalogue;
#[path = "store/common.rs"]
mod common;
#[path = "store/crash.rs"]
mod crash;
#[path = "store/directory.rs"]
mod directory;
#[path = "store/ending.rs"]
mod ending;
#[path = "store/facts.rs"]
mod facts;
#[path = "store/file.rs"]
mod file;
#[path = "store/model.rs"]
mod model;
#[path = "store/room.rs"]
mod room;
#[path = "store/setup.rs"]
mod setup;
#[path = "store/symbols.rs"]
mod symbols;
