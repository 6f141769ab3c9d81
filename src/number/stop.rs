//! Where a stop is taken in: a second reader, so that a stop never misses for the way it was typed.

use super::{E164, Number, Region, library, read};

/// A number as read where a stop is taken in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StopReading {
    /// What [`read`] reads: the key a check will ask for.
    pub first: Option<Number>,
    /// What the second reader reads, where that is another number or the first reads none.
    pub second: Option<E164>,
    /// Whether a person must look: the readers read different numbers, or the first reads none
    /// (then, if the second reads none either, there is no number to record the stop under).
    pub unclear: bool,
}

impl StopReading {
    /// The numbers to record the stop under: none, one or two.
    pub fn keys(&self) -> impl Iterator<Item = E164> + use<> {
        self.first.map(|n| n.e164).into_iter().chain(self.second)
    }
}

/// Reads the number of a stop with both readers. Tens of microseconds: for the write path only.
pub fn read_stop(typed: &str, region: Region) -> StopReading {
    let first = read(typed, region);
    let second = second_reader(typed, region).filter(|s| first.is_none_or(|f| f.e164 != *s));
    StopReading {
        first,
        second,
        unclear: first.is_none() || second.is_some(),
    }
}

/// The second reader (crate `phonenumber`): its reading of the same text, if valid by its own lights.
///
/// It differs from libphonenumber in some spellings (`docs/numbers.md`), so it cannot be the key.
/// Never panics; text of more than 250 characters is not looked at.
pub fn second_reader(typed: &str, region: Region) -> Option<E164> {
    if library::too_long(typed) {
        return None;
    }
    library::guarded(|| {
        // A region without a numbering plan reads international spellings only.
        let parsed = phonenumber::parse(region.as_str().parse().ok(), typed).ok()?;
        if !parsed.is_valid() {
            return None;
        }
        let national = parsed.national().to_string();
        let digits = format!("{}{national}", parsed.code().value());
        E164::from_digits(digits.parse().ok()?)
    })
}
