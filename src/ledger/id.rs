//! The names of a ledger and of a decision in it.

use std::{fmt, fs, io::ErrorKind, path::Path, str::FromStr};

use super::error::LedgerError;
use crate::{
    clock::{Day, Micros},
    durable,
};

const MICROS_A_DAY: i64 = 86_400_000_000;

/// The UTC day of an instant: the part a record of that time is in.
pub(super) fn utc_day(at: Micros) -> Day {
    Day(i32::try_from(at.0.div_euclid(MICROS_A_DAY)).unwrap_or(i32::MAX))
}

/// The first instant of a UTC day.
pub(super) fn start_of(day: Day) -> Micros {
    Micros(i64::from(day.0).saturating_mul(MICROS_A_DAY))
}

/// A ledger's name: four random bytes, made once and kept in the file `id` of its directory, so that
/// the decisions of two sidecars are never taken for one another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LedgerId(pub u32);

impl LedgerId {
    pub(super) fn random() -> Result<Self, LedgerError> {
        let mut bytes = [0; 4];
        getrandom::fill(&mut bytes).map_err(LedgerError::Random)?;
        Ok(Self(u32::from_be_bytes(bytes)))
    }

    /// Reads eight lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.len() == 8 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        u32::from_str_radix(text, 16)
            .ok()
            .filter(|_| plain)
            .map(Self)
    }

    /// From the file `id`; `None` if there is none.
    pub(super) fn load(dir: &Path) -> Result<Option<Self>, LedgerError> {
        let path = dir.join("id");
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(text.trim_end())
                .map(Some)
                .ok_or_else(|| LedgerError::damaged(&path, "not eight hexadecimal digits")),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(LedgerError::io(&path, "read the ledger's id")(e)),
        }
    }

    /// Writes the file `id`.
    pub(super) fn save(self, dir: &Path) -> Result<(), LedgerError> {
        let path = dir.join("id");
        durable::write_whole(&path, format!("{self}\n").as_bytes())
            .map_err(LedgerError::io(&path, "write the ledger's id"))
    }
}

impl fmt::Display for LedgerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl fmt::Debug for LedgerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A decision's name: the UTC day of its part, its ledger, its sequence number. Derived, not stored.
///
/// As text `20261124-7f3a09c1-1234567`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionId {
    /// The UTC day of the ledger time: the part.
    pub day: Day,
    /// The ledger.
    pub ledger: LedgerId,
    /// The sequence number; the first record of a ledger has 1.
    pub seq: u64,
}

/// A text that is not a decision id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a decision id; write one such as 20261124-7f3a09c1-1234567")]
pub struct DecisionIdError(pub String);

impl FromStr for DecisionId {
    type Err = DecisionIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (day, rest) = text.split_once('-')?;
            let (ledger, seq) = rest.split_once('-')?;
            if day.len() != 8 || !day.is_ascii() || !seq.starts_with(|c: char| c.is_ascii_digit()) {
                return None;
            }
            let day = Day::parse(&format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..])).ok()?;
            let id = Self {
                day,
                ledger: LedgerId::parse(ledger)?,
                seq: seq.parse().ok()?,
            };
            // One spelling only, so that ids compare as texts too.
            (id.seq > 0 && !seq.starts_with('0')).then_some(id)
        };
        read().ok_or_else(|| DecisionIdError(text.chars().take(60).collect()))
    }
}

impl fmt::Display for DecisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.day.date();
        write!(
            f,
            "{:04}{:02}{:02}-{}-{}",
            date.year(),
            date.month(),
            date.day(),
            self.ledger,
            self.seq
        )
    }
}

impl fmt::Debug for DecisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn an_id_survives_text() {
        for text in [
            "20261124-7f3a09c1-1234567",
            "19700101-00000000-1",
            "20240229-ffffffff-18446744073709551615",
        ] {
            assert_eq!(
                text.parse::<DecisionId>().map(|id| id.to_string()),
                Ok(text.into())
            );
        }
    }

    #[test]
    fn an_id_has_one_spelling() {
        for text in [
            "",
            "20261124-7f3a09c1",
            "20261124-7F3A09C1-1",
            "20261124-7f3a09c1-01",
            "20261124-7f3a09c1-0",
            "20261124-7f3a09c1-+1",
            "20261124-+f3a09c1-1",
            "20261324-7f3a09c1-1",
            "2026-11-24-7f3a09c1-1",
            "20261124-7f3a09c1-1 ",
            "20261124-7f3a09c1-18446744073709551616",
            "2026112\u{e9}-7f3a09c1-1",
        ] {
            assert!(text.parse::<DecisionId>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_id_file_is_read_back_and_a_broken_one_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(LedgerId::load(dir.path()), Ok(None)));
        let id = LedgerId::random().unwrap();
        id.save(dir.path()).unwrap();
        assert_eq!(LedgerId::load(dir.path()).unwrap(), Some(id));
        fs::write(dir.path().join("id"), "seven77").unwrap();
        assert!(matches!(
            LedgerId::load(dir.path()),
            Err(LedgerError::Damaged { .. })
        ));
    }
}
