//! Hashes: how records and groups are bound together, with a domain byte in front of every preimage so that
//! no hash of one kind can stand for another (0x01 is a node's, in `tree`; 0x06 a head's, in `seal::head`).

use sha2::{Digest, Sha256};

use super::id::LedgerId;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// What the chain of a new ledger starts from: binds its name.
pub(super) fn genesis(ledger: LedgerId) -> Hash {
    let mut h = Sha256::new();
    h.update([3]);
    h.update(b"verzet ledger");
    h.update(ledger.0.to_be_bytes());
    h.finalize().into()
}

/// A record: `SHA-256(0x00 || seq || public bytes)`, the sequence number in 8 bytes, high byte first.
pub(super) fn leaf(seq: u64, public: &[u8]) -> Hash {
    let mut h = Sha256::new();
    h.update([0]);
    h.update(seq.to_be_bytes());
    h.update(public);
    h.finalize().into()
}

/// A commit group on top of what came before:
/// `SHA-256(0x02 || previous chain || root || first seq || count)`, the numbers in 8 bytes each.
pub(super) fn link(previous: &Hash, root: &Hash, first_seq: u64, count: u64) -> Hash {
    let mut h = Sha256::new();
    h.update([2]);
    h.update(previous);
    h.update(root);
    h.update(first_seq.to_be_bytes());
    h.update(count.to_be_bytes());
    h.finalize().into()
}

/// A commit group as a leaf of its part's tree: `SHA-256(0x05 || its chain)`.
pub(super) fn group_leaf(chain: &Hash) -> Hash {
    let mut h = Sha256::new();
    h.update([5]);
    h.update(chain);
    h.finalize().into()
}

/// The commitment to a personal part: `SHA-256(0x04 || salt and fields)`.
pub(super) fn commitment(salted: &[u8]) -> Hash {
    let mut h = Sha256::new();
    h.update([4]);
    h.update(salted);
    h.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_binds_its_place() {
        assert_ne!(leaf(1, b"record"), leaf(2, b"record"));
        assert_ne!(
            link(&[0; 32], &[1; 32], 1, 2),
            link(&[0; 32], &[1; 32], 2, 1)
        );
        assert_ne!(genesis(LedgerId(1)), genesis(LedgerId(2)));
    }
}
