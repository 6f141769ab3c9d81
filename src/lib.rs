//! verzet: may this seller call this person about this offer, now?
pub mod proto;
