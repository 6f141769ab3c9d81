//! `/decisions/{id}`: one decision, and why.

pub(crate) mod case;
pub(crate) mod trail;
pub(crate) mod why;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use self::{
    case::Case,
    trail::TrailRow,
    why::{Told, tell},
};
use super::{Pages, fail::Failure, reading, respond, shell::Shell};
use crate::{
    access::Action,
    facts::model::ChannelSet,
    ledger::{self, DecisionId, Durability, ProveError, StoredDecision},
    policy::Verdict,
    replay::{self, Outcome, Replayed},
};

/// A number to show and to link to.
#[derive(Clone, Debug)]
pub(crate) struct Numbered {
    /// As this reader may see it.
    pub(crate) shown: String,
    /// In an address.
    pub(crate) link: String,
}

#[derive(Template)]
#[template(path = "decision.html")]
struct DecisionPage {
    s: Shell,
    d: StoredDecision,
    told: Told,
    tone: &'static str,
    differ_title: String,
    number: Option<Numbered>,
    pairs: Vec<(&'static str, String)>,
    trail: Vec<TrailRow>,
    pack_gone: bool,
    shadow: String,
    forbidden: bool,
    again: Again,
    may_prove: bool,
}

/// What came of deciding again.
struct Again {
    class: &'static str,
    text: String,
    details: Vec<String>,
}

/// The class of a verdict.
pub(crate) fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Block => "block",
        Verdict::Defer => "defer",
    }
}

/// The page.
pub(crate) async fn get(
    State(pages): State<Pages>,
    mut s: Shell,
    Path(id): Path<String>,
    Query(behind): Query<Behind>,
) -> Result<Response, Failure> {
    s.needs(Action::SeeDecision)?;
    if !behind.proof.is_empty() {
        s.told = Some(s.t("decision.proof_soon").to_owned());
    }
    let id: DecisionId = id.parse().map_err(|_| Failure::NotFound)?;
    let sidecar = pages.sidecar.clone();
    let (case, again) = reading(move || {
        let case = Case::find(&sidecar, id)?;
        // Not for the eyes that may not see the decision; those get no answer at all below.
        let again = case
            .is_some()
            .then(|| replay::one(&sidecar, id))
            .transpose()?;
        Ok((case, again.flatten()))
    })
    .await?;
    let case = case
        .filter(|case| s.viewer.sees(&case.decision.seller))
        .ok_or(Failure::NotFound)?;
    let person = case.decision.personal.as_ref().and_then(|p| p.e164);
    let key = person.map_or_else(|| id.to_string(), |number| number.to_string());
    s.looked(&pages, Action::SeeDecision, &case.decision.seller, &key)?;
    s.zone = case.zone.clone();
    let told = tell(&s, &case);
    let trail = trail::rows(&s, &case);
    let pairs = pairs(&s, &case);
    let (shadow, forbidden) = shadow(&s, &case);
    let differ_title = s
        .t(&format!("decision.differ_{}", case.decision.verdict))
        .to_owned();
    let page = DecisionPage {
        tone: tone(case.decision.verdict),
        number: numbered(&s, &case.decision),
        pack_gone: case.rows.is_empty() && !case.decision.outcomes.is_empty(),
        d: case.decision,
        told,
        differ_title,
        pairs,
        trail,
        shadow,
        forbidden,
        again: told_again(&s, again),
        may_prove: s.may(Action::TakeProof),
        s,
    };
    respond(&page)
}

/// `/decisions/{id}/proof`: a file with which others can check the record.
pub(crate) async fn proof(
    State(pages): State<Pages>,
    s: Shell,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    s.needs(Action::TakeProof)?;
    let id: DecisionId = id.parse().map_err(|_| Failure::NotFound)?;
    let sidecar = pages.sidecar.clone();
    let decision = reading(move || Ok(sidecar.ledger.reader().get(id)?)).await?;
    let decision = decision
        .filter(|d| s.viewer.sees(&d.seller))
        .ok_or(Failure::NotFound)?;
    s.looked(&pages, Action::TakeProof, &decision.seller, &id.to_string())?;
    let dir = pages.sidecar.settings.ledger_dir.clone();
    let made = reading(move || match ledger::prove(&dir, id) {
        Ok(proof) => Ok(Some(proof.to_bytes())),
        // The head that states it is signed within seconds.
        Err(ProveError::NotSigned { .. }) => Ok(None),
        Err(ProveError::NotFound(_) | ProveError::Purged(_)) => Err(Failure::NotFound),
        Err(ProveError::Ledger(error)) => Err(error.into()),
    })
    .await?;
    let Some(bytes) = made else {
        return Ok(Redirect::to(&format!("/decisions/{id}?proof=soon")).into_response());
    };
    let name = format!("attachment; filename=\"{id}.proof\"");
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, bytes).into_response())
}

/// What may stand behind the path.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Behind {
    proof: String,
}

/// What came of deciding again, in words; what differs or is gone as replay itself says it.
fn told_again(s: &Shell, again: Option<Replayed>) -> Again {
    let Some(again) = again else {
        return Again {
            class: "",
            text: s.f("decision.replay_cannot", "why", s.t("app.unknown")),
            details: Vec::new(),
        };
    };
    match again.outcome() {
        Outcome::Same => Again {
            class: "good",
            text: s.t("decision.replay_same").to_owned(),
            details: Vec::new(),
        },
        Outcome::Differs => Again {
            class: "bad",
            text: s.t("decision.replay_differs").to_owned(),
            details: again.differences.iter().map(ToString::to_string).collect(),
        },
        Outcome::Gone => Again {
            class: "warn",
            text: s.t("decision.replay_gone").to_owned(),
            details: again.gone.iter().map(ToString::to_string).collect(),
        },
    }
}

/// The number of a decision, unless it was erased or was none.
pub(crate) fn numbered(s: &Shell, d: &StoredDecision) -> Option<Numbered> {
    let e164 = d.personal.as_ref()?.e164?;
    Some(Numbered {
        shown: s.number(e164),
        link: match s.may(Action::SeeNumber) {
            true => e164.digits().to_string(),
            false => String::new(),
        },
    })
}

/// What the record says, as pairs of a text's key and a value; empty values are left out.
fn pairs(s: &Shell, case: &Case) -> Vec<(&'static str, String)> {
    let d = &case.decision;
    let people = !s.viewer.caller.is_masked(Action::SeeDecision);
    let personal = |of: fn(&crate::ledger::StoredPersonal) -> String| match &d.personal {
        Some(personal) if people => of(personal),
        _ => String::new(),
    };
    let copy = match (d.registered, &*d.register_snapshot) {
        (_, "") => String::new(),
        (Some(true), id) => format!("{id}, {}", s.t("decision.in_register")),
        (_, id) => format!("{id}, {}", s.t("decision.not_in_register")),
    };
    let channel = d.channel.map(|c| s.channels(ChannelSet::default().with(c)));
    let durability = match d.durability {
        Durability::Disk => s.t("decision.durable_disk"),
        Durability::Async => s.t("decision.durable_async"),
    };
    vec![
        ("decision.person", personal(|p| p.person_id.to_string())),
        ("decision.seller", s.seller(&d.seller)),
        ("decision.campaign", d.campaign.to_string()),
        ("decision.channel", channel.unwrap_or_default()),
        ("decision.source", d.source.to_string()),
        ("decision.intent", s.word("intent", d.intent.word())),
        ("decision.agent", personal(|p| p.agent_id.to_string())),
        ("decision.call", personal(|p| p.call_id.to_string())),
        ("decision.caller_id", personal(|p| p.caller_id.to_string())),
        ("decision.snapshot", copy),
        ("decision.revision", s.n(d.revision)),
        ("decision.durability", durability.to_owned()),
        (
            "decision.engine",
            format!("verzet {}, {}", d.engine.build, d.engine.metadata),
        ),
    ]
}

/// What the law of that day said, and whether it forbade what was allowed.
fn shadow(s: &Shell, case: &Case) -> (String, bool) {
    let d = &case.decision;
    let Some(shadow) = &d.shadow else {
        let key = match d.regime {
            Some(_) => "decision.law_same",
            None => "decision.law_none",
        };
        return (s.t(key).to_owned(), false);
    };
    let text = s.texts.fill(
        "decision.law_other",
        &[
            ("regime", &shadow.regime.id),
            ("verdict", &s.verdict(shadow.verdict).to_lowercase()),
            ("reason", s.reason(shadow.reason)),
        ],
    );
    (
        text,
        d.verdict == Verdict::Allow && shadow.verdict == Verdict::Block,
    )
}
