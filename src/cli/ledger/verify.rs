//! `verzet ledger verify`: is everything as it was recorded?

use std::{fs, path::PathBuf};

use clap::Args as ClapArgs;
use serde::Serialize;

use super::{
    Found, failed,
    heads::{self, hex},
};
use crate::{
    cli::{
        args::Place,
        error::CliError,
        exit::Exit,
        output::{Out, Table, count},
        progress,
    },
    clock::Micros,
    ledger::{
        Against, Finding, Head, PartReport, PublicKey, Verification, Verified, records_in, verify,
    },
};

/// Prove that no record was changed, left out, moved or cut off
///
/// Reads everything, beside a running sidecar too. Says intact, or which part and record is not as it was
/// recorded, and what is wrong. What came out is noted in `verified.json` in the ledger's directory.
#[derive(ClapArgs, Debug)]
pub(in crate::cli) struct Args {
    /// The key heads must be signed with, kept elsewhere; may be given more than once
    #[arg(long, value_name = "PUBKEY")]
    key: Vec<PublicKey>,
    /// Heads that were kept elsewhere, as `ledger heads --json` printed them
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Json {
    ledger: Option<String>,
    intact: bool,
    records: u64,
    signed_to: Option<u64>,
    signed_at: Option<String>,
    keys: Vec<String>,
    parts: Vec<PartJson>,
    findings: Vec<FindingJson>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct PartJson {
    part: String,
    state: &'static str,
    intact: bool,
    first_seq: Option<u64>,
    last_seq: Option<u64>,
    decisions: u64,
    erased: u64,
    chain: Option<String>,
    signed_to: Option<u64>,
    signed_at: Option<String>,
}

#[derive(Serialize)]
struct FindingJson {
    part: Option<String>,
    file: String,
    record: Option<u64>,
    what: String,
}

impl PartJson {
    fn of(part: &PartReport) -> Self {
        let head = part.head.as_ref();
        Self {
            part: part.day.to_string(),
            state: part.state.word(),
            intact: part.sound,
            first_seq: part.records.map(|(first, _)| first),
            last_seq: part.records.map(|(_, last)| last),
            decisions: part.decisions,
            erased: part.erased,
            chain: part.chain.map(|chain| hex(&chain)),
            signed_to: head.map(|head| head.last_seq),
            signed_at: head.map(|head| head.signed_at.to_string()),
        }
    }
}

impl FindingJson {
    fn of(finding: &Finding) -> Self {
        Self {
            part: finding.day.map(|day| day.to_string()),
            file: finding.file.clone(),
            record: finding.record,
            what: finding.what.clone(),
        }
    }
}

impl Json {
    fn of(found: &Verification) -> Self {
        let signed = found.signed();
        Self {
            ledger: found.ledger.map(|ledger| ledger.to_string()),
            intact: found.is_intact(),
            records: found.records(),
            signed_to: signed.map(|(seq, _)| seq),
            signed_at: signed.map(|(_, at)| at.to_string()),
            keys: found.keys().iter().map(ToString::to_string).collect(),
            parts: found.parts.iter().map(PartJson::of).collect(),
            findings: found.findings.iter().map(FindingJson::of).collect(),
            notes: found.notes.clone(),
        }
    }
}

pub(super) fn run(place: &Place, found: &Found, args: &Args) -> Result<Exit, CliError> {
    let began = Micros::system_now();
    let against = Against {
        keys: args.key.clone(),
        heads: args.heads.as_ref().map_or(Ok(Vec::new()), kept)?,
    };
    let bar = progress::records(records_in(&found.dir));
    let result = verify(&found.dir, &against, &mut |records| bar.inc(records)).map_err(failed)?;
    bar.finish_and_clear();
    if let Err(e) = Verified::of(&result, began).save(&found.dir) {
        eprintln!("warning: what came out is not noted: {e}");
    }
    print(&result, args.json)?;
    for note in &result.notes {
        eprintln!("note: {note}");
    }
    if result.is_intact() {
        if args.key.is_empty() && !args.json && !result.keys().is_empty() {
            eprintln!(
                "proved with the key beside the ledger, which says nothing against one who can write \
                 there; next: {}",
                place.command("ledger verify --key PUBKEY")
            );
        }
        return Ok(Exit::Done);
    }
    eprintln!(
        "not intact; hint: keep these files as evidence, and compare with a backup made before"
    );
    Ok(Exit::Differs)
}

fn print(result: &Verification, json: bool) -> Result<(), CliError> {
    let mut out = Out::new();
    if json {
        out.json(&Json::of(result))?;
        return out.end();
    }
    let mut table = Table::new(&[
        "part",
        "state",
        ">first",
        ">last",
        ">decisions",
        ">erased",
        ">signed to",
        "result",
    ]);
    let number = |n: Option<u64>| n.map_or_else(String::new, |n| n.to_string());
    for part in &result.parts {
        table.row([
            part.day.to_string(),
            part.state.word().to_owned(),
            number(part.records.map(|(first, _)| first)),
            number(part.records.map(|(_, last)| last)),
            count(part.decisions),
            count(part.erased),
            number(part.head.as_ref().map(|head| head.last_seq)),
            if part.sound { "intact" } else { "NOT INTACT" }.to_owned(),
        ]);
    }
    if !table.is_empty() {
        out.text(&table.to_string())?;
    }
    for finding in &result.findings {
        out.line(finding.to_string())?;
    }
    out.line(match result.is_intact() {
        true => format!("intact: {} records", count(result.records())),
        false => format!("NOT INTACT: {} found", count(result.findings.len() as u64)),
    })?;
    out.end()
}

/// Heads of a file, a line each.
fn kept(path: &PathBuf) -> Result<Vec<Head>, CliError> {
    let text = fs::read_to_string(path).map_err(|e| {
        CliError::failed(
            format!("cannot be read: {} ({e})", path.display()),
            "name the file that `verzet ledger heads --json` was kept in",
        )
    })?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty());
    lines
        .map(|(n, line)| {
            heads::read(line).ok_or_else(|| {
                CliError::failed(
                    format!("not a head: {}:{n}", path.display()),
                    "a line is what `verzet ledger heads --json` printed",
                )
            })
        })
        .collect()
}
