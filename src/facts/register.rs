//! A copy of an official register of numbers that may not be called.

use std::{io, sync::Arc};

use roaring::RoaringTreemap;

use super::number_set::NumberSet;
use crate::{clock::Day, number::E164, policy::RegisterView};

/// A copy of a register, in memory. Immutable once made.
#[derive(Clone, PartialEq, Debug)]
pub struct RegisterCopy {
    /// The register, such as `bmnr`.
    pub name: Arc<str>,
    /// The copy, such as `bmnr-4`.
    pub snapshot_id: Arc<str>,
    /// The day the copy was taken by the register.
    pub as_of: Day,
    numbers: NumberSet,
}

impl RegisterCopy {
    /// From its numbers, as [`E164::digits`].
    pub fn new(name: &str, snapshot_id: &str, as_of: Day, numbers: &RoaringTreemap) -> Self {
        Self {
            name: name.into(),
            snapshot_id: snapshot_id.into(),
            as_of,
            numbers: NumberSet::new(numbers),
        }
    }

    /// Whether a number is in it.
    pub fn contains(&self, number: E164) -> bool {
        self.numbers.contains(number.digits())
    }

    /// What it says about a number.
    pub fn view(&self, number: Option<E164>) -> RegisterView {
        RegisterView {
            as_of: self.as_of,
            listed: number.is_some_and(|n| self.contains(n)),
        }
    }

    /// How many numbers are in it.
    pub fn len(&self) -> u64 {
        self.numbers.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// About how many bytes it takes in memory.
    pub fn bytes(&self) -> u64 {
        self.numbers.bytes()
    }

    /// Reads the numbers from a file of them: the portable format of Roaring bitmaps (64 bits).
    ///
    /// # Errors
    /// If the bytes are not that.
    pub fn deserialise(
        name: &str,
        snapshot_id: &str,
        as_of: Day,
        bytes: &[u8],
    ) -> io::Result<Self> {
        let numbers = RoaringTreemap::deserialize_from(bytes)?;
        Ok(Self::new(name, snapshot_id, as_of, &numbers))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_survives_being_written_and_read() {
        let digits = [31_201_234_567, 31_612_345_678, 4_915_759_417_073];
        let numbers: RoaringTreemap = digits.into_iter().collect();
        let copy = RegisterCopy::new("bmnr", "bmnr-1", Day(0), &numbers);
        let mut bytes = Vec::new();
        numbers.serialize_into(&mut bytes).unwrap();
        let read = RegisterCopy::deserialise("bmnr", "bmnr-1", Day(0), &bytes).unwrap();
        assert_eq!(read, copy);
        assert!(read.contains(E164::from_digits(31_612_345_678).unwrap()));
        assert!(!read.contains(E164::from_digits(31_612_345_679).unwrap()));
        assert!(RegisterCopy::deserialise("bmnr", "bmnr-1", Day(0), &bytes[..9]).is_err());
    }
}
