//! Time: the only place that asks the system what time it is.

mod steady;

use std::{fmt, sync::Arc, time::SystemTime};

use jiff::{Timestamp, civil, tz::TimeZone};

pub use steady::{ClockFault, Steady};

/// An instant: microseconds since 1970-01-01T00:00:00Z. Instants compare as instants, whatever the
/// offset they were written with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Micros(pub i64);

impl Micros {
    /// Later than every instant: "never ends".
    pub const NEVER: Self = Self(i64::MAX);

    /// Reads an RFC 3339 time; an offset (or `Z`) is needed.
    ///
    /// # Errors
    /// A sentence saying what is wrong, with an example.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.parse::<Timestamp>()
            .map(|t| Self(t.as_microsecond()))
            .map_err(|_| {
                format!(
                    "\"{text}\" is not a time; write RFC 3339, such as 2026-11-24T09:30:00+01:00"
                )
            })
    }

    /// The system's time now.
    pub fn system_now() -> Self {
        #[allow(clippy::disallowed_methods)]
        let now = SystemTime::now();
        match now.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(d) => Self(i64::try_from(d.as_micros()).unwrap_or(i64::MAX)),
            Err(before) => Self(
                i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros),
            ),
        }
    }

    /// As a `jiff` timestamp; clamped to what it can hold.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::NEVER {
            return f.write_str("never");
        }
        write!(f, "{}", self.timestamp())
    }
}

impl fmt::Debug for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A whole day of the civil calendar: days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub i32);

impl Day {
    /// Later than every day: "never ends".
    pub const NEVER: Self = Self(i32::MAX);
    /// Earlier than every day.
    pub const ALWAYS: Self = Self(i32::MIN);

    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// A sentence saying what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bad = || format!("\"{text}\" is not a date; write YYYY-MM-DD, such as 2026-11-24");
        let b = text.as_bytes();
        let digit = |i: usize| {
            b.get(i)
                .filter(|c| c.is_ascii_digit())
                .map(|c| i16::from(c - b'0'))
        };
        if b.len() != 10 || b[4] != b'-' || b[7] != b'-' {
            return Err(bad());
        }
        let two = |i: usize| Some(digit(i)? * 10 + digit(i + 1)?);
        let parts = (|| Some((two(0)? * 100 + two(2)?, two(5)?, two(8)?)))();
        let (year, month, day) = parts.ok_or_else(bad)?;
        civil::Date::new(year, month as i8, day as i8)
            .map(Self::from_date)
            .map_err(|_| bad())
    }

    /// From a civil date.
    pub fn from_date(date: civil::Date) -> Self {
        // Days from civil, after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
        let (y, m, d) = (
            i32::from(date.year()) - i32::from(date.month() <= 2),
            i32::from(date.month()),
            i32::from(date.day()),
        );
        let era = y.div_euclid(400);
        let yoe = y.rem_euclid(400);
        let doy = (153 * (m + if m > 2 { -3 } else { 9 }) + 2) / 5 + d - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        Self(era * 146_097 + doe - 719_468)
    }

    /// The first instant of the day in UTC.
    pub fn utc_start(self) -> Micros {
        Micros(i64::from(self.0).saturating_mul(86_400_000_000))
    }

    /// The civil date; clamped to the calendar's range.
    pub fn date(self) -> civil::Date {
        let days = i64::from(self.0).clamp(-4_371_587, 2_932_896);
        Timestamp::from_second(days * 86_400)
            .map_or(civil::Date::MAX, |t| TimeZone::UTC.to_datetime(t).date())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NEVER | Self::ALWAYS => Ok(()),
            day => write!(f, "{}", day.date()),
        }
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A time zone of the IANA database, for turning instants into days.
#[derive(Clone, Debug)]
pub struct Zone {
    tz: TimeZone,
    /// Offsets in seconds from an instant on, oldest first: a look-up costs a few nanoseconds.
    offsets: Arc<[(i64, i32)]>,
}

/// The years the table of offsets covers; outside them the zone's own rules are asked.
const TABLE_YEARS: (i16, i16) = (1990, 2090);

impl Zone {
    /// By its IANA name, such as `Europe/Amsterdam`.
    ///
    /// # Errors
    /// If there is no such zone.
    pub fn named(name: &str) -> Result<Self, String> {
        let tz = TimeZone::get(name).map_err(|_| {
            format!("\"{name}\" is not a time zone; write an IANA name, such as Europe/Amsterdam")
        })?;
        let edge = |year: i16| Day::from_date(civil::Date::constant(year, 1, 1)).utc_start();
        let (from, until) = (edge(TABLE_YEARS.0), edge(TABLE_YEARS.1));
        let first = tz.to_offset(from.timestamp()).seconds();
        let mut offsets = vec![(from.0, first)];
        offsets.extend(
            tz.following(from.timestamp())
                .map(|t| (t.timestamp().as_microsecond(), t.offset().seconds()))
                .take_while(|(at, _)| *at < until.0),
        );
        offsets.push((until.0, i32::MAX));
        Ok(Self {
            tz,
            offsets: offsets.into(),
        })
    }

    fn offset(&self, at: Micros) -> i32 {
        let i = self.offsets.partition_point(|(from, _)| *from <= at.0);
        match i.checked_sub(1).and_then(|i| self.offsets.get(i)) {
            Some((_, offset)) if *offset != i32::MAX => *offset,
            _ => self.tz.to_offset(at.timestamp()).seconds(),
        }
    }

    /// The day it is there at an instant.
    pub fn day(&self, at: Micros) -> Day {
        let seconds = at.0.div_euclid(1_000_000) + i64::from(self.offset(at));
        let day = seconds.div_euclid(86_400);
        Day(i32::try_from(day).unwrap_or(if day < 0 { i32::MIN } else { i32::MAX }))
    }

    /// The first instant of the hour it is there at an instant, and so of a stretch of time that has one
    /// civil day and hour: where clocks go back, the hour that comes twice is two.
    pub fn start_of_hour(&self, at: Micros) -> Micros {
        let second = at.0.div_euclid(1_000_000);
        let into = (second + i64::from(self.offset(at))).rem_euclid(3_600);
        Micros((second - into).saturating_mul(1_000_000))
    }

    /// The first instant of a day there.
    pub fn start_of(&self, day: Day) -> Micros {
        self.tz
            .to_ambiguous_timestamp(day.date().to_datetime(civil::Time::midnight()))
            .compatible()
            .map_or(Micros::NEVER, |t| Micros(t.as_microsecond()))
    }

    /// Its IANA name, such as `Europe/Amsterdam`.
    pub fn name(&self) -> &str {
        self.tz.iana_name().unwrap_or("UTC")
    }

    /// The zone itself, for writing times out.
    pub fn tz(&self) -> &TimeZone {
        &self.tz
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_survives_the_round_trip() {
        for day in (-800_000..800_000).step_by(17) {
            assert_eq!(Day::from_date(Day(day).date()), Day(day));
        }
        assert_eq!(Day::parse("1970-01-01"), Ok(Day(0)));
        assert!(Day::parse("2026-02-30").is_err());
        assert!(Day::parse("26-02-03").is_err());
    }

    #[test]
    fn the_table_of_offsets_agrees_with_the_zone() {
        for name in [
            "Europe/Amsterdam",
            "America/New_York",
            "Australia/Lord_Howe",
            "Asia/Kolkata",
        ] {
            let zone = Zone::named(name).unwrap();
            let mut at = Micros::parse("1970-01-01T00:00:00Z").unwrap();
            while at < Micros::parse("2120-01-01T00:00:00Z").unwrap() {
                assert_eq!(
                    zone.offset(at),
                    zone.tz.to_offset(at.timestamp()).seconds(),
                    "{name} {at}"
                );
                at.0 += 1_799_999_999 * 41;
            }
        }
    }

    #[test]
    fn the_day_of_an_instant_is_the_day_of_the_zone() {
        let ams = Zone::named("Europe/Amsterdam").unwrap();
        let day = |t: &str| ams.day(Micros::parse(t).unwrap()).to_string();
        assert_eq!(day("2026-06-30T22:00:00Z"), "2026-07-01");
        assert_eq!(day("2026-06-30T21:59:59.999999Z"), "2026-06-30");
        assert_eq!(day("2026-12-31T23:00:00Z"), "2027-01-01");
        assert_eq!(
            ams.start_of(Day::parse("2026-07-01").unwrap()),
            Micros::parse("2026-06-30T22:00:00Z").unwrap()
        );
        let hour = |zone: &str, t: &str| {
            let at = Micros::parse(t).unwrap();
            Zone::named(zone).unwrap().start_of_hour(at).to_string()
        };
        assert_eq!(
            hour("Europe/Amsterdam", "2026-10-25T00:59:59.9Z"),
            "2026-10-25T00:00:00Z"
        );
        assert_eq!(
            hour("Europe/Amsterdam", "2026-10-25T01:00:00Z"),
            "2026-10-25T01:00:00Z"
        );
        assert_eq!(
            hour("Asia/Kolkata", "2026-10-25T00:59:00Z"),
            "2026-10-25T00:30:00Z"
        );
    }
}
