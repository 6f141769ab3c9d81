//! `verzet report objections`: received by day, and how soon each was in force.

use clap::Args as ClapArgs;
use tonic::Request;

use super::form::{Cell, Column, Form};
use crate::{
    cli::{
        args::{Place, Target},
        connect::Bare,
        error::CliError,
        exit::Exit,
        output::count,
        words::{day, period},
    },
    clock::Day,
    proto::v1::SummariseObjectionsRequest,
};

#[derive(ClapArgs, Debug)]
pub(in crate::cli) struct Args {
    /// Received from this day, inside; days are of Europe/Amsterdam
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<Day>,
    /// Received to this day, inside
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<Day>,
    /// To this seller, or to all at once
    #[arg(long, value_name = "ID")]
    seller: Option<String>,
    #[command(flatten)]
    form: Form,
    #[command(flatten)]
    target: Target,
}

const COLUMNS: [Column; 5] = [
    ("day", "day"),
    (">received", "received"),
    (">median", "median_seconds"),
    (">longest", "longest_seconds"),
    (">late", "late"),
];

pub(super) async fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let (from, until) = period(args.from, args.to)
        .map_err(|what| CliError::failed(what, "this is a fault of verzet itself"))?;
    let request = SummariseObjectionsRequest {
        from,
        until,
        seller_id: args.seller.clone().unwrap_or_default(),
    };
    let session = args.target.connect(place, Bare::Refuse).await?;
    let got = session
        .once("report objections", async |s| {
            s.report().summarise_objections(Request::new(request)).await
        })
        .await?;
    args.form.print_cells(&COLUMNS, &got.days, |d| {
        [
            Cell::text(&d.day),
            Cell::Count(d.received),
            Cell::Span(d.median),
            Cell::Span(d.longest),
            Cell::Count(d.late),
        ]
    })?;
    let total = got.total.unwrap_or_default();
    if args.form.is_table() {
        eprintln!(
            "objections received: {}, of which {} took more than 24 hours from being said",
            count(total.received),
            count(total.late)
        );
        for of in got.sources.iter().filter(|of| !of.source.is_empty()) {
            eprintln!("  {}: {}", of.source, count(of.received));
        }
    }
    Ok(Exit::Done)
}
