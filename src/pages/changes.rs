//! `/changes`: who changed or looked at what, when, from what to what, and why.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;

use super::{Pages, decisions::Choice, fail::Failure, query, respond, shell::Shell, waiting};
use crate::{
    access::{Action, ChangeFilter, ChangeRow, masked},
    clock::Day,
};

/// What the list is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    from: String,
    until: String,
    who: String,
    action: String,
    key: String,
    before: String,
}

struct Line {
    at: String,
    machine: String,
    who: String,
    role: String,
    action: String,
    seller: String,
    key: String,
    old: String,
    new: String,
    why: String,
}

#[derive(Template)]
#[template(path = "changes.html")]
struct ChangesPage {
    s: Shell,
    asked: Asked,
    actions: Vec<Choice>,
    lines: Vec<Line>,
    older: Option<String>,
}

/// Rows of a page.
const ROWS: usize = 100;

/// The page.
pub(crate) async fn get(
    State(pages): State<Pages>,
    s: Shell,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    s.needs(Action::ListChanges)?;
    let day = |text: &str| match text {
        "" => Ok(None),
        text => Day::parse(text).map(Some).map_err(|_| Failure::Unreadable),
    };
    let (from, until) = (day(&asked.from)?, day(&asked.until)?);
    let text = |text: &String| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let filter = ChangeFilter {
        from: from.map(|day| s.zone.start_of(day)),
        until: until.map(|day| s.zone.start_of(Day(day.0.saturating_add(1)))),
        who: text(&asked.who),
        action: Action::ALL
            .iter()
            .copied()
            .find(|a| a.name() == asked.action),
        seller: None,
        key: text(&asked.key),
        before: asked.before.parse().ok(),
    };
    let (access, sellers) = (
        pages.sidecar.access.clone(),
        s.viewer.caller.sellers.clone(),
    );
    let rows = waiting(move || Ok(access.changes.list(&sellers, &filter, ROWS)?)).await?;
    let last = rows
        .last()
        .filter(|_| rows.len() == ROWS)
        .map(|row| row.id.to_string());
    let older = last.map(|id| {
        query::link(
            "/changes",
            &[
                ("from", asked.from.as_str()),
                ("until", &asked.until),
                ("who", &asked.who),
                ("action", &asked.action),
                ("key", &asked.key),
                ("before", &id),
            ],
        )
    });
    respond(&ChangesPage {
        lines: rows.into_iter().map(|row| line(&s, row)).collect(),
        actions: actions(&s, &asked.action),
        asked,
        older,
        s,
    })
}

/// The actions that are recorded, by their words.
fn actions(s: &Shell, chosen: &str) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Action::ALL
        .iter()
        .map(|a| Choice {
            value: a.name().to_owned(),
            text: s.word("action", a.name()),
            here: a.name() == chosen,
        })
        .collect();
    choices.sort_by(|a, b| a.text.cmp(&b.text));
    choices
}

fn line(s: &Shell, row: ChangeRow) -> Line {
    let hide = s.viewer.caller.is_masked(Action::ListChanges);
    let shown = |text: String| match hide {
        // An address says what was asked for: a number too.
        true if text.starts_with('/') => text.split('?').next().unwrap_or_default().to_owned(),
        true if text.contains('+') => masked(&text),
        _ => text,
    };
    Line {
        at: s.exact(row.at),
        machine: s.machine(row.at),
        role: match row.role.word() {
            role if role == row.who => String::new(),
            role => s.word("role", role),
        },
        who: s.word("role", &row.who),
        action: s.word("action", &row.action),
        seller: match row.seller.as_str() {
            "" => String::new(),
            id => s.seller(id),
        },
        key: shown(row.key),
        old: shown(row.old),
        new: shown(row.new),
        why: row.why,
    }
}
