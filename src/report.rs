//! Lists and sums out of the ledger.

pub mod summary;
