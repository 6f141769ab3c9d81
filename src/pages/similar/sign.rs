//! Signing a pair: a no stands at once, a yes waits for a second person where the setting says so.

use axum::{
    extract::{Path, RawForm, State},
    response::{IntoResponse, Redirect, Response},
};

use super::proposals::Proposal;
use crate::{
    access::{Action, NewChange},
    clock::Day,
    intake::RecordError,
    pages::{Pages, fail::Failure, query, shell::Shell, waiting},
    sidecar::Sidecar,
    store::CatalogueKind,
};

/// A pair as its columns.
struct Signed<'a> {
    bought: &'a str,
    offered: &'a str,
    similar: bool,
    by: &'a str,
    on: Day,
    expires_on: Day,
    note: &'a str,
}

/// Puts a pair into the catalogue; false if it does not fit what is there.
fn put(sidecar: &Sidecar, signed: &Signed<'_>) -> Result<bool, Failure> {
    let fields = [
        signed.bought.to_owned(),
        signed.offered.to_owned(),
        if signed.similar { "yes" } else { "no" }.to_owned(),
        signed.by.to_owned(),
        signed.on.to_string(),
        signed.expires_on.to_string(),
        signed.note.to_owned(),
    ];
    match sidecar.put_catalogue(&[(CatalogueKind::Pair, fields.to_vec())]) {
        Ok(_) => Ok(true),
        Err(RecordError::Store(error)) => Err(error.into()),
        Err(refused) => {
            tracing::info!(%refused, "a pair was not taken");
            Ok(false)
        }
    }
}

fn back(seller: &str, name: &str, word: &str) -> Result<Response, Failure> {
    let to = query::link("/similar", &[("seller", seller), (name, word)]);
    Ok(Redirect::to(&to).into_response())
}

/// `POST /similar`: signs a pair.
pub(crate) async fn sign(
    State(pages): State<Pages>,
    s: Shell,
    RawForm(body): RawForm,
) -> Result<Response, Failure> {
    let sent = s.sent(&body, Action::SignPair)?;
    let seller = sent.one("seller").to_owned();
    if !s.viewer.caller.may(Action::SignPair, Some(&seller)) {
        return Err(Failure::NotFound);
    }
    let own = super::products(&s, &seller);
    let is_own = |id: &str| own.iter().any(|choice| choice.value == id);
    let (bought, offered) = (
        sent.one("bought").to_owned(),
        sent.one("offered").to_owned(),
    );
    if !is_own(&bought) || !is_own(&offered) || bought == offered {
        return back(&seller, "problem", "product");
    }
    let note = sent.one("note").to_owned();
    if note.is_empty() {
        return back(&seller, "problem", "note");
    }
    let similar = sent.one("similar") == "yes";
    let today = s.today();
    let expires_on = match (similar, Day::parse(sent.one("expires"))) {
        (false, _) => Day::NEVER,
        (true, Ok(day)) if day >= today => day,
        (true, _) => return back(&seller, "problem", "day"),
    };
    let by = s.viewer.caller.name.clone();
    let key = format!("{bought};{offered}");
    let waits = similar && pages.second_person;
    let new = match (similar, waits) {
        (true, true) => format!("yes until {expires_on}, waits for a second person"),
        (true, false) => format!("yes until {expires_on}"),
        (false, _) => "no".to_owned(),
    };
    let change = NewChange {
        seller: &seller,
        key: &key,
        new: &new,
        why: &note,
        ..NewChange::default()
    };
    let (sidecar, proposals) = (pages.sidecar.clone(), pages.proposals.clone());
    let (of, at, why) = (seller.clone(), s.now, note.clone());
    let taken = waiting(move || {
        if waits {
            proposals.add(&Proposal {
                id: 0,
                seller: of,
                bought,
                offered,
                expires_on,
                note: why,
                by,
                proposed_at: at,
            })?;
            return Ok(true);
        }
        put(
            &sidecar,
            &Signed {
                bought: &bought,
                offered: &offered,
                similar,
                by: &by,
                on: today,
                expires_on,
                note: &why,
            },
        )
    })
    .await?;
    if !taken {
        return back(&seller, "problem", "catalogue");
    }
    s.did(&pages, Action::SignPair, &change);
    back(&seller, "done", if waits { "waits" } else { "signed" })
}

/// `POST /similar/{id}`: the second person signs, or refuses; the first may take it back.
pub(crate) async fn confirm(
    State(pages): State<Pages>,
    s: Shell,
    Path(id): Path<i64>,
    RawForm(body): RawForm,
) -> Result<Response, Failure> {
    let sent = s.sent(&body, Action::SignPair)?;
    let proposals = pages.proposals.clone();
    let found = waiting(move || Ok(proposals.get(id)?)).await?;
    let proposal = found
        .filter(|p| s.viewer.caller.may(Action::SignPair, Some(&p.seller)))
        .ok_or(Failure::NotFound)?;
    let second = s.viewer.caller.name.clone();
    let signs = sent.one("answer") == "sign";
    if signs && second == proposal.by {
        return back(&proposal.seller, "problem", "same");
    }
    let (sidecar, proposals) = (pages.sidecar.clone(), pages.proposals.clone());
    let (p, today, who) = (proposal.clone(), s.today(), second.clone());
    let taken = waiting(move || {
        if !proposals.end(p.id, &who)? {
            return Ok(false);
        }
        if !signs {
            return Ok(true);
        }
        put(
            &sidecar,
            &Signed {
                bought: &p.bought,
                offered: &p.offered,
                similar: true,
                by: &format!("{}, {who}", p.by),
                on: today,
                expires_on: p.expires_on,
                note: &p.note,
            },
        )
    })
    .await?;
    if !taken {
        return back(&proposal.seller, "problem", "catalogue");
    }
    let new = match signs {
        true => format!("yes until {}, second person", proposal.expires_on),
        false => "refused".to_owned(),
    };
    let change = NewChange {
        seller: &proposal.seller,
        key: &format!("{};{}", proposal.bought, proposal.offered),
        old: &format!("proposed by {}", proposal.by),
        new: &new,
        why: &proposal.note,
    };
    s.did(&pages, Action::SignPair, &change);
    back(
        &proposal.seller,
        "done",
        if signs { "confirmed" } else { "refused" },
    )
}
