//! `/similar`: which products are similar to which, and why; pairs that expire; signing a pair, where a
//! yes needs a second person.

mod matrix;
mod proposals;
mod sign;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;

use self::matrix::Matrix;
pub(crate) use self::sign::{confirm, sign};
use super::{
    Pages,
    decisions::{Choice, seller_choices},
    fail::Failure,
    respond,
    shell::Shell,
    today, waiting,
};
use crate::{access::Action, clock::Day, facts::catalogue::SimilarPair};
pub(crate) use proposals::{Proposals, ProposalsError};

/// What may stand behind the path.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// The seller whose products are shown.
    pub(crate) seller: String,
    /// The page of the offered products, from 0.
    pub(crate) page: usize,
    /// What was just done, as the key of a text.
    pub(crate) done: String,
    /// What kept the form from being taken, as the key of a text.
    pub(crate) problem: String,
}

struct PairLine {
    bought: String,
    offered: String,
    similar: bool,
    by: String,
    signed: String,
    expires: String,
    soon: bool,
    over: bool,
    note: String,
}

struct Waiting {
    id: i64,
    bought: String,
    offered: String,
    by: String,
    at: String,
    expires: String,
    note: String,
    mine: bool,
}

#[derive(Template)]
#[template(path = "similar.html")]
struct SimilarPage {
    s: Shell,
    sellers: Vec<Choice>,
    seller: String,
    seller_name: String,
    matrix: Matrix,
    pairs: Vec<PairLine>,
    waiting: Vec<Waiting>,
    products: Vec<Choice>,
    second_person: bool,
    problem: Option<&'static str>,
    year: String,
}

/// What a form may have said, by the word in the address.
fn done(word: &str) -> Option<&'static str> {
    match word {
        "signed" => Some("similar.done_signed"),
        "waits" => Some("similar.done_waits"),
        "confirmed" => Some("similar.done_confirmed"),
        "refused" => Some("similar.done_refused"),
        _ => None,
    }
}

fn problem(word: &str) -> Option<&'static str> {
    match word {
        "note" => Some("similar.bad_note"),
        "day" => Some("similar.bad_day"),
        "product" => Some("similar.bad_product"),
        "same" => Some("similar.bad_same_person"),
        "catalogue" => Some("similar.bad_catalogue"),
        _ => None,
    }
}

/// The page.
pub(crate) async fn get(
    State(pages): State<Pages>,
    mut s: Shell,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    s.needs(Action::ListSimilarPairs)?;
    let sellers = seller_choices(&s, &asked.seller);
    let seller = match asked.seller.as_str() {
        "" => sellers.first().map(|c| c.value.clone()).unwrap_or_default(),
        id => id.to_owned(),
    };
    if !seller.is_empty() && !s.viewer.sees(&seller) {
        return Err(Failure::NotFound);
    }
    s.told = done(&asked.done).map(|key| s.t(key).to_owned());
    let proposals = pages.proposals.clone();
    let of = seller.clone();
    let open = waiting(move || Ok(proposals.open(&of)?)).await?;
    let waiting = open
        .into_iter()
        .map(|p| Waiting {
            id: p.id,
            bought: s.product(&p.bought),
            offered: s.product(&p.offered),
            at: s.moment(p.proposed_at),
            expires: s.day(p.expires_on),
            mine: p.by == s.viewer.caller.name,
            by: p.by,
            note: p.note,
        })
        .collect();
    let today = s.today();
    let next_year = Day(today.0.saturating_add(365));
    respond(&SimilarPage {
        sellers: seller_choices(&s, &seller),
        matrix: matrix::of(&s, &seller, asked.page),
        pairs: pairs(&s, &seller),
        products: products(&s, &seller),
        seller_name: s.seller(&seller),
        waiting,
        second_person: pages.second_person,
        problem: problem(&asked.problem),
        year: next_year.to_string(),
        seller,
        s,
    })
}

/// The seller's own products, by name.
pub(crate) fn products(s: &Shell, seller: &str) -> Vec<Choice> {
    let Some(owner) = s.world.catalogue.seller(seller).map(|seller| seller.sym) else {
        return Vec::new();
    };
    let products = s.world.catalogue.products().filter(|p| p.owner == owner);
    let mut choices: Vec<Choice> = products
        .map(|p| Choice {
            value: p.id.to_string(),
            text: s.product(&p.id),
            here: false,
        })
        .collect();
    choices.sort_by(|a, b| a.text.cmp(&b.text));
    choices
}

fn pairs(s: &Shell, seller: &str) -> Vec<PairLine> {
    let today = s.today();
    let catalogue = &s.world.catalogue;
    let owner = catalogue.seller(seller).map(|seller| seller.sym);
    let mut mine: Vec<&SimilarPair> = catalogue
        .pairs()
        .filter(|p| owner.is_some() && catalogue.owner(p.offered) == owner)
        .collect();
    mine.sort_by_key(|p| (p.expires_on < today, p.expires_on, p.bought, p.offered));
    let name = |sym| s.product(&s.world.symbols.product_id(sym));
    mine.into_iter()
        .map(|p| {
            let left = p.expires_on.0.saturating_sub(today.0);
            PairLine {
                bought: name(p.bought),
                offered: name(p.offered),
                similar: p.similar,
                by: p.signed_by.clone(),
                signed: s.day(p.signed_on),
                expires: match p.expires_on {
                    Day::NEVER => s.t("app.for_good").to_owned(),
                    day => s.day(day),
                },
                soon: p.similar && (0..=today::PAIR_WARNING).contains(&left),
                over: p.expires_on < today,
                note: p.note.clone(),
            }
        })
        .collect()
}
