//! Decisions made again: a whole day with everything changing in between, and every way in which an input
//! can be gone or changed.
//!
//! The day is 200,000 checks long (some 22 s of a debug build's CPU); `VERZET_LONG=N` makes it N times as long.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "replay/damage.rs"]
mod damage;
#[path = "replay/damage_beside.rs"]
mod damage_beside;
#[path = "replay/day.rs"]
mod day;
#[path = "replay/point.rs"]
mod point;
#[path = "replay/scene.rs"]
mod scene;
#[path = "replay/what_if.rs"]
mod what_if;
