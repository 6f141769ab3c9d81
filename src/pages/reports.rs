//! `/reports`: what happened over a period, per campaign, reason and source; objections; what is about to
//! end; what today's law forbids.

mod counted;
mod facts;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;

use self::{
    counted::{CampaignLine, Over, SourceLine},
    facts::{EndedLine, ExpiringLine, Objections},
};
use super::{
    Pages, chart,
    decisions::{Choice, seller_choices},
    fail::Failure,
    query, reading, respond,
    shell::Shell,
};
use crate::{
    access::Action,
    clock::Day,
    report::{Counts, Filter, special::ENDED_MONTHS},
    store::StoreReader,
};

/// The period, and whose decisions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    from: String,
    until: String,
    seller: String,
}

/// A period of whole days, both inside, and a seller or all this reader may see.
#[derive(Clone, Debug)]
pub(crate) struct Period {
    /// First day.
    pub(crate) from: Day,
    /// Last day.
    pub(crate) until: Day,
    /// The seller; empty for all.
    pub(crate) seller: String,
}

impl Period {
    /// The decisions of it.
    pub(crate) fn filter(&self, s: &Shell) -> Filter {
        Filter {
            from: Some(s.zone.start_of(self.from)),
            until: Some(s.zone.start_of(Day(self.until.0.saturating_add(1)))),
            seller: (!self.seller.is_empty()).then(|| self.seller.clone()),
            ..Filter::of(s.viewer.caller.sellers.clone())
        }
    }

    /// Where rows of it are.
    pub(crate) fn link(&self, more: &[(&str, &str)]) -> String {
        let (from, until) = (self.from.to_string(), self.until.to_string());
        let own = [
            ("from", from.as_str()),
            ("until", &until),
            ("seller", &self.seller),
        ];
        let own = own
            .iter()
            .filter(|(name, _)| more.iter().all(|(n, _)| n != name));
        let values: Vec<_> = own.chain(more).copied().collect();
        query::link("/decisions", &values)
    }
}

/// A period one click away.
struct Quick {
    key: &'static str,
    link: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsPage {
    s: Shell,
    period: Period,
    from: String,
    until: String,
    quick: Vec<Quick>,
    sellers: Vec<Choice>,
    total: Counts,
    total_link: String,
    /// Of the allowed, blocked and deferred.
    verdict_links: [String; 3],
    forbidden_link: String,
    chart: String,
    over: Over,
    campaigns: Vec<CampaignLine>,
    sources: Vec<SourceLine>,
    objections: Objections,
    ended: Vec<EndedLine>,
    months: u16,
    expiring: Vec<ExpiringLine>,
    expiring_more: usize,
    behind: u64,
}

/// The longest period, in days.
const LONGEST: i32 = 3_660;

/// The page.
pub(crate) async fn get(
    State(pages): State<Pages>,
    s: Shell,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    s.needs(Action::SeeReports)?;
    let today = s.today();
    let day = |text: &str, other: Day| match text {
        "" => Ok(other),
        text => Day::parse(text).map_err(|_| Failure::Unreadable),
    };
    let until = day(&asked.until, today)?;
    let from = day(&asked.from, Day(until.0.saturating_sub(29)))?;
    if from > until || until.0.saturating_sub(from.0) > LONGEST {
        return Err(Failure::Unreadable);
    }
    if !asked.seller.is_empty() && !s.viewer.sees(&asked.seller) {
        return Err(Failure::NotFound);
    }
    let period = Period {
        from,
        until,
        seller: asked.seller,
    };
    let (sidecar, frame, of) = (pages.sidecar.clone(), s.clone(), period.clone());
    let (counted, facts) = reading(move || {
        let reader = StoreReader::of(&sidecar.settings.data_dir)?;
        Ok((
            counted::of(&frame, &sidecar, &of)?,
            facts::of(&frame, &sidecar, &reader, &of, ENDED_MONTHS)?,
        ))
    })
    .await?;
    respond(&ReportsPage {
        from: from.to_string(),
        until: until.to_string(),
        quick: quick(&period, today),
        sellers: seller_choices(&s, &period.seller),
        total: counted.total,
        total_link: period.link(&[("verdict", "all")]),
        verdict_links: ["ALLOW", "BLOCK", "DEFER"]
            .map(|verdict| period.link(&[("verdict", verdict)])),
        forbidden_link: period.link(&[("verdict", "ALLOW"), ("shadow", "BLOCK")]),
        chart: chart::columns(&counted.columns),
        over: counted.over,
        campaigns: counted.campaigns,
        sources: counted.sources,
        objections: facts.objections,
        ended: facts.ended,
        months: ENDED_MONTHS,
        expiring: facts.expiring,
        expiring_more: facts.expiring_more,
        behind: counted.behind,
        period,
        s,
    })
}

fn quick(period: &Period, today: Day) -> Vec<Quick> {
    let one = |key, days: i32| {
        let from = Day(today.0.saturating_sub(days - 1));
        let link = query::link(
            "/reports",
            &[
                ("from", &from.to_string()),
                ("until", &today.to_string()),
                ("seller", &period.seller),
            ],
        );
        Quick {
            key,
            link,
            here: period.from == from && period.until == today,
        }
    };
    vec![
        one("reports.week", 7),
        one("reports.month", 30),
        one("reports.quarter", 91),
        one("reports.year", 365),
    ]
}
