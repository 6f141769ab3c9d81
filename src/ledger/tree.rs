//! Merkle trees as in RFC 9162 section 2.1: their hash, the path of a leaf, and climbing it.

use sha2::{Digest, Sha256};

use super::chain::Hash;

/// Two subtrees under one: `SHA-256(0x01 || left || right)`.
fn node(left: &Hash, right: &Hash) -> Hash {
    let mut h = Sha256::new();
    h.update([1]);
    h.update(left);
    h.update(right);
    h.finalize().into()
}

/// The right edge of a tree that grows: its complete subtrees, the largest first.
#[derive(Clone)]
pub(super) struct Edge {
    subtrees: [Hash; 64],
    height: usize,
    count: u64,
}

impl Default for Edge {
    fn default() -> Self {
        Self {
            subtrees: [[0; 32]; 64],
            height: 0,
            count: 0,
        }
    }
}

impl Edge {
    /// Adds a leaf, hashed already.
    pub(super) fn push(&mut self, mut hash: Hash) {
        let mut merge = self.count;
        while merge & 1 == 1 {
            self.height -= 1;
            hash = node(&self.subtrees[self.height], &hash);
            merge >>= 1;
        }
        self.subtrees[self.height] = hash;
        self.height += 1;
        self.count += 1;
    }

    /// The leaves there are.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The tree's hash (section 2.1.1); of no leaf, the hash of nothing.
    pub(super) fn root(&self) -> Hash {
        self.subtrees[..self.height]
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node(&left, &right))
            .unwrap_or_else(|| Sha256::digest([]).into())
    }
}

/// The tree hash over hashed leaves.
pub(super) fn root(leaves: impl IntoIterator<Item = Hash>) -> Hash {
    let mut edge = Edge::default();
    leaves.into_iter().for_each(|leaf| edge.push(leaf));
    edge.root()
}

/// What a leaf's inclusion is proved with (section 2.1.3.1): the hashes beside its way, lowest first.
pub(super) fn path(leaves: &[Hash], index: usize) -> Vec<Hash> {
    let mut beside = Vec::new();
    let (mut leaves, mut index) = (leaves, index);
    while leaves.len() > 1 {
        let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
        if index < left.len() {
            beside.push(root(right.iter().copied()));
            leaves = left;
        } else {
            beside.push(root(left.iter().copied()));
            index -= left.len();
            leaves = right;
        }
    }
    beside.reverse();
    beside
}

/// The root a leaf and its path lead to (section 2.1.3.2); `None` if no tree of this size has such a path.
pub(super) fn climb(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for beside in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node(beside, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::chain::leaf;

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
    fn every_leaf_climbs_to_the_root_and_no_other_way_does() {
        let leaves: Vec<_> = (0..70u64).map(|i| leaf(i, b"record")).collect();
        for size in 1..=leaves.len() {
            let tree = &leaves[..size];
            let root = root(tree.iter().copied());
            for index in 0..size {
                let path = path(tree, index);
                let of = |leaf, index: usize, size: usize, path: &[Hash]| {
                    climb(leaf, index as u64, size as u64, path) == Some(root)
                };
                assert!(of(tree[index], index, size, &path), "{index} of {size}");
                assert!(!of([9; 32], index, size, &path));
                assert!(!of(tree[index], index + 1, size, &path));
                assert!(!of(tree[index], size, size, &path));
                if let Some((_, shorter)) = path.split_last() {
                    assert!(!of(tree[index], index, size, shorter));
                }
                let longer = [&path[..], &[[0; 32]]].concat();
                assert!(!of(tree[index], index, size, &longer));
            }
        }
    }
}
