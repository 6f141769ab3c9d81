//! `verzet report ended`: allowed calls on contracts that had ended long before.

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
        output::count,
    },
    proto::v1::SummariseEndedRequest,
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

const COLUMNS: [Column; 5] = [
    ("seller", "seller_id"),
    ("campaign", "campaign_id"),
    (">calls", "calls"),
    (">contracts", "relations"),
    ("longest ended", "longest"),
];

pub(super) async fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let request = SummariseEndedRequest {
        filter: Some(args.filter.wire()?),
        months: args.months,
    };
    let session = super::connect(place, &args.target).await?;
    let got = session
        .once("report ended", async |s| {
            s.report().summarise_ended(Request::new(request)).await
        })
        .await?;
    args.form.print_cells(&COLUMNS, &got.rows, |row| {
        [
            Cell::text(&row.seller_id),
            Cell::text(&row.campaign_id),
            Cell::Count(row.calls),
            Cell::Count(row.relations),
            Cell::text(&row.longest),
        ]
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
