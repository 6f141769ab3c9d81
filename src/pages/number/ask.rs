//! What would be answered now, campaign by campaign: dry runs, which leave no record.

use crate::{
    facts::{catalogue::Campaign, model::Channel},
    number::E164,
    pages::{decision::tone, shell::Shell},
    policy::Intent,
    sidecar::{Ask, Query, Sidecar},
};

/// The answer to one campaign.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The campaign.
    pub(crate) campaign: String,
    /// Its seller.
    pub(crate) seller: String,
    /// How contact would be made.
    pub(crate) channel: String,
    /// The class of the verdict.
    pub(crate) tone: &'static str,
    /// The verdict.
    pub(crate) verdict: String,
    /// Why.
    pub(crate) reason: String,
}

/// Campaigns asked at most.
const MOST: usize = 24;

/// Asks for every campaign that runs today and this reader may see, calls first; with how many were left
/// out.
pub(crate) fn now(s: &Shell, sidecar: &Sidecar, e164: E164) -> (Vec<Answer>, usize) {
    let today = s.today();
    let campaigns = s.world.catalogue.campaigns();
    let mut running: Vec<&Campaign> = campaigns
        .filter(|c| s.viewer.sees(&c.seller_id))
        .filter(|c| c.starts_on <= today && today <= c.ends_on)
        .collect();
    running.sort_by_key(|c| {
        (
            c.channel != Channel::Voice,
            c.seller_id.clone(),
            c.id.clone(),
        )
    });
    let left = running.len().saturating_sub(MOST);
    let answers = running.iter().take(MOST);
    (
        answers.filter_map(|c| one(s, sidecar, e164, c)).collect(),
        left,
    )
}

fn one(s: &Shell, sidecar: &Sidecar, e164: E164, campaign: &Campaign) -> Option<Answer> {
    let number = e164.to_string();
    let query = Query {
        ask: Ask {
            number: &number,
            region: None,
            campaign_id: &campaign.id,
            channel: None,
            person_id: "",
            source_id: "",
            at: s.now,
        },
        region: "",
        call_id: "",
        agent_id: "",
        caller_id: "",
        intent: Intent::Precheck,
        dry_run: true,
        min_revision: 0,
        behind: false,
    };
    let answer = sidecar.check(&query, |asked, _| Answer {
        campaign: campaign.id.to_string(),
        seller: s.seller(&campaign.seller_id),
        channel: s.channel(campaign.channel).to_owned(),
        tone: tone(asked.decision.verdict),
        verdict: s.verdict(asked.decision.verdict).to_owned(),
        reason: s.reason(asked.decision.reason).to_owned(),
    });
    // A dry run is not handed to the ledger, so nothing can refuse it.
    answer.ok().map(|(answer, _)| answer)
}
