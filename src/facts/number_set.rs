//! A large, immutable set of numbers made for one question: is this one in it?
//!
//! Blocks of 1,024 consecutive numbers, found by position. A block with few numbers has their low 10 bits,
//! one with many a bitmap; either takes at most 128 bytes. A look-up touches one place of a small table and
//! then a line or two of the block, without a branch on what it reads there. At most two bytes a number,
//! and four a block. A Roaring bitmap has the same two shapes, but takes some eight scattered reads to ask.

use roaring::RoaringTreemap;

const LOW_BITS: u32 = 10;
const LOW_MASK: u64 = (1 << LOW_BITS) - 1;

/// The length of a bitmap of a block. A list is shorter, so the length tells which it is.
const BITMAP: usize = (1 << LOW_BITS) / 16;

/// The numbers that share their upper 32 bits.
#[derive(Clone, PartialEq, Debug)]
struct Section {
    upper: u32,
    first_block: u32,
    /// Where each block begins in `blocks`; one more than there are blocks.
    starts: Vec<u32>,
    blocks: Vec<u16>,
}

impl Section {
    /// Adds a block, and empty ones before it.
    fn push(&mut self, block: u32, lows: &[u16]) {
        // INVARIANT: a section has room for 2^32 numbers at a sixteenth each or less, and far fewer exist.
        self.starts
            .resize(block as usize + 1, self.blocks.len() as u32);
        if lows.len() < BITMAP {
            self.blocks.extend_from_slice(lows);
            return;
        }
        let mut bitmap = [0_u16; BITMAP];
        for low in lows {
            bitmap[usize::from(low / 16)] |= 1 << (low % 16);
        }
        self.blocks.extend_from_slice(&bitmap);
    }
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
                starts: Vec::new(),
                blocks: Vec::new(),
            };
            let mut lows: Vec<u16> = Vec::new();
            let mut current = 0;
            for number in bitmap {
                let block = (number >> LOW_BITS) - first_block;
                if block != current {
                    section.push(current, &lows);
                    lows.clear();
                    current = block;
                }
                lows.push((u64::from(number) & LOW_MASK) as u16);
            }
            section.push(current, &lows);
            section.starts.push(section.blocks.len() as u32);
            section.starts.shrink_to_fit();
            section.blocks.shrink_to_fit();
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
        let low = (number & LOW_MASK) as u16;
        match section.starts.get(block as usize..=block as usize + 1) {
            Some([from, until]) => match &section.blocks[*from as usize..*until as usize] {
                bitmap if bitmap.len() == BITMAP => {
                    bitmap[usize::from(low / 16)] & (1 << (low % 16)) != 0
                }
                // All of it, at a fixed cost: a search that stops where it is found waits for each step.
                list => list.iter().fold(false, |found, n| found | (*n == low)),
            },
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
        let of = |s: &Section| s.starts.len() * 4 + s.blocks.len() * 2;
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
        for spread in [5_000, 80_000, 320_000, 1 << 20, 1 << 34] {
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
