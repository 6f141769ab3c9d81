//! `verzet register`: copies of official registers.

mod upload;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};
use serde::Serialize;

use super::{
    args::{Place, Target},
    connect::{Bare, ask},
    error::CliError,
    exit::Exit,
    next,
    output::{self, count, fields},
    words::{day, local, rfc3339},
};
use crate::{
    clock::Day,
    proto::v1::{ListSnapshotsRequest, RegisterHeader, Snapshot},
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Take in a copy of a register; the old one stands if it is refused
    Import(Import),
    /// The copies taken in, newest first
    List(List),
}

#[derive(ClapArgs, Debug)]
pub(super) struct Import {
    /// The register, such as bmnr
    register: String,
    /// The copy
    file: PathBuf,
    /// The day the copy was taken
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Day,
    /// How the file is written: `lines` is a number a line
    #[arg(long, default_value = "lines", value_parser = ["lines"])]
    format: String,
    /// Region to read national numbers in
    #[arg(long, value_name = "XX", default_value = "NL")]
    region: String,
    /// Accept a copy more than 5 % smaller than the one in force
    #[arg(long)]
    accept_shrink: bool,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(ClapArgs, Debug)]
pub(super) struct List {
    /// Only this register
    register: Option<String>,
    /// A JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(Serialize)]
struct SnapshotJson<'a> {
    register: &'a str,
    snapshot_id: &'a str,
    as_of: &'a str,
    imported_at: Option<String>,
    numbers: u64,
    age_days: i32,
    bytes: u64,
    in_force: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
}

impl<'a> SnapshotJson<'a> {
    fn of(s: &'a Snapshot, revision: Option<u64>) -> Self {
        Self {
            register: &s.register,
            snapshot_id: &s.snapshot_id,
            as_of: &s.as_of,
            imported_at: rfc3339(s.imported_at.as_ref()),
            numbers: s.numbers,
            age_days: s.age_days,
            bytes: s.bytes,
            in_force: s.in_force,
            revision,
        }
    }
}

pub(super) async fn run(place: &Place, command: Command) -> Result<Exit, CliError> {
    match command {
        Command::Import(args) => import(place, args).await,
        Command::List(args) => list(place, args).await,
    }
}

async fn import(place: &Place, args: Import) -> Result<Exit, CliError> {
    let upload = upload::open(&args.file)?;
    let session = args.target.connect(place, Bare::Create).await?;
    let header = RegisterHeader {
        register: args.register,
        as_of: args.as_of.to_string(),
        format: args.format,
        region: args.region,
        accept_shrink: args.accept_shrink,
        file: args.file.display().to_string(),
        bytes: upload.bytes(),
    };
    let done = upload.send(session.register(), header).await?;
    let next = next::after_facts(place, &session).await;
    session.close().await?;
    let snapshot = done.snapshot.unwrap_or_default();
    let text = fields(&[
        ("register", snapshot.register.clone()),
        ("copy", snapshot.snapshot_id.clone()),
        (
            "as of",
            format!("{} ({} days ago)", snapshot.as_of, snapshot.age_days),
        ),
        ("numbers", count(snapshot.numbers)),
        ("memory", format!("{} bytes", count(snapshot.bytes))),
        ("revision", done.revision.to_string()),
    ]);
    let object = SnapshotJson::of(&snapshot, Some(done.revision));
    output::answer(args.json, &object, &text)?;
    if !args.json
        && let Some(next) = next
    {
        next::tell(&next);
    }
    Ok(Exit::Done)
}

async fn list(place: &Place, args: List) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let request = ListSnapshotsRequest {
        register: args.register.unwrap_or_default(),
    };
    let got = session
        .once("register list", async |s| {
            s.register().list_snapshots(ask(request)).await
        })
        .await?;
    let titles = [
        "copy", "register", "in force", "as of", ">days", ">numbers", ">bytes", "imported",
    ];
    let object = |s| SnapshotJson::of(s, None);
    output::list(args.json, &got.snapshots, object, &titles, |s| {
        [
            s.snapshot_id.clone(),
            s.register.clone(),
            if s.in_force { "yes" } else { "no" }.to_owned(),
            s.as_of.clone(),
            s.age_days.to_string(),
            count(s.numbers),
            count(s.bytes),
            local(s.imported_at.as_ref()),
        ]
    })?;
    if got.snapshots.is_empty() && !args.json {
        eprintln!("no copy of a register was taken in");
        next::tell(&place.command("register import REGISTER FILE --as-of YYYY-MM-DD"));
    }
    Ok(Exit::Done)
}
