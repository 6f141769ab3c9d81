//! The real binary, killed and put on a system that fails, over and over: nothing acknowledged is lost,
//! nothing is allowed without a record, and nothing is allowed that should not be (`docs/failures.md`).
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "crash/clock.rs"]
mod clock;
mod common;
#[path = "crash/data.rs"]
mod data;
#[path = "crash/descriptors.rs"]
mod descriptors;
#[path = "crash/disk.rs"]
mod disk;
#[path = "crash/examine.rs"]
mod examine;
#[path = "crash/faults.rs"]
mod faults;
#[path = "crash/images.rs"]
mod images;
#[path = "crash/kills.rs"]
mod kills;
#[path = "crash/load.rs"]
mod load;
#[path = "crash/model.rs"]
mod model;
#[path = "crash/pairs.rs"]
mod pairs;
#[path = "crash/power.rs"]
mod power;
#[path = "crash/process.rs"]
mod process;
#[path = "crash/stop.rs"]
mod stop;
#[path = "crash/world.rs"]
mod world;
