//! `verzet report`: what was decided, listed and summed.

mod decision;
mod ended;
mod expiring;
mod export;
mod filter;
mod forbidden;
mod form;
mod objections;
mod sources;

use clap::{Args as ClapArgs, Subcommand};
use serde::Serialize;
use tonic::Request;

use super::{
    args::{Place, Target},
    check::trail_table,
    connect::{Bare, Session, ask},
    error::CliError,
    exit::Exit,
    output::{Ordered, Out, Table, count},
    progress,
    words::{number, parser, word},
};
use crate::{
    proto::v1::{DecisionFilter, GroupBy, ListDecisionsRequest, SummariseDecisionsRequest},
    report::export::csv_field,
};

pub(super) use decision::text as decision_text;

/// A decision as a JSON object, with its trail.
pub(super) fn decision_json(d: &crate::proto::v1::Decision) -> impl Serialize {
    decision::Json::of(d, true)
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Decisions, one by one
    List(List),
    /// Counts, grouped
    Summary(Summary),
    /// Decisions as a file: CSV, XLSX, or a bundle of evidence
    Export(export::Args),
    /// Objections received, and how soon each was in force
    Objections(objections::Args),
    /// Allowed calls on contracts that had ended long before
    Ended(ended::Args),
    /// Consents, and pairs of similar products, that end soon
    Expiring(expiring::Args),
    /// Number sources by what speaks against them
    Sources(sources::Args),
    /// What was allowed and today's law forbids
    Forbidden(forbidden::Args),
}

#[derive(ClapArgs, Debug)]
pub(super) struct List {
    #[command(flatten)]
    filter: filter::Filter,
    /// The most decisions listed; 0 lists all
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u64,
    /// The first decided first; the last first otherwise
    #[arg(long)]
    oldest_first: bool,
    /// Show the trail of each
    #[arg(long)]
    explain: bool,
    /// A JSON object a line
    #[arg(long)]
    json: bool,
    /// CSV with a heading, for spreadsheets
    #[arg(long, conflicts_with_all = ["json", "explain"])]
    csv: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(ClapArgs, Debug)]
pub(super) struct Summary {
    #[command(flatten)]
    filter: filter::Filter,
    /// What counts are grouped by, such as campaign,day
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        ignore_case = true,
        value_parser = parser::<GroupBy>(),
        default_value = "VERDICT,REASON"
    )]
    group_by: Vec<String>,
    /// A JSON object a line
    #[arg(long)]
    json: bool,
    /// CSV with a heading, for spreadsheets
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    #[command(flatten)]
    target: Target,
}

/// A line of CSV in which nothing is a formula.
fn csv_line(cells: &[impl AsRef<str>]) -> String {
    let fields = cells.iter().map(|cell| csv_field(cell.as_ref(), ','));
    fields.collect::<Vec<_>>().join(",")
}

/// Connects, and waits until every decision that is recorded now can be found: after the reports' index was
/// begun anew that may take a minute.
async fn connect(place: &Place, target: &Target) -> Result<Session, CliError> {
    let session = target.connect(place, Bare::Refuse).await?;
    let mut bar: Option<indicatif::ProgressBar> = None;
    loop {
        // A time without decisions: only the answer's `behind` is wanted.
        let filter = DecisionFilter {
            until: Some(prost_types::Timestamp::default()),
            ..DecisionFilter::default()
        };
        let request = SummariseDecisionsRequest {
            filter: Some(filter),
            group_by: Vec::new(),
        };
        let got = session.report().summarise_decisions(ask(request)).await;
        let behind = got
            .map_err(|s| CliError::refused("report", s))?
            .into_inner()
            .behind;
        if behind == 0 {
            break;
        }
        let bar = bar.get_or_insert_with(|| {
            eprintln!("the reports' index is being made anew from the ledger");
            progress::numbers(behind)
        });
        bar.set_position(bar.length().unwrap_or(behind).saturating_sub(behind));
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(session)
}

/// Decisions of a page; the sidecar gives at most 1,000.
const PAGE: u32 = 500;

pub(super) async fn run(place: &Place, command: Command) -> Result<Exit, CliError> {
    match command {
        Command::List(args) => list(place, args).await,
        Command::Summary(args) => summary(place, args).await,
        Command::Export(args) => export::run(place, args).await,
        Command::Objections(args) => objections::run(place, args).await,
        Command::Ended(args) => ended::run(place, args).await,
        Command::Expiring(args) => expiring::run(place, args).await,
        Command::Sources(args) => sources::run(place, args).await,
        Command::Forbidden(args) => forbidden::run(place, args).await,
    }
}

async fn list(place: &Place, args: List) -> Result<Exit, CliError> {
    let filter = args.filter.wire()?;
    let session = connect(place, &args.target).await?;
    let mut out = Out::new();
    let mut token = String::new();
    let mut left = if args.limit == 0 {
        u64::MAX
    } else {
        args.limit
    };
    let mut table = decision::table();
    if args.csv {
        out.line(csv_line(&decision::TITLES))?;
    }
    loop {
        let request = ListDecisionsRequest {
            filter: Some(filter.clone()),
            page_size: u32::try_from(left).unwrap_or(PAGE).min(PAGE),
            page_token: token,
            oldest_first: args.oldest_first,
        };
        let page = page(&session, request).await?;
        left = left.saturating_sub(page.decisions.len() as u64);
        for d in &page.decisions {
            if args.csv {
                out.line(csv_line(&decision::row(d)))?;
            } else if args.json {
                out.json(&decision::Json::of(d, args.explain))?;
            } else if args.explain {
                out.text(&format!("{}{}\n", decision::text(d), trail_table(&d.trail)))?;
            } else {
                table.row(decision::row(d));
            }
        }
        token = page.next_page_token;
        if token.is_empty() || left == 0 {
            break;
        }
    }
    session.close().await?;
    if !args.json && !args.csv && !args.explain && !table.is_empty() {
        out.text(&table.to_string())?;
    }
    out.end()?;
    if !token.is_empty() && !args.json && !args.csv {
        eprintln!("there are more; --limit 0 lists all");
    }
    Ok(Exit::Done)
}

async fn page(
    session: &Session,
    request: ListDecisionsRequest,
) -> Result<crate::proto::v1::ListDecisionsResponse, CliError> {
    // Without a deadline: a number is looked for through every day of the ledger.
    let page = session.report().list_decisions(Request::new(request)).await;
    Ok(page
        .map_err(|s| CliError::refused("report list", s))?
        .into_inner())
}

#[derive(Serialize)]
struct SumJson<'a> {
    #[serde(flatten)]
    keys: Ordered<&'a str, &'a str>,
    count: u64,
    allowed: u64,
    blocked: u64,
    deferred: u64,
    forbidden_today: u64,
}

async fn summary(place: &Place, args: Summary) -> Result<Exit, CliError> {
    let filter = args.filter.wire()?;
    let groups: Vec<i32> = args
        .group_by
        .iter()
        .map(|g| number::<GroupBy>(Some(g)))
        .collect();
    let session = connect(place, &args.target).await?;
    let request = SummariseDecisionsRequest {
        filter: Some(filter),
        group_by: groups.clone(),
    };
    let got = session
        .once("report summary", async |s| {
            s.report().summarise_decisions(Request::new(request)).await
        })
        .await?;
    let names: Vec<_> = groups
        .iter()
        .map(|g| word::<GroupBy>(*g).to_ascii_lowercase())
        .collect();
    let mut out = Out::new();
    let mut titles: Vec<&str> = names.iter().map(String::as_str).collect();
    titles.extend([">count", ">allowed", ">blocked", ">deferred"]);
    if args.csv {
        titles.push(">forbidden_today");
    }
    let mut table = Table::new(&titles);
    if args.csv {
        let names: Vec<_> = titles.iter().map(|t| t.trim_start_matches('>')).collect();
        out.line(csv_line(&names))?;
    }
    for row in &got.rows {
        if args.csv {
            let counts = [
                row.count,
                row.allowed,
                row.blocked,
                row.deferred,
                row.forbidden_today,
            ];
            let counts = counts.iter().map(ToString::to_string);
            let cells: Vec<_> = row.keys.iter().cloned().chain(counts).collect();
            out.line(csv_line(&cells))?;
            continue;
        }
        if args.json {
            let keys = names
                .iter()
                .map(String::as_str)
                .zip(row.keys.iter().map(String::as_str));
            out.json(&SumJson {
                keys: Ordered(keys.collect()),
                count: row.count,
                allowed: row.allowed,
                blocked: row.blocked,
                deferred: row.deferred,
                forbidden_today: row.forbidden_today,
            })?;
            continue;
        }
        let counts = [row.count, row.allowed, row.blocked, row.deferred].map(count);
        table.row(row.keys.iter().cloned().chain(counts));
    }
    if !args.json && !args.csv && !table.is_empty() {
        out.text(&table.to_string())?;
    }
    out.end()?;
    if !args.json && !args.csv {
        eprintln!("decisions counted: {}", count(got.total));
    }
    Ok(Exit::Done)
}
