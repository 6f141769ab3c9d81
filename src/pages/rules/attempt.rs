//! Trying a question: a dry run, as of any moment, with the facts known now.

use serde::Deserialize;

use crate::{
    facts::model::{Channel, FactKind},
    pages::{decision::tone, facts, shell::Shell, when},
    policy::{Found, Intent, RowOutcome},
    sidecar::{Ask, Query, Sidecar},
};

/// The values of the box.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// The number, typed any way.
    pub(crate) number: String,
    /// The campaign.
    pub(crate) campaign: String,
    /// The number source; the campaign's if not given.
    pub(crate) source: String,
    /// The moment, in the zone of the page; now if not given.
    pub(crate) at: String,
}

/// A row, tried.
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: usize,
    /// What it says.
    pub(crate) text: String,
    /// How it came out.
    pub(crate) outcome: String,
    /// The class of the row.
    pub(crate) class: &'static str,
    /// What it found.
    pub(crate) found: String,
    /// The source of law.
    pub(crate) law: String,
}

/// What came out.
pub(crate) struct Tried {
    /// The number as read, for the record of looks.
    pub(crate) key: String,
    /// The seller it was about; empty if unknown.
    pub(crate) seller_id: String,
    /// The moment asked about.
    pub(crate) when: String,
    /// The class of the verdict.
    pub(crate) tone: &'static str,
    /// The verdict.
    pub(crate) verdict: String,
    /// Why, as the deciding row says.
    pub(crate) why: String,
    /// The regime that was asked.
    pub(crate) regime: String,
    /// What today's law would say, where it is another.
    pub(crate) shadow: Option<String>,
    /// Every row.
    pub(crate) lines: Vec<Line>,
}

/// What a row found, in words; a fact that was ended this moment is left out.
fn found(s: &Shell, asked: &crate::sidecar::Asked<'_>, found: Found) -> String {
    let known = &asked.known;
    match found {
        Found::Nothing => String::new(),
        Found::Product(product) => s.product(&s.world.symbols.product_id(product)),
        Found::Listed(true) => s.t("decision.in_register").to_owned(),
        Found::Listed(false) => s.t("decision.not_in_register").to_owned(),
        Found::Fact(id) => match id.kind() {
            FactKind::Relation => known.relation(id).map(|r| facts::relation_words(s, r)),
            FactKind::Consent => known.consent(id).map(|c| facts::consent_words(s, c)),
            FactKind::Objection => known.objection(id).map(|o| facts::objection_words(s, o)),
        }
        .unwrap_or_default(),
    }
}

/// Tries a question.
///
/// # Errors
/// The key of the text that says what cannot be read.
pub(crate) fn attempt(s: &Shell, sidecar: &Sidecar, asked: &Asked) -> Result<Tried, &'static str> {
    let at = match asked.at.trim() {
        "" => s.now,
        text => when::parse_input(&s.zone, text).ok_or("rules.bad_moment")?,
    };
    // A campaign of another seller is as unknown to this reader as one that is not there.
    let campaign = s.world.catalogue.campaign(&asked.campaign);
    let mine = campaign.filter(|c| s.viewer.sees(&c.seller_id));
    if campaign.is_some() && mine.is_none() || mine.is_none() && !s.viewer.caller.sellers.are_all()
    {
        return Err("rules.bad_campaign");
    }
    let query = Query {
        ask: Ask {
            number: &asked.number,
            region: None,
            campaign_id: &asked.campaign,
            channel: mine.is_none().then_some(Channel::Voice),
            person_id: "",
            source_id: asked.source.trim(),
            at,
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
    let tried = sidecar.check(&query, |a, _| {
        let d = &a.decision;
        let row = a.deciding_row(&sidecar.packs);
        let rows = a.rows(&sidecar.packs).iter().zip(d.results()).enumerate();
        let lines = rows
            .map(|(i, (row, result))| Line {
                number: i + 1,
                text: s.language.of(&row.text).to_owned(),
                outcome: s.word("outcome", result.outcome.word()),
                class: match result.outcome {
                    RowOutcome::Decided => "decided",
                    RowOutcome::WouldDecide => "",
                    _ => "quiet",
                },
                found: found(s, a, result.found),
                law: row.source.clone(),
            })
            .collect();
        let shadow = a.shadow.as_ref().map(|shadow| {
            s.texts.fill(
                "decision.law_other",
                &[
                    ("regime", &shadow.regime.id),
                    ("verdict", &s.verdict(shadow.verdict).to_lowercase()),
                    ("reason", s.reason(shadow.reason)),
                ],
            )
        });
        Tried {
            key: a
                .number
                .map_or_else(|| asked.number.clone(), |n| n.e164.to_string()),
            seller_id: mine.map_or_else(String::new, |c| c.seller_id.to_string()),
            when: when::moment(s.texts, &s.zone, at),
            tone: tone(d.verdict),
            verdict: s.verdict(d.verdict).to_owned(),
            why: row.map_or_else(
                || s.reason(d.reason).to_owned(),
                |row| s.language.of(&row.text).to_owned(),
            ),
            regime: a.regime.map_or_else(String::new, |r| r.id.to_string()),
            shadow,
            lines,
        }
    });
    // A dry run is not handed to the ledger, so nothing can refuse it.
    tried
        .map(|(tried, _)| tried)
        .map_err(|_| "fail.broken_text")
}
