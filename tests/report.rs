//! Reports: the index beside the ledger, what is counted and listed out of it, exports and mail.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "report/index.rs"]
mod index;
#[path = "ledger/support.rs"]
#[allow(unreachable_pub)]
mod support;
