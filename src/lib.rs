//! verzet: may this seller call this person about this offer, now?
pub mod access;
pub mod cli;
pub mod clock;
pub mod config;
mod durable;
pub mod facts;
pub mod intake;
pub mod ledger;
pub mod metrics;
pub mod number;
pub mod policy;
pub mod proto;
pub mod report;
pub mod sample;
pub mod server;
pub mod sidecar;
pub mod store;
pub mod wire;
