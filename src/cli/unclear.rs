//! `verzet unclear`: stops that could not be read, or can be read two ways.

use clap::{Args as ClapArgs, Subcommand};
use serde::Serialize;

use super::{
    args::{Place, Target, shell_word},
    connect::{Bare, ask},
    error::CliError,
    exit::Exit,
    next,
    output::{self, given},
    words::{local, rfc3339},
};
use crate::proto::v1::{ListUnclearRequest, SettleUnclearRequest, Unclear};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// The stops a person must look at
    List(List),
    /// Settle one, once a person has seen to it
    Settle(Settle),
}

#[derive(ClapArgs, Debug)]
pub(super) struct List {
    /// Also those that were settled
    #[arg(long)]
    settled: bool,
    /// A JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(ClapArgs, Debug)]
pub(super) struct Settle {
    /// Such as unclear-3
    id: String,
    /// Who settles it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// What was done about it
    #[arg(long, value_name = "TEXT")]
    how: String,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(Serialize)]
struct Settled<'a> {
    unclear_id: &'a str,
    revision: u64,
}

#[derive(Serialize)]
struct Row<'a> {
    unclear_id: &'a str,
    received_at: Option<String>,
    origin: &'a str,
    place: Option<&'a str>,
    given: &'a str,
    problem: &'a str,
    e164: &'a [String],
    settled_by: Option<&'a str>,
    settled_at: Option<String>,
    settlement: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of(u: &'a Unclear) -> Self {
        Self {
            unclear_id: &u.unclear_id,
            received_at: rfc3339(u.received_at.as_ref()),
            origin: &u.origin,
            place: given(&u.place),
            given: &u.given,
            problem: &u.problem,
            e164: &u.e164,
            settled_by: given(&u.settled_by),
            settled_at: rfc3339(u.settled_at.as_ref()),
            settlement: given(&u.settlement),
        }
    }
}

pub(super) async fn run(place: &Place, command: Command) -> Result<Exit, CliError> {
    match command {
        Command::List(args) => list(place, args).await,
        Command::Settle(args) => settle(place, args).await,
    }
}

async fn list(place: &Place, args: List) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let request = ListUnclearRequest {
        include_settled: args.settled,
    };
    let got = session
        .once("unclear list", async |s| {
            s.facts().list_unclear(ask(request)).await
        })
        .await?;
    let titles = [
        "id",
        "received",
        "from",
        "given",
        "problem",
        "in force on",
        "settled",
    ];
    output::list(args.json, &got.unclear, Row::of, &titles, |u| {
        [
            u.unclear_id.clone(),
            local(u.received_at.as_ref()),
            given(&u.place).unwrap_or(&u.origin).to_owned(),
            u.given.clone(),
            u.problem.clone(),
            u.e164.join(","),
            match u.settled_by.as_str() {
                "" => String::new(),
                by => format!("{} by {by}: {}", local(u.settled_at.as_ref()), u.settlement),
            },
        ]
    })?;
    if args.json {
        return Ok(Exit::Done);
    }
    match got.unclear.iter().find(|u| u.settled_by.is_empty()) {
        None => eprintln!("nothing waits for a person"),
        Some(u) => next::tell(&place.command(&format!(
            r#"unclear settle {} --by "your name" --how "…""#,
            shell_word(&u.unclear_id)
        ))),
    }
    Ok(Exit::Done)
}

async fn settle(place: &Place, args: Settle) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let request = SettleUnclearRequest {
        unclear_id: args.id.clone(),
        settled_by: args.by,
        settlement: args.how,
    };
    let done = session
        .once("unclear settle", async |s| {
            s.facts().settle_unclear(ask(request)).await
        })
        .await?;
    let settled = Settled {
        unclear_id: &args.id,
        revision: done.revision,
    };
    let text = format!("settled   {}\nrevision  {}\n", args.id, done.revision);
    output::answer(args.json, &settled, &text)?;
    Ok(Exit::Done)
}
