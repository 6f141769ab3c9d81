//! The unclear queue: stops that could not be read, or read two ways. A person settles each.

use askama::Template;
use axum::{
    extract::{Path, Query, RawForm, State},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{Pages, data::Tab, fail::Failure, reading, respond, shell::Shell, waiting};
use crate::{
    access::{Action, NewChange},
    clock::Micros,
    intake::ObjectionFields,
    store::{StoreReader, UnclearRow},
};

/// What may stand behind the path.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// Not empty: the settled ones too.
    all: String,
    /// The row that was just settled.
    settled: String,
    /// What kept the form from being taken.
    problem: String,
}

struct Line {
    id: u64,
    at: String,
    origin: String,
    place: String,
    given: Vec<(String, String)>,
    problem: String,
    numbers: Vec<(String, String)>,
    settled: Option<String>,
}

#[derive(Template)]
#[template(path = "unclear.html")]
struct UnclearPage {
    s: Shell,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
    all: bool,
    problem: Option<&'static str>,
}

/// The `column=value` pairs a row was given as.
fn pairs(given: &str) -> Vec<(String, String)> {
    given
        .split("; ")
        .filter_map(|pair| pair.split_once('='))
        .map(|(column, value)| (column.to_owned(), value.to_owned()))
        .collect()
}

fn seller_of(row: &UnclearRow) -> String {
    let pairs = pairs(&row.given).into_iter();
    let found = pairs.into_iter().find(|(column, _)| column == "seller_id");
    found.map(|(_, seller)| seller).unwrap_or_default()
}

/// Whether a row is of a seller this reader may see; one of all sellers is for those who see all.
pub(crate) fn is_seen(s: &Shell, row: &UnclearRow) -> bool {
    s.viewer.sees(&seller_of(row))
}

/// `/data/unclear`.
pub(crate) async fn get(
    State(pages): State<Pages>,
    mut s: Shell,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    s.needs(Action::ListUnclear)?;
    let all = !asked.all.is_empty();
    let data_dir = pages.sidecar.settings.data_dir.clone();
    let rows = reading(move || Ok(StoreReader::of(&data_dir)?.unclear(true)?)).await?;
    if let Ok(id) = asked.settled.parse::<u64>()
        && rows
            .iter()
            .any(|row| row.id == id && row.settled.is_some() && is_seen(&s, row))
    {
        s.told = Some(s.f("unclear.done", "id", id));
    }
    let mine = rows.iter().filter(|row| is_seen(&s, row));
    let lines: Vec<Line> = mine
        .filter(|row| all || row.settled.is_none())
        .map(|row| line(&s, row))
        .collect();
    if !lines.is_empty() {
        s.looked(
            &pages,
            Action::ListUnclear,
            s.viewer.only_seller().unwrap_or_default(),
            "unclear",
        )?;
    }
    let problem = match asked.problem.as_str() {
        "why" => Some("unclear.why_needed"),
        "number" => Some("unclear.bad_number"),
        _ => None,
    };
    respond(&UnclearPage {
        tabs: super::data::tabs(&s),
        lines,
        all,
        problem,
        s,
    })
}

fn line(s: &Shell, row: &UnclearRow) -> Line {
    let masked = s.viewer.caller.is_masked(Action::ListUnclear);
    let given = pairs(&row.given);
    let shown = given
        .into_iter()
        .map(|(column, value)| match column.as_str() {
            "number" | "person_id" if masked => (column, crate::access::masked(&value)),
            _ => {
                let value = in_words(s, &column, value);
                (column, value)
            }
        })
        .map(|(column, value)| (s.word("unclear_column", &column), value));
    Line {
        id: row.id,
        at: s.moment(row.received_at),
        origin: s.word("origin", &row.origin),
        place: row.place.clone(),
        given: shown.collect(),
        problem: if masked {
            String::new()
        } else {
            problem(s, row)
        },
        numbers: row
            .e164
            .iter()
            .map(|n| (s.number(*n), n.digits().to_string()))
            .collect(),
        settled: row.settled.as_ref().map(|settled| {
            s.texts.fill(
                "unclear.settled_by",
                &[
                    ("by", &settled.by),
                    ("at", &s.moment(settled.at)),
                    ("settlement", &settled.settlement),
                ],
            )
        }),
    }
}

/// What a column of the row says, in this language; as it was given where that is not known.
fn in_words(s: &Shell, column: &str, value: String) -> String {
    match column {
        "region" => s.word("country", &value),
        "seller_id" => s.seller(&value),
        "source" => s.word("said", &value),
        "channels" => s.word("channel", &value),
        "recorded_at" => Micros::parse(&value).map_or(value, |at| s.moment(at)),
        _ => value,
    }
}

/// What is unclear about the row: the import's own words where they are not of a number.
fn problem(s: &Shell, row: &UnclearRow) -> String {
    let numbers: Vec<String> = row.e164.iter().map(|n| s.number(*n)).collect();
    let person = !pairs(&row.given)
        .iter()
        .all(|(column, value)| column != "person_id" || value.is_empty());
    let of_number = row.problem.starts_with("the number ");
    match numbers.as_slice() {
        [first, second, ..] if of_number => s.texts.fill(
            "unclear.two_ways",
            &[("first", first.as_str()), ("second", second)],
        ),
        [only] if of_number => s.f("unclear.one_way", "number", only),
        [] if of_number && person => s.t("unclear.person_only").to_owned(),
        [] if of_number => s.t("unclear.nobody").to_owned(),
        _ => row.problem.clone(),
    }
}

/// `POST /data/unclear/{id}`: settles a row, with or without an objection on the number it means.
pub(crate) async fn settle(
    State(pages): State<Pages>,
    s: Shell,
    Path(id): Path<u64>,
    RawForm(body): RawForm,
) -> Result<Response, Failure> {
    let sent = s.sent(&body, Action::SettleUnclear)?;
    let data_dir = pages.sidecar.settings.data_dir.clone();
    let rows = reading(move || Ok(StoreReader::of(&data_dir)?.unclear(false)?)).await?;
    let row = rows
        .into_iter()
        .find(|row| row.id == id && is_seen(&s, row))
        .ok_or(Failure::NotFound)?;
    let back = |problem: &str| {
        Ok(Redirect::to(&format!("/data/unclear?problem={problem}#unclear-{id}")).into_response())
    };
    let why = sent.one("why").to_owned();
    if why.is_empty() {
        return back("why");
    }
    let (number, by) = (sent.one("number").to_owned(), s.viewer.caller.name.clone());
    let seller = seller_of(&row);
    let settlement = match number.as_str() {
        "" => why.clone(),
        number => format!("{number}: {why}"),
    };
    let (sidecar, given, wanted) = (pages.sidecar.clone(), pairs(&row.given), settlement.clone());
    let refused = waiting(move || {
        if !number.is_empty() {
            if crate::number::read(&number, sidecar.settings.default_region).is_none() {
                return Ok(true);
            }
            let of = |column: &str| {
                let found = given.iter().find(|(name, _)| name == column);
                found.map_or("", |(_, value)| value.as_str())
            };
            // Everything the row said stands but its number, which a person has read now.
            let fields = ObjectionFields {
                number: &number,
                region: "",
                person_id: of("person_id"),
                seller_id: of("seller_id"),
                channels: of("channels"),
                recorded_at: of("recorded_at"),
                source: of("source"),
            };
            if sidecar.record_objection(&fields).is_err() {
                return Ok(true);
            }
        }
        sidecar.settle_unclear(id, &by, &wanted)?;
        Ok(false)
    })
    .await?;
    if refused {
        return back("number");
    }
    let change = NewChange {
        seller: &seller,
        key: &format!("unclear-{id}"),
        new: &settlement,
        why: &why,
        ..NewChange::default()
    };
    s.did(&pages, Action::SettleUnclear, &change);
    Ok(Redirect::to(&format!("/data/unclear?settled={id}")).into_response())
}
