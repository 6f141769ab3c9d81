//! Decisions made again: a whole day with everything changing in between, and every way in which an input
//! can be gone or changed.
//!
//! `VERZET_LONG=1` makes the day 200,000 decisions long; else it has 20,000.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "replay/damage.rs"]
mod damage;
#[path = "replay/day.rs"]
mod day;
#[path = "replay/point.rs"]
mod point;
#[path = "replay/scene.rs"]
mod scene;
#[path = "replay/what_if.rs"]
mod what_if;
