//! Counting decisions by what an officer asks about: campaign, reason, day …

use std::collections::BTreeMap;

use crate::{clock::Zone, facts::model::words, ledger::StoredDecision, policy::Verdict};
use std::fmt;

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
    }
}

/// Counts of one group.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    /// All.
    pub count: u64,
    /// `ALLOW`.
    pub allowed: u64,
    /// `BLOCK`.
    pub blocked: u64,
    /// `DEFER`.
    pub deferred: u64,
}

impl Counts {
    fn add(&mut self, verdict: Verdict) {
        self.count += 1;
        match verdict {
            Verdict::Allow => self.allowed += 1,
            Verdict::Block => self.blocked += 1,
            Verdict::Defer => self.deferred += 1,
        }
    }
}

/// Counts by group; asked = allowed + blocked + deferred in every row and over all.
#[derive(Debug)]
pub struct Summary {
    by: Vec<GroupBy>,
    zone: Zone,
    /// By the values of the groups, in order.
    pub rows: BTreeMap<Vec<String>, Counts>,
    /// Over all.
    pub total: Counts,
}

impl Summary {
    /// An empty summary; hours and days are those of the zone.
    pub fn new(by: Vec<GroupBy>, zone: Zone) -> Self {
        Self {
            by,
            zone,
            rows: BTreeMap::new(),
            total: Counts::default(),
        }
    }

    /// Counts a decision.
    pub fn add(&mut self, decision: &StoredDecision) {
        let keys = self.by.iter().map(|by| self.key(*by, decision)).collect();
        self.rows.entry(keys).or_default().add(decision.verdict);
        self.total.add(decision.verdict);
    }

    fn key(&self, by: GroupBy, d: &StoredDecision) -> String {
        match by {
            GroupBy::Campaign => d.campaign.to_string(),
            GroupBy::Seller => d.seller.to_string(),
            GroupBy::Reason => d.reason.to_string(),
            GroupBy::Verdict => d.verdict.to_string(),
            GroupBy::Regime => d
                .regime
                .as_ref()
                .map(|r| r.id.to_string())
                .unwrap_or_default(),
            GroupBy::Source => d.source.to_string(),
            GroupBy::Agent => d
                .personal
                .as_ref()
                .map(|p| p.agent_id.to_string())
                .unwrap_or_default(),
            GroupBy::Number => d
                .personal
                .as_ref()
                .and_then(|p| p.e164)
                .map(|n| n.to_string())
                .unwrap_or_default(),
            GroupBy::Day => self.zone.day(d.at).to_string(),
            GroupBy::Hour => {
                d.at.timestamp()
                    .to_zoned_datetime(self.zone.tz().clone())
                    .strftime("%Y-%m-%dT%H:00%:z")
                    .to_string()
            }
        }
    }
}
