//! ReportService: what was decided.

mod decision;
mod export;
mod special;

pub use decision::decision;

use std::{collections::BTreeSet, sync::Arc};

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{caller, fields::Fields, status};
use crate::{
    access::{Action, Caller, Sellers},
    ledger::DecisionId,
    number,
    policy::{Intent, Language, Reason, Verdict},
    process,
    proto::v1::{self, report_service_server::ReportService},
    report::{
        Counts, Filter, GroupBy, Order, Query, ReportError,
        export::{Export, Format},
    },
    sidecar::Sidecar,
};

/// The service.
#[derive(Clone)]
pub struct ReportDoor(pub Arc<Sidecar>);

const MAX_PAGE: u32 = 1_000;
const DEFAULT_PAGE: u32 = 100;

impl ReportDoor {
    /// The filter asked for. `None` if it can match nothing (a number that is not valid).
    fn filter(
        &self,
        sellers: Sellers,
        asked: Option<v1::DecisionFilter>,
        fields: &mut Fields,
    ) -> Option<Filter> {
        let f = asked.unwrap_or_default();
        let from = fields.time("filter.from", f.from.as_ref());
        let until = fields.time("filter.until", f.until.as_ref());
        if from.zip(until).is_some_and(|(from, until)| from > until) {
            fields.bad("filter.until", "is before filter.from");
        }
        let verdict = code(fields, "filter.verdict", f.verdict, Verdict::from_code);
        let reason = code(fields, "filter.reason", f.reason, Reason::from_code);
        let region = fields
            .region("filter.region", &f.region)
            .unwrap_or(self.0.settings.default_region);
        let decision = (!f.decision_id.is_empty()).then(|| f.decision_id.parse::<DecisionId>());
        let decision = match decision {
            Some(Err(e)) => {
                fields.bad("filter.decision_id", e.to_string());
                None
            }
            Some(Ok(id)) => Some(id),
            None => None,
        };
        let number = match f.number.as_str() {
            "" => None,
            typed => Some(number::read(typed, region)?.e164),
        };
        let text = |s: String| (!s.is_empty()).then_some(s);
        Some(Filter {
            sellers,
            from,
            until,
            campaign: text(f.campaign_id),
            seller: text(f.seller_id),
            source: text(f.source_id),
            regime: text(f.regime),
            verdict,
            reason,
            intent: code(fields, "filter.intent", f.intent, Intent::from_code),
            shadow: code(
                fields,
                "filter.shadow_verdict",
                f.shadow_verdict,
                Verdict::from_code,
            ),
            agent: text(f.agent_id),
            number,
            call_id: text(f.call_id),
            decision,
        })
    }
}

fn code<T>(
    fields: &mut Fields,
    field: &str,
    value: i32,
    from_code: impl Fn(u8) -> Option<T>,
) -> Option<T> {
    if value == 0 {
        return None;
    }
    let known = u8::try_from(value).ok().and_then(from_code);
    if known.is_none() {
        fields.bad(field, format!("{value} is not a value of common.proto"));
    }
    known
}

/// Runs what reads files on a thread that stands back for checks.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Status> + Send + 'static,
) -> Result<T, Status> {
    process::reading(work)
        .await
        .unwrap_or_else(|_| Err(Status::internal("the report broke off; see the log")))
}

#[tonic::async_trait]
impl ReportService for ReportDoor {
    async fn list_decisions(
        &self,
        request: Request<v1::ListDecisionsRequest>,
    ) -> Result<Response<v1::ListDecisionsResponse>, Status> {
        let asker = caller::of(&request)?;
        let asked = request.into_inner();
        let mut fields = Fields::default();
        let sellers = asker.caller().sellers.clone();
        let filter = self.filter(sellers, asked.filter, &mut fields);
        let size = page_size(&mut fields, asked.page_size);
        let from = match asked.page_token.as_str() {
            "" => None,
            token => token
                .parse::<u64>()
                .map_err(|_| fields.bad("page_token", "is not one of this service"))
                .ok(),
        };
        fields.check()?;
        let Some(filter) = filter else {
            return Ok(Response::new(v1::ListDecisionsResponse::default()));
        };
        let order = match asked.oldest_first {
            true => Order::OldestFirst,
            false => Order::NewestFirst,
        };
        let (action, caller) = (Action::ListDecisions, asker.caller().clone());
        let masked = caller.is_masked(action);
        without_numbers(masked, &filter, &[])?;
        let (seller, key) = (seller_of(&caller, &filter), key_of(&filter));
        asker.looked(&self.0.access, action, &seller, &key).await?;
        let sidecar = self.0.clone();
        blocking(move || {
            let page = sidecar
                .reports
                .list(&filter, order, from, size)
                .map_err(|e| failed(&e))?;
            Ok(Response::new(v1::ListDecisionsResponse {
                decisions: page
                    .decisions
                    .iter()
                    .map(|d| decision(d, &sidecar.packs, masked))
                    .collect(),
                next_page_token: page.next.map(|seq| seq.to_string()).unwrap_or_default(),
                behind: behind(&caller, page.behind),
            }))
        })
        .await
    }

    async fn summarise_decisions(
        &self,
        request: Request<v1::SummariseDecisionsRequest>,
    ) -> Result<Response<v1::SummariseDecisionsResponse>, Status> {
        let asker = caller::of(&request)?;
        let asked = request.into_inner();
        let mut fields = Fields::default();
        let sellers = asker.caller().sellers.clone();
        let filter = self.filter(sellers, asked.filter, &mut fields);
        let mut by = Vec::new();
        for (i, value) in asked.group_by.iter().enumerate() {
            by.extend(code(
                &mut fields,
                &format!("group_by[{i}]"),
                *value,
                GroupBy::from_code,
            ));
        }
        if asked.group_by.is_empty() {
            by = vec![GroupBy::Verdict, GroupBy::Reason];
        }
        fields.check()?;
        let Some(filter) = filter else {
            return Ok(Response::new(v1::SummariseDecisionsResponse::default()));
        };
        let (action, caller) = (Action::SummariseDecisions, asker.caller().clone());
        without_numbers(caller.is_masked(action), &filter, &by)?;
        if filter.number.is_some() || by.contains(&GroupBy::Number) {
            let (seller, key) = (seller_of(&caller, &filter), key_of(&filter));
            asker.looked(&self.0.access, action, &seller, &key).await?;
        }
        let sidecar = self.0.clone();
        blocking(move || {
            let query = Query { filter, by };
            let summary = sidecar.reports.summarise(&query).map_err(|e| failed(&e))?;
            let rows = summary.rows.into_iter();
            Ok(Response::new(v1::SummariseDecisionsResponse {
                rows: rows.map(|(keys, n)| row(keys, &n)).collect(),
                total: summary.total.count,
                sum: Some(row(Vec::new(), &summary.total)),
                behind: behind(&caller, summary.behind),
            }))
        })
        .await
    }

    type ExportDecisionsStream = ReceiverStream<Result<v1::ExportDecisionsResponse, Status>>;

    async fn export_decisions(
        &self,
        request: Request<v1::ExportDecisionsRequest>,
    ) -> Result<Response<Self::ExportDecisionsStream>, Status> {
        let asker = caller::of(&request)?;
        let asked = request.into_inner();
        let mut fields = Fields::default();
        let format = match asked.format() {
            v1::ExportFormat::Unspecified | v1::ExportFormat::Csv => Format::Csv,
            v1::ExportFormat::Xlsx => Format::Xlsx,
            v1::ExportFormat::Bundle => Format::Bundle,
        };
        let language = match asked.language.as_str() {
            "" => self.0.settings.language,
            code => Language::parse(code).unwrap_or_else(|| {
                fields.bad("language", "is neither nl nor en");
                self.0.settings.language
            }),
        };
        let (action, caller) = (Action::ExportDecisions, asker.caller().clone());
        let masked = asked.masked || caller.is_masked(action);
        let filter = self.filter(caller.sellers.clone(), asked.filter, &mut fields);
        fields.check()?;
        // What leaves the house is on record before it does.
        if let Some(filter) = &filter {
            without_numbers(caller.is_masked(action), filter, &[])?;
            let (seller, key) = (seller_of(&caller, filter), key_of(filter));
            asker.looked(&self.0.access, action, &seller, &key).await?;
        }
        // A number that is none has no decisions; a file says so too.
        let nothing = Filter::of(Sellers::Only(BTreeSet::new()));
        let export = Export {
            filter: filter.unwrap_or(nothing),
            format,
            language,
            masked,
        };
        let sidecar = self.0.clone();
        let (send, chunks) = mpsc::channel(4);
        process::reading(move || {
            // Whoever asked may be gone.
            if let Err(status) = export::send(&sidecar, &export, &caller, &send) {
                let _ = send.blocking_send(Err(status));
            }
        });
        Ok(Response::new(ReceiverStream::new(chunks)))
    }

    async fn summarise_objections(
        &self,
        request: Request<v1::SummariseObjectionsRequest>,
    ) -> Result<Response<v1::SummariseObjectionsResponse>, Status> {
        self.objections(request).await
    }

    async fn summarise_ended(
        &self,
        request: Request<v1::SummariseEndedRequest>,
    ) -> Result<Response<v1::SummariseEndedResponse>, Status> {
        self.ended(request).await
    }

    async fn summarise_sources(
        &self,
        request: Request<v1::SummariseSourcesRequest>,
    ) -> Result<Response<v1::SummariseSourcesResponse>, Status> {
        self.sources(request).await
    }

    async fn list_expiring(
        &self,
        request: Request<v1::ListExpiringRequest>,
    ) -> Result<Response<v1::ListExpiringResponse>, Status> {
        self.expiring(request).await
    }
}

/// The size of a page asked for; 0 is the default.
fn page_size(fields: &mut Fields, asked: u32) -> usize {
    match asked {
        0 => DEFAULT_PAGE as usize,
        n if n <= MAX_PAGE => n as usize,
        n => {
            fields.bad("page_size", format!("{n}; a page has at most {MAX_PAGE}"));
            DEFAULT_PAGE as usize
        }
    }
}

/// What a look is at, as Changes has it.
fn key_of(filter: &Filter) -> String {
    let number = filter.number.map(|n| n.to_string());
    let decision = filter.decision.map(|id| id.to_string());
    number
        .or(decision)
        .unwrap_or_else(|| "decisions".to_owned())
}

/// The one seller a look is about, if it is one.
fn seller_of(caller: &Caller, filter: &Filter) -> String {
    seller_named(caller, filter.seller.as_deref().unwrap_or_default())
}

/// The same, of a seller named; an empty id names none.
fn seller_named(caller: &Caller, named: &str) -> String {
    match (named, &caller.sellers) {
        ("", Sellers::Only(ids)) if ids.len() == 1 => {
            ids.iter().next().cloned().unwrap_or_default()
        }
        (id, _) => id.to_owned(),
    }
}

/// Who sees no numbers cannot ask by number either: by asking for each in turn one would see them.
#[allow(clippy::result_large_err)]
fn without_numbers(masked: bool, filter: &Filter, by: &[GroupBy]) -> Result<(), Status> {
    match masked && (filter.number.is_some() || by.contains(&GroupBy::Number)) {
        true => Err(Status::permission_denied(
            "your role sees no numbers, and so cannot ask by number",
        )),
        false => Ok(()),
    }
}

/// How many records the index lacks; to who is bound to sellers only whether it lacks any, since the
/// records are of all.
fn behind(caller: &Caller, records: u64) -> u64 {
    match caller.sellers.are_all() {
        true => records,
        false => records.min(1),
    }
}

fn row(keys: Vec<String>, n: &Counts) -> v1::SummaryRow {
    v1::SummaryRow {
        keys,
        count: n.count,
        allowed: n.allowed,
        blocked: n.blocked,
        deferred: n.deferred,
        forbidden_today: n.forbidden_today,
    }
}

fn failed(error: &ReportError) -> Status {
    match error {
        ReportError::Ledger(error) => status::ledger(error),
        error => Status::unavailable(error.to_string()),
    }
}
