//! The proof of one decision: its record, the words it names, and how a signed head includes them. Nothing
//! else is needed to check it, and it shows nothing of other decisions but hashes.

mod build;
mod check;
mod format;

pub use build::{ProveError, prove};
pub use check::Checked;

use super::{
    chain::Hash,
    seal::{Head, PublicKey},
};

/// A proof, read; whether it holds says [`Proof::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    head: Head,
    /// Salt and fields; `None` once erased.
    personal: Option<Vec<u8>>,
    decision: Included,
    words: Vec<Included>,
}

/// A record, and its way to the head.
#[derive(Clone, PartialEq, Eq)]
struct Included {
    seq: u64,
    public: Vec<u8>,
    /// The place of its group in the part, from 0.
    group: u64,
    first_seq: u64,
    count: u64,
    previous_chain: Hash,
    record_path: Vec<Hash>,
    group_path: Vec<Hash>,
}

impl std::fmt::Debug for Included {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Included({})", self.seq)
    }
}

/// Why a proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The bytes are no proof.
    #[error("not a proof: {0}")]
    Malformed(&'static str),
    /// The signature is not that of the key the head names.
    #[error("the signature of its head does not hold")]
    Signature,
    /// Another key signed.
    #[error("signed with {0}, which is not the key it shall be checked with")]
    Key(PublicKey),
    /// A record is not what the head states.
    #[error("record {seq}: {what}")]
    Record {
        /// The record.
        seq: u64,
        /// What is wrong.
        what: &'static str,
    },
}
