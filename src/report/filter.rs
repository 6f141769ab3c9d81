//! Which decisions a report is about, and whose.

use super::index::Combo;
use crate::{
    access::Sellers,
    clock::Micros,
    ledger::{DecisionId, StoredDecision},
    number::E164,
    policy::{Intent, Reason, Verdict},
};

/// Which decisions: those that are everything given. The default is all of everybody.
///
/// What is personal (number, agent, call) finds no erased decision; an empty text finds those that have
/// none, erased ones among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Whose decisions may be seen.
    pub sellers: Sellers,
    /// Ledger time from here on, itself included.
    pub from: Option<Micros>,
    /// Ledger time up to here, itself excluded.
    pub until: Option<Micros>,
    /// The campaign as asked.
    pub campaign: Option<String>,
    /// The seller.
    pub seller: Option<String>,
    /// The number source.
    pub source: Option<String>,
    /// The regime that decided.
    pub regime: Option<String>,
    /// The verdict.
    pub verdict: Option<Verdict>,
    /// The reason.
    pub reason: Option<Reason>,
    /// What the caller meant to do.
    pub intent: Option<Intent>,
    /// What today's law would have said; only where another regime decided.
    pub shadow: Option<Verdict>,
    /// Who called.
    pub agent: Option<String>,
    /// The number as read.
    pub number: Option<E164>,
    /// The dialer's id of the call. Not in the index: the decisions that are the rest are read one by one.
    pub call_id: Option<String>,
    /// This very decision.
    pub decision: Option<DecisionId>,
}

impl Default for Filter {
    fn default() -> Self {
        Self::of(Sellers::All)
    }
}

impl Filter {
    /// All decisions of these sellers.
    pub fn of(sellers: Sellers) -> Self {
        Self {
            sellers,
            from: None,
            until: None,
            campaign: None,
            seller: None,
            source: None,
            regime: None,
            verdict: None,
            reason: None,
            intent: None,
            shadow: None,
            agent: None,
            number: None,
            call_id: None,
            decision: None,
        }
    }

    /// Whether what is not personal passes, times aside.
    pub(super) fn admits_combo(&self, combo: &Combo) -> bool {
        fn is(wanted: &Option<String>, text: &str) -> bool {
            wanted.as_deref().is_none_or(|w| w == text)
        }
        self.sellers.has(&combo.seller)
            && is(&self.campaign, &combo.campaign)
            && is(&self.seller, &combo.seller)
            && is(&self.source, &combo.source)
            && is(&self.regime, &combo.regime)
            && self.verdict.is_none_or(|v| v == combo.verdict)
            && self.reason.is_none_or(|r| r == combo.reason)
            && self.intent.is_none_or(|i| i == combo.intent)
            && self
                .shadow
                .is_none_or(|s| combo.shadow.as_ref().is_some_and(|c| c.verdict == s))
    }

    /// Whether a moment is in the period.
    pub(super) fn admits_time(&self, at: Micros) -> bool {
        self.from.is_none_or(|t| at >= t) && self.until.is_none_or(|t| at < t)
    }

    /// Whether a decision passes.
    pub fn admits(&self, d: &StoredDecision) -> bool {
        let personal = d.personal.as_ref();
        let is = |wanted: &Option<String>, of: fn(&crate::ledger::StoredPersonal) -> &str| {
            wanted
                .as_deref()
                .is_none_or(|w| personal.map_or("", |p| of(p)) == w)
        };
        self.admits_time(d.at)
            && self.admits_combo(&Combo::of(d))
            && is(&self.agent, |p| &p.agent_id)
            && is(&self.call_id, |p| &p.call_id)
            && self
                .number
                .is_none_or(|n| personal.is_some_and(|p| p.e164 == Some(n)))
            && self.decision.is_none_or(|id| id == d.id)
    }
}
