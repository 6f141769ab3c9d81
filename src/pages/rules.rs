//! `/rules`: which rules there are and who chose them. `/rules/{id}`: one regime, row by row, and a box to
//! try a question without a record.

mod attempt;
mod changed;
mod table;

use askama::Template;
use axum::{
    extract::{Path, Query, RawForm, State},
    response::{IntoResponse, Redirect, Response},
};

use self::{
    attempt::{Asked, Tried},
    changed::{Change, changes},
    table::{Block, blocks},
};
use super::{
    Pages,
    data::period,
    decisions::{Choice, campaign_choices},
    fail::Failure,
    respond,
    shell::Shell,
    waiting,
};
use crate::{
    access::{Action, NewChange},
    clock::Day,
    policy::{Regime, enforced::Enforcement},
};

struct RegimeLine {
    id: String,
    title: String,
    country: String,
    channels: String,
    law: String,
    is_law: bool,
    enforced: bool,
}

struct ChoiceLine {
    at: String,
    machine: String,
    regime: String,
    days: String,
    by: String,
    why: String,
    revision: String,
}

#[derive(Template)]
#[template(path = "rules.html")]
struct RulesPage {
    s: Shell,
    regimes: Vec<RegimeLine>,
    choices: Vec<ChoiceLine>,
    asked: Asked,
    campaigns: Vec<Choice>,
    tried: Option<Tried>,
    problem: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "regime.html")]
struct RegimePage {
    s: Shell,
    line: RegimeLine,
    lapsed: String,
    blocks: Vec<Block>,
    changes: Vec<Change>,
    readings: Vec<String>,
    choices: Vec<ChoiceLine>,
    register: String,
    hash: String,
    semantics: u32,
    pack: String,
    problem: Option<&'static str>,
}

fn regime_line(s: &Shell, regime: &Regime) -> RegimeLine {
    RegimeLine {
        id: regime.id.to_string(),
        title: s.language.of(&regime.title).to_owned(),
        country: s.word("country", regime.country.as_str()),
        channels: s.join(regime.channels().map(|c| s.channel(c).to_owned()).collect()),
        law: period(s, regime.from, regime.until),
        is_law: regime.is_law_on(regime.zone.day(s.now)),
        enforced: s.world.enforced.is_enforced(regime, s.now),
    }
}

fn choice(s: &Shell, e: &Enforcement) -> ChoiceLine {
    ChoiceLine {
        at: s.moment(e.at),
        machine: s.machine(e.at),
        regime: e.regime.id.to_string(),
        days: period(s, e.from, e.until),
        by: e.by.clone(),
        why: e.why.clone(),
        revision: s.n(e.revision),
    }
}

/// `/rules`.
pub(crate) async fn index(
    State(pages): State<Pages>,
    s: Shell,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    s.needs(Action::SeeRules)?;
    let (mut tried, mut problem) = (None, None);
    if !asked.number.trim().is_empty() {
        s.needs(Action::TryRules)?;
        match attempt::attempt(&s, &pages.sidecar, &asked) {
            Ok(found) => {
                s.looked(&pages, Action::TryRules, &found.seller_id, &found.key)?;
                tried = Some(found);
            }
            Err(key) => problem = Some(key),
        }
    }
    let regimes = pages.sidecar.packs.iter();
    respond(&RulesPage {
        regimes: regimes.map(|r| regime_line(&s, r)).collect(),
        choices: s.world.enforced.iter().map(|e| choice(&s, e)).collect(),
        campaigns: campaign_choices(&s, &asked.campaign),
        asked,
        tried,
        problem,
        s,
    })
}

/// What may stand behind the path of a regime.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Behind {
    enforced: String,
    problem: String,
}

/// `/rules/{id}`.
pub(crate) async fn get(
    State(pages): State<Pages>,
    mut s: Shell,
    Path(id): Path<String>,
    Query(behind): Query<Behind>,
) -> Result<Response, Failure> {
    s.needs(Action::SeeRules)?;
    let regime = pages.sidecar.packs.get(&id).ok_or(Failure::NotFound)?;
    let choices = s.world.enforced.iter().filter(|e| e.regime.id == regime.id);
    let choices: Vec<ChoiceLine> = choices.map(|e| choice(&s, e)).collect();
    if !behind.enforced.is_empty()
        && let Some(newest) = choices.first()
    {
        s.told = Some(s.f("rules.enforced_now", "revision", &newest.revision));
    }
    respond(&RegimePage {
        line: regime_line(&s, regime),
        lapsed: regime
            .lapsed
            .as_ref()
            .map_or_else(String::new, |text| s.language.of(text).to_owned()),
        blocks: blocks(&s, regime),
        changes: changes(&s, &pages.sidecar.packs, regime),
        readings: regime
            .readings
            .iter()
            .map(|text| s.language.of(text).to_owned())
            .collect(),
        choices,
        register: regime
            .register
            .as_ref()
            .map_or_else(String::new, |r| s.word("register", r)),
        hash: regime.hash_hex(),
        semantics: regime.semantics,
        pack: regime.text.to_string(),
        problem: match behind.problem.as_str() {
            "why" => Some("rules.why_needed"),
            "days" => Some("rules.bad_days"),
            _ => None,
        },
        s,
    })
}

/// `POST /rules/{id}/enforce`: a recorded choice.
pub(crate) async fn enforce(
    State(pages): State<Pages>,
    s: Shell,
    Path(id): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Failure> {
    let sent = s.sent(&body, Action::EnforceRegime)?;
    let regime = pages
        .sidecar
        .packs
        .get(&id)
        .cloned()
        .ok_or(Failure::NotFound)?;
    let back = |query: &str| Ok(Redirect::to(&format!("/rules/{id}?{query}")).into_response());
    let why = sent.one("why").to_owned();
    if why.is_empty() {
        return back("problem=why#enforce");
    }
    let day = |text: &str, open: Day| match text {
        "" => Ok(open),
        text => Day::parse(text),
    };
    let (Ok(from), Ok(until)) = (
        day(sent.one("from"), Day::ALWAYS),
        day(sent.one("until"), Day::NEVER),
    ) else {
        return back("problem=days#enforce");
    };
    if from > until {
        return back("problem=days#enforce");
    }
    let before: Vec<String> = s
        .world
        .enforced
        .iter()
        .filter(|e| s.world.enforced.is_enforced(&e.regime, s.now))
        .map(|e| e.regime.id.to_string())
        .take(1)
        .collect();
    let (sidecar, by, because) = (
        pages.sidecar.clone(),
        s.viewer.caller.name.clone(),
        why.clone(),
    );
    let chosen = waiting(move || Ok(sidecar.enforce(regime, from, until, &by, &because)?)).await?;
    let change = NewChange {
        key: &id,
        old: &before.join(", "),
        new: &format!("{id}, {}", period(&s, chosen.from, chosen.until)),
        why: &why,
        ..NewChange::default()
    };
    s.did(&pages, Action::EnforceRegime, &change);
    back("enforced=yes")
}
