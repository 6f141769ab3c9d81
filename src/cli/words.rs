//! The words of the wire as people and scripts write them: `BLOCK` for `VERDICT_BLOCK`; and times.

use clap::builder::PossibleValuesParser;
use jiff::{Timestamp, tz::TimeZone};
use prost_types::Timestamp as Wire;

use crate::{
    clock::{Day, Micros, Zone},
    proto::v1::{
        Channel, Durability, GroupBy, Intent, LeadAction, LineType, Obligation, Reason, RowOutcome,
        Verdict, Warning,
    },
};

/// The zone whole days are counted in, and times are shown in.
pub(super) const ZONE: &str = "Europe/Amsterdam";

/// An enum of the wire, with its names.
pub(super) trait Word: Sized + TryFrom<i32> + Copy {
    /// What its names begin with.
    const PREFIX: &'static str;
    /// The name of the proto file.
    fn name(self) -> &'static str;
}

macro_rules! words {
    ($($type:ident $prefix:literal),+ $(,)?) => { $(
        impl Word for $type {
            const PREFIX: &'static str = $prefix;
            fn name(self) -> &'static str { self.as_str_name() }
        }
    )+ };
}
words! {
    Verdict "VERDICT_", Reason "REASON_", Channel "CHANNEL_", Intent "INTENT_", LineType "LINE_TYPE_",
    LeadAction "LEAD_ACTION_", Durability "DURABILITY_", Obligation "OBLIGATION_", Warning "WARNING_",
    RowOutcome "ROW_OUTCOME_", GroupBy "GROUP_BY_",
}

/// The short word of a number on the wire; empty if none was given, `?` if a newer sidecar sent it.
pub(super) fn word<W: Word>(number: i32) -> &'static str {
    match W::try_from(number) {
        Ok(_) if number == 0 => "",
        Ok(value) => value.name().trim_start_matches(W::PREFIX),
        Err(_) => "?",
    }
}

/// Every short word but the unspecified.
fn all<W: Word>() -> Vec<&'static str> {
    (1..64)
        .filter(|n| W::try_from(*n).is_ok())
        .map(word::<W>)
        .collect()
}

/// A flag that takes one of the words, in either case; `clap` suggests the nearest.
pub(super) fn parser<W: Word>() -> PossibleValuesParser {
    PossibleValuesParser::new(all::<W>())
}

/// The number on the wire of a word a [`parser`] let through; 0 for none.
pub(super) fn number<W: Word>(text: Option<&str>) -> i32 {
    let is = |n: &i32| text.is_some_and(|t| word::<W>(*n).eq_ignore_ascii_case(t));
    (1..64)
        .filter(|n| W::try_from(*n).is_ok())
        .find(is)
        .unwrap_or(0)
}

/// What a warning means.
pub(super) fn warning(number: i32) -> &'static str {
    match Warning::try_from(number) {
        Ok(Warning::RegimeLapsed) => "the enforced regime is no longer the law",
        Ok(Warning::SeveralPersons) => {
            "several persons are known on the number; name one with --person"
        }
        Ok(Warning::RegisterStale) => "the copy of the register is missing or too old",
        Ok(Warning::RepeatedCallId) => "this call was asked about before",
        Ok(Warning::Unspecified) | Err(_) => "of a newer sidecar",
    }
}

/// A time of the wire from an instant.
pub(super) fn wire(at: Micros) -> Wire {
    Wire {
        seconds: at.0.div_euclid(1_000_000),
        // Under a million, times a thousand: fits.
        nanos: (at.0.rem_euclid(1_000_000) * 1_000) as i32,
    }
}

fn timestamp(at: Option<&Wire>) -> Option<Timestamp> {
    at.and_then(|t| Timestamp::new(t.seconds, t.nanos).ok())
}

/// A time for scripts: RFC 3339 in UTC.
pub(super) fn rfc3339(at: Option<&Wire>) -> Option<String> {
    timestamp(at).map(|t| t.to_string())
}

/// A time for people: of Amsterdam, to the second, with its offset; empty for none.
pub(super) fn local(at: Option<&Wire>) -> String {
    let tz = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    timestamp(at)
        .map(|t| {
            t.to_zoned_datetime(tz)
                .strftime("%Y-%m-%d %H:%M:%S%:z")
                .to_string()
        })
        .unwrap_or_default()
}

/// A moment of a flag.
pub(super) fn moment(text: &str) -> Result<Micros, String> {
    Micros::parse(text)
}

/// A day of a flag.
pub(super) fn day(text: &str) -> Result<Day, String> {
    Day::parse(text)
}

/// A day in Amsterdam: its first instant, and that of the next.
pub(super) fn day_period(day: Day) -> Result<(Micros, Micros), String> {
    let zone = Zone::named(ZONE)?;
    let after = Day(day.0.saturating_add(1));
    Ok((zone.start_of(day), zone.start_of(after)))
}

/// A period of whole days in Amsterdam, both ends inside, as the wire has it: from inside, until outside.
pub(super) fn period(
    from: Option<Day>,
    to: Option<Day>,
) -> Result<(Option<Wire>, Option<Wire>), String> {
    let zone = Zone::named(ZONE)?;
    let start = |day: Day| wire(zone.start_of(day));
    let after = |day: Day| Day(day.0.saturating_add(1));
    Ok((from.map(start), to.map(after).map(start)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_their_prefix_and_find_their_number() {
        assert_eq!(word::<Verdict>(2), "BLOCK");
        assert_eq!(word::<Reason>(11), "CUSTOMER_SIMILAR");
        assert_eq!((word::<Verdict>(0), word::<Verdict>(9)), ("", "?"));
        assert_eq!(number::<Reason>(Some("objected")), Reason::Objected as i32);
        assert_eq!(
            (number::<Reason>(Some("nonsense")), number::<Reason>(None)),
            (0, 0)
        );
        assert_eq!(all::<Channel>(), ["VOICE", "SMS", "EMAIL", "APP", "POST"]);
        assert_eq!(all::<Reason>().len(), 20);
    }

    #[test]
    fn a_day_is_a_day_of_amsterdam_with_both_ends_inside() {
        // Summer time begins: a day of 23 hours.
        let day = day("2026-03-29").ok();
        let (from, until) = period(day, day).unwrap();
        assert_eq!(rfc3339(from.as_ref()).unwrap(), "2026-03-28T23:00:00Z");
        assert_eq!(rfc3339(until.as_ref()).unwrap(), "2026-03-29T22:00:00Z");
        assert_eq!(local(from.as_ref()), "2026-03-29 00:00:00+01:00");
        assert_eq!(local(until.as_ref()), "2026-03-30 00:00:00+02:00");
        assert_eq!(period(None, None), Ok((None, None)));
    }

    #[test]
    fn instants_before_1970_keep_their_microseconds() {
        let at = Micros(-1);
        assert_eq!(
            wire(at),
            Wire {
                seconds: -1,
                nanos: 999_999_000
            }
        );
    }
}
