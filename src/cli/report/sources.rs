//! `verzet report sources`: is this list bad?

use clap::Args as ClapArgs;
use tonic::Request;

use super::{
    filter,
    form::{Cell, Column, Form},
};
use crate::{
    cli::{
        args::{Place, Target},
        error::CliError,
        exit::Exit,
        words::word,
    },
    proto::v1::{Reason, SummariseSourcesRequest},
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

const COLUMNS: [Column; 8] = [
    ("seller", "seller_id"),
    ("source", "source_id"),
    (">count", "count"),
    (">allowed", "allowed"),
    (">blocked", "blocked"),
    (">deferred", "deferred"),
    (">against", "against_per_mille"),
    ("reasons", "reasons"),
];

pub(super) async fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let request = SummariseSourcesRequest {
        filter: Some(args.filter.wire()?),
    };
    let session = super::connect(place, &args.target).await?;
    let got = session
        .once("report sources", async |s| {
            s.report().summarise_sources(Request::new(request)).await
        })
        .await?;
    args.form.print_cells(&COLUMNS, &got.rows, |row| {
        let reasons = row.reasons.iter();
        let reasons = reasons.map(|r| (word::<Reason>(r.reason), r.count));
        [
            Cell::text(&row.seller_id),
            Cell::text(&row.source_id),
            Cell::Count(row.count),
            Cell::Count(row.allowed),
            Cell::Count(row.blocked),
            Cell::Count(row.deferred),
            Cell::Share(u64::from(row.against_per_mille)),
            Cell::Counts(reasons.collect()),
        ]
    })?;
    if args.form.is_table() {
        eprintln!(
            "against: invalid, objected, registered, or without proof where the number came from"
        );
    }
    Ok(Exit::Done)
}
