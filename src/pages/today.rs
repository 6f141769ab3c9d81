//! `/today`: what was asked and answered today, beside the same day last week, and what needs a person.

mod needs;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;

use self::needs::Need;
pub(crate) use self::needs::{Import, PAIR_WARNING, Register, import, registers};
use super::{
    Pages, chart, chart::Column, fail::Failure, query, reading, respond, shell::Shell, when,
};
use crate::{
    access::Action,
    clock::{Day, Micros, Zone},
    policy::{Reason, Verdict},
    report::{Counts, Filter, GroupBy, Query as Counting, Summary},
    sidecar::Sidecar,
};

/// Which day; today if not given.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    day: String,
}

/// A figure, what it was a week before, and where its rows are.
struct Figure {
    key: &'static str,
    count: String,
    past: String,
    past_link: String,
    share: String,
    link: String,
}

struct HourLine {
    hour: String,
    counts: [String; 4],
    past: String,
}

struct ReasonLine {
    reason: String,
    tone: &'static str,
    verdict: String,
    count: String,
    past: String,
    past_link: String,
    share: String,
    bar: String,
    link: String,
}

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage {
    s: Shell,
    title: String,
    is_today: bool,
    day: Day,
    before: String,
    after: Option<String>,
    past_day: String,
    figures: Vec<Figure>,
    refused: String,
    shares: String,
    chart: String,
    hours: Vec<HourLine>,
    reasons: Vec<ReasonLine>,
    total: String,
    past_total: String,
    registers: Vec<Register>,
    imports: Vec<Import>,
    needs: Vec<Need>,
    behind: u64,
}

/// A day's counts by hour and by reason.
struct DayCounts {
    hours: Summary,
    reasons: Summary,
}

fn counts(s: &Shell, sidecar: &Sidecar, day: Day) -> Result<DayCounts, Failure> {
    let filter = Filter {
        from: Some(s.zone.start_of(day)),
        until: Some(s.zone.start_of(Day(day.0.saturating_add(1)))),
        ..Filter::of(s.viewer.caller.sellers.clone())
    };
    let by = |by: Vec<GroupBy>| {
        sidecar.reports.summarise(&Counting {
            filter: filter.clone(),
            by,
        })
    };
    Ok(DayCounts {
        hours: by(vec![GroupBy::Hour])?,
        reasons: by(vec![GroupBy::Verdict, GroupBy::Reason])?,
    })
}

/// The page.
pub(crate) async fn get(
    State(pages): State<Pages>,
    s: Shell,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    s.needs(Action::SeeToday)?;
    let day = match asked.day.as_str() {
        "" => s.today(),
        text => Day::parse(text).map_err(|_| Failure::Unreadable)?,
    };
    let past = Day(day.0.saturating_sub(7));
    let (sidecar, frame) = (pages.sidecar.clone(), s.clone());
    let (now, then, needs, imports) = reading(move || {
        Ok((
            counts(&frame, &sidecar, day)?,
            counts(&frame, &sidecar, past)?,
            needs::of(&frame, &sidecar)?,
            needs::imports(&frame, &sidecar)?,
        ))
    })
    .await?;
    let (total, past_total) = (now.hours.total, then.hours.total);
    let hours = hour_slots(&s.zone, day, &now.hours);
    let past_hours = hour_slots(&s.zone, past, &then.hours);
    let is_today = day == s.today();
    let link = |day: Day| query::link("/today", &[("day", &day.to_string())]);
    respond(&TodayPage {
        title: when::weekday(s.texts, day),
        is_today,
        day,
        before: link(Day(day.0.saturating_sub(1))),
        after: (!is_today).then(|| link(Day(day.0.saturating_add(1)))),
        past_day: when::weekday(s.texts, past),
        figures: figures(&s, day, total, past_total),
        refused: s.n(refused(&s, &pages.sidecar)),
        shares: chart::shares([total.allowed, total.blocked, total.deferred]),
        chart: hour_chart(&hours, &past_hours),
        hours: hour_lines(&s, &hours, &past_hours),
        reasons: reason_lines(&s, day, &now.reasons, &then.reasons),
        total: s.n(total.count),
        past_total: s.n(past_total.count),
        registers: needs::registers(&s),
        behind: now.hours.behind,
        needs,
        imports,
        s,
    })
}

/// Checks of this reader's campaigns that were refused for overload since the start.
fn refused(s: &Shell, sidecar: &Sidecar) -> u64 {
    let shed = sidecar.metrics.shed_by_campaign().into_iter();
    let mine = shed.filter(|(campaign, _)| match s.world.catalogue.campaign(campaign) {
        Some(campaign) => s.viewer.sees(&campaign.seller_id),
        None => s.viewer.caller.sellers.are_all(),
    });
    mine.map(|(_, n)| n).sum()
}

fn day_link(day: Day, verdict: &str, reason: &str) -> String {
    let day = day.to_string();
    let values = [
        ("verdict", verdict),
        ("from", &day),
        ("until", &day),
        ("reason", reason),
    ];
    query::link("/decisions", &values)
}

fn figures(s: &Shell, day: Day, now: Counts, past: Counts) -> Vec<Figure> {
    let one = |key, verdict: &str, n: u64, then: u64| Figure {
        key,
        count: s.n(n),
        past: s.n(then),
        past_link: day_link(Day(day.0.saturating_sub(7)), verdict, ""),
        share: s.percent(n, now.count),
        link: day_link(day, verdict, ""),
    };
    vec![
        one("today.asked", "all", now.count, past.count),
        one("today.allowed", "ALLOW", now.allowed, past.allowed),
        one("today.blocked", "BLOCK", now.blocked, past.blocked),
        one("today.deferred", "DEFER", now.deferred, past.deferred),
    ]
}

/// The hours of a day, 23, 24 or 25 of them, with their counts.
fn hour_slots(zone: &Zone, day: Day, counts: &Summary) -> Vec<(Micros, Counts)> {
    const HOUR: i64 = 3_600_000_000;
    let (start, end) = (
        zone.start_of(day),
        zone.start_of(Day(day.0.saturating_add(1))),
    );
    let mut slots: Vec<(Micros, Counts)> = (start.0..end.0)
        .step_by(usize::try_from(HOUR).unwrap_or(usize::MAX))
        .map(|at| (Micros(at), Counts::default()))
        .collect();
    for (keys, n) in &counts.rows {
        let at = keys.first().and_then(|text| Micros::parse(text).ok());
        let slot = at.and_then(|at| usize::try_from((at.0 - start.0).div_euclid(HOUR)).ok());
        if let Some(slot) = slot.and_then(|i| slots.get_mut(i)) {
            slot.1 = *n;
        }
    }
    slots
}

fn hour_of(zone: &Zone, at: Micros) -> String {
    let clock = when::clock(zone, at);
    clock.get(..2).unwrap_or_default().to_owned()
}

fn hour_chart(hours: &[(Micros, Counts)], past: &[(Micros, Counts)]) -> String {
    let columns: Vec<Column> = hours
        .iter()
        .enumerate()
        .map(|(i, (_, n))| Column {
            label: i.to_string(),
            parts: [n.allowed, n.blocked, n.deferred],
            past: past.get(i).map(|(_, n)| n.count),
        })
        .collect();
    chart::columns(&columns)
}

fn hour_lines(s: &Shell, hours: &[(Micros, Counts)], past: &[(Micros, Counts)]) -> Vec<HourLine> {
    let with_any = hours
        .iter()
        .enumerate()
        .filter(|(i, (_, n))| n.count > 0 || past.get(*i).is_some_and(|(_, n)| n.count > 0));
    with_any
        .map(|(i, (at, n))| HourLine {
            hour: format!("{}:00", hour_of(&s.zone, *at)),
            counts: [n.count, n.allowed, n.blocked, n.deferred].map(|n| s.n(n)),
            past: past.get(i).map_or_else(String::new, |(_, n)| s.n(n.count)),
        })
        .collect()
}

fn reason_lines(s: &Shell, day: Day, now: &Summary, past: &Summary) -> Vec<ReasonLine> {
    let largest = now.rows.values().map(|n| n.count).max().unwrap_or(0);
    let mut keys: Vec<&Vec<String>> = now.rows.keys().chain(past.rows.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let count = |of: &Summary, keys: &Vec<String>| of.rows.get(keys).map_or(0, |n| n.count);
    let mut lines: Vec<(u64, ReasonLine)> = keys
        .into_iter()
        .filter_map(|keys| {
            let verdict = Verdict::parse(keys.first()?)?;
            let reason = Reason::parse(keys.get(1)?)?;
            let n = count(now, keys);
            let tone = super::decision::tone(verdict);
            let line = ReasonLine {
                reason: s.reason(reason).to_owned(),
                tone,
                verdict: s.verdict(verdict).to_owned(),
                count: s.n(n),
                past: s.n(count(past, keys)),
                past_link: day_link(Day(day.0.saturating_sub(7)), verdict.word(), reason.word()),
                share: s.percent(n, now.total.count),
                bar: chart::meter(tone, n, largest),
                link: day_link(day, verdict.word(), reason.word()),
            };
            Some((n, line))
        })
        .collect();
    lines.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    lines.into_iter().map(|(_, line)| line).collect()
}
