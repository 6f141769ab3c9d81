//! Going through the rows: sums by what they have in common, and the decisions that pass a filter.

use std::sync::Arc;

use rusqlite::Connection;

use super::{
    Columns, Combo, Index,
    count::{Count, Counting, Grain, firsts},
    file::{self, Column, Segment},
};
use crate::{
    clock::Micros,
    ledger::DecisionId,
    report::{error::ReportError, filter::Filter, list::Order},
};

/// Counts by time, combo and agent.
pub(in crate::report) struct Sums {
    pub(in crate::report) counts: Vec<Count>,
    pub(in crate::report) combos: Vec<Arc<Combo>>,
    pub(in crate::report) behind: u64,
}

/// Decisions that pass, in order.
pub(in crate::report) struct Hits {
    pub(in crate::report) ids: Vec<DecisionId>,
    /// Whether there may be more.
    pub(in crate::report) more: bool,
    pub(in crate::report) behind: u64,
}

/// What a filter comes to in numbers.
pub(super) struct Plan<'a> {
    filter: &'a Filter,
    /// By combo.
    allowed: Vec<bool>,
    pub(super) agent: Option<u32>,
    /// Segments that begin from here on are in memory too, or newer than this plan.
    before: u64,
    behind: u64,
}

impl Plan<'_> {
    pub(super) fn admits(&self, combo: u32) -> bool {
        self.allowed.get(combo as usize).is_some_and(|yes| *yes)
    }

    /// The rows of a period, by their times.
    fn range(&self, ats: &[i64]) -> (usize, usize) {
        let place = |t: Option<Micros>, none| t.map_or(none, |t| ats.partition_point(|a| *a < t.0));
        let from = place(self.filter.from, 0);
        (from, place(self.filter.until, ats.len()).max(from))
    }

    fn holds_whole(&self, segment: &Segment) -> bool {
        self.filter.admits_time(segment.first_at) && self.filter.admits_time(segment.last_at)
    }
}

impl Index {
    /// Runs `tail` on the rows in memory and `segment` on those in the file, each once and none twice.
    fn scan<T>(
        &self,
        filter: &Filter,
        tail: impl FnOnce(&Plan<'_>, &super::Live) -> T,
        segments: impl FnOnce(&Plan<'_>, &Connection, T) -> rusqlite::Result<T>,
    ) -> Result<(T, Vec<Arc<Combo>>, u64), ReportError> {
        let behind = self.catch_up()?;
        let (plan, combos, found) = {
            let live = self.live();
            let combos = live.combos.values().to_vec();
            // An agent never seen has no decisions, and nobody has the last number there is.
            let agent = filter
                .agent
                .as_deref()
                .map(|text| live.agents.find(&Arc::from(text)).unwrap_or(u32::MAX));
            let plan = Plan {
                filter,
                allowed: combos.iter().map(|c| filter.admits_combo(c)).collect(),
                agent,
                before: live.next_segment(&self.taken),
                behind,
            };
            let found = tail(&plan, &live);
            (plan, combos, found)
        };
        let found = self.read(|conn| segments(&plan, conn, found))?;
        Ok((found, combos, plan.behind))
    }

    /// Counts what passes; combos that are alike by `alike` are counted as the first of them.
    pub(in crate::report) fn sums(
        &self,
        filter: &Filter,
        grain: Grain,
        by_agent: bool,
        alike: impl Fn(&Combo) -> Vec<String>,
    ) -> Result<Sums, ReportError> {
        let agents = by_agent || filter.agent.is_some();
        let (counts, combos, behind) = self.scan(
            filter,
            |plan, live| {
                let first = firsts(live.combos.values(), alike);
                let mut sums = Counting::new(&self.zone, grain, by_agent, first);
                let (from, to) = plan.range(&live.tail.ats);
                let of = |i: usize| (live.tail.ats[i], live.tail.combos[i], live.tail.agents[i]);
                (from..to).for_each(|i| sums.row(plan, of(i)));
                sums
            },
            |plan, conn, mut sums| {
                let (from, until) = (plan.filter.from, plan.filter.until);
                for segment in file::segments(conn, plan.before, from, until)? {
                    let whole = plan.holds_whole(&segment);
                    if whole && !agents {
                        for sum in file::sums(conn, segment.no)? {
                            sums.hour(plan, &sum);
                        }
                        continue;
                    }
                    let combos: Vec<u32> = file::column(conn, segment.no, Column::Combos)?;
                    if !combos.iter().any(|c| plan.admits(*c)) {
                        continue;
                    }
                    let callers: Vec<u32> = match agents {
                        true => file::column(conn, segment.no, Column::Agents)?,
                        false => vec![0; combos.len()],
                    };
                    let ats: Vec<i64> = match whole && grain == Grain::Whole {
                        true => vec![segment.first_at.0; combos.len()],
                        false => file::column(conn, segment.no, Column::Ats)?,
                    };
                    let (from, to) = plan.range(&ats);
                    for ((at, combo), agent) in
                        ats.iter().zip(&combos).zip(&callers).take(to).skip(from)
                    {
                        sums.row(plan, (*at, *combo, *agent));
                    }
                }
                Ok(sums)
            },
        )?;
        Ok(Sums {
            counts: counts.done(),
            combos,
            behind,
        })
    }

    /// The next decisions behind `from` that pass, at most `limit`.
    pub(in crate::report) fn hits(
        &self,
        filter: &Filter,
        order: Order,
        from: Option<u64>,
        limit: usize,
    ) -> Result<Hits, ReportError> {
        let ledger = self.ledger.id();
        let newest_first = order == Order::NewestFirst;
        let behind_key = |seq: u64| match order {
            Order::NewestFirst => from.is_none_or(|key| seq < key),
            Order::OldestFirst => from.is_none_or(|key| seq > key),
        };
        let (ids, _, behind) = self.scan(
            filter,
            |plan, live| {
                let tail = &live.tail;
                let (low, high) = plan.range(&tail.ats);
                let passes = |i: &usize| {
                    behind_key(tail.seqs[*i])
                        && plan.admits(tail.combos[*i])
                        && plan.agent.is_none_or(|agent| agent == tail.agents[*i])
                };
                let id = |i: usize| DecisionId {
                    day: live.tail_day.unwrap_or_default(),
                    ledger,
                    seq: tail.seqs[i],
                };
                let found: Vec<_> = match order {
                    Order::NewestFirst => {
                        let rows = (low..high).rev().filter(passes);
                        rows.take(limit).map(id).collect()
                    }
                    Order::OldestFirst => {
                        let rows = (low..high).filter(passes);
                        rows.take(limit).map(id).collect()
                    }
                };
                found
            },
            |plan, conn, in_memory| {
                let mut ids = if newest_first {
                    in_memory.clone()
                } else {
                    Vec::new()
                };
                let (since, until) = (plan.filter.from, plan.filter.until);
                let mut segments = file::segments(conn, plan.before, since, until)?;
                segments.retain(|s| {
                    behind_key(if newest_first {
                        s.first_seq
                    } else {
                        s.last_seq
                    })
                });
                if newest_first {
                    segments.reverse();
                }
                for segment in segments {
                    if ids.len() >= limit {
                        break;
                    }
                    let sums = file::sums(conn, segment.no)?;
                    if !sums.iter().any(|sum| plan.admits(sum.combo)) {
                        continue;
                    }
                    let mut seqs = passing(plan, conn, &segment)?;
                    seqs.retain(|seq| behind_key(*seq));
                    if newest_first {
                        seqs.reverse();
                    }
                    ids.extend(seqs.into_iter().map(|seq| DecisionId {
                        day: segment.day,
                        ledger,
                        seq,
                    }));
                }
                if !newest_first {
                    ids.extend(in_memory);
                }
                ids.truncate(limit);
                Ok(ids)
            },
        )?;
        let more = ids.len() == limit;
        Ok(Hits { ids, more, behind })
    }

    /// Gives combo, deciding fact and time of what passes, but for those no fact decided.
    pub(in crate::report) fn facts(
        &self,
        filter: &Filter,
        mut each: impl FnMut(u32, u64, Micros),
    ) -> Result<(Vec<Arc<Combo>>, u64), ReportError> {
        let mut found = Vec::new();
        let ((), combos, behind) = self.scan(
            filter,
            |plan, live| give_facts(plan, &live.tail, &mut |c, f, at| found.push((c, f, at))),
            |plan, conn, ()| {
                let (from, until) = (plan.filter.from, plan.filter.until);
                for segment in file::segments(conn, plan.before, from, until)? {
                    let sums = file::sums(conn, segment.no)?;
                    if !sums.iter().any(|sum| plan.admits(sum.combo)) {
                        continue;
                    }
                    let rows = Columns {
                        ats: file::column(conn, segment.no, Column::Ats)?,
                        combos: file::column(conn, segment.no, Column::Combos)?,
                        agents: file::column(conn, segment.no, Column::Agents)?,
                        facts: file::column(conn, segment.no, Column::Facts)?,
                        ..Columns::default()
                    };
                    give_facts(plan, &rows, &mut each);
                }
                Ok(())
            },
        )?;
        for (combo, fact, at) in found {
            each(combo, fact, at);
        }
        Ok((combos, behind))
    }
}

fn give_facts(plan: &Plan<'_>, rows: &Columns, each: &mut impl FnMut(u32, u64, Micros)) {
    let (from, to) = plan.range(&rows.ats);
    for i in from..to {
        let (combo, fact) = (rows.combos[i], rows.facts[i]);
        let wanted = plan.admits(combo) && plan.agent.is_none_or(|a| a == rows.agents[i]);
        if wanted && fact != 0 {
            each(combo, fact, Micros(rows.ats[i]));
        }
    }
}

/// The decisions of a segment that pass, oldest first.
fn passing(plan: &Plan<'_>, conn: &Connection, segment: &Segment) -> rusqlite::Result<Vec<u64>> {
    let combos: Vec<u32> = file::column(conn, segment.no, Column::Combos)?;
    let agents: Vec<u32> = match plan.agent {
        Some(_) => file::column(conn, segment.no, Column::Agents)?,
        None => Vec::new(),
    };
    let (from, to) = match plan.holds_whole(segment) {
        true => (0, combos.len()),
        false => plan.range(&file::column::<i64>(conn, segment.no, Column::Ats)?),
    };
    let found: Vec<usize> = (from..to.min(combos.len()))
        .filter(|i| plan.admits(combos[*i]))
        .filter(|i| {
            plan.agent
                .is_none_or(|agent| agents.get(*i) == Some(&agent))
        })
        .collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let offsets: Vec<u32> = file::column(conn, segment.no, Column::Seqs)?;
    let seq = |i: usize| Some(segment.first_seq + u64::from(*offsets.get(i)?));
    Ok(found.into_iter().filter_map(seq).collect())
}
