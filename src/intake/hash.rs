//! Content hashes: equal rows are one fact.

use sha2::{Digest, Sha256};

use crate::store::RowHash;

/// Collects the normalised fields of a row: texts with their length before them, numbers in eight
/// bytes. For one kind of row no two different rows give the same bytes, since a kind always gives the
/// same fields in the same order, and only its last one repeats.
#[derive(Debug)]
pub(super) struct RowHasher {
    sha: Sha256,
    /// What is not yet hashed; most rows fit, and are hashed at once.
    bytes: [u8; 192],
    used: usize,
}

impl RowHasher {
    /// For one kind of row; `tag` keeps the kinds apart.
    pub(super) fn new(tag: &str) -> Self {
        let mut hasher = Self {
            sha: Sha256::new(),
            bytes: [0; 192],
            used: 0,
        };
        hasher.text(tag);
        hasher
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        // LEB128: one byte for any usual length.
        let mut length = text.len();
        while length > 0x7f {
            self.push(&[(length & 0x7f) as u8 | 0x80]);
            length >>= 7;
        }
        self.push(&[length as u8]);
        self.push(text.as_bytes());
        self
    }

    pub(super) fn number(&mut self, number: i64) -> &mut Self {
        self.push(&number.to_le_bytes());
        self
    }

    fn push(&mut self, more: &[u8]) {
        let end = self.used + more.len();
        if let Some(room) = self.bytes.get_mut(self.used..end) {
            room.copy_from_slice(more);
            self.used = end;
        } else {
            self.sha.update(&self.bytes[..self.used]);
            self.sha.update(more);
            self.used = 0;
        }
    }

    /// The hash.
    pub(super) fn finish(&mut self) -> RowHash {
        self.sha.update(&self.bytes[..self.used]);
        self.used = 0;
        let digest = self.sha.finalize_reset();
        let mut hash = [0; 16];
        hash.copy_from_slice(&digest[..16]);
        hash
    }
}

/// Another hash from a row's own: for what stands beside the row's first fact.
pub(super) fn beside(hash: RowHash, tag: &str) -> RowHash {
    let number = |half: &[u8]| half.iter().fold(0, |n, byte| n << 8 | i64::from(*byte));
    RowHasher::new(tag)
        .number(number(&hash[..8]))
        .number(number(&hash[8..]))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_sha_256_of_the_tag_and_the_fields_however_long() {
        for length in [0, 1, 127, 128, 180, 190, 200, 70_000] {
            let text = "x".repeat(length);
            let mut bytes = vec![1, b't'];
            let mut n = length;
            while n > 127 {
                bytes.push((n % 128) as u8 + 128);
                n /= 128;
            }
            bytes.push(n as u8);
            bytes.extend(text.as_bytes());
            bytes.extend(7_i64.to_le_bytes());
            bytes.extend([1, b'y']);
            let want = &Sha256::digest(&bytes)[..16];
            let got = RowHasher::new("t").text(&text).number(7).text("y").finish();
            assert_eq!(got, want, "{length}");
        }
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        let hash = |a, b| RowHasher::new("t").text(a).text(b).finish();
        assert_ne!(hash("ab", "c"), hash("a", "bc"));
        assert_ne!(RowHasher::new("a").finish(), RowHasher::new("b").finish());
        assert_ne!(beside([1; 16], "a"), beside([1; 16], "b"));
    }
}
