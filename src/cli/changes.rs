//! `verzet changes list`: who changed or looked at what.

use clap::{Args as ClapArgs, Subcommand};
use serde::Serialize;

use super::{
    args::{Place, Target},
    connect::{Bare, ask},
    error::CliError,
    exit::Exit,
    output::{self, given},
    role::role,
    words::{local, moment, rfc3339, wire},
};
use crate::{
    clock::Micros,
    proto::v1::{Change, ListChangesRequest},
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Who changed or looked at what, newest first
    List(List),
}

#[derive(ClapArgs, Debug)]
pub(super) struct List {
    /// From this moment (RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Micros>,
    /// Until this moment, itself excluded (RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Micros>,
    /// Of this token, certificate or account; `machine` is the socket
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
    /// This action, such as RecordObjection
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// Of this seller
    #[arg(long, value_name = "ID")]
    seller: Option<String>,
    /// About this, such as +31610000002
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// A JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(Serialize)]
struct Row<'a> {
    change_id: u64,
    at: Option<String>,
    who: &'a str,
    role: &'a str,
    action: &'a str,
    seller_id: Option<&'a str>,
    key: &'a str,
    old: Option<&'a str>,
    new: Option<&'a str>,
    why: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of(c: &'a Change) -> Self {
        Self {
            change_id: c.change_id,
            at: rfc3339(c.at.as_ref()),
            who: &c.who,
            role: role(c.role),
            action: &c.action,
            seller_id: given(&c.seller_id),
            key: &c.key,
            old: given(&c.old),
            new: given(&c.new),
            why: given(&c.why),
        }
    }
}

/// Rows of one answer.
const PAGE: u32 = 1_000;

pub(super) async fn run(place: &Place, Command::List(args): Command) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let mut request = ListChangesRequest {
        from: args.since.map(wire),
        until: args.until.map(wire),
        who: args.who.unwrap_or_default(),
        action: args.action.unwrap_or_default(),
        seller_id: args.seller.unwrap_or_default(),
        key: args.key.unwrap_or_default(),
        ..Default::default()
    };
    let mut rows: Vec<Change> = Vec::new();
    loop {
        let left = args.limit - u32::try_from(rows.len()).unwrap_or(args.limit);
        request.page_size = left.min(PAGE);
        let page = session
            .access()
            .list_changes(ask(request.clone()))
            .await
            .map_err(|s| CliError::refused("changes list", s))?
            .into_inner();
        rows.extend(page.changes);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() || rows.len() >= args.limit as usize {
            break;
        }
    }
    session.close().await?;
    let titles = [
        "at", "who", "role", "action", "seller", "about", "old", "new", "why",
    ];
    output::list(args.json, &rows, Row::of, &titles, |c| {
        [
            local(c.at.as_ref()),
            c.who.clone(),
            role(c.role).to_owned(),
            c.action.clone(),
            c.seller_id.clone(),
            c.key.clone(),
            c.old.clone(),
            c.new.clone(),
            c.why.clone(),
        ]
    })?;
    Ok(Exit::Done)
}
