//! Reading one field. Each reader trims blanks, and tells what is wrong rather than failing at the
//! first problem: `None` means a problem was told.

use super::problem::{FieldProblem, nearest, shown};
use crate::{
    clock::{Day, Micros},
    facts::model::{Channel, ChannelSet},
    number::Region,
};

/// The longest id, in bytes.
pub(super) const MAX_ID: usize = 256;

/// Where the problems of one row are told.
#[derive(Debug, Default)]
pub(super) struct Told(pub(super) Vec<FieldProblem>);

impl Told {
    /// Tells one.
    pub(super) fn add(&mut self, field: &'static str, what: String, hint: impl Into<String>) {
        self.0.push(FieldProblem {
            field,
            what,
            hint: hint.into(),
        });
    }

    fn bad<T>(&mut self, field: &'static str, what: String, hint: impl Into<String>) -> Option<T> {
        self.add(field, what, hint);
        None
    }

    /// An id that may be missing.
    pub(super) fn id<'t>(&mut self, field: &'static str, text: &'t str) -> Option<&'t str> {
        let id = text.trim();
        if id.len() > MAX_ID {
            let what = format!("{} is longer than {MAX_ID} bytes", shown(id));
            return self.bad(field, what, "use a shorter id");
        }
        let plain = |b: u8| (b' '..0x7f).contains(&b);
        if !id.bytes().all(plain) && id.chars().any(char::is_control) {
            let what = format!("{} has a control character in it", shown(id));
            return self.bad(field, what, "look for a line end or a tab inside the field");
        }
        Some(id)
    }

    /// An id that must be there.
    pub(super) fn needed_id<'t>(&mut self, field: &'static str, text: &'t str) -> Option<&'t str> {
        let id = self.id(field, text)?;
        if id.is_empty() {
            return self.bad(field, "is empty".to_owned(), "it is needed");
        }
        Some(id)
    }

    /// A day that may be missing.
    pub(super) fn day(&mut self, field: &'static str, text: &str) -> Option<Option<Day>> {
        let text = text.trim();
        if text.is_empty() {
            return Some(None);
        }
        match Day::parse(text) {
            Ok(day) => Some(Some(day)),
            Err(_) => self.bad(
                field,
                format!("{} is not a date", shown(text)),
                "write YYYY-MM-DD, such as 2026-11-24",
            ),
        }
    }

    /// A moment that may be missing.
    pub(super) fn time(&mut self, field: &'static str, text: &str) -> Option<Option<Micros>> {
        let text = text.trim();
        if text.is_empty() {
            return Some(None);
        }
        match Micros::parse(text) {
            Ok(time) => Some(Some(time)),
            Err(_) => self.bad(
                field,
                format!("{} is not a time", shown(text)),
                "write RFC 3339 with an offset, such as 2026-11-24T09:30:00+01:00",
            ),
        }
    }

    /// One of a closed set of words that may be missing; the case does not matter.
    pub(super) fn word<T: Copy>(
        &mut self,
        field: &'static str,
        text: &str,
        parse: impl Fn(&str) -> Option<T>,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Option<Option<T>> {
        let text = text.trim();
        if text.is_empty() {
            return Some(None);
        }
        if let Some(found) = parse(text) {
            return Some(Some(found));
        }
        let words: Vec<_> = all.iter().map(|w| word(*w)).collect();
        self.not_a_word(field, text, &words)
    }

    /// `yes` or `no`, or missing.
    pub(super) fn yes_no(&mut self, field: &'static str, text: &str) -> Option<Option<bool>> {
        match text.trim() {
            "" => Some(None),
            yes if yes.eq_ignore_ascii_case("yes") => Some(Some(true)),
            no if no.eq_ignore_ascii_case("no") => Some(Some(false)),
            other => self.not_a_word(field, other, &["yes", "no"]),
        }
    }

    fn not_a_word<T>(
        &mut self,
        field: &'static str,
        text: &str,
        words: &[&'static str],
    ) -> Option<T> {
        let all = words.join(", ");
        let hint = match nearest(text, words.iter().copied()) {
            Some(near) => format!("did you mean {near}? It can be {all}"),
            None => format!("write one of {all}"),
        };
        let what = format!("{} is not known here", shown(text));
        self.bad(field, what, hint)
    }

    /// A region that may be missing.
    pub(super) fn region(&mut self, text: &str, default: Region) -> Option<Region> {
        let text = text.trim();
        if text.is_empty() || text.as_bytes() == default.bytes() {
            return Some(default);
        }
        match Region::parse(text) {
            Ok(region) => Some(region),
            Err(_) => self.bad(
                "region",
                format!("{} is not an ISO 3166 region", shown(text)),
                "write two letters, such as NL",
            ),
        }
    }

    /// Channels: names and `*`; `None` inside if there are none.
    pub(super) fn channels(&mut self, text: &str) -> Option<Option<ChannelSet>> {
        let mut set: Option<ChannelSet> = None;
        let mut sound = true;
        for item in items(text) {
            if item == "*" {
                set = Some(ChannelSet(set.unwrap_or_default().0 | ChannelSet::ALL.0));
                continue;
            }
            match self.word(
                "channels",
                item,
                Channel::parse,
                Channel::ALL,
                Channel::word,
            ) {
                Some(Some(channel)) => set = Some(set.unwrap_or_default().with(channel)),
                _ => sound = false,
            }
        }
        sound.then_some(set)
    }
}

/// The items of a `;` list: trimmed, empty ones left out.
pub(super) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|i| !i.is_empty())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn problem<T>(read: impl FnOnce(&mut Told) -> Option<T>) -> String {
        let mut told = Told::default();
        assert!(read(&mut told).is_none());
        let [one] = &told.0[..] else {
            panic!("{told:?}")
        };
        format!("{}: {}; {}", one.field, one.what, one.hint)
    }

    #[test]
    fn blanks_and_the_case_of_words_do_not_matter() {
        let mut told = Told::default();
        let voice_sms = ChannelSet::default()
            .with(Channel::Voice)
            .with(Channel::Sms);
        assert_eq!(told.channels(" voice ; Sms;"), Some(Some(voice_sms)));
        assert_eq!(told.channels(" * "), Some(Some(ChannelSet::ALL)));
        assert_eq!(told.channels(" ; "), Some(None));
        assert_eq!(told.yes_no("paid", " YES "), Some(Some(true)));
        assert_eq!(told.region(" de ", Region::NL).unwrap().as_str(), "DE");
        assert_eq!(told.region("", Region::NL), Some(Region::NL));
        assert_eq!(told.id("person_id", " p1 "), Some("p1"));
        assert!(told.0.is_empty());
    }

    #[test]
    fn an_unknown_word_lists_the_words_and_the_nearest() {
        assert_eq!(
            problem(|t| t.channels("VOICE;EMIAL")),
            "channels: \"EMIAL\" is not known here; did you mean EMAIL? \
             It can be VOICE, SMS, EMAIL, APP, POST"
        );
        assert_eq!(
            problem(|t| t.yes_no("paid", "ja")),
            "paid: \"ja\" is not known here; write one of yes, no"
        );
    }

    #[test]
    fn dates_times_ids_and_regions_say_how_to_write_them() {
        assert!(problem(|t| t.day("started_on", "24-11-2026")).contains("YYYY-MM-DD"));
        let no_offset = problem(|t| t.time("granted_at", "2026-11-24T09:30:00"));
        assert!(no_offset.contains("with an offset"), "{no_offset}");
        let long = "x".repeat(257);
        assert!(problem(|t| t.id("person_id", &long)).contains("256 bytes"));
        assert!(problem(|t| t.id("person_id", "a\nb")).contains("control character"));
        assert!(problem(|t| t.needed_id("seller_id", " ")).contains("is empty"));
        assert!(problem(|t| t.region("NLD", Region::NL)).contains("two letters"));
    }
}
