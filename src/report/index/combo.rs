//! What many decisions have in common, kept once.

use std::sync::Arc;

use crate::{
    facts::model::Channel,
    ledger::StoredDecision,
    policy::{Intent, Reason, Verdict},
};

/// Everything of a decision that is not its own: a few hundred of them stand for millions of decisions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::report) struct Combo {
    pub(in crate::report) verdict: Verdict,
    pub(in crate::report) reason: Reason,
    pub(in crate::report) intent: Intent,
    pub(in crate::report) channel: Option<Channel>,
    pub(in crate::report) seller: Arc<str>,
    pub(in crate::report) campaign: Arc<str>,
    pub(in crate::report) source: Arc<str>,
    /// The regime's id; empty where none is enforced.
    pub(in crate::report) regime: Arc<str>,
    pub(in crate::report) shadow: Option<ShadowCombo>,
}

/// What today's law would have said.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::report) struct ShadowCombo {
    pub(in crate::report) regime: Arc<str>,
    pub(in crate::report) verdict: Verdict,
    pub(in crate::report) reason: Reason,
}

impl Combo {
    pub(in crate::report) fn of(d: &StoredDecision) -> Self {
        Self {
            verdict: d.verdict,
            reason: d.reason,
            intent: d.intent,
            channel: d.channel,
            seller: d.seller.clone(),
            campaign: d.campaign.clone(),
            source: d.source.clone(),
            regime: d
                .regime
                .as_ref()
                .map_or_else(Arc::default, |r| r.id.as_str().into()),
            shadow: d.shadow.as_ref().map(|s| ShadowCombo {
                regime: s.regime.id.as_str().into(),
                verdict: s.verdict,
                reason: s.reason,
            }),
        }
    }
}
