//! `verzet report forbidden`: what was allowed and today's law forbids.

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

#[derive(Serialize)]
struct Json<'a> {
    seller_id: &'a str,
    campaign_id: &'a str,
    regime: &'a str,
    allowed: u64,
    forbidden_today: u64,
}

const TITLES: [&str; 6] = [
    "seller",
    "campaign",
    "regime",
    ">allowed",
    ">forbidden today",
    ">share",
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
    let session = args.target.connect(place, Bare::Refuse).await?;
    super::until_whole(&session).await?;
    let mut got = session
        .report()
        .summarise_decisions(Request::new(request))
        .await
        .map_err(|s| CliError::refused("report forbidden", s))?
        .into_inner();
    session.close().await?;
    got.rows.retain(|row| row.forbidden_today > 0);
    got.rows
        .sort_by_key(|row| std::cmp::Reverse(row.forbidden_today));
    let cells = |row: &SummaryRow| {
        let share = (row.forbidden_today * 1_000).checked_div(row.allowed);
        vec![
            Cell::text(key(row, 0)),
            Cell::text(key(row, 1)),
            Cell::text(key(row, 2)),
            Cell::Count(row.allowed),
            Cell::Count(row.forbidden_today),
            Cell::Share(share.unwrap_or_default()),
        ]
    };
    args.form.print(&TITLES, &got.rows, cells, |row| Json {
        seller_id: key(row, 0),
        campaign_id: key(row, 1),
        regime: key(row, 2),
        allowed: row.allowed,
        forbidden_today: row.forbidden_today,
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
