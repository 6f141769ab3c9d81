//! The next check sees it: an acknowledged objection or withdrawal is seen by the very next check on
//! any connection, an erasure by the next look, and no reader ever sees a permit without the stop that came with it.
//!
//! `NEXT_CHECK_TRIALS=1000000 cargo test --release --test next_check -- --nocapture` asks as often as
//! wanted and prints what was done; without it, what CI does.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "next_check/erasure.rs"]
mod erasure;
#[path = "next_check/library.rs"]
mod library;
#[path = "next_check/model.rs"]
mod model;
#[path = "next_check/people.rs"]
mod people;
#[path = "next_check/together.rs"]
mod together;
#[path = "next_check/wire.rs"]
mod wire;

/// How many trials are wanted.
pub(crate) fn trials(default: usize) -> usize {
    std::env::var("NEXT_CHECK_TRIALS").map_or(default, |n| n.parse().unwrap())
}
