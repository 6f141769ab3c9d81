//! `verzet report ended`: allowed calls on contracts that had ended long before.

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
        output::count,
    },
    proto::v1::{EndedRow, SummariseEndedRequest},
    report::special::ENDED_MONTHS,
};

#[derive(ClapArgs, Debug)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    filter: filter::Filter,
    /// Contracts that had ended more than so many months before the call
    #[arg(long, value_name = "N", default_value_t = u32::from(ENDED_MONTHS), value_parser = clap::value_parser!(u32).range(1..=1200))]
    months: u32,
    #[command(flatten)]
    form: Form,
    #[command(flatten)]
    target: Target,
}

#[derive(Serialize)]
struct Json<'a> {
    seller_id: &'a str,
    campaign_id: &'a str,
    calls: u64,
    relations: u64,
    longest: &'a str,
}

const TITLES: [&str; 5] = [
    "seller",
    "campaign",
    ">calls",
    ">contracts",
    "longest ended",
];

pub(super) async fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let request = SummariseEndedRequest {
        filter: Some(args.filter.wire()?),
        months: args.months,
    };
    let session = args.target.connect(place, Bare::Refuse).await?;
    super::until_whole(&session).await?;
    let got = session
        .report()
        .summarise_ended(Request::new(request))
        .await
        .map_err(|s| CliError::refused("report ended", s))?
        .into_inner();
    session.close().await?;
    let cells = |row: &EndedRow| {
        vec![
            Cell::text(&row.seller_id),
            Cell::text(&row.campaign_id),
            Cell::Count(row.calls),
            Cell::Count(row.relations),
            Cell::text(&row.longest),
        ]
    };
    args.form.print(&TITLES, &got.rows, cells, |row| Json {
        seller_id: &row.seller_id,
        campaign_id: &row.campaign_id,
        calls: row.calls,
        relations: row.relations,
        longest: &row.longest,
    })?;
    if args.form.is_table() {
        eprintln!(
            "allowed calls on contracts ended more than {} months before: {}",
            args.months,
            count(got.calls)
        );
    }
    Ok(Exit::Done)
}
