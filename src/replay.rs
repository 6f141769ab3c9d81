//! Making recorded decisions again: from the facts of their revision, the register copy, the packs by
//! hash and the moment they were decided at (`docs/replay.md`).
//!
//! Nothing is changed, and nothing need stand still: facts and ledger are read beside the sidecar that
//! owns them. One decision costs a few look-ups ([`one`], [`Archive::one`]); a period is a *walk*
//! ([`Archive::period`]): everything known at its first revision is loaded once, and the change sets are
//! applied in their order between the decisions.

mod again;
mod archive;
mod past;
mod point;
mod registers;
mod result;
mod setups;
mod walk;
mod what_if;

pub use archive::{Archive, one};
pub use result::{Difference, Gone, Note, Outcome, Replayed};
pub use walk::{Period, Walked};
pub use what_if::{Candidate, WouldBe};

use crate::{ledger::LedgerError, store::StoreError};

/// Why decisions cannot be made again at all. What is missing for one of them is in its [`Replayed`].
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The facts.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// There are no facts.
    #[error("there is no facts.db in `{0}`; name the data directory with --data-dir")]
    NoFacts(String),
    /// There is no ledger.
    #[error("there is no ledger in `{0}`; name the data directory with --data-dir")]
    NoLedger(String),
    /// The catalogue of a revision cannot be read.
    #[error(
        "the catalogue of revision {revision} does not hold together: {what}; restore a backup of the \
         data directory"
    )]
    Catalogue {
        /// The revision.
        revision: u64,
        /// What is wrong.
        what: String,
    },
}
