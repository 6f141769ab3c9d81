//! A large, immutable set of numbers made for one question: is this one in it?
//!
//! Blocks of 4,096 consecutive numbers, found by position, and in a block the low 12 bits in order: a
//! look-up touches one place of a small table and two or three cache lines. Two bytes a number and four a
//! block. A Roaring bitmap of ten million Dutch numbers is 1.4 bytes a number, but takes some eight scattered
//! reads to ask.

use roaring::RoaringTreemap;

const LOW_BITS: u32 = 12;
const LOW_MASK: u64 = (1 << LOW_BITS) - 1;

/// The numbers that share their upper 32 bits.
#[derive(Clone, PartialEq, Debug)]
struct Section {
    upper: u32,
    first_block: u32,
    /// Where each block's numbers begin in `lows`; one more than there are blocks.
    starts: Vec<u32>,
    lows: Vec<u16>,
}

/// The set.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct NumberSet {
    sections: Vec<Section>,
    len: u64,
}

impl NumberSet {
    /// From a bitmap, which gives the numbers in order.
    pub fn new(numbers: &RoaringTreemap) -> Self {
        let mut sections: Vec<Section> = Vec::new();
        for (upper, bitmap) in numbers.bitmaps() {
            let first_block = bitmap.min().unwrap_or_default() >> LOW_BITS;
            let mut section = Section {
                upper,
                first_block,
                starts: vec![0],
                lows: Vec::with_capacity(usize::try_from(bitmap.len()).unwrap_or_default()),
            };
            for number in bitmap {
                let block = (number >> LOW_BITS) - first_block;
                // INVARIANT: a section has at most 2^32 numbers, and far fewer exist.
                let so_far = section.lows.len() as u32;
                section.starts.resize(block as usize + 1, so_far);
                section.lows.push((u64::from(number) & LOW_MASK) as u16);
            }
            section.starts.push(section.lows.len() as u32);
            section.starts.shrink_to_fit();
            sections.push(section);
        }
        Self {
            sections,
            len: numbers.len(),
        }
    }

    /// Whether a number is in it.
    pub fn contains(&self, number: u64) -> bool {
        let (upper, lower) = ((number >> 32) as u32, number as u32);
        let Some(section) = self.sections.iter().find(|s| s.upper == upper) else {
            return false;
        };
        let Some(block) = (lower >> LOW_BITS).checked_sub(section.first_block) else {
            return false;
        };
        match section.starts.get(block as usize..=block as usize + 1) {
            Some([from, until]) => section.lows[*from as usize..*until as usize]
                .binary_search(&((number & LOW_MASK) as u16))
                .is_ok(),
            _ => false,
        }
    }

    /// How many numbers are in it.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> u64 {
        let of = |s: &Section| s.starts.len() * 4 + s.lows.len() * 2;
        self.sections.iter().map(of).sum::<usize>() as u64
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn it_holds_what_it_was_made_of_and_nothing_else() {
        let mut seed = 1_u64;
        let mut next = || {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            seed >> 24
        };
        for spread in [5_000, 1 << 20, 1 << 34] {
            let numbers: BTreeSet<u64> = (0..20_000)
                .map(|_| 31_000_000_000 + next() % spread)
                .collect();
            let set = NumberSet::new(&numbers.iter().copied().collect());
            assert_eq!(set.len(), numbers.len() as u64);
            for n in &numbers {
                for near in n - 2..n + 3 {
                    assert_eq!(set.contains(near), numbers.contains(&near), "{near}");
                }
            }
            for _ in 0..20_000 {
                let n = 30_000_000_000 + next() % (spread * 2);
                assert_eq!(set.contains(n), numbers.contains(&n), "{n}");
            }
        }
        let edges = [0, 4_095, 4_096, u64::from(u32::MAX), 1 << 32];
        let set = NumberSet::new(&edges.into_iter().collect());
        assert!(edges.iter().all(|n| set.contains(*n)));
        assert!(
            ![1, 4_094, 4_097, (1 << 32) + 1, u64::MAX]
                .iter()
                .any(|n| set.contains(*n))
        );
        assert!(!NumberSet::new(&RoaringTreemap::new()).contains(5));
    }
}
