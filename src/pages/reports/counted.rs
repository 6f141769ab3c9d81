//! Counts of decisions: over time by reason, by campaign, by source.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{ISOWeekDate, Weekday};

use super::Period;
use crate::{
    clock::Day,
    pages::{chart, chart::Column, fail::Failure, shell::Shell, when},
    policy::Reason,
    report::{Counts, GroupBy, Query, Summary},
    sidecar::Sidecar,
};

/// A number that leads to its rows.
pub(crate) struct Figure {
    /// The key of what it counts.
    pub(crate) key: &'static str,
    /// As it is shown.
    pub(crate) shown: String,
    /// Where its rows are; empty where an address cannot say it.
    pub(crate) link: String,
}

/// A table of reasons over time.
pub(crate) struct Over {
    /// The names of the columns.
    pub(crate) columns: Vec<String>,
    /// The rows, the largest first.
    pub(crate) rows: Vec<OverLine>,
    /// The last row: all.
    pub(crate) totals: Vec<String>,
    /// The sum of it.
    pub(crate) total: String,
}

/// A reason over time.
pub(crate) struct OverLine {
    /// The reason.
    pub(crate) reason: String,
    /// Where its rows are.
    pub(crate) link: String,
    /// Its count in each column.
    pub(crate) counts: Vec<SlotCount>,
    /// The sum of them.
    pub(crate) sum: String,
}

/// A count of a reason in a column.
pub(crate) struct SlotCount {
    /// As it is shown.
    pub(crate) shown: String,
    /// Where its rows are; empty where there are none.
    pub(crate) link: String,
}

/// A campaign of the period.
pub(crate) struct CampaignLine {
    /// Its id.
    pub(crate) id: String,
    /// Its seller.
    pub(crate) seller: String,
    /// Asked, allowed, blocked, deferred.
    pub(crate) counts: [Figure; 4],
    /// The share that was blocked.
    pub(crate) share: String,
    /// The shares as a bar.
    pub(crate) bar: String,
    /// Where its rows are.
    pub(crate) link: String,
}

/// A number source of the period.
pub(crate) struct SourceLine {
    /// Its id.
    pub(crate) id: String,
    /// Its seller.
    pub(crate) seller: String,
    /// Asked and blocked.
    pub(crate) counts: [Figure; 2],
    /// The share that speaks against the list.
    pub(crate) against: String,
    /// That share as a bar.
    pub(crate) bar: String,
    /// The commonest reasons.
    pub(crate) reasons: String,
    /// Where its rows are.
    pub(crate) link: String,
}

/// Everything counted.
pub(crate) struct Counted {
    /// Over all.
    pub(crate) total: Counts,
    /// By day, week or month, for the chart.
    pub(crate) columns: Vec<Column>,
    /// By reason over time.
    pub(crate) over: Over,
    /// By campaign, the largest first.
    pub(crate) campaigns: Vec<CampaignLine>,
    /// By source, the worst first.
    pub(crate) sources: Vec<SourceLine>,
    /// Records not counted yet.
    pub(crate) behind: u64,
}

/// Rows of a list at most.
const LINES: usize = 30;

/// Counts a period.
pub(crate) fn of(s: &Shell, sidecar: &Sidecar, period: &Period) -> Result<Counted, Failure> {
    let filter = period.filter(s);
    let grain = match period.until.0.saturating_sub(period.from.0) {
        0..=31 => GroupBy::Day,
        32..=200 => GroupBy::Week,
        _ => GroupBy::Month,
    };
    let ask = |by: Vec<GroupBy>| {
        sidecar.reports.summarise(&Query {
            filter: filter.clone(),
            by,
        })
    };
    let over = ask(vec![GroupBy::Reason, grain])?;
    let campaigns = ask(vec![GroupBy::Seller, GroupBy::Campaign])?;
    Ok(Counted {
        total: over.total,
        columns: columns(s, period, &over, grain),
        campaigns: campaign_lines(s, period, &campaigns),
        sources: source_lines(s, period, &sidecar.reports.sources(&filter)?.rows),
        behind: over.behind,
        over: table(s, period, &over, grain),
    })
}

/// Every day, week or month there is something in; every day where days are shown.
fn slots(period: &Period, over: &Summary, grain: GroupBy) -> Vec<String> {
    if grain == GroupBy::Day {
        return (period.from.0..=period.until.0)
            .map(|n| Day(n).to_string())
            .collect();
    }
    let found: BTreeSet<&String> = over.rows.keys().filter_map(|keys| keys.get(1)).collect();
    found.into_iter().cloned().collect()
}

/// The name of a slot: `24`, `24 nov`, `week 48`, `november 2026`.
fn name(s: &Shell, slot: &str, grain: GroupBy) -> String {
    match grain {
        GroupBy::Day => match Day::parse(slot) {
            Ok(day) => {
                let month = when::month(s.texts, day.date().month());
                let short: String = month.chars().take(3).collect();
                format!("{} {short}", day.date().day())
            }
            Err(_) => slot.to_owned(),
        },
        GroupBy::Week => match slot.split_once("-W") {
            Some((_, week)) => s.f("reports.week_n", "n", week.trim_start_matches('0')),
            None => slot.to_owned(),
        },
        _ => match slot.split_once('-') {
            Some((year, month)) => {
                let month = month.parse().map_or("", |n| when::month(s.texts, n));
                format!("{month} {year}")
            }
            None => slot.to_owned(),
        },
    }
}

/// The first and last day of a slot that are in the period.
fn days_of(period: &Period, slot: &str, grain: GroupBy) -> Option<(Day, Day)> {
    let (first, last) = match grain {
        GroupBy::Day => {
            let day = Day::parse(slot).ok()?;
            (day, day)
        }
        GroupBy::Week => {
            let (year, week) = slot.split_once("-W")?;
            let (year, week) = (year.parse().ok()?, week.parse().ok()?);
            let monday = ISOWeekDate::new(year, week, Weekday::Monday).ok()?;
            let monday = Day::from_date(monday.date());
            (monday, Day(monday.0.saturating_add(6)))
        }
        _ => {
            let first = Day::parse(&format!("{slot}-01")).ok()?;
            (first, Day::from_date(first.date().last_of_month()))
        }
    };
    Some((first.max(period.from), last.min(period.until)))
}

/// Counts that lead to their rows: of asked, allowed, blocked, deferred.
fn figure(s: &Shell, period: &Period, verdict: &str, n: u64, of: (&str, &str)) -> Figure {
    Figure {
        key: match verdict {
            "ALLOW" => "today.allowed",
            "BLOCK" => "today.blocked",
            "DEFER" => "today.deferred",
            _ => "today.asked",
        },
        shown: s.n(n),
        link: match of.1 {
            // No address says "those without one", and of none there are no rows.
            _ if n == 0 => String::new(),
            "" => String::new(),
            _ => period.link(&[("verdict", verdict), of]),
        },
    }
}

fn columns(s: &Shell, period: &Period, over: &Summary, grain: GroupBy) -> Vec<Column> {
    let mut counts: BTreeMap<&str, Counts> = BTreeMap::new();
    for (keys, n) in &over.rows {
        if let Some(slot) = keys.get(1) {
            let sum = counts.entry(slot).or_default();
            sum.allowed += n.allowed;
            sum.blocked += n.blocked;
            sum.deferred += n.deferred;
        }
    }
    let slots = slots(period, over, grain);
    // Labels stay readable: about a dozen.
    let step = slots.len().div_ceil(11).max(1);
    slots
        .iter()
        .enumerate()
        .map(|(i, slot)| {
            let n = counts.get(slot.as_str()).copied().unwrap_or_default();
            Column {
                label: match i % step {
                    0 => name(s, slot, grain),
                    _ => String::new(),
                },
                parts: [n.allowed, n.blocked, n.deferred],
                past: None,
            }
        })
        .collect()
}

fn table(s: &Shell, period: &Period, over: &Summary, grain: GroupBy) -> Over {
    let slots: Vec<String> = slots(period, over, grain)
        .into_iter()
        .filter(|slot| over.rows.keys().any(|keys| keys.get(1) == Some(slot)))
        .collect();
    let count = |reason: &str, slot: &str| {
        let keys = vec![reason.to_owned(), slot.to_owned()];
        over.rows.get(&keys).map_or(0, |n| n.count)
    };
    let mut rows: Vec<(u64, _)> = Reason::ALL
        .iter()
        .filter_map(|reason| {
            let counts: Vec<u64> = slots
                .iter()
                .map(|slot| count(reason.word(), slot))
                .collect();
            let sum: u64 = counts.iter().sum();
            let link = period.link(&[("verdict", "all"), ("reason", reason.word())]);
            let shown = counts.iter().zip(&slots).map(|(n, slot)| {
                let days = days_of(period, slot, grain).filter(|_| *n > 0);
                let link = days.map_or_else(String::new, |(from, until)| {
                    period.link(&[
                        ("verdict", "all"),
                        ("reason", reason.word()),
                        ("from", &from.to_string()),
                        ("until", &until.to_string()),
                    ])
                });
                SlotCount {
                    shown: s.n(*n),
                    link,
                }
            });
            let line = OverLine {
                reason: s.reason(*reason).to_owned(),
                link,
                counts: shown.collect(),
                sum: s.n(sum),
            };
            (sum > 0).then_some((sum, line))
        })
        .collect();
    rows.sort_by_key(|(sum, _)| std::cmp::Reverse(*sum));
    let totals = slots.iter().map(|slot| {
        let of_slot = over
            .rows
            .iter()
            .filter(|(keys, _)| keys.get(1) == Some(slot));
        s.n(of_slot.map(|(_, n)| n.count).sum::<u64>())
    });
    Over {
        totals: totals.collect(),
        total: s.n(over.total.count),
        columns: slots.iter().map(|slot| name(s, slot, grain)).collect(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
    }
}

fn campaign_lines(s: &Shell, period: &Period, summary: &Summary) -> Vec<CampaignLine> {
    let rows = summary.largest();
    rows.into_iter()
        .take(LINES)
        .map(|(keys, n)| {
            let (seller, id) = (keys.first(), keys.get(1));
            let id = id.cloned().unwrap_or_default();
            CampaignLine {
                seller: seller.map_or_else(String::new, |id| s.seller(id)),
                counts: [
                    ("all", n.count),
                    ("ALLOW", n.allowed),
                    ("BLOCK", n.blocked),
                    ("DEFER", n.deferred),
                ]
                .map(|(verdict, n)| figure(s, period, verdict, n, ("campaign", &id))),
                share: s.percent(n.blocked, n.count),
                bar: chart::shares([n.allowed, n.blocked, n.deferred]),
                link: period.link(&[("verdict", "all"), ("campaign", &id)]),
                id,
            }
        })
        .collect()
}

fn source_lines(
    s: &Shell,
    period: &Period,
    rows: &[crate::report::special::SourceRow],
) -> Vec<SourceLine> {
    rows.iter()
        .take(LINES)
        .map(|row| {
            let reasons = row.reasons.iter().take(3).map(|(reason, n)| {
                let words = Reason::parse(reason).map_or(reason.as_str(), |r| s.reason(r));
                format!("{words} {}", s.n(*n))
            });
            SourceLine {
                seller: s.seller(&row.seller),
                counts: [("all", row.counts.count), ("BLOCK", row.counts.blocked)]
                    .map(|(verdict, n)| figure(s, period, verdict, n, ("source", &row.source))),
                against: s.percent(row.against, 1_000_u64),
                bar: chart::meter("block", row.against, 1_000),
                reasons: reasons.collect::<Vec<_>>().join(", "),
                link: period.link(&[("verdict", "all"), ("source", &row.source)]),
                id: row.source.clone(),
            }
        })
        .collect()
}
