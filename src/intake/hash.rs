//! Content hashes: equal rows are one fact.

use sha2::{Digest, Sha256};
use smallvec::SmallVec;

use crate::store::RowHash;

/// Collects the normalised fields of a row, each with its length before it, so that no two different
/// rows give the same bytes.
#[derive(Debug)]
pub(super) struct RowHasher(SmallVec<[u8; 512]>);

impl RowHasher {
    /// For one kind of row; `tag` keeps the kinds apart.
    pub(super) fn new(tag: &str) -> Self {
        Self(SmallVec::new()).text(tag)
    }

    pub(super) fn text(mut self, text: &str) -> Self {
        self.0.extend_from_slice(&(text.len() as u64).to_le_bytes());
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    pub(super) fn number(mut self, number: i64) -> Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    /// The hash.
    pub(super) fn finish(self) -> RowHash {
        let digest = Sha256::digest(&self.0);
        let mut hash = [0; 16];
        hash.copy_from_slice(&digest[..16]);
        hash
    }
}

/// Another hash from a row's own: for what stands beside the row's first fact.
pub(super) fn beside(hash: RowHash, tag: &str) -> RowHash {
    let [low, high] = [&hash[..8], &hash[8..]]
        .map(|half| half.iter().fold(0, |n, byte| n << 8 | i64::from(*byte)));
    RowHasher::new(tag).number(low).number(high).finish()
}
