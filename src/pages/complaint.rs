//! `/complaint`: a complaint on the telephone. Number, person and date in; out comes the case file, and a
//! letter to send.

mod file;
mod letter;
mod pdf;

use askama::Template;
use axum::{
    extract::{Query, RawForm, State},
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use self::file::CaseFile;
use super::{Pages, fail::Failure, reading, respond, shell::Shell};
use crate::{
    access::{Action, NewChange},
    clock::Day,
    number,
};

/// What the complaint is about.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// The number that was called, typed any way.
    number: String,
    /// The operator's id of the person, if known.
    person: String,
    /// The day the person says the call was; empty for not known.
    date: String,
}

#[derive(Template)]
#[template(path = "complaint.html")]
struct ComplaintPage {
    s: Shell,
    asked: Asked,
    problem: Option<&'static str>,
    file: Option<CaseFile>,
    letter: String,
}

/// The page.
pub(crate) async fn get(
    State(pages): State<Pages>,
    s: Shell,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    s.needs(Action::SeeComplaint)?;
    let mut page = ComplaintPage {
        s,
        asked,
        problem: None,
        file: None,
        letter: String::new(),
    };
    let typed = page.asked.number.trim().to_owned();
    if typed.is_empty() {
        return respond(&page);
    }
    let region = pages.sidecar.settings.default_region;
    // An address made by other pages has the bare digits.
    let plain =
        typed.len() > 9 && typed.bytes().all(|b| b.is_ascii_digit()) && !typed.starts_with('0');
    let read = plain
        .then(|| number::read(&format!("+{typed}"), region))
        .flatten()
        .or_else(|| number::read(&typed, region));
    let Some(read) = read else {
        page.problem = Some("decisions.bad_number");
        return respond(&page);
    };
    let date = match page.asked.date.as_str() {
        "" => None,
        text => match Day::parse(text) {
            Ok(day) => Some(day),
            Err(_) => {
                page.problem = Some("decisions.bad_day");
                return respond(&page);
            }
        },
    };
    let key = read.e164.to_string();
    let seller = page.s.viewer.only_seller().unwrap_or_default();
    page.s.looked(&pages, Action::SeeComplaint, seller, &key)?;
    let (sidecar, frame) = (pages.sidecar.clone(), page.s.clone());
    let (e164, person) = (read.e164, page.asked.person.trim().to_owned());
    let file = reading(move || file::of(&frame, &sidecar, e164, &person, date)).await?;
    page.letter = letter::text(&page.s, &file);
    page.asked.number = key;
    page.file = Some(file);
    respond(&page)
}

/// `POST /complaint/letter.pdf`: the letter as edited, as a PDF.
pub(crate) async fn letter(
    State(pages): State<Pages>,
    s: Shell,
    RawForm(body): RawForm,
) -> Result<Response, Failure> {
    let sent = s.sent(&body, Action::SeeComplaint)?;
    let title = s.t("complaint.letter").to_owned();
    let text = sent.raw("letter").replace("\r\n", "\n");
    let language = s.code();
    let made = reading(move || Ok(pdf::letter(&title, language, &text))).await?;
    let change = NewChange {
        seller: s.viewer.only_seller().unwrap_or_default(),
        key: sent.one("number"),
        new: "letter",
        ..NewChange::default()
    };
    s.did(&pages, Action::SeeComplaint, &change);
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"verzet.pdf\"",
        ),
    ];
    Ok((headers, made).into_response())
}
