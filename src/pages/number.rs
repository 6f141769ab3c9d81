//! `/numbers`: find a number, and record an objection. `/numbers/{digits}`: everything known of one.

mod ask;
mod objection;
mod timeline;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

pub(crate) use self::objection::record;
use self::{ask::Answer, objection::Recorded, timeline::Event};
use super::{
    Pages,
    decisions::{Choice, seller_choices},
    fail::Failure,
    reading, respond,
    shell::Shell,
};
use crate::{
    access::Action,
    facts::model::Channel,
    number::{self, E164},
};

/// What may stand behind the path.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// The number as typed.
    number: String,
    /// The objection that was just recorded.
    recorded: String,
    /// An objection was refused.
    refused: String,
    /// The key of the decisions shown, to go on behind.
    after: String,
}

/// The form that records an objection.
pub(crate) struct Form {
    number: String,
    sellers: Vec<Choice>,
    may_all: bool,
    channels: Vec<Choice>,
}

impl Form {
    fn new(s: &Shell, number: String) -> Option<Self> {
        if !s.may(Action::RecordObjection) {
            return None;
        }
        let only = s.viewer.only_seller().unwrap_or_default();
        Some(Self {
            number,
            sellers: seller_choices(s, only),
            may_all: s.viewer.caller.sellers.are_all(),
            channels: Channel::ALL
                .iter()
                .map(|c| Choice {
                    value: c.word().to_owned(),
                    text: s.channel(*c).to_owned(),
                    here: false,
                })
                .collect(),
        })
    }
}

#[derive(Template)]
#[template(path = "numbers.html")]
struct FindPage {
    s: Shell,
    typed: String,
    problem: Option<String>,
    recorded: Option<Recorded>,
    form: Option<Form>,
}

#[derive(Template)]
#[template(path = "number.html")]
struct NumberPage {
    s: Shell,
    shown: String,
    digits: String,
    kind: String,
    country: String,
    recorded: Option<Recorded>,
    form: Option<Form>,
    answers: Vec<Answer>,
    more_campaigns: usize,
    registers: Vec<Membership>,
    events: Vec<Event>,
    older: Option<String>,
    persons: Vec<String>,
}

/// Whether a register's copy has the number.
struct Membership {
    register: String,
    copy: String,
    as_of: String,
    age: String,
    listed: bool,
}

/// `/numbers`.
pub(crate) async fn find(
    State(pages): State<Pages>,
    s: Shell,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (sees, records) = (s.may(Action::SeeNumber), s.may(Action::RecordObjection));
    if !sees && !records {
        return Err(Failure::Forbidden);
    }
    let region = pages.sidecar.settings.default_region;
    let typed = asked.number.trim().to_owned();
    let mut problem = (!asked.refused.is_empty()).then(|| s.t("number.refused").to_owned());
    if sees && problem.is_none() && !typed.is_empty() {
        match number::read(&typed, region) {
            Some(n) => {
                let to = format!("/numbers/{}", n.e164.digits());
                return Ok(Redirect::to(&to).into_response());
            }
            None => problem = Some(s.f("number.unreadable", "typed", &typed)),
        }
    }
    let recorded = objection::recorded(&pages, &s, asked.recorded, None).await?;
    respond(&FindPage {
        form: Form::new(&s, String::new()),
        s,
        typed,
        problem,
        recorded,
    })
}

/// `/numbers/{digits}`.
pub(crate) async fn get(
    State(pages): State<Pages>,
    s: Shell,
    Path(digits): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    s.needs(Action::SeeNumber)?;
    let read = number::read(&format!("+{digits}"), pages.sidecar.settings.default_region);
    let read = read
        .filter(|n| n.e164.digits().to_string() == digits)
        .ok_or(Failure::NotFound)?;
    let e164 = read.e164;
    s.looked(
        &pages,
        Action::SeeNumber,
        s.viewer.only_seller().unwrap_or_default(),
        &e164.to_string(),
    )?;
    let recorded = objection::recorded(&pages, &s, asked.recorded.clone(), Some(e164)).await?;
    let after = asked.after.parse().ok();
    let (sidecar, frame) = (pages.sidecar.clone(), s.clone());
    let (line, answers) = reading(move || {
        let line = timeline::of(&frame, &sidecar, e164, after)?;
        Ok((line, ask::now(&frame, &sidecar, e164)))
    })
    .await?;
    let (answers, more_campaigns) = answers;
    respond(&NumberPage {
        shown: s.number(e164),
        kind: s.word("line_type", read.line_type.word()),
        country: read
            .country
            .map_or_else(String::new, |c| s.word("country", c.as_str())),
        form: Form::new(&s, e164.to_string()),
        registers: memberships(&s, e164),
        events: line.events,
        older: line
            .next
            .map(|key| format!("/numbers/{digits}?after={key}")),
        persons: line.persons,
        digits,
        recorded,
        answers,
        more_campaigns,
        s,
    })
}

fn memberships(s: &Shell, e164: E164) -> Vec<Membership> {
    let mut copies: Vec<_> = s.world.registers.values().collect();
    copies.sort_by(|a, b| a.name.cmp(&b.name));
    copies
        .into_iter()
        .map(|copy| Membership {
            register: s.word("register", &copy.name),
            copy: copy.snapshot_id.to_string(),
            as_of: s.day(copy.as_of),
            age: s.f("number.age", "days", s.days_since(copy.as_of)),
            listed: copy.contains(e164),
        })
        .collect()
}
