//! Rows in columns, in memory and as bytes of a segment.

use crate::clock::Micros;

/// What the index holds of a decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::report) struct Row {
    /// Its number in the ledger.
    pub(in crate::report) seq: u64,
    /// Ledger time.
    pub(in crate::report) at: Micros,
    /// What it has in common with others.
    pub(in crate::report) combo: u32,
    /// Who called; the number 0 is nobody.
    pub(in crate::report) agent: u32,
    /// The number as read; 0 is none, or erased.
    pub(in crate::report) number: u64,
    /// The fact the deciding row found, as its code; 0 is none.
    pub(in crate::report) fact: u64,
}

/// Rows of one part in the order of their numbers, and so of their times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::report) struct Columns {
    pub(super) seqs: Vec<u64>,
    pub(super) ats: Vec<i64>,
    pub(super) combos: Vec<u32>,
    pub(super) agents: Vec<u32>,
    pub(super) numbers: Vec<u64>,
    pub(super) facts: Vec<u64>,
}

impl Columns {
    pub(super) fn push(&mut self, row: Row) {
        self.seqs.push(row.seq);
        self.ats.push(row.at.0);
        self.combos.push(row.combo);
        self.agents.push(row.agent);
        self.numbers.push(row.number);
        self.facts.push(row.fact);
    }

    pub(super) fn len(&self) -> usize {
        self.seqs.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.seqs.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.seqs.clear();
        self.ats.clear();
        self.combos.clear();
        self.agents.clear();
        self.numbers.clear();
        self.facts.clear();
    }

    pub(super) fn first_seq(&self) -> Option<u64> {
        self.seqs.first().copied()
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row> {
        (0..self.len()).map(|i| Row {
            seq: self.seqs[i],
            at: Micros(self.ats[i]),
            combo: self.combos[i],
            agent: self.agents[i],
            number: self.numbers[i],
            fact: self.facts[i],
        })
    }
}

/// Bytes of a column: its values one behind the other, low byte first.
pub(super) trait Packed: Copy + Sized {
    fn put(all: impl Iterator<Item = Self>) -> Vec<u8>;
    /// `None` if the bytes are not whole values.
    fn read(bytes: &[u8]) -> Option<Vec<Self>>;
}

macro_rules! packed {
    ($($type:ty),+) => { $(
        impl Packed for $type {
            fn put(all: impl Iterator<Item = Self>) -> Vec<u8> {
                all.flat_map(<$type>::to_le_bytes).collect()
            }

            fn read(bytes: &[u8]) -> Option<Vec<Self>> {
                let (whole, rest) = bytes.as_chunks::<{ size_of::<$type>() }>();
                rest.is_empty().then(|| whole.iter().map(|b| <$type>::from_le_bytes(*b)).collect())
            }
        }
    )+ };
}
packed!(u32, u64, i64);
