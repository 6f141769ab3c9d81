//! `verzet policy`: the regimes, and the recorded choice of one.

mod diff;
mod show;

use clap::{Args as ClapArgs, Subcommand};
use serde::Serialize;

use super::{
    args::{Place, Target},
    connect::{Bare, ask},
    error::CliError,
    exit::Exit,
    next,
    output::{Out, Table, fields, given},
    words::{day, local, rfc3339, word},
};
use crate::{
    clock::Day,
    proto::v1::{
        Channel, EnforceRegimeRequest, Enforcement, GetRegimeRequest, ListRegimesRequest, Regime,
    },
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// The regimes there are, and every recorded choice
    List {
        /// A JSON object a line: regimes (`"regime"`), then choices (`"enforcement"`)
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        target: Target,
    },
    /// What a regime says, row by row
    Show {
        /// Such as nl-bmnr
        regime: String,
        /// The pack file, word for word
        #[arg(long, conflicts_with = "json")]
        pack: bool,
        /// One JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        target: Target,
    },
    /// Enforce a regime: a choice recorded with a name and a reason
    Enforce(Enforce),
    /// What another pack would have answered to a day's questions
    Diff(diff::Args),
}

#[derive(ClapArgs, Debug)]
pub(super) struct Enforce {
    /// Such as nl-bmnr
    regime: String,
    /// Who chooses
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    why: String,
    /// First day it is enforced [default: without bound]
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<Day>,
    /// Last day it is enforced [default: without bound]
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<Day>,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(Serialize)]
struct RegimeJson<'a> {
    regime: &'a str,
    title: &'a str,
    country: &'a str,
    channels: Vec<&'static str>,
    in_force_from: &'a str,
    in_force_until: Option<&'a str>,
    lapsed_notice: Option<&'a str>,
    pack_hash: &'a str,
    semantics: u32,
    enforced: bool,
}

impl<'a> RegimeJson<'a> {
    fn of(r: &'a Regime) -> Self {
        Self {
            regime: &r.regime_id,
            title: &r.title,
            country: &r.country,
            channels: channels(r),
            in_force_from: &r.in_force_from,
            in_force_until: given(&r.in_force_until),
            lapsed_notice: given(&r.lapsed_notice),
            pack_hash: &r.pack_hash,
            semantics: r.semantics,
            enforced: r.enforced,
        }
    }
}

#[derive(Serialize)]
struct EnforcementJson<'a> {
    enforcement: &'a str,
    country: &'a str,
    enforced_at: Option<String>,
    enforced_by: &'a str,
    why: &'a str,
    from_day: Option<&'a str>,
    until_day: Option<&'a str>,
    revision: u64,
}

impl<'a> EnforcementJson<'a> {
    fn of(e: &'a Enforcement) -> Self {
        Self {
            enforcement: &e.regime_id,
            country: &e.country,
            enforced_at: rfc3339(e.enforced_at.as_ref()),
            enforced_by: &e.enforced_by,
            why: &e.why,
            from_day: given(&e.from_day),
            until_day: given(&e.until_day),
            revision: e.revision,
        }
    }
}

fn channels(regime: &Regime) -> Vec<&'static str> {
    regime
        .channels
        .iter()
        .map(|c| word::<Channel>(*c))
        .collect()
}

pub(super) async fn run(place: &Place, command: Command) -> Result<Exit, CliError> {
    match command {
        Command::List { json, target } => list(place, &target, json).await,
        Command::Show {
            regime,
            pack,
            json,
            target,
        } => {
            let session = target.connect(place, Bare::Create).await?;
            let request = GetRegimeRequest { regime_id: regime };
            let got = session
                .once("policy show", async |s| {
                    s.policy().get_regime(ask(request)).await
                })
                .await?;
            show::print(&got, pack, json)
        }
        Command::Enforce(args) => enforce(place, args).await,
        Command::Diff(args) => diff::run(place, args).await,
    }
}

async fn list(place: &Place, target: &Target, json: bool) -> Result<Exit, CliError> {
    let session = target.connect(place, Bare::Create).await?;
    let got = session
        .once("policy list", async |s| {
            s.policy().list_regimes(ask(ListRegimesRequest {})).await
        })
        .await?;
    let mut out = Out::new();
    if json {
        for regime in &got.regimes {
            out.json(&RegimeJson::of(regime))?;
        }
        for enforcement in &got.enforcements {
            out.json(&EnforcementJson::of(enforcement))?;
        }
        out.end()?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&[
        "regime", "enforced", "country", "law from", "until", "channels", "title",
    ]);
    for r in &got.regimes {
        table.row([
            r.regime_id.as_str(),
            if r.enforced { "yes" } else { "no" },
            &r.country,
            &r.in_force_from,
            &r.in_force_until,
            &channels(r).join(","),
            &r.title,
        ]);
    }
    out.text(&table.to_string())?;
    let mut choices = Table::new(&["enforced", "at", "by", "why", "from", "until", ">revision"]);
    for e in &got.enforcements {
        choices.row([
            e.regime_id.clone(),
            local(e.enforced_at.as_ref()),
            e.enforced_by.clone(),
            e.why.clone(),
            e.from_day.clone(),
            e.until_day.clone(),
            e.revision.to_string(),
        ]);
    }
    if !choices.is_empty() {
        out.text(&format!("\n{choices}"))?;
    }
    out.end()?;
    if !got.regimes.iter().any(|r| r.enforced) {
        next::tell(&next::enforce(place));
    }
    Ok(Exit::Done)
}

async fn enforce(place: &Place, args: Enforce) -> Result<Exit, CliError> {
    if let (Some(from), Some(to)) = (args.from, args.to)
        && from > to
    {
        return Err(CliError::usage(
            format!("--from {from} is after --to {to}"),
            "swap them",
        ));
    }
    let session = args.target.connect(place, Bare::Create).await?;
    let text = |day: Option<Day>| day.map(|d| d.to_string()).unwrap_or_default();
    let request = EnforceRegimeRequest {
        regime_id: args.regime,
        enforced_by: args.by,
        why: args.why,
        from_day: text(args.from),
        until_day: text(args.to),
    };
    let done = session
        .policy()
        .enforce_regime(ask(request))
        .await
        .map_err(|s| CliError::refused("policy enforce", s))?
        .into_inner();
    let lapsed = session
        .policy()
        .list_regimes(ask(ListRegimesRequest {}))
        .await
        .map(|list| list.into_inner().regimes)
        .unwrap_or_default();
    let started_here = session.is_embedded();
    let next = next::after_facts(place, &session).await;
    session.close().await?;
    let enforcement = done.enforcement.unwrap_or_default();
    let mut out = Out::new();
    if args.json {
        out.json(&EnforcementJson::of(&enforcement))?;
        out.end()?;
        return Ok(Exit::Done);
    }
    out.text(&fields(&[
        ("enforced", enforcement.regime_id.clone()),
        ("country", enforcement.country.clone()),
        ("at", local(enforcement.enforced_at.as_ref())),
        ("by", enforcement.enforced_by.clone()),
        ("why", enforcement.why.clone()),
        ("from", enforcement.from_day.clone()),
        ("until", enforcement.until_day.clone()),
        ("revision", enforcement.revision.to_string()),
    ]))?;
    out.end()?;
    let notice = lapsed.iter().find(|r| r.regime_id == enforcement.regime_id);
    if let Some(notice) = notice.and_then(|r| given(&r.lapsed_notice)) {
        eprintln!("warning: {notice}");
    }
    match next {
        _ if started_here => next::tell(&place.command("serve")),
        Some(command) => next::tell(&command),
        None => {}
    }
    Ok(Exit::Done)
}
