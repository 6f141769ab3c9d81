//! The key: a number in E.164 form.

use std::fmt;

/// A number in E.164 form (ITU-T E.164): at most 15 digits, the country code first.
///
/// The key of facts and registers. `Display` prints `+` and the digits; `Debug` is masked, since a
/// number is personal data and `Debug` ends up in logs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct E164(u64);

impl E164 {
    /// From its digits; `None` unless there are 5 to 15 of them.
    pub const fn from_digits(digits: u64) -> Option<Self> {
        if digits < 10_000 || digits >= 1_000_000_000_000_000 {
            return None;
        }
        Some(Self(digits))
    }

    /// The digits as one integer; no country code begins with 0.
    pub const fn digits(self) -> u64 {
        self.0
    }

    /// The number with all but the first two and the last two digits hidden, for logs.
    pub fn masked(self) -> String {
        let all = self.0.to_string();
        format!("+{}…{}", &all[..2], &all[all.len() - 2..])
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E164({})", self.masked())
    }
}
