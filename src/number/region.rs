//! ISO 3166-1 regions.

use std::fmt;

/// An assigned ISO 3166-1 alpha-2 region.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region([u8; 2]);

/// A text that is not an assigned ISO 3166-1 alpha-2 region.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not an ISO 3166-1 region; write the two letters of one, such as NL")]
pub struct RegionError(pub String);

/// The second letters of the assigned codes, by first letter A to Z; 249 codes, ISO 3166-1 as
/// published in 2024 (the list is unchanged since South Sudan was added in 2011).
const SECOND_LETTERS: [&str; 26] = [
    "DEFGILMOQRSTUWXZ",
    "ABDEFGHIJLMNOQRSTVWYZ",
    "ACDFGHIKLMNORUVWXYZ",
    "EJKMOZ",
    "CEGHRST",
    "IJKMOR",
    "ABDEFGHILMNPQRSTUWY",
    "KMNRTU",
    "DELMNOQRST",
    "EMOP",
    "EGHIMNPRWYZ",
    "ABCIKRSTUVY",
    "ACDEFGHKLMNOPQRSTUVWXYZ",
    "ACEFGILOPRUZ",
    "M",
    "AEFGHKLMNRSTWY",
    "A",
    "EOSUW",
    "ABCDEGHIJKLMNORSTVXYZ",
    "CDFGHJKLMNORTVWZ",
    "AGMSYZ",
    "ACEGINU",
    "FS",
    "",
    "ET",
    "AMW",
];

/// [`SECOND_LETTERS`] as one bit a letter.
const ASSIGNED: [u32; 26] = {
    let mut rows = [0; 26];
    let mut first = 0;
    while first < 26 {
        let letters = SECOND_LETTERS[first].as_bytes();
        let mut i = 0;
        while i < letters.len() {
            rows[first] |= 1 << (letters[i] - b'A');
            i += 1;
        }
        first += 1;
    }
    rows
};

impl Region {
    /// The Netherlands.
    pub const NL: Self = Self(*b"NL");

    /// Reads two letters in either case; allocates only for the error.
    ///
    /// # Errors
    /// If it is not an assigned ISO 3166-1 alpha-2 code.
    pub fn parse(text: &str) -> Result<Self, RegionError> {
        Self::assigned(text.as_bytes()).ok_or_else(|| RegionError(text.chars().take(20).collect()))
    }

    /// Every assigned code, in the order of the alphabet.
    pub fn all() -> impl Iterator<Item = Self> {
        (b'A'..=b'Z').flat_map(|a| (b'A'..=b'Z').filter_map(move |b| Self::assigned(&[a, b])))
    }

    const fn assigned(text: &[u8]) -> Option<Self> {
        let &[first, second] = text else {
            return None;
        };
        let code = [first.to_ascii_uppercase(), second.to_ascii_uppercase()];
        let (row, column) = (code[0].wrapping_sub(b'A'), code[1].wrapping_sub(b'A'));
        if row < 26 && column < 26 && ASSIGNED[row as usize] & (1 << column) != 0 {
            Some(Self(code))
        } else {
            None
        }
    }

    /// The two letters.
    pub fn as_str(&self) -> &str {
        // Always two ASCII letters, so never `??`.
        std::str::from_utf8(&self.0).unwrap_or("??")
    }

    /// The two letters as bytes.
    pub const fn bytes(self) -> [u8; 2] {
        self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
