//! Reading a number as typed: the key, the kind of line and the country.
//!
//! Two functions matter: [`read`], the first reader, whose answer is the key of every fact and every
//! check; and [`read_stop`], which asks a second reader as well where a stop is taken in.
//! `docs/numbers.md` tells why there are two and what is known to differ.

mod e164;
mod library;
mod line;
mod netherlands;
mod region;
mod stop;

pub use e164::E164;
pub use library::{metadata_version, warm_up};
pub use line::LineType;
pub use region::{Region, RegionError};
pub use stop::{StopReading, read_stop, second_reader};

/// A valid number, read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Number {
    /// The key.
    pub e164: E164,
    /// The kind of line.
    pub line_type: LineType,
    /// The country; `None` for numbers of no country (+800, +870 …) and of places without an assigned
    /// ISO 3166-1 code (Kosovo, Ascension, Tristan da Cunha).
    pub country: Option<Region>,
}

/// Reads a number as typed; national numbers are read in `region`. `None` if it is not a valid number.
///
/// Never panics and never fails: whatever libphonenumber does not read as a valid number is `None`, so
/// is text of more than 250 characters. Allocation-free and some nanoseconds for Dutch numbers in
/// E.164 or (in region NL) in plain digits; about a microsecond for all else.
pub fn read(typed: &str, region: Region) -> Option<Number> {
    match netherlands::read(typed, region) {
        netherlands::Answer::Read(number) => number,
        netherlands::Answer::Ask => library::read(typed, region),
    }
}
