//! `/data`: campaigns, number sources, registers and imports, and what is wrong with them.

mod import;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

pub(crate) use self::import::imports;
use super::{Pages, fail::Failure, query, reading, respond, shell::Shell, today};
use crate::{
    access::Action,
    clock::Day,
    facts::catalogue::{Campaign, NumberSource},
    store::StoreReader,
};

/// A part of the page.
pub(crate) struct Tab {
    /// Its path.
    pub(crate) path: &'static str,
    /// The key of its text.
    pub(crate) key: &'static str,
    /// It is the one shown.
    pub(crate) here: bool,
}

/// The parts this reader may open.
pub(crate) fn tabs(s: &Shell) -> Vec<Tab> {
    let all = [
        ("/data/campaigns", "data.campaigns", Action::ListCampaigns),
        ("/data/sources", "data.sources", Action::ListNumberSources),
        ("/data/registers", "data.registers", Action::ListSnapshots),
        ("/data/imports", "data.imports", Action::SeeImports),
        ("/data/unclear", "data.unclear", Action::ListUnclear),
    ];
    all.into_iter()
        .filter(|(_, _, action)| s.may(*action))
        .map(|(path, key, _)| Tab {
            path,
            key,
            here: s.path.split('?').next() == Some(path),
        })
        .collect()
}

/// `/data`.
pub(crate) async fn index(s: Shell) -> Result<Response, Failure> {
    let tabs = tabs(&s);
    let first = tabs.first().ok_or(Failure::Forbidden)?;
    Ok(Redirect::to(first.path).into_response())
}

struct CampaignLine {
    id: String,
    seller: String,
    purpose: String,
    channel: String,
    products: String,
    source: String,
    days: String,
    state: &'static str,
    tone: &'static str,
    warnings: Vec<String>,
    link: String,
}

#[derive(Template)]
#[template(path = "campaigns.html")]
struct CampaignsPage {
    s: Shell,
    tabs: Vec<Tab>,
    lines: Vec<CampaignLine>,
}

/// `/data/campaigns`.
pub(crate) async fn campaigns(s: Shell) -> Result<Response, Failure> {
    s.needs(Action::ListCampaigns)?;
    let mine = s.world.catalogue.campaigns();
    let mut mine: Vec<&Campaign> = mine.filter(|c| s.viewer.sees(&c.seller_id)).collect();
    let today = s.today();
    mine.sort_by_key(|c| (c.ends_on < today, c.seller_id.clone(), c.id.clone()));
    let lines = mine.into_iter().map(|c| campaign(&s, c)).collect();
    respond(&CampaignsPage {
        tabs: tabs(&s),
        lines,
        s,
    })
}

fn campaign(s: &Shell, c: &Campaign) -> CampaignLine {
    let today = s.today();
    let (state, tone) = match () {
        () if today < c.starts_on => ("data.to_come", "defer"),
        () if today > c.ends_on => ("data.over", "plain"),
        () => ("data.running", "allow"),
    };
    let mut warnings = Vec::new();
    let catalogue = &s.world.catalogue;
    if !c.source_id.is_empty() {
        match catalogue.source(&c.source_id) {
            None => warnings.push(s.t("data.warn_source_unknown").to_owned()),
            Some(source) if source.seller != c.seller => {
                warnings.push(s.t("data.warn_source_other").to_owned());
            }
            Some(source) if source.document.is_empty() => {
                warnings.push(s.t("data.warn_source_undocumented").to_owned());
            }
            Some(_) => {}
        }
    }
    for product in &c.products {
        if catalogue.owner(*product) != Some(c.seller) {
            let name = s.product(&s.world.symbols.product_id(*product));
            warnings.push(s.f("data.warn_product_other", "product", name));
        }
    }
    let left = c.ends_on.0.saturating_sub(today.0);
    if c.ends_on != Day::NEVER && (0..=14).contains(&left) && state == "data.running" {
        warnings.push(s.f("data.warn_ends", "days", left));
    }
    CampaignLine {
        id: c.id.to_string(),
        seller: s.seller(&c.seller_id),
        purpose: s.word("purpose", c.purpose.word()),
        channel: s.channel(c.channel).to_owned(),
        products: s.join(
            c.products
                .iter()
                .map(|p| s.product(&s.world.symbols.product_id(*p)))
                .collect(),
        ),
        source: c.source_id.to_string(),
        days: period(s, c.starts_on, c.ends_on),
        state,
        tone,
        warnings,
        link: query::link("/decisions", &[("verdict", "all"), ("campaign", &c.id)]),
    }
}

/// A period of days, both inside.
pub(crate) fn period(s: &Shell, from: Day, until: Day) -> String {
    let values = [("from", s.day(from)), ("until", s.day(until))];
    let values: Vec<_> = values.iter().map(|(name, v)| (*name, v.as_str())).collect();
    match (from, until) {
        (Day::ALWAYS, Day::NEVER) => s.t("data.always").to_owned(),
        (Day::ALWAYS, _) => s.texts.fill("data.until", &values),
        (_, Day::NEVER) => s.texts.fill("data.from", &values),
        _ => s.texts.fill("data.from_until", &values),
    }
}

struct SourceLine {
    id: String,
    seller: String,
    kind: String,
    document: String,
    obtained: String,
    campaigns: Vec<String>,
    link: String,
}

#[derive(Template)]
#[template(path = "sources.html")]
struct SourcesPage {
    s: Shell,
    tabs: Vec<Tab>,
    lines: Vec<SourceLine>,
}

/// `/data/sources`.
pub(crate) async fn sources(s: Shell) -> Result<Response, Failure> {
    s.needs(Action::ListNumberSources)?;
    let all = s.world.catalogue.sources();
    let mut mine: Vec<&NumberSource> = all
        .filter(|source| s.viewer.sees(&s.world.symbols.seller_id(source.seller)))
        .collect();
    mine.sort_by(|a, b| a.id.cmp(&b.id));
    let lines = mine
        .into_iter()
        .map(|source| source_line(&s, source))
        .collect();
    respond(&SourcesPage {
        tabs: tabs(&s),
        lines,
        s,
    })
}

fn source_line(s: &Shell, source: &NumberSource) -> SourceLine {
    let campaigns = s.world.catalogue.campaigns();
    let mut users: Vec<String> = campaigns
        .filter(|c| c.source_id == source.id && s.viewer.sees(&c.seller_id))
        .map(|c| c.id.to_string())
        .collect();
    users.sort();
    SourceLine {
        id: source.id.to_string(),
        seller: s.seller_of(source.seller),
        kind: s.word("source_kind", source.kind.word()),
        document: source.document.clone(),
        obtained: source
            .obtained_on
            .map_or_else(String::new, |day| s.day(day)),
        campaigns: users,
        link: query::link("/decisions", &[("verdict", "all"), ("source", &source.id)]),
    }
}

struct SnapshotLine {
    id: String,
    as_of: String,
    imported: String,
    numbers: String,
    file: String,
    in_force: bool,
    revision: String,
}

#[derive(Template)]
#[template(path = "registers.html")]
struct RegistersPage {
    s: Shell,
    tabs: Vec<Tab>,
    registers: Vec<today::Register>,
    lines: Vec<SnapshotLine>,
}

/// `/data/registers`.
pub(crate) async fn registers(State(pages): State<Pages>, s: Shell) -> Result<Response, Failure> {
    s.needs(Action::ListSnapshots)?;
    let data_dir = pages.sidecar.settings.data_dir.clone();
    let mut rows = reading(move || Ok(StoreReader::of(&data_dir)?.snapshots()?)).await?;
    rows.reverse();
    let lines = rows
        .iter()
        .map(|row| SnapshotLine {
            id: row.id(),
            as_of: s.day(row.as_of),
            imported: s.moment(row.imported_at),
            numbers: s.n(row.numbers),
            file: row.file_name.clone(),
            in_force: row.rev_until.is_none(),
            revision: s.n(row.rev_from),
        })
        .collect();
    respond(&RegistersPage {
        tabs: tabs(&s),
        registers: today::registers(&s),
        lines,
        s,
    })
}
