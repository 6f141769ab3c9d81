//! One line of everything that happened about a number, newest first.

use std::collections::BTreeSet;

use crate::{
    clock::{Day, Micros},
    facts::model::PersonSym,
    number::E164,
    pages::{decision::tone, facts, fail::Failure, shell::Shell},
    sidecar::Sidecar,
    store::{FactBody, FactRow, StoreReader},
};

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    at: Micros,
    /// When, written out.
    pub(crate) when: String,
    /// For machines.
    pub(crate) machine: String,
    /// The class: `stop`, `yes`, `check`; with `ended` if it is over.
    pub(crate) class: String,
    /// What kind of thing.
    pub(crate) kind: String,
    /// What happened.
    pub(crate) text: String,
    /// The class and words of a verdict; empty if it is none.
    pub(crate) verdict: (&'static str, String),
    /// Where to read more; empty for nowhere.
    pub(crate) link: String,
    /// The fact's id; empty for none.
    pub(crate) id: String,
}

/// A page of the line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The events.
    pub(crate) events: Vec<Event>,
    /// Where its decisions go on.
    pub(crate) next: Option<u64>,
    /// The persons any row ties to the number.
    pub(crate) persons: Vec<String>,
}

/// Decisions on a page.
const DECISIONS: usize = 50;

/// The line of a number, its decisions from a key on. Facts stand on the first page.
pub(crate) fn of(
    s: &Shell,
    sidecar: &Sidecar,
    e164: E164,
    after: Option<u64>,
) -> Result<Line, Failure> {
    let page = sidecar
        .reports
        .of_number(&s.viewer.caller.sellers, e164, after, DECISIONS)?;
    let mut events: Vec<Event> = page
        .decisions
        .iter()
        .map(|d| Event {
            at: d.at,
            when: s.exact(d.at),
            machine: s.machine(d.at),
            class: "check".to_owned(),
            kind: s.t("number.check").to_owned(),
            text: s.texts.fill(
                "number.check_text",
                &[("campaign", &d.campaign), ("reason", s.reason(d.reason))],
            ),
            verdict: (tone(d.verdict), s.verdict(d.verdict).to_owned()),
            link: format!("/decisions/{}", d.id),
            id: String::new(),
        })
        .collect();
    let mut persons = BTreeSet::new();
    if after.is_none() {
        let reader = StoreReader::of(&sidecar.settings.data_dir)?;
        let mut rows = reader.facts_of_number(e164)?;
        let tied: Vec<PersonSym> = rows.iter().map(person).collect();
        rows.extend(stops_of_persons(s, &reader, &tied, &rows)?);
        for row in rows.iter().filter(|row| facts::is_seen(s, row)) {
            let named = s.world.symbols.persons.text(person(row).0);
            if !named.is_empty() {
                persons.insert(named);
            }
            events.push(fact(s, row, e164));
        }
    }
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    Ok(Line {
        events,
        next: page.next,
        persons: persons.into_iter().collect(),
    })
}

fn person(row: &FactRow) -> PersonSym {
    match &row.body {
        FactBody::Relation(r) => r.person,
        FactBody::Consent { fact, .. } => fact.person,
        FactBody::Objection { fact, .. } => fact.person,
    }
}

/// Stops recorded on the persons themselves, or on another number of theirs: they count here too.
fn stops_of_persons(
    s: &Shell,
    reader: &StoreReader,
    tied: &[PersonSym],
    known: &[FactRow],
) -> Result<Vec<FactRow>, Failure> {
    let mut ids = BTreeSet::new();
    for person in tied.iter().filter(|p| **p != PersonSym::NONE) {
        // Two changes since this world was loaded: the next look has them.
        let Ok(group) = s.world.people.get(u64::from(person.0), s.world.revision) else {
            continue;
        };
        ids.extend(group.objections().iter().map(|o| o.id));
        ids.extend(group.consents().iter().map(|c| c.id));
    }
    let new = ids
        .into_iter()
        .filter(|id| known.iter().all(|row| row.id != *id));
    let mut rows = Vec::new();
    for id in new {
        rows.extend(reader.fact(id)?);
    }
    Ok(rows)
}

fn fact(s: &Shell, row: &FactRow, e164: E164) -> Event {
    let (at, class, kind) = match &row.body {
        FactBody::Objection { fact, .. } => (fact.in_force_from, "stop", "number.objection"),
        FactBody::Consent { fact, .. } if fact.withdrawn_at != Micros::NEVER => {
            (fact.withdrawn_at, "stop", "number.withdrawn")
        }
        FactBody::Consent { fact, .. } => (fact.granted_at, "yes", "number.consent"),
        FactBody::Relation(r) => {
            let at = match r.started_on {
                Day::ALWAYS => row.received_at,
                day => s.zone.start_of(day),
            };
            (at, "", "number.relation")
        }
    };
    let ended = row.rev_until.is_some();
    let mut text = facts::sentence(s, row);
    if row.e164 != Some(e164) {
        text += s.texts.get("number.by_person");
    }
    if ended {
        text += s.texts.get("number.ended");
    }
    let day_only = matches!(row.body, FactBody::Relation(_));
    Event {
        at,
        when: if day_only {
            s.day(s.zone.day(at))
        } else {
            s.moment(at)
        },
        machine: s.machine(at),
        class: format!("{class}{}", if ended { " ended" } else { "" }),
        kind: s.t(kind).to_owned(),
        text,
        verdict: ("", String::new()),
        link: String::new(),
        id: row.id.to_string(),
    }
}
