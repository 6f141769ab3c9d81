//! `verzet ledger purge` and `erase`: what must be kept no longer.

use std::io::{self, IsTerminal};

use clap::Args as ClapArgs;
use serde::Serialize;

use super::{Found, failed};
use crate::{
    cli::{
        error::CliError,
        exit::Exit,
        output::{Out, count},
        progress, words,
    },
    clock::Day,
    config::Config,
    ledger::{self, PurgeError, Subject},
    number::{self, Region},
    report,
};

/// Drop the parts of days before a date
///
/// Parts are days of UTC and are dropped whole, never the newest. Their heads stay, signed as purged, so
/// what remains verifies.
#[derive(ClapArgs, Debug)]
pub(in crate::cli) struct Purge {
    /// Parts of earlier days are dropped; this day stays
    #[arg(long, value_name = "DATE", value_parser = words::day)]
    before: Day,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Erase what the ledger holds of one person
///
/// The number, person, call, agent and caller id of every decision about the number are set to nothing and
/// overwritten, in all parts. The decisions stay, and so do all proofs. Objections are kept elsewhere and
/// stay in force.
#[derive(ClapArgs, Debug)]
pub(in crate::cli) struct Erase {
    /// The number, in any spelling
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    number: String,
    /// Region to read a national number in [default: default_region of the config]
    #[arg(long, value_name = "XX", value_parser = Region::parse)]
    region: Option<Region>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Asks before what cannot be undone.
fn confirm(question: &str, yes: bool) -> Result<bool, CliError> {
    if yes {
        return Ok(true);
    }
    if !io::stdin().is_terminal() {
        return Err(CliError::usage(
            format!("{question} This cannot be undone"),
            "say --yes where nobody can be asked",
        ));
    }
    eprint!("{question} This cannot be undone. Type yes: ");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}

#[derive(Serialize)]
struct PurgeJson {
    parts: Vec<String>,
    records: u64,
    bytes: u64,
}

pub(super) fn purge(found: &Found, args: &Purge) -> Result<Exit, CliError> {
    let would = ledger::purgeable(&found.dir, args.before).map_err(failed)?;
    if let (Some(first), Some(last)) = (would.days.first(), would.days.last()) {
        let question = format!(
            "{} parts, {first} to {last}, {} bytes, are dropped.",
            count(would.days.len() as u64),
            count(would.bytes)
        );
        if !confirm(&question, args.yes)? {
            eprintln!("nothing was dropped");
            return Ok(Exit::Failed);
        }
    }
    let bar = progress::parts(would.days.len() as u64);
    let purged = ledger::purge(&found.dir, args.before, &mut |_| bar.inc(1));
    bar.finish_and_clear();
    let purged = purged.map_err(|e| match e {
        PurgeError::Ledger(e) => failed(e),
        e @ PurgeError::InUse(_) => {
            CliError::failed(e.to_string(), "the parts before it are dropped")
        }
    })?;
    let mut out = Out::new();
    if args.json {
        out.json(&PurgeJson {
            parts: purged.days.iter().map(ToString::to_string).collect(),
            records: purged.records,
            bytes: purged.bytes,
        })?;
    } else {
        out.line(format!(
            "dropped: {} parts, {} records, {} bytes",
            count(purged.days.len() as u64),
            count(purged.records),
            count(purged.bytes)
        ))?;
    }
    out.end()?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct EraseJson {
    parts: u64,
    records: u64,
    /// Parts in whose log the erased bytes may still be.
    logs_left: Vec<String>,
}

pub(super) fn erase(config: &Config, found: &Found, args: &Erase) -> Result<Exit, CliError> {
    let region = args.region.unwrap_or(config.default_region);
    let subject = Subject {
        numbers: number::read_stop(&args.number, region).keys().collect(),
        // A number that was never read as one is found as it was typed.
        typed: vec![args.number.clone()],
        persons: Vec::new(),
    };
    if !confirm("What the ledger holds of this number is erased.", args.yes)? {
        eprintln!("nothing was erased");
        return Ok(Exit::Failed);
    }
    let bar = progress::parts(ledger::parts(&found.dir).map_err(failed)?);
    let erased = ledger::erase(&found.dir, &subject, &mut || bar.inc(1)).map_err(failed)?;
    bar.finish_and_clear();
    // The reports' index holds the number too. Marked even where nothing was found, since an erasure that
    // was broken off may have been before it.
    report::mark_erased(&config.data_dir.join("report"))
        .map_err(|e| CliError::failed(e.to_string(), "erase again"))?;
    let mut out = Out::new();
    if args.json {
        out.json(&EraseJson {
            parts: erased.parts.len() as u64,
            records: erased.records(),
            logs_left: erased.logs_left.iter().map(ToString::to_string).collect(),
        })?;
    } else {
        out.line(format!(
            "erased: {} records in {} parts",
            count(erased.records()),
            count(erased.parts.len() as u64)
        ))?;
    }
    out.end()?;
    for day in &erased.logs_left {
        eprintln!(
            "warning: {day}.db: a reader holds its log, in which erased bytes may still be; run this again"
        );
    }
    Ok(Exit::Done)
}
