//! Hashes: how records are bound together. RFC 9162 section 2.1 (Merkle trees), with a domain byte in
//! front of every preimage so that no hash of one kind can stand for another.

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

fn node(left: &Hash, right: &Hash) -> Hash {
    let mut h = Sha256::new();
    h.update([1]);
    h.update(left);
    h.update(right);
    h.finalize().into()
}

/// The Merkle tree hash of RFC 9162 section 2.1.1 over hashed leaves; of none, the hash of nothing.
pub(super) fn root(leaves: impl IntoIterator<Item = Hash>) -> Hash {
    // The right edge of the tree: complete subtrees, the largest first.
    let mut edge = [[0; 32]; 64];
    let (mut height, mut count) = (0, 0u64);
    for mut hash in leaves {
        let mut merge = count;
        while merge & 1 == 1 {
            height -= 1;
            hash = node(&edge[height], &hash);
            merge >>= 1;
        }
        edge[height] = hash;
        height += 1;
        count += 1;
    }
    edge[..height]
        .iter()
        .rev()
        .copied()
        .reduce(|right, left| node(&left, &right))
        .unwrap_or_else(|| Sha256::digest([]).into())
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

    fn hex(hash: &[u8]) -> String {
        hash.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// The trees every Certificate Transparency implementation is tested with.
    #[test]
    fn the_root_is_that_of_certificate_transparency() {
        let inputs: [&[u8]; 8] = [
            b"",
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[
                0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
                0x6e, 0x6f,
            ],
        ];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        for (n, expected) in roots.iter().enumerate() {
            let leaves = inputs[..n].iter().map(|input| {
                let mut h = Sha256::new();
                h.update([0]);
                h.update(input);
                Hash::from(h.finalize())
            });
            assert_eq!(hex(&root(leaves)), *expected, "{n} leaves");
        }
    }

    /// The definition of RFC 9162 section 2.1.1, word for word.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            _ => {
                let k = leaves.len().next_power_of_two() / 2;
                node(&by_definition(&leaves[..k]), &by_definition(&leaves[k..]))
            }
        }
    }

    #[test]
    fn the_root_is_the_definition_for_every_size() {
        let leaves: Vec<_> = (0..300u64).map(|i| leaf(i, b"record")).collect();
        for n in 0..leaves.len() {
            assert_eq!(
                root(leaves[..n].iter().copied()),
                by_definition(&leaves[..n])
            );
        }
    }

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
