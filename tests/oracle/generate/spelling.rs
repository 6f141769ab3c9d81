//! Numbers, moments and days as people type them.
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use super::super::rng::Rng;
use super::super::words::{self, DEFAULT_REGION};

/// A valid number no row has yet: mostly Dutch, sometimes of a line type that may not be
/// called or of another country.
pub fn new_number(rng: &mut Rng) -> String {
    loop {
        let prefix = rng.weighted(&[
            (30, "+316"),
            (10, "+3120"),
            (10, "+3130"),
            (10, "+3110"),
            (15, "+3185"),
            (6, "+3188"),
            (2, "+3166"),
            (1, "+31800"),
            (1, "+31900"),
            (1, "+31906"),
            (2, "+3247"),
            (1, "+4915"),
            (1, "+447"),
        ]);
        let length = if prefix.starts_with("+31") {
            12
        } else {
            rng.between(12, 13)
        };
        let mut number = prefix.to_owned();
        while number.len() < length {
            number.push(char::from(b'0' + rng.below(10) as u8));
        }
        if words::number(&number, DEFAULT_REGION).is_some_and(|n| n.e164 == number) {
            return number;
        }
    }
}

/// A spelling of a number and the region column beside it, that together read as it.
pub fn spelled(rng: &mut Rng, e164: &str) -> (String, String) {
    let country = words::number(e164, DEFAULT_REGION).unwrap().country;
    let code = match country.as_str() {
        "NL" => "31",
        "BE" => "32",
        "DE" => "49",
        _ => "44",
    };
    let digits = &e164[1..];
    let national = &digits[code.len()..];
    let (area, rest) = national.split_at(2);
    let wide = |c: char| {
        if c.is_ascii_digit() {
            char::from_u32(c as u32 + 0xfee0).unwrap()
        } else {
            c
        }
    };
    let typed = match rng.below(13) {
        0 | 1 => e164.to_owned(),
        2 | 3 => format!("0{national}"),
        4 => format!("0{area} {rest}"),
        5 => format!("0{area}.{}.{}", &rest[..3], &rest[3..]),
        6 => format!("0{area}\u{a0}{rest}"),
        7 => format!("0{national}").chars().map(wide).collect(),
        8 => format!("+{code} (0){national}"),
        9 => format!("00{digits}"),
        10 => format!("tel:+{code}-{area}-{rest}"),
        11 => format!(" +{code} {area} {rest} "),
        _ => format!("0{area} {rest} ext 12"),
    };
    let region = if rng.chance(80) {
        country
    } else {
        // Not given, or another: it matters to national spellings only.
        (*rng.pick(&["", "", "BE", "NL"])).to_owned()
    };
    match words::number(&typed, &region) {
        Some(read) if read.e164 == e164 => (typed, region),
        _ => (e164.to_owned(), region),
    }
}

/// An instant as RFC 3339, in one of several offsets, to the microsecond.
pub fn instant(rng: &mut Rng, micros: i64) -> String {
    let at = Timestamp::from_microsecond(micros).unwrap();
    let hours = rng.weighted(&[(50, 0), (20, 1), (10, 2), (10, -5), (10, 9)]);
    if hours == 0 {
        return at.to_string();
    }
    let zone = TimeZone::fixed(Offset::from_hours(hours).unwrap());
    at.to_zoned_datetime(zone)
        .strftime("%Y-%m-%dT%H:%M:%S%.f%:z")
        .to_string()
}

/// The instant at which a day begins in the Netherlands, in microseconds.
pub fn midnight(day: Date) -> i64 {
    let zone = TimeZone::get("Europe/Amsterdam").unwrap();
    day.to_zoned_datetime(zone)
        .unwrap()
        .timestamp()
        .as_microsecond()
}
