//! The button *record objection*: in force at once, with the revision it got.

use axum::{
    extract::{RawForm, State},
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    access::{Action, NewChange},
    facts::model::FactId,
    intake::{ObjectionFields, RecordError},
    number::E164,
    pages::{Pages, facts, fail::Failure, query, shell::Shell, waiting},
    store::{FactBody, StoreReader},
};

/// An objection that was recorded, to say so.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    /// The objection in a sentence.
    pub(crate) sentence: String,
    /// The revision it got.
    pub(crate) revision: String,
    /// Its id.
    pub(crate) id: String,
    /// The number it is on.
    pub(crate) number: String,
}

/// `POST /objections`.
pub(crate) async fn record(
    State(pages): State<Pages>,
    s: Shell,
    RawForm(body): RawForm,
) -> Result<Response, Failure> {
    let sent = s.sent(&body, Action::RecordObjection)?;
    let seller = sent.one("seller").to_owned();
    if !s.viewer.caller.may(Action::RecordObjection, Some(&seller)) {
        return Err(Failure::Forbidden);
    }
    let (number, person) = (sent.one("number").to_owned(), sent.one("person").to_owned());
    let channels = sent.all("channel").join(";");
    // Who recorded it is in Changes; this is how it was said.
    let source = sent.one("source").to_owned();
    let (sidecar, given) = (pages.sidecar.clone(), seller.clone());
    let (typed, channels_of) = (number.clone(), channels.clone());
    let recorded = waiting(move || {
        let fields = ObjectionFields {
            number: &typed,
            person_id: &person,
            seller_id: &given,
            channels: &channels_of,
            source: &source,
            ..ObjectionFields::default()
        };
        match sidecar.record_objection(&fields) {
            Ok(recorded) => Ok(Ok(recorded)),
            Err(RecordError::Store(error)) => Err(error.into()),
            Err(other) => Ok(Err(other)),
        }
    })
    .await?;
    let Ok(recorded) = recorded else {
        // Only a number or person that is nothing at all is refused; say so where it was typed.
        let back = query::link(
            "/numbers",
            &[("number", number.as_str()), ("refused", "yes")],
        );
        return Ok(Redirect::to(&back).into_response());
    };
    for id in &recorded.fact_ids {
        let change = NewChange {
            seller: &seller,
            key: &id.to_string(),
            new: &format!("{number}; channels {channels}"),
            why: sent.one("source"),
            ..NewChange::default()
        };
        s.did(&pages, Action::RecordObjection, &change);
    }
    let said = match recorded.fact_ids.first() {
        Some(id) => id.to_string(),
        None => recorded
            .unclear_id
            .map_or_else(String::new, |id| format!("unclear-{id}")),
    };
    let path = match recorded.e164s.first().filter(|_| s.may(Action::SeeNumber)) {
        Some(e164) => format!("/numbers/{}", e164.digits()),
        None => "/numbers".to_owned(),
    };
    Ok(Redirect::to(&query::link(&path, &[("recorded", &said)])).into_response())
}

/// What was just recorded, if the address says so and it is there for this reader.
pub(crate) async fn recorded(
    pages: &Pages,
    s: &Shell,
    named: String,
    on: Option<E164>,
) -> Result<Option<Recorded>, Failure> {
    if named.starts_with("unclear-") {
        return Ok(Some(Recorded {
            sentence: s.t("number.recorded_unclear").to_owned(),
            revision: s.n(s.world.revision),
            id: named,
            number: String::new(),
        }));
    }
    let Some(id) = FactId::parse(&named) else {
        return Ok(None);
    };
    let data_dir = pages.sidecar.settings.data_dir.clone();
    let row = waiting(move || Ok(StoreReader::of(&data_dir)?.fact(id)?)).await?;
    let Some(row) = row.filter(|row| on.is_none() || row.e164 == on) else {
        return Ok(None);
    };
    let FactBody::Objection { fact, .. } = &row.body else {
        return Ok(None);
    };
    let seller = s.world.symbols.seller_id(fact.seller);
    if !s.viewer.sees(&seller) {
        return Ok(None);
    }
    Ok(Some(Recorded {
        sentence: facts::sentence(s, &row),
        revision: s.n(row.rev_from),
        id: row.id.to_string(),
        number: row.e164.map_or_else(String::new, |n| n.to_string()),
    }))
}
