//! ISO 3166-1 regions.

use std::fmt;

/// An ISO 3166-1 alpha-2 region.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region([u8; 2]);

/// A text that is not an ISO 3166-1 alpha-2 region.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not an ISO 3166 region; write two letters, such as NL")]
pub struct RegionError(pub String);

impl Region {
    /// The Netherlands.
    pub const NL: Self = Self(*b"NL");

    /// Reads two letters in either case.
    ///
    /// # Errors
    /// If it is not an assigned ISO 3166-1 alpha-2 code.
    pub fn parse(text: &str) -> Result<Self, RegionError> {
        let upper = text.to_ascii_uppercase();
        match upper.as_bytes() {
            [a @ b'A'..=b'Z', b @ b'A'..=b'Z'] => Ok(Self([*a, *b])),
            _ => Err(RegionError(text.chars().take(20).collect())),
        }
    }

    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }

    /// The two letters as bytes.
    pub fn bytes(self) -> [u8; 2] {
        self.0
    }

    pub(super) fn for_library(self) -> rlibphonenumber::Region {
        rlibphonenumber::Region::from_code(self.as_str()).unwrap_or(rlibphonenumber::Region::World)
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
