//! Counting decisions by what an officer asks about: campaign, reason, day …

mod group;

use std::{collections::BTreeMap, fmt, ops::ControlFlow};

use super::{
    error::ReportError,
    filter::Filter,
    index::{Combo, Grain, Index},
    list::{self, Order},
};
use crate::{
    clock::{Day, Micros, Zone},
    facts::model::words,
    ledger::StoredDecision,
    policy::Verdict,
};

words! {
    /// What counts are grouped by.
    GroupBy {
        /// The campaign.
        Campaign = 1 "campaign",
        /// The seller.
        Seller = 2 "seller",
        /// The reason.
        Reason = 3 "reason",
        /// The verdict.
        Verdict = 4 "verdict",
        /// The regime that decided.
        Regime = 5 "regime",
        /// The number source.
        Source = 6 "source",
        /// The agent.
        Agent = 7 "agent",
        /// The hour in the jurisdiction's zone.
        Hour = 8 "hour",
        /// The day in the jurisdiction's zone.
        Day = 9 "day",
        /// The number.
        Number = 10 "number",
        /// The week of ISO 8601 in the jurisdiction's zone, such as `2026-W48`.
        Week = 11 "week",
        /// The month in the jurisdiction's zone, such as `2026-11`.
        Month = 12 "month",
    }
}

/// What to count, and by what.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Which decisions.
    pub filter: Filter,
    /// The groups, in the order of a row's keys; none gives one row.
    pub by: Vec<GroupBy>,
}

/// Counts of one group. Asked = allowed + blocked + deferred, always.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    /// Asked: all.
    pub count: u64,
    /// `ALLOW`.
    pub allowed: u64,
    /// `BLOCK`.
    pub blocked: u64,
    /// `DEFER`.
    pub deferred: u64,
    /// `ALLOW` that today's law, where it is another regime, forbids.
    pub forbidden_today: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.count += other.count;
        self.allowed += other.allowed;
        self.blocked += other.blocked;
        self.deferred += other.deferred;
        self.forbidden_today += other.forbidden_today;
    }
}

impl Counts {
    fn add(&mut self, combo: &Combo, n: u64) {
        self.count += n;
        match combo.verdict {
            Verdict::Allow => {
                self.allowed += n;
                let shadow = combo.shadow.as_ref();
                if shadow.is_some_and(|s| s.verdict != Verdict::Allow) {
                    self.forbidden_today += n;
                }
            }
            Verdict::Block => self.blocked += n,
            Verdict::Defer => self.deferred += n,
        }
    }
}

/// Counts by group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// By the values of the groups, in order.
    pub rows: BTreeMap<Vec<String>, Counts>,
    /// Over all.
    pub total: Counts,
    /// How many of the newest records are not in the index yet, and so not counted.
    pub behind: u64,
}

impl Summary {
    /// The rows, the largest first.
    pub fn largest(&self) -> Vec<(&[String], Counts)> {
        let mut rows: Vec<_> = self.rows.iter().map(|(k, n)| (k.as_slice(), *n)).collect();
        rows.sort_by(|a, b| b.1.count.cmp(&a.1.count).then(a.0.cmp(b.0)));
        rows
    }
}

pub(super) fn summarise(index: &Index, query: &Query) -> Result<Summary, ReportError> {
    let f = &query.filter;
    let by_number = query.by.contains(&GroupBy::Number);
    if by_number || f.number.is_some() || f.call_id.is_some() || f.decision.is_some() {
        return one_by_one(index, query);
    }
    let finest = query.by.iter().map(|by| match by {
        GroupBy::Hour => Grain::Hour,
        GroupBy::Day | GroupBy::Week | GroupBy::Month => Grain::Day,
        _ => Grain::Whole,
    });
    let grain = finest.max().unwrap_or(Grain::Whole);
    let by_agent = query.by.contains(&GroupBy::Agent);
    let sums = index.sums(f, grain, by_agent, |combo| {
        query.by.iter().map(|by| of_combo(*by, combo)).collect()
    })?;
    Ok(group::group(index, query, grain, &sums))
}

/// By reading the decisions themselves: where the index does not hold what is asked for.
fn one_by_one(index: &Index, query: &Query) -> Result<Summary, ReportError> {
    let mut summary = Summary::default();
    let zone = &index.zone;
    list::visit(index, &query.filter, Order::OldestFirst, &mut |d| {
        let combo = Combo::of(d);
        let keys = query.by.iter().map(|by| of_decision(zone, *by, &combo, d));
        summary
            .rows
            .entry(keys.collect())
            .or_default()
            .add(&combo, 1);
        summary.total.add(&combo, 1);
        ControlFlow::Continue(())
    })?;
    summary.behind = index.behind();
    Ok(summary)
}

fn of_combo(by: GroupBy, combo: &Combo) -> String {
    match by {
        GroupBy::Campaign => combo.campaign.to_string(),
        GroupBy::Seller => combo.seller.to_string(),
        GroupBy::Reason => combo.reason.to_string(),
        GroupBy::Verdict => combo.verdict.to_string(),
        GroupBy::Regime => combo.regime.to_string(),
        GroupBy::Source => combo.source.to_string(),
        _ => String::new(),
    }
}

fn of_decision(zone: &Zone, by: GroupBy, combo: &Combo, d: &StoredDecision) -> String {
    let personal = d.personal.as_ref();
    match by {
        GroupBy::Agent => personal.map(|p| p.agent_id.clone()).unwrap_or_default(),
        GroupBy::Number => {
            let number = personal.and_then(|p| p.e164);
            number.map(|n| n.to_string()).unwrap_or_default()
        }
        GroupBy::Hour => hour(zone, zone.start_of_hour(d.at)),
        GroupBy::Day | GroupBy::Week | GroupBy::Month => of_day(by, zone.day(d.at)),
        by => of_combo(by, combo),
    }
}

/// An hour written out with its offset, so that the one that comes twice is two.
fn hour(zone: &Zone, start: Micros) -> String {
    start
        .timestamp()
        .to_zoned_datetime(zone.tz().clone())
        .strftime("%Y-%m-%dT%H:00%:z")
        .to_string()
}

fn of_day(by: GroupBy, day: Day) -> String {
    let date = day.date();
    match by {
        GroupBy::Week => {
            let week = date.iso_week_date();
            format!("{:04}-W{:02}", week.year(), week.week())
        }
        GroupBy::Month => format!("{:04}-{:02}", date.year(), date.month()),
        _ => day.to_string(),
    }
}
