//! Hostile callers against the real binary: whatever comes in on the port, the process stays up, and
//! another caller goes on being answered.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "hostile/connections.rs"]
mod connections;
#[path = "hostile/floods.rs"]
mod floods;
#[path = "hostile/frames.rs"]
mod frames;
#[path = "hostile/garbage.rs"]
mod garbage;
#[path = "hostile/messages.rs"]
mod messages;
#[path = "hostile/target.rs"]
mod target;
