//! `verzet policy diff`: what another pack would have answered to a day's questions.

use std::{collections::BTreeMap, path::PathBuf, time::Instant};

use clap::Args as ClapArgs;
use serde::Serialize;

use crate::{
    cli::{
        args::Place,
        error::CliError,
        exit::Exit,
        ledger::export::csv::cell,
        outfile::OutFile,
        output::{Out, Table, count},
        progress,
        replay::{apart, failed, open, period, tell_speed},
        words::day,
    },
    clock::Day,
    ledger::StoredDecision,
    policy::{Reason, Verdict},
    replay::{Candidate, WouldBe},
};

#[derive(ClapArgs, Debug)]
pub(in crate::cli) struct Args {
    /// The pack file that is tried out
    #[arg(long, value_name = "PACK")]
    candidate: PathBuf,
    /// The day whose questions are asked again, of Europe/Amsterdam
    #[arg(long, value_name = "DATE", value_parser = day)]
    day: Day,
    /// Every decision that would change, too
    #[arg(long)]
    rows: bool,
    /// The decisions that would change, as CSV
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A JSON object a line: counts (`"count"`), or with --rows decisions
    #[arg(long)]
    json: bool,
}

const COLUMNS: [&str; 10] = [
    "decision_id",
    "decided_at",
    "campaign_id",
    "number",
    "verdict_before",
    "reason_before",
    "verdict_after",
    "reason_after",
    "row_after",
    "not_told",
];

/// Before, and after; nothing after where it cannot be told.
type Change = ((Verdict, Reason), Option<(Verdict, Reason)>);

#[derive(Serialize)]
struct CountJson {
    verdict_before: &'static str,
    reason_before: &'static str,
    verdict_after: Option<&'static str>,
    reason_after: Option<&'static str>,
    count: u64,
}

pub(in crate::cli) async fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let file = args.candidate.display().to_string();
    let text = std::fs::read_to_string(&args.candidate).map_err(|e| {
        CliError::usage(
            format!("--candidate cannot be read: {file} ({e})"),
            "name a pack file, such as one of `verzet policy show REGIME --pack`",
        )
    })?;
    let candidate = Candidate::read(&file, &text).map_err(|e| {
        CliError::usage(
            format!("the candidate is not a sound pack: {e}"),
            "mend it; docs/packs.md says how a pack is written",
        )
    })?;
    let mut archive = open(place)?;
    apart(move || {
        let bar = progress::numbers(0);
        let mut counts: BTreeMap<Change, u64> = BTreeMap::new();
        let mut rows = Rows::begin(&args)?;
        let mut failure = None;
        let begun = Instant::now();
        let walked = archive
            .what_if(
                &candidate,
                period(args.day)?,
                &mut |done, of| {
                    bar.set_length(of);
                    bar.set_position(done);
                },
                &mut |decision, would_be| {
                    let before = (decision.verdict, decision.reason);
                    let after = match &would_be {
                        WouldBe::Answer {
                            verdict, reason, ..
                        } => Some((*verdict, *reason)),
                        WouldBe::Untold(_) => None,
                    };
                    *counts.entry((before, after)).or_default() += 1;
                    if after != Some(before) && failure.is_none() {
                        failure = rows.add(decision, &would_be).err();
                    }
                },
            )
            .map_err(failed)?;
        bar.finish_and_clear();
        if let Some(error) = failure {
            return Err(error);
        }
        rows.finish(&args, &counts)?;
        tell_speed(&walked, begun.elapsed());
        Ok(Exit::Done)
    })
    .await
}

/// Where decisions that would change go.
struct Rows {
    table: Option<Table>,
    json: Option<Out>,
    file: Option<OutFile>,
}

impl Rows {
    fn begin(args: &Args) -> Result<Self, CliError> {
        let mut file = match &args.out {
            Some(path) => Some(OutFile::create(path, Some(&args.candidate))?),
            None => None,
        };
        if let Some(file) = &mut file {
            file.put(&line(&COLUMNS))?;
        }
        Ok(Self {
            table: (args.rows && !args.json).then(|| Table::new(&COLUMNS)),
            json: (args.rows && args.json).then(Out::new),
            file,
        })
    }

    fn add(&mut self, decision: &StoredDecision, would_be: &WouldBe) -> Result<(), CliError> {
        if self.table.is_none() && self.json.is_none() && self.file.is_none() {
            return Ok(());
        }
        let cells = cells(decision, would_be);
        if let Some(file) = &mut self.file {
            file.put(&line(&cells))?;
        }
        if let Some(out) = &mut self.json {
            let object: BTreeMap<_, _> = COLUMNS
                .iter()
                .zip(&cells)
                .map(|(name, cell)| (*name, (!cell.is_empty()).then_some(cell)))
                .collect();
            out.json(&object)?;
        }
        if let Some(table) = &mut self.table {
            table.row(cells);
        }
        Ok(())
    }

    fn finish(self, args: &Args, counts: &BTreeMap<Change, u64>) -> Result<(), CliError> {
        if let Some(file) = self.file {
            file.finish()?;
        }
        if let Some(out) = self.json {
            return out.end();
        }
        let mut out = Out::new();
        if let Some(table) = self.table.filter(|t| !t.is_empty()) {
            out.text(&format!("{table}\n"))?;
        }
        let word = |answer: Option<(Verdict, Reason)>| answer.map(|(v, r)| (v.word(), r.word()));
        let mut sums = Table::new(&["before", "", "after", "", ">decisions", ""]);
        for ((before, after), n) in counts {
            let after_words = word(*after);
            if args.json {
                out.json(&CountJson {
                    verdict_before: before.0.word(),
                    reason_before: before.1.word(),
                    verdict_after: after_words.map(|a| a.0),
                    reason_after: after_words.map(|a| a.1),
                    count: *n,
                })?;
                continue;
            }
            let (verdict, reason) = after_words.unwrap_or(("?", "cannot be told"));
            let mark = if *after == Some(*before) {
                ""
            } else {
                "changes"
            };
            sums.row([
                before.0.word(),
                before.1.word(),
                verdict,
                reason,
                &count(*n),
                mark,
            ]);
        }
        if !args.json && !sums.is_empty() {
            out.text(&sums.to_string())?;
        }
        out.end()
    }
}

/// A record of the file.
fn line(fields: &[impl AsRef<str>]) -> String {
    let cells: Vec<_> = fields.iter().map(|f| cell(f.as_ref())).collect();
    cells.join(",") + "\r\n"
}

fn cells(decision: &StoredDecision, would_be: &WouldBe) -> [String; 10] {
    let number = decision.personal.as_ref().map_or_else(String::new, |p| {
        p.e164
            .map_or_else(|| p.number.clone(), |e164| e164.to_string())
    });
    let (verdict, reason, row, untold) = match would_be {
        WouldBe::Answer {
            verdict,
            reason,
            row,
        } => (
            verdict.word(),
            reason.word(),
            row.map_or_else(String::new, |(n, check)| format!("{n} {check}")),
            String::new(),
        ),
        WouldBe::Untold(gone) => {
            let why: Vec<_> = gone.iter().map(ToString::to_string).collect();
            ("", "", String::new(), why.join("; "))
        }
    };
    [
        decision.id.to_string(),
        decision.decided_at.to_string(),
        decision.campaign.to_string(),
        number,
        decision.verdict.word().to_owned(),
        decision.reason.word().to_owned(),
        verdict.to_owned(),
        reason.to_owned(),
        row,
        untold,
    ]
}
