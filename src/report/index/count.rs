//! Counting rows by time, and by what they have in common.

use std::{collections::BTreeMap, sync::Arc};

use hashbrown::HashMap;

use super::{Columns, Combo, file::HourSum, scan::Plan};
use crate::clock::{Micros, Zone};

const HOUR: i64 = 3_600_000_000;

/// How fine time is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::report) enum Grain {
    /// Not at all.
    Whole,
    /// By day of the zone.
    Day,
    /// By hour of the zone.
    Hour,
}

/// The sums of rows, by hour.
pub(super) fn hour_sums(zone: &Zone, rows: &Columns) -> Vec<HourSum> {
    let mut counts: BTreeMap<(i64, u32), u32> = BTreeMap::new();
    let mut hours = Hours::new(zone);
    for (at, combo) in rows.ats.iter().zip(&rows.combos) {
        *counts.entry((hours.of(*at), *combo)).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|((hour, combo), count)| HourSum { hour, combo, count })
        .collect()
}

/// The hour of a moment; moments come in order, so mostly it is the hour of the one before.
struct Hours<'a> {
    zone: &'a Zone,
    start: i64,
}

impl<'a> Hours<'a> {
    fn new(zone: &'a Zone) -> Self {
        let start = i64::MIN;
        Self { zone, start }
    }

    fn of(&mut self, at: i64) -> i64 {
        // Half an hour: where a zone's clocks go on by half an hour, an hour ends early.
        if !(self.start..self.start.saturating_add(HOUR / 2)).contains(&at) {
            self.start = self.zone.start_of_hour(Micros(at)).0;
        }
        self.start
    }
}

/// By combo: the first with the same key, verdict and judgement of today's law, so that a sum has as few
/// entries as the groups it is for.
pub(super) fn firsts(combos: &[Arc<Combo>], alike: impl Fn(&Combo) -> Vec<String>) -> Vec<u32> {
    let mut seen = HashMap::new();
    let all = combos.iter().zip(0u32..);
    all.map(|(combo, number)| {
        let law = combo.shadow.as_ref().map(|s| s.verdict);
        let key = (alike(combo), combo.verdict, law);
        *seen.entry(key).or_insert(number)
    })
    .collect()
}

/// How many decisions a day or hour has of a combo and an agent. The same three may come more than once.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct Count {
    /// Day number, or first instant of the hour; 0 where time is not kept.
    pub(in crate::report) bucket: i64,
    pub(in crate::report) combo: u32,
    /// 0 where agents are not asked for.
    pub(in crate::report) agent: u32,
    pub(in crate::report) n: u64,
}

/// Counts as rows go by. They come in the order of their times, so only the sums of one bucket are
/// looked up again and again: a few thousand, which stay near the processor.
pub(super) struct Counting<'a> {
    zone: &'a Zone,
    grain: Grain,
    by_agent: bool,
    /// By combo: the first that is alike.
    first: Vec<u32>,
    hours: Hours<'a>,
    /// The day of an hour, remembered.
    day: (i64, i64),
    bucket: i64,
    of_bucket: HashMap<(u32, u32), u64>,
    counts: Vec<Count>,
}

impl<'a> Counting<'a> {
    pub(super) fn new(zone: &'a Zone, grain: Grain, by_agent: bool, first: Vec<u32>) -> Self {
        Self {
            zone,
            grain,
            by_agent,
            first,
            hours: Hours::new(zone),
            day: (i64::MIN, 0),
            bucket: 0,
            of_bucket: HashMap::new(),
            counts: Vec::new(),
        }
    }

    fn bucket(&mut self, hour: i64) -> i64 {
        match self.grain {
            Grain::Whole => 0,
            Grain::Hour => hour,
            Grain::Day => {
                if self.day.0 != hour {
                    self.day = (hour, i64::from(self.zone.day(Micros(hour)).0));
                }
                self.day.1
            }
        }
    }

    fn add(&mut self, bucket: i64, combo: u32, agent: u32, n: u64) {
        if bucket != self.bucket {
            self.close_bucket();
            self.bucket = bucket;
        }
        let combo = self.first.get(combo as usize).copied().unwrap_or(combo);
        *self.of_bucket.entry((combo, agent)).or_default() += n;
    }

    fn close_bucket(&mut self) {
        let bucket = self.bucket;
        let sums = self.of_bucket.drain();
        self.counts.extend(sums.map(|((combo, agent), n)| Count {
            bucket,
            combo,
            agent,
            n,
        }));
    }

    pub(super) fn row(&mut self, plan: &Plan<'_>, (at, combo, agent): (i64, u32, u32)) {
        if !plan.admits(combo) || plan.agent.is_some_and(|wanted| wanted != agent) {
            return;
        }
        let bucket = match self.grain {
            Grain::Whole => 0,
            _ => {
                let hour = self.hours.of(at);
                self.bucket(hour)
            }
        };
        let agent = if self.by_agent { agent } else { 0 };
        self.add(bucket, combo, agent, 1);
    }

    pub(super) fn hour(&mut self, plan: &Plan<'_>, sum: &HourSum) {
        if plan.admits(sum.combo) {
            let bucket = self.bucket(sum.hour);
            self.add(bucket, sum.combo, 0, u64::from(sum.count));
        }
    }

    pub(super) fn done(mut self) -> Vec<Count> {
        self.close_bucket();
        self.counts
    }
}
