//! The columns of an exported decision.

use crate::{
    clock::{Micros, Zone},
    ledger::StoredDecision,
    policy::Language,
};

/// What a cell holds.
pub(super) enum Cell {
    /// Words. A spreadsheet must take them for nothing else.
    Text(String),
    /// A moment, shown in the zone.
    Time(Micros),
}

/// Headings, Dutch and English.
const HEADINGS: [[&str; 2]; 24] = [
    ["Tijdstip", "Time"],
    ["Tijdstip (UTC)", "Time (UTC)"],
    ["Besluit", "Decision"],
    ["Oordeel", "Verdict"],
    ["Reden", "Reason"],
    ["Nummer", "Number"],
    ["Nummer zoals ingevoerd", "Number as typed"],
    ["Campagne", "Campaign"],
    ["Verkoper", "Seller"],
    ["Kanaal", "Channel"],
    ["Herkomst", "Source"],
    ["Bedoeling", "Intent"],
    ["Gesprek", "Call"],
    ["Medewerker", "Agent"],
    ["Afzendernummer", "Caller id"],
    ["Persoon", "Person"],
    ["Regime", "Regime"],
    ["Beslissende regel", "Deciding row"],
    ["Beslissend feit", "Deciding fact"],
    ["Revisie", "Revision"],
    ["Registerkopie", "Register copy"],
    ["In het register", "In the register"],
    [
        "Oordeel naar de wet van die dag",
        "Verdict by the law of that day",
    ],
    [
        "Reden naar de wet van die dag",
        "Reason by the law of that day",
    ],
];

/// The headings in a language.
pub(super) fn headings(language: Language) -> impl Iterator<Item = &'static str> {
    let which = usize::from(language == Language::En);
    HEADINGS.iter().map(move |heading| heading[which])
}

/// The cells of a decision.
pub(super) fn cells(d: &StoredDecision, language: Language, masked: bool) -> [Cell; 24] {
    let personal = d.personal.as_ref();
    let text = |text: &str| Cell::Text(text.to_owned());
    let mine = |of: fn(&crate::ledger::StoredPersonal) -> &str| text(personal.map_or("", of));
    let number = personal.and_then(|p| p.e164);
    let (yes, no) = match language {
        Language::Nl => ("ja", "nee"),
        Language::En => ("yes", "no"),
    };
    let row = d.deciding_row;
    let fact = row.and_then(|row| d.fact(row));
    let shadow = d.shadow.as_ref();
    [
        Cell::Time(d.at),
        text(&d.at.to_string()),
        text(&d.id.to_string()),
        text(d.verdict.word()),
        text(d.reason.word()),
        Cell::Text(match number {
            None => String::new(),
            Some(number) if masked => number.masked(),
            Some(number) => number.to_string(),
        }),
        match masked {
            true => text(""),
            false => mine(|p| &p.number),
        },
        text(&d.campaign),
        text(&d.seller),
        text(d.channel.map_or("", |c| c.word())),
        text(&d.source),
        text(d.intent.word()),
        mine(|p| &p.call_id),
        mine(|p| &p.agent_id),
        mine(|p| &p.caller_id),
        match masked {
            true => text(""),
            false => mine(|p| &p.person_id),
        },
        text(d.regime.as_ref().map_or("", |r| &r.id)),
        Cell::Text(row.map(|row| (row + 1).to_string()).unwrap_or_default()),
        Cell::Text(fact.map(|fact| fact.to_string()).unwrap_or_default()),
        Cell::Text(d.revision.to_string()),
        text(&d.register_snapshot),
        text(match d.registered {
            None => "",
            Some(true) => yes,
            Some(false) => no,
        }),
        text(shadow.map_or("", |s| s.verdict.word())),
        text(shadow.map_or("", |s| s.reason.word())),
    ]
}

/// A moment as a person of the zone reads it.
pub(super) fn local(at: Micros, zone: &Zone) -> jiff::civil::DateTime {
    zone.tz().to_datetime(at.timestamp())
}

/// Whether a spreadsheet may take words for a formula or a number: those are marked as text.
pub(super) fn is_tempting(text: &str) -> bool {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let digits = text.len() > 1 && text.bytes().all(|b| b.is_ascii_digit() || b == b' ');
    formula || digits && (text.starts_with('0') || text.len() > 11)
}
