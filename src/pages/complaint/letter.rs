//! The letter: what the file says, to be edited before it is sent.

use super::file::CaseFile;
use crate::pages::shell::Shell;

/// Checks named in a letter.
const NAMED: usize = 6;

/// A first text of the letter.
pub(crate) fn text(s: &Shell, file: &CaseFile) -> String {
    let mut parts = vec![
        s.t("letter.from").to_owned(),
        s.day(s.today()),
        s.t("letter.to").to_owned(),
        s.f("letter.subject", "number", &file.number),
        s.t("letter.dear").to_owned(),
        match file.date.as_str() {
            "" => s.f("letter.asked", "number", &file.number),
            date => s.texts.fill(
                "letter.asked_day",
                &[("number", file.number.as_str()), ("day", date)],
            ),
        },
    ];
    let meant = |on_the_day: bool| file.date.is_empty() || on_the_day;
    // A look over a list beforehand is no call, and was let through nowhere.
    let named = file.checks.iter().filter(|c| c.let_through || c.stopped);
    let named: Vec<_> = named.filter(|c| meant(c.on_the_day)).collect();
    if named.is_empty() {
        parts.push(s.t("letter.no_calls").to_owned());
    }
    for check in named.iter().take(NAMED) {
        let key = if check.let_through {
            "letter.call"
        } else {
            "letter.no_call"
        };
        parts.push(s.texts.fill(
            key,
            &[
                ("when", check.when.as_str()),
                ("seller", &check.seller),
                ("source", &check.source),
                ("why", &check.sentence),
            ],
        ));
    }
    if named.len() > NAMED {
        parts.push(s.f("letter.more", "n", named.len() - NAMED));
    }
    if file.stops.is_empty() {
        parts.push(s.t("letter.offer").to_owned());
    } else {
        parts.push(s.f("letter.stops", "stops", file.stops.join("; ")));
    }
    parts.push(s.t("letter.rights").to_owned());
    parts.push(s.t("letter.greeting").to_owned());
    parts.join("\n\n")
}
