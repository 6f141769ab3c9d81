//! verzet: may this seller call this person about this offer, now?
pub mod clock;
pub mod facts;
pub mod ledger;
pub mod number;
pub mod policy;
pub mod proto;
