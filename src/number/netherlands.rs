//! The fast path: Dutch numbers that need no library.
//!
//! In libphonenumber's plan of the Netherlands the first three of nine digits decide whether a national
//! number is valid and what line it is. So +31 and nine digits is one look into a table of a thousand
//! places. The table comes from the library (`ranges.rs`, written by the test beside it, which fails
//! when the library's plan moves), and `tests/numbers.rs` holds the path against the library.

mod ranges;
#[cfg(test)]
mod tests;

use super::{E164, LineType, Number, Region};

/// What the fast path says.
pub(super) enum Answer {
    /// The same as the library would.
    Read(Option<Number>),
    /// Not one of the plain spellings: ask the library.
    Ask,
}

/// Kind of line by the first three digits of nine; [`LineType::Unknown`] where no number is valid.
static LINES: [LineType; 1_000] = {
    let mut lines = [LineType::Unknown; 1_000];
    let mut i = 0;
    while i < ranges::RANGES.len() {
        let (first, last, line) = ranges::RANGES[i];
        let mut leading = first;
        while leading <= last {
            lines[leading as usize] = line;
            leading += 1;
        }
        i += 1;
    }
    lines
};

/// The longest text that is looked at: 13 digits and as good as any blanks between them.
const MAX_LEN: usize = 24;
/// 10 to the power of the nine national digits.
const NATIONAL: u64 = 1_000_000_000;

/// Reads ASCII digits with blanks and hyphens between them, as `+31…` anywhere, and in region NL also
/// as `31…`, `0…` and `0031…`; each with nine national digits of which the first is not 0.
///
/// A `const fn`, which cannot allocate.
pub(super) const fn read(typed: &str, region: Region) -> Answer {
    let bytes = typed.as_bytes();
    if bytes.len() > MAX_LEN {
        return Answer::Ask;
    }
    let plus = matches!(bytes, [b'+', ..]);
    // At most 24 digits: the sum may wrap, but then there are more than 13 of them and it is not used.
    let (mut all, mut count) = (0_u64, 0);
    let mut i = plus as usize;
    while i < bytes.len() {
        match bytes[i] {
            digit @ b'0'..=b'9' => {
                all = all.wrapping_mul(10).wrapping_add((digit - b'0') as u64);
                count += 1;
            }
            b' ' | b'-' => {}
            _ => return Answer::Ask,
        }
        i += 1;
    }
    let in_nl = matches!(&region.bytes(), b"NL");
    let dutch = match (count, all / NATIONAL) {
        (11, 31) => plus || in_nl,
        (10, 0) | (13, 31) => !plus && in_nl,
        _ => false,
    };
    let national = all % NATIONAL;
    // A leading 0 would be a trunk prefix, and the rest a short number: not for a table of nine digits.
    if !dutch || national < NATIONAL / 10 {
        return Answer::Ask;
    }
    Answer::Read(number(national))
}

/// A number of nine digits by the table; `national` is below 10 to the power of nine.
const fn number(national: u64) -> Option<Number> {
    let line_type = LINES[(national / 1_000_000) as usize];
    if matches!(line_type, LineType::Unknown) {
        return None;
    }
    match E164::from_digits(31 * NATIONAL + national) {
        Some(e164) => Some(Number {
            e164,
            line_type,
            country: Some(Region::NL),
        }),
        None => None,
    }
}

const _: () = {
    let read = read("+31612345678", Region::NL);
    assert!(
        matches!(read, Answer::Read(Some(_))),
        "read by the compiler: nothing is allocated"
    );
};
