//! What officers ask beyond counts of decisions.

use tonic::{Request, Response, Status};

use super::{ReportDoor, behind, blocking, failed, seller_named, without_numbers};
use crate::{
    access::{Action, masked},
    clock::{Day, Micros},
    facts::model::{Channel, ChannelSet},
    policy::Reason,
    proto::v1,
    report::special::{
        ENDED_MONTHS, ExpiringConsent, ExpiringPair, ObjectionsOfDay, SourceRow, pairs_expiring,
    },
    wire::{
        caller,
        fields::{Fields, timestamp},
        status,
    },
};

/// The most months of [`ReportDoor::ended`]: a century.
const MOST_MONTHS: u32 = 1_200;
/// How far [`ReportDoor::expiring`] looks ahead if it is not told.
const AHEAD: i64 = 60 * 86_400_000_000;

impl ReportDoor {
    pub(super) async fn objections(
        &self,
        request: Request<v1::SummariseObjectionsRequest>,
    ) -> Result<Response<v1::SummariseObjectionsResponse>, Status> {
        let asker = caller::of(&request)?;
        let asked = request.into_inner();
        let mut fields = Fields::default();
        let from = fields.time("from", asked.from.as_ref());
        let until = fields.time("until", asked.until.as_ref());
        fields.id("seller_id", &asked.seller_id);
        in_order(&mut fields, from, until);
        fields.check()?;
        let sellers = asker.caller().sellers.narrowed(&asked.seller_id);
        let sidecar = self.0.clone();
        blocking(move || {
            let facts = sidecar.facts().map_err(|e| status::store(&e))?;
            let symbols = sidecar.world().symbols.clone();
            let (from, until) = (
                from.unwrap_or(Micros(i64::MIN)),
                until.unwrap_or(Micros::NEVER),
            );
            let found = sidecar
                .reports
                .objections(&facts, &symbols, &sellers, from, until)
                .map_err(|e| failed(&e))?;
            let days = found.days.iter();
            let sources = found.sources.into_iter();
            Ok(Response::new(v1::SummariseObjectionsResponse {
                days: days.map(|(day, n)| of_day(day.to_string(), n)).collect(),
                sources: sources
                    .map(|(source, received)| v1::ObjectionsOfSource { source, received })
                    .collect(),
                total: Some(of_day(String::new(), &found.total)),
            }))
        })
        .await
    }

    pub(super) async fn ended(
        &self,
        request: Request<v1::SummariseEndedRequest>,
    ) -> Result<Response<v1::SummariseEndedResponse>, Status> {
        let asker = caller::of(&request)?;
        let asked = request.into_inner();
        let mut fields = Fields::default();
        let caller = asker.caller().clone();
        let filter = self.filter(caller.sellers.clone(), asked.filter, &mut fields);
        let months = match asked.months {
            0 => ENDED_MONTHS,
            n @ 1..=MOST_MONTHS => u16::try_from(n).unwrap_or(u16::MAX),
            n => {
                fields.bad("months", format!("{n}; at most {MOST_MONTHS}"));
                ENDED_MONTHS
            }
        };
        fields.check()?;
        let Some(filter) = filter else {
            return Ok(Response::new(v1::SummariseEndedResponse::default()));
        };
        without_numbers(caller.is_masked(Action::SummariseEnded), &filter, &[])?;
        let sidecar = self.0.clone();
        blocking(move || {
            let facts = sidecar.facts().map_err(|e| status::store(&e))?;
            let found = sidecar
                .reports
                .long_ended(&facts, &filter, months)
                .map_err(|e| failed(&e))?;
            let rows = found.rows.into_iter();
            Ok(Response::new(v1::SummariseEndedResponse {
                rows: rows
                    .map(|((seller_id, campaign_id), row)| v1::EndedRow {
                        seller_id,
                        campaign_id,
                        calls: row.calls,
                        relations: row.contracts,
                        longest: row.longest.to_string(),
                    })
                    .collect(),
                calls: found.calls,
                behind: behind(&caller, found.behind),
            }))
        })
        .await
    }

    pub(super) async fn sources(
        &self,
        request: Request<v1::SummariseSourcesRequest>,
    ) -> Result<Response<v1::SummariseSourcesResponse>, Status> {
        let asker = caller::of(&request)?;
        let asked = request.into_inner();
        let mut fields = Fields::default();
        let caller = asker.caller().clone();
        let filter = self.filter(caller.sellers.clone(), asked.filter, &mut fields);
        fields.check()?;
        let Some(filter) = filter else {
            return Ok(Response::new(v1::SummariseSourcesResponse::default()));
        };
        without_numbers(caller.is_masked(Action::SummariseSources), &filter, &[])?;
        let sidecar = self.0.clone();
        blocking(move || {
            let found = sidecar.reports.sources(&filter).map_err(|e| failed(&e))?;
            Ok(Response::new(v1::SummariseSourcesResponse {
                rows: found.rows.into_iter().map(source).collect(),
                behind: behind(&caller, found.behind),
            }))
        })
        .await
    }

    pub(super) async fn expiring(
        &self,
        request: Request<v1::ListExpiringRequest>,
    ) -> Result<Response<v1::ListExpiringResponse>, Status> {
        let asker = caller::of(&request)?;
        let asked = request.into_inner();
        let mut fields = Fields::default();
        let now = self.0.now();
        let from = fields.time("from", asked.from.as_ref()).unwrap_or(now);
        let until = fields.time("until", asked.until.as_ref());
        let until = until.unwrap_or(Micros(now.0.saturating_add(AHEAD)));
        fields.id("seller_id", &asked.seller_id);
        in_order(&mut fields, Some(from), Some(until));
        let size = super::page_size(&mut fields, asked.page_size);
        let after = match asked.page_token.as_str() {
            "" => None,
            token => read_token(token).or_else(|| {
                fields.bad("page_token", "is not one of this service");
                None
            }),
        };
        fields.check()?;
        let (action, caller) = (Action::ListExpiring, asker.caller().clone());
        let hide = caller.is_masked(action);
        let sellers = caller.sellers.narrowed(&asked.seller_id);
        let seller = seller_named(&caller, &asked.seller_id);
        let key = "consents about to end";
        asker.looked(&self.0.access, action, &seller, key).await?;
        let sidecar = self.0.clone();
        blocking(move || {
            let facts = sidecar.facts().map_err(|e| status::store(&e))?;
            let world = sidecar.world();
            let all = sidecar
                .reports
                .consents_expiring(&facts, &world.symbols, &sellers, from, until)
                .map_err(|e| failed(&e))?;
            let key = |c: &ExpiringConsent| (c.expires_at.0, c.id.row());
            let begin = all.partition_point(|c| after.is_some_and(|after| key(c) <= after));
            let page = all.get(begin..).unwrap_or_default();
            let (page, rest) = page.split_at(page.len().min(size));
            let next = page.last().filter(|_| !rest.is_empty()).map(key);
            let pairs = match after {
                Some(_) => Vec::new(),
                None => {
                    let day = |at| sidecar.home.zone.day(at);
                    // The period's end is outside, a pair's last day inside.
                    let last = Day(day(Micros(until.0.saturating_sub(1))).0);
                    let (catalogue, symbols) = (&world.catalogue, &world.symbols);
                    pairs_expiring(catalogue, symbols, &sellers, day(from), last)
                }
            };
            Ok(Response::new(v1::ListExpiringResponse {
                consents: page.iter().map(|c| consent(c, hide)).collect(),
                pairs: pairs.into_iter().map(pair).collect(),
                next_page_token: next.map_or_else(String::new, |(at, row)| format!("{at}.{row}")),
                total_consents: all.len() as u64,
            }))
        })
        .await
    }
}

fn in_order(fields: &mut Fields, from: Option<Micros>, until: Option<Micros>) {
    if from.zip(until).is_some_and(|(from, until)| from > until) {
        fields.bad("until", "is before from");
    }
}

/// The last consent of the page before, as [`v1::ListExpiringResponse`] names it.
fn read_token(text: &str) -> Option<(i64, u64)> {
    let (at, row) = text.split_once('.')?;
    at.parse().ok().zip(row.parse().ok())
}

fn of_day(day: String, n: &ObjectionsOfDay) -> v1::ObjectionsOfDay {
    v1::ObjectionsOfDay {
        day,
        received: n.received,
        median: Some(duration(n.median)),
        longest: Some(duration(n.longest)),
        late: n.late,
    }
}

fn duration(micros: i64) -> prost_types::Duration {
    prost_types::Duration {
        seconds: micros / 1_000_000,
        // Under a million, times a thousand: fits.
        nanos: (micros % 1_000_000 * 1_000) as i32,
    }
}

fn source(row: SourceRow) -> v1::SourceRow {
    let reasons = row.reasons.iter();
    v1::SourceRow {
        seller_id: row.seller,
        source_id: row.source,
        count: row.counts.count,
        allowed: row.counts.allowed,
        blocked: row.counts.blocked,
        deferred: row.counts.deferred,
        against_per_mille: u32::try_from(row.against).unwrap_or(1_000),
        reasons: reasons
            .map(|(reason, count)| v1::ReasonCount {
                reason: Reason::parse(reason).map_or(0, |r| i32::from(r.code())),
                count: *count,
            })
            .collect(),
    }
}

fn consent(c: &ExpiringConsent, hide: bool) -> v1::ExpiringConsent {
    let number = c.e164.to_string();
    v1::ExpiringConsent {
        fact_id: c.id.to_string(),
        e164: if hide { masked(&number) } else { number },
        seller_id: c.seller.clone(),
        products: c.products.clone(),
        channels: match c.channels {
            ChannelSet::ALL => vec!["*".to_owned()],
            set => {
                let named = Channel::ALL.iter().filter(|c| set.names(**c));
                named.map(|c| c.word().to_owned()).collect()
            }
        },
        expires_at: Some(timestamp(c.expires_at)),
    }
}

fn pair(p: ExpiringPair) -> v1::ExpiringPair {
    v1::ExpiringPair {
        seller_id: p.seller,
        bought_product_id: p.bought,
        offered_product_id: p.offered,
        signed_by: p.signed_by,
        expires_on: p.expires_on.to_string(),
    }
}
