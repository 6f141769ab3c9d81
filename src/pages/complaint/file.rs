//! The case file: was this number called, on what ground, and what was known then.

use crate::{
    clock::{Day, Micros},
    ledger::StoredDecision,
    number::E164,
    pages::{
        decision::{case::Case, tone, why},
        facts,
        fail::Failure,
        shell::Shell,
    },
    policy::{Intent, Verdict},
    report::{Filter, Order},
    sidecar::Sidecar,
    store::{FactBody, StoreReader},
};

/// A check of the file.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    /// The decision.
    pub(crate) id: String,
    /// When, written out.
    pub(crate) when: String,
    /// For machines.
    pub(crate) machine: String,
    /// The class of the verdict.
    pub(crate) tone: &'static str,
    /// The verdict.
    pub(crate) verdict: String,
    /// Why, as a sentence.
    pub(crate) sentence: String,
    /// On whose behalf.
    pub(crate) seller: String,
    /// The campaign.
    pub(crate) campaign: String,
    /// Who called.
    pub(crate) agent: String,
    /// Where the number came from.
    pub(crate) source: String,
    /// Whether a call was let through: the number was dialled, or could be.
    pub(crate) let_through: bool,
    /// It was not allowed.
    pub(crate) stopped: bool,
    /// It was on the day complained of.
    pub(crate) on_the_day: bool,
    /// What was known of the number then.
    pub(crate) known: Vec<String>,
}

/// The file.
#[derive(Clone, Debug)]
pub(crate) struct CaseFile {
    /// The number.
    pub(crate) number: String,
    /// Its digits, for an address.
    pub(crate) digits: String,
    /// The day complained of, written out; empty for none.
    pub(crate) date: String,
    /// The checks, newest first.
    pub(crate) checks: Vec<Checked>,
    /// There are older ones than these.
    pub(crate) more: bool,
    /// Calls let through on the day, or at all where no day is given.
    pub(crate) calls: usize,
    /// Calls stopped then.
    pub(crate) stopped: usize,
    /// Stops in force now.
    pub(crate) stops: Vec<String>,
}

/// Checks in a file, and the days before the day complained of that are looked at.
const CHECKS: usize = 40;
const DAYS_BEFORE: i32 = 365;

/// The file of a number, about a day or all of the last year.
pub(crate) fn of(
    s: &Shell,
    sidecar: &Sidecar,
    e164: E164,
    person: &str,
    date: Option<Day>,
) -> Result<CaseFile, Failure> {
    let last = date.unwrap_or_else(|| s.today());
    let filter = Filter {
        number: Some(e164),
        from: Some(s.zone.start_of(Day(last.0.saturating_sub(DAYS_BEFORE)))),
        until: Some(s.zone.start_of(Day(last.0.saturating_add(1)))),
        ..Filter::of(s.viewer.caller.sellers.clone())
    };
    let page = sidecar
        .reports
        .list(&filter, Order::NewestFirst, None, CHECKS)?;
    let reader = StoreReader::of(&sidecar.settings.data_dir)?;
    let mut checks = Vec::new();
    for decision in page.decisions {
        let named = decision.personal.as_ref().map_or("", |p| &*p.person_id);
        if !person.is_empty() && !named.is_empty() && named != person {
            continue;
        }
        checks.push(checked(s, sidecar, &reader, decision, date)?);
    }
    let meant = |c: &&Checked| date.is_none() || c.on_the_day;
    let of_day: Vec<&Checked> = checks.iter().filter(meant).collect();
    Ok(CaseFile {
        number: s.number(e164),
        digits: e164.digits().to_string(),
        date: date.map_or_else(String::new, |day| s.day(day)),
        calls: of_day.iter().filter(|c| c.let_through).count(),
        stopped: of_day.iter().filter(|c| c.stopped).count(),
        more: page.next.is_some(),
        stops: stops(s, &reader, e164)?,
        checks,
    })
}

fn checked(
    s: &Shell,
    sidecar: &Sidecar,
    reader: &StoreReader,
    decision: StoredDecision,
    date: Option<Day>,
) -> Result<Checked, Failure> {
    let case = Case::of(sidecar, reader, decision)?;
    let d = &case.decision;
    let known = case.known.iter().filter(|row| facts::is_seen(s, row));
    Ok(Checked {
        id: d.id.to_string(),
        when: s.exact(d.at),
        machine: s.machine(d.at),
        tone: tone(d.verdict),
        verdict: s.verdict(d.verdict).to_owned(),
        sentence: why::tell(s, &case).sentence,
        seller: s.seller(&d.seller),
        campaign: d.campaign.to_string(),
        agent: d
            .personal
            .as_ref()
            .map_or_else(String::new, |p| p.agent_id.to_string()),
        source: d.source.to_string(),
        let_through: d.verdict == Verdict::Allow && d.intent == Intent::Dial,
        stopped: d.verdict != Verdict::Allow,
        on_the_day: date == Some(case.today),
        known: known.map(|row| facts::sentence(s, row)).collect(),
    })
}

fn stops(s: &Shell, reader: &StoreReader, e164: E164) -> Result<Vec<String>, Failure> {
    let rows = reader.facts_of_number(e164)?;
    let stops = rows.iter().filter(|row| {
        let stop = match &row.body {
            FactBody::Objection { .. } => true,
            FactBody::Consent { fact, .. } => fact.withdrawn_at != Micros::NEVER,
            FactBody::Relation(_) => false,
        };
        stop && row.rev_until.is_none() && facts::is_seen(s, row)
    });
    Ok(stops.map(|row| facts::sentence(s, row)).collect())
}
