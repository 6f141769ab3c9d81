//! `/decisions`: decisions, the blocked ones first of all; filtered, in order, paged by key.

mod filter;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};

pub(crate) use self::filter::Asked;
use super::{
    Pages,
    decision::{Numbered, numbered, tone},
    fail::Failure,
    reading, respond,
    shell::Shell,
    when,
};
use crate::{
    access::Action,
    clock::Day,
    ledger::StoredDecision,
    policy::{Reason, Verdict},
    report::{GroupBy, Query as Counting, Summary},
};

/// Rows of a page.
const ROWS: usize = 50;

/// A row of the list.
struct Line {
    id: String,
    day: String,
    clock: String,
    machine: String,
    number: Option<Numbered>,
    campaign: String,
    seller: String,
    source: String,
    agent: String,
    verdict: &'static str,
    verdict_text: String,
    reason: String,
}

/// A choice with its count, that leads to its rows.
pub(crate) struct Chip {
    /// Its words.
    pub(crate) text: String,
    /// How many.
    pub(crate) count: String,
    /// Where it leads.
    pub(crate) link: String,
    /// It is the one chosen.
    pub(crate) here: bool,
}

/// A choice of a list.
pub(crate) struct Choice {
    /// Its value.
    pub(crate) value: String,
    /// Its words.
    pub(crate) text: String,
    /// It is the one chosen.
    pub(crate) here: bool,
}

#[derive(Template)]
#[template(path = "decisions.html")]
struct DecisionsPage {
    s: Shell,
    title: String,
    period: String,
    asked: Asked,
    problem: Option<String>,
    verdicts: Vec<Chip>,
    reasons: Vec<Chip>,
    sellers: Vec<Choice>,
    campaigns: Vec<Choice>,
    sources: Vec<Choice>,
    reason_choices: Vec<Choice>,
    lines: Vec<Line>,
    older: Option<String>,
    first: Option<String>,
    clear: &'static str,
    export_csv: String,
    export_xlsx: String,
    export_bundle: Option<String>,
    behind: u64,
    several_sellers: bool,
    /// Answers of more than one kind are listed.
    mixed: bool,
    /// Without the condition that the law of the day forbade it, where it is made.
    without_shadow: Option<String>,
}

/// The page.
pub(crate) async fn get(
    State(pages): State<Pages>,
    s: Shell,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    s.needs(Action::SeeDecisions)?;
    let asked = asked.or_default_period(s.today());
    let read = asked.read(&s, pages.sidecar.settings.default_region);
    let (filter, problem) = match read {
        Ok(filter) => (filter, None),
        Err(key) => {
            let page = page(s, asked, Summary::default(), Vec::new(), None, 0);
            let problem = page.s.t(key).to_owned();
            return respond(&DecisionsPage {
                problem: Some(problem),
                ..page
            });
        }
    };
    let all = crate::report::Filter {
        verdict: None,
        reason: None,
        ..filter.clone()
    };
    let (order, from) = (asked.order(), asked.key());
    let sidecar = pages.sidecar.clone();
    let (counts, list) = reading(move || {
        let counts = sidecar.reports.summarise(&Counting {
            filter: all,
            by: vec![GroupBy::Verdict, GroupBy::Reason],
        })?;
        let list = sidecar.reports.list(&filter, order, from, ROWS)?;
        Ok((counts, list))
    })
    .await?;
    if !list.decisions.is_empty() {
        let seller = s.viewer.only_seller().unwrap_or_default();
        s.looked(&pages, Action::SeeDecisions, seller, &asked.with(&[]))?;
    }
    let page = page(s, asked, counts, list.decisions, list.next, list.behind);
    respond(&DecisionsPage { problem, ..page })
}

fn page(
    s: Shell,
    asked: Asked,
    counts: Summary,
    decisions: Vec<StoredDecision>,
    next: Option<u64>,
    behind: u64,
) -> DecisionsPage {
    let of_verdict = |v: Option<Verdict>| -> u64 {
        let rows = counts.rows.iter();
        rows.filter(|(keys, _)| v.is_none_or(|v| keys[0] == v.word()))
            .map(|(_, n)| n.count)
            .sum()
    };
    let verdict = asked.verdict();
    let mut verdicts: Vec<Chip> = Verdict::ALL
        .iter()
        .map(|v| Chip {
            text: s.verdict(*v).to_owned(),
            count: s.n(of_verdict(Some(*v))),
            link: asked.with(&[("verdict", v.word()), ("reason", "")]),
            here: verdict == Some(*v),
        })
        .collect();
    verdicts.push(Chip {
        text: s.t("decisions.all").to_owned(),
        count: s.n(of_verdict(None)),
        link: asked.with(&[("verdict", "all"), ("reason", "")]),
        here: verdict.is_none(),
    });
    let reason = asked.reason();
    let mut reasons: Vec<(u64, Chip)> = Reason::ALL
        .iter()
        .map(|r| {
            let rows = counts.rows.iter().filter(|(keys, _)| {
                keys[1] == r.word() && verdict.is_none_or(|v| keys[0] == v.word())
            });
            let count = rows.map(|(_, n)| n.count).sum::<u64>();
            let chip = Chip {
                text: s.reason(*r).to_owned(),
                count: s.n(count),
                link: asked.with(&[("reason", r.word())]),
                here: reason == Some(*r),
            };
            (count, chip)
        })
        .filter(|(count, chip)| *count > 0 || chip.here)
        .collect();
    reasons.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let sellers = seller_choices(&s, &asked.seller);
    let title = match verdict {
        Some(v) => s.t(&format!("decisions.title_{v}")).to_owned(),
        None => s.t("decisions.title_all").to_owned(),
    };
    let lines = decisions.iter().map(|d| line(&s, d)).collect();
    let key = next.map(|n| n.to_string());
    let day = |text: &str, open| Day::parse(text).unwrap_or(open);
    let (from, until) = (
        day(asked.first_day(), Day::ALWAYS),
        day(&asked.until, Day::NEVER),
    );
    DecisionsPage {
        title,
        period: super::data::period(&s, from, until),
        problem: None,
        verdicts,
        reasons: reasons.into_iter().map(|(_, chip)| chip).collect(),
        several_sellers: sellers.len() > 1,
        sellers,
        campaigns: campaign_choices(&s, &asked.campaign),
        sources: source_choices(&s, &asked.source),
        reason_choices: reason_choices(&s, &asked.reason),
        lines,
        older: key.map(|key| asked.with(&[("after", key.as_str())])),
        first: (!asked.after.is_empty()).then(|| asked.with(&[])),
        clear: "/decisions",
        export_csv: asked.at("/decisions/export", &[("format", "csv")]),
        export_xlsx: asked.at("/decisions/export", &[("format", "xlsx")]),
        export_bundle: asked
            .is_of_one_campaign_and_period()
            .then(|| asked.at("/decisions/export", &[("format", "bundle")])),
        behind,
        mixed: verdict.is_none(),
        without_shadow: (!asked.shadow.is_empty()).then(|| asked.with(&[("shadow", "")])),
        asked,
        s,
    }
}

fn line(s: &Shell, d: &StoredDecision) -> Line {
    let people = !s.viewer.caller.is_masked(Action::SeeDecisions);
    let agent = d.personal.as_ref().filter(|_| people);
    Line {
        id: d.id.to_string(),
        day: short_day(s, s.zone.day(d.at)),
        clock: when::clock(&s.zone, d.at),
        machine: s.machine(d.at),
        number: numbered(s, d),
        campaign: d.campaign.to_string(),
        seller: s.seller(&d.seller),
        source: d.source.to_string(),
        agent: agent.map(|p| p.agent_id.to_string()).unwrap_or_default(),
        verdict: tone(d.verdict),
        verdict_text: s.verdict(d.verdict).to_owned(),
        reason: s.reason(d.reason).to_owned(),
    }
}

/// `24 november 2026`, or today's word.
fn short_day(s: &Shell, day: Day) -> String {
    if day == s.today() {
        s.t("when.today").to_owned()
    } else {
        s.day(day)
    }
}

/// The sellers the reader may see.
pub(crate) fn seller_choices(s: &Shell, chosen: &str) -> Vec<Choice> {
    let sellers = s.world.catalogue.sellers();
    let mine = sellers.filter(|seller| s.viewer.sees(&seller.id));
    mine.map(|seller| Choice {
        value: seller.id.to_string(),
        text: s.seller(&seller.id),
        here: *seller.id == *chosen,
    })
    .collect()
}

/// The campaigns of those sellers, by id.
pub(crate) fn campaign_choices(s: &Shell, chosen: &str) -> Vec<Choice> {
    let campaigns = s.world.catalogue.campaigns();
    let mine = campaigns.filter(|c| s.viewer.sees(&c.seller_id));
    sorted(mine.map(|c| c.id.to_string()), chosen)
}

fn source_choices(s: &Shell, chosen: &str) -> Vec<Choice> {
    let sources = s.world.catalogue.sources().filter(|source| {
        let seller = s.world.symbols.seller_id(source.seller);
        s.viewer.sees(&seller)
    });
    sorted(sources.map(|source| source.id.to_string()), chosen)
}

fn sorted(ids: impl Iterator<Item = String>, chosen: &str) -> Vec<Choice> {
    let mut ids: Vec<_> = ids.collect();
    // What was asked for stays in the list, known or not: the form must say what the page shows.
    if !chosen.is_empty() && ids.iter().all(|id| id != chosen) {
        ids.push(chosen.to_owned());
    }
    ids.sort();
    ids.into_iter()
        .map(|id| Choice {
            here: id == chosen,
            text: id.clone(),
            value: id,
        })
        .collect()
}

fn reason_choices(s: &Shell, chosen: &str) -> Vec<Choice> {
    Reason::ALL
        .iter()
        .map(|r| Choice {
            value: r.word().to_owned(),
            text: s.reason(*r).to_owned(),
            here: r.word() == chosen,
        })
        .collect()
}
