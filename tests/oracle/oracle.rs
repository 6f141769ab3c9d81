//! An independent reading of regime `nl-bmnr`, made from the design's tables and
//! sentences alone, against which the product is tested.
//!
//! Slow and literal on purpose: it scans rows of strings and knows nothing of the
//! product's code. Integration tests take it in with
//! `#[path = "oracle/oracle.rs"] mod oracle;`.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "each test takes what it needs of it; tests may unwrap"
)]

pub mod csv;
pub mod evaluate;
pub mod facts;
pub mod generate;
pub mod intake;
pub mod rng;
pub mod similar;
pub mod sweep;
pub mod words;
pub mod world;

pub use evaluate::{Answer, Question, Reading, evaluate};
pub use world::World;
