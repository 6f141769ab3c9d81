//! Reports: the index beside the ledger, what is counted and listed out of it, exports and mail.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "report/daily.rs"]
mod daily;
#[path = "report/export.rs"]
mod export;
#[path = "report/index.rs"]
mod index;
#[path = "report/lived.rs"]
mod lived;
#[path = "report/sample.rs"]
mod sample;
#[path = "ledger/support.rs"]
#[allow(unreachable_pub)]
mod support;
