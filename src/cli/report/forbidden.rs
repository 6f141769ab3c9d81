//! `verzet report forbidden`: what was allowed and today's law forbids.

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
    proto::v1::{GroupBy, SummariseDecisionsRequest, SummaryRow},
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

const COLUMNS: [Column; 6] = [
    ("seller", "seller_id"),
    ("campaign", "campaign_id"),
    ("regime", "regime"),
    (">allowed", "allowed"),
    (">forbidden today", "forbidden_today"),
    (">share", ""),
];

fn key(row: &SummaryRow, i: usize) -> &str {
    row.keys.get(i).map_or("", String::as_str)
}

pub(super) async fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let groups = [GroupBy::Seller, GroupBy::Campaign, GroupBy::Regime];
    let request = SummariseDecisionsRequest {
        filter: Some(args.filter.wire()?),
        group_by: groups.map(|g| g as i32).to_vec(),
    };
    let session = super::connect(place, &args.target).await?;
    let mut got = session
        .once("report forbidden", async |s| {
            s.report().summarise_decisions(Request::new(request)).await
        })
        .await?;
    got.rows.retain(|row| row.forbidden_today > 0);
    got.rows
        .sort_by_key(|row| std::cmp::Reverse(row.forbidden_today));
    args.form.print_cells(&COLUMNS, &got.rows, |row| {
        let share = (row.forbidden_today * 1_000).checked_div(row.allowed);
        [
            Cell::text(key(row, 0)),
            Cell::text(key(row, 1)),
            Cell::text(key(row, 2)),
            Cell::Count(row.allowed),
            Cell::Count(row.forbidden_today),
            Cell::Share(share.unwrap_or_default()),
        ]
    })?;
    let sum = got.sum.unwrap_or_default();
    if args.form.is_table() {
        eprintln!(
            "allowed: {}; of those today's law forbids: {}",
            count(sum.allowed),
            count(sum.forbidden_today)
        );
    }
    Ok(Exit::Done)
}
