//! Days and moments written out, in the jurisdiction's zone.

use jiff::ZonedDateTime;

use super::text::Texts;
use crate::clock::{Day, Micros, Zone};

/// `9 september 2020`; empty for no day.
pub(crate) fn day(texts: &'static Texts, day: Day) -> String {
    if day == Day::NEVER || day == Day::ALWAYS {
        return String::new();
    }
    let date = day.date();
    let month = month(texts, date.month());
    format!("{} {month} {}", date.day(), date.year())
}

/// `woensdag 9 september 2020`.
pub(crate) fn weekday(texts: &'static Texts, on: Day) -> String {
    let names = texts.list("when.weekdays");
    let index = on.date().weekday().to_monday_zero_offset();
    let name = usize::try_from(index).ok().and_then(|i| names.get(i));
    format!("{} {}", name.map_or("", String::as_str), day(texts, on))
}

/// `9 september 2020 om 11:00`; the seconds are left out.
pub(crate) fn moment(texts: &'static Texts, zone: &Zone, at: Micros) -> String {
    written(texts, zone, at, "when.moment", "%H:%M")
}

/// `9 september 2020 om 11:00:07`: of a decision, where two may lie in one minute.
pub(crate) fn exact(texts: &'static Texts, zone: &Zone, at: Micros) -> String {
    written(texts, zone, at, "when.moment", "%H:%M:%S")
}

fn written(texts: &'static Texts, zone: &Zone, at: Micros, key: &str, clock: &str) -> String {
    if at == Micros::NEVER {
        return texts.get("when.never").to_owned();
    }
    let local = zoned(zone, at);
    let on = day(texts, Day::from_date(local.date()));
    texts.fill(
        key,
        &[("day", &on), ("time", &local.strftime(clock).to_string())],
    )
}

/// `11:00:07`.
pub(crate) fn clock(zone: &Zone, at: Micros) -> String {
    zoned(zone, at).strftime("%H:%M:%S").to_string()
}

/// For `<time datetime>`: RFC 3339 with the zone's offset.
pub(crate) fn machine(zone: &Zone, at: Micros) -> String {
    zoned(zone, at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// A moment of such an input, or an RFC 3339 time.
pub(crate) fn parse_input(zone: &Zone, text: &str) -> Option<Micros> {
    let text = text.trim();
    if let Ok(local) = text.parse::<jiff::civil::DateTime>()
        && !text.ends_with(['Z', 'z'])
    {
        let at = zone.tz().to_ambiguous_timestamp(local).compatible().ok()?;
        return Some(Micros(at.as_microsecond()));
    }
    Micros::parse(text).ok()
}

/// The month by its number, from 1.
pub(crate) fn month(texts: &'static Texts, number: i8) -> &'static str {
    let names = texts.list("when.months");
    let index = usize::try_from(number).ok().and_then(|n| n.checked_sub(1));
    index.and_then(|i| names.get(i)).map_or("", String::as_str)
}

fn zoned(zone: &Zone, at: Micros) -> ZonedDateTime {
    at.timestamp().to_zoned_datetime(zone.tz().clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sidecar::Language;

    #[test]
    fn moments_are_written_out_in_the_zone() {
        let zone = Zone::named("Europe/Amsterdam").unwrap();
        let at = Micros::parse("2020-09-09T09:00:07Z").unwrap();
        let (nl, en) = (Texts::of(Language::Nl), Texts::of(Language::En));
        assert_eq!(moment(nl, &zone, at), "9 september 2020 om 11:00");
        assert_eq!(moment(en, &zone, at), "9 September 2020 at 11:00");
        assert_eq!(exact(nl, &zone, at), "9 september 2020 om 11:00:07");
        let day = Day::parse("2020-09-09").unwrap();
        assert_eq!(weekday(nl, day), "woensdag 9 september 2020");
        assert_eq!(weekday(en, day), "Wednesday 9 September 2020");
        assert_eq!(machine(&zone, at), "2020-09-09T11:00:07+02:00");
        assert_eq!(
            parse_input(&zone, "2020-09-09T11:00").unwrap().0,
            at.0 - 7_000_000
        );
        assert_eq!(parse_input(&zone, "2020-09-09T09:00:07Z"), Some(at));
        assert_eq!(parse_input(&zone, "yesterday"), None);
    }
}
