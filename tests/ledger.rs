//! The ledger from outside: what it promises to those who record, wait and read.
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub)]

#[path = "ledger/support.rs"]
mod support;

#[path = "ledger/crash.rs"]
mod crash;
#[path = "ledger/failure.rs"]
mod failure;
#[path = "ledger/mailbox.rs"]
mod mailbox;
#[path = "ledger/parts.rs"]
mod parts;
#[path = "ledger/proof.rs"]
mod proof;
#[path = "ledger/reading.rs"]
mod reading;
#[path = "ledger/round_trip.rs"]
mod round_trip;
#[path = "ledger/sealing.rs"]
mod sealing;
#[path = "ledger/tamper.rs"]
mod tamper;
#[path = "ledger/whole.rs"]
mod whole;
