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

/// Counts as rows go by.
pub(super) struct Counting<'a> {
    zone: &'a Zone,
    grain: Grain,
    by_agent: bool,
    /// By combo: the first that is alike.
    pub(super) first: Vec<u32>,
    hours: Hours<'a>,
    /// The day of an hour, remembered.
    day: (i64, i64),
    pub(super) counts: HashMap<(i64, u32, u32), u64>,
}

impl<'a> Counting<'a> {
    pub(super) fn new(zone: &'a Zone, grain: Grain, by_agent: bool) -> Self {
        Self {
            zone,
            grain,
            by_agent,
            first: Vec::new(),
            hours: Hours::new(zone),
            day: (i64::MIN, 0),
            counts: HashMap::new(),
        }
    }

    fn first(&self, combo: u32) -> u32 {
        self.first.get(combo as usize).copied().unwrap_or(combo)
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
        let combo = self.first(combo);
        *self.counts.entry((bucket, combo, agent)).or_default() += 1;
    }

    pub(super) fn hour(&mut self, plan: &Plan<'_>, sum: &HourSum) {
        if plan.admits(sum.combo) {
            let bucket = self.bucket(sum.hour);
            let combo = self.first(sum.combo);
            *self.counts.entry((bucket, combo, 0)).or_default() += u64::from(sum.count);
        }
    }
}
