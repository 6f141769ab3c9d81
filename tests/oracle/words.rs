//! How single fields are read: numbers, instants, days, lists, words.
use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rlibphonenumber::{PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region};

/// The region of last resort: "default the campaign's, else the configured
/// `default_region`".
pub const DEFAULT_REGION: &str = "NL";

/// A valid number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// `+` and digits.
    pub e164: String,
    /// The country it belongs to, such as `NL`.
    pub country: String,
    /// The type of line.
    pub line: PhoneNumberType,
}

/// Row 1: "not a valid number (libphonenumber)". None where it is not.
pub fn number(typed: &str, region: &str) -> Option<Number> {
    let region = if region.trim().is_empty() {
        DEFAULT_REGION
    } else {
        region.trim()
    };
    let region: Option<Region> = region.to_uppercase().parse().ok();
    let read = PhoneNumber::parse(typed, region).ok()?;
    read.is_valid().then(|| Number {
        e164: read.format_as(PhoneNumberFormat::E164).into_owned(),
        country: read
            .get_region_code()
            .map(|r| r.to_string())
            .unwrap_or_default(),
        line: read.get_type(),
    })
}

/// "Instants are UTC microseconds and compare as instants, whatever the offset written."
pub fn instant(field: &str) -> i64 {
    field.trim().parse::<Timestamp>().unwrap().as_microsecond()
}

/// As [`instant`]; "an empty field means not given".
pub fn instant_if_given(field: &str) -> Option<i64> {
    (!field.trim().is_empty()).then(|| instant(field))
}

/// "Whole days are days of the jurisdiction's zone": the day in the Netherlands.
pub fn day_of(now: Timestamp) -> Date {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    let zone = ZONE.get_or_init(|| TimeZone::get("Europe/Amsterdam").unwrap());
    now.to_zoned_datetime(zone.clone()).date()
}

/// "dates are `YYYY-MM-DD`"; "an empty field means not given".
pub fn day_if_given(field: &str) -> Option<Date> {
    (!field.trim().is_empty()).then(|| field.trim().parse().unwrap())
}

/// Whether `day` lies in a span of days, "both ends included"; an end not given is open.
pub fn day_within(day: Date, first: &str, last: &str) -> bool {
    day_if_given(first).is_none_or(|first| first <= day)
        && day_if_given(last).is_none_or(|last| day <= last)
}

/// "`;` separates several (blanks around items … do not matter)".
pub fn list(field: &str) -> Vec<&str> {
    field
        .split(';')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .collect()
}

/// "case of enum words [does] not matter".
pub fn word(field: &str) -> String {
    field.trim().to_uppercase()
}

/// Whether a field holds one of these words.
pub fn is_one_of(field: &str, words: &[&str]) -> bool {
    words.contains(&word(field).as_str())
}
