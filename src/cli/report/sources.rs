//! `verzet report sources`: is this list bad?

use clap::Args as ClapArgs;
use serde::Serialize;
use tonic::Request;

use super::{
    filter,
    form::{Cell, Form},
};
use crate::{
    cli::{
        args::{Place, Target},
        connect::Bare,
        error::CliError,
        exit::Exit,
        output::{Ordered, count},
        words::word,
    },
    proto::v1::{Reason, SourceRow, SummariseSourcesRequest},
};

#[derive(ClapArgs, Debug)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    filter: filter::Filter,
    #[command(flatten)]
    form: Form,
    #[command(flatten)]
    target: Target,
}

#[derive(Serialize)]
struct Json<'a> {
    seller_id: &'a str,
    source_id: &'a str,
    count: u64,
    allowed: u64,
    blocked: u64,
    deferred: u64,
    against_per_mille: u32,
    reasons: Ordered<&'a str, u64>,
}

const TITLES: [&str; 8] = [
    "seller",
    "source",
    ">count",
    ">allowed",
    ">blocked",
    ">deferred",
    ">against",
    "reasons",
];

/// Reasons named in a row of the table.
const NAMED: usize = 3;

pub(super) async fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let request = SummariseSourcesRequest {
        filter: Some(args.filter.wire()?),
    };
    let session = args.target.connect(place, Bare::Refuse).await?;
    super::until_whole(&session).await?;
    let got = session
        .report()
        .summarise_sources(Request::new(request))
        .await
        .map_err(|s| CliError::refused("report sources", s))?
        .into_inner();
    session.close().await?;
    let cells = |row: &SourceRow| {
        let reasons = row.reasons.iter().take(NAMED);
        let reasons = reasons.map(|r| format!("{} {}", word::<Reason>(r.reason), count(r.count)));
        vec![
            Cell::text(&row.seller_id),
            Cell::text(&row.source_id),
            Cell::Count(row.count),
            Cell::Count(row.allowed),
            Cell::Count(row.blocked),
            Cell::Count(row.deferred),
            Cell::Share(u64::from(row.against_per_mille)),
            Cell::Text(reasons.collect::<Vec<_>>().join(", ")),
        ]
    };
    args.form.print(&TITLES, &got.rows, cells, |row| {
        let reasons = row.reasons.iter();
        Json {
            seller_id: &row.seller_id,
            source_id: &row.source_id,
            count: row.count,
            allowed: row.allowed,
            blocked: row.blocked,
            deferred: row.deferred,
            against_per_mille: row.against_per_mille,
            reasons: Ordered(
                reasons
                    .map(|r| (word::<Reason>(r.reason), r.count))
                    .collect(),
            ),
        }
    })?;
    if args.form.is_table() {
        eprintln!(
            "against: invalid, objected, registered, or without proof where the number came from"
        );
    }
    Ok(Exit::Done)
}
