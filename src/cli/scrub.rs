//! `verzet scrub`: a CSV list of numbers in, the same list with verdicts out.

mod ask;
mod columns;
mod list;

use std::{
    collections::{BTreeMap, VecDeque},
    path::{Path, PathBuf},
};

use clap::Args as ClapArgs;
use serde::Serialize;

use super::{
    args::{Place, Target},
    connect::Bare,
    error::CliError,
    exit::Exit,
    outfile::OutFile,
    output::{Out, Table, count},
    progress,
    words::{moment, number, parser, wire, word},
};
use crate::{
    clock::Micros,
    intake::csv,
    proto::v1::{Channel, CheckBatchRequest, Reason, Verdict},
};
use ask::{Chunk, Verdicts};
use list::List;

/// Look over a CSV list of numbers
///
/// The output has the columns of the list, then verdict, reason, e164 and lead_action. Verdicts are
/// recorded with intent PRECHECK, unless --dry-run or --as-of is given; an ALLOW is never a permission
/// to dial.
#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    /// CSV with a header: a column of numbers, and if there are, columns region and person_id
    list: PathBuf,
    /// The campaign
    #[arg(long, value_name = "ID")]
    campaign: String,
    /// Where the list with verdicts is written
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The column of the numbers
    #[arg(long, value_name = "NAME", default_value = "number")]
    number_column: String,
    /// Region to read national numbers in, where the row has none [default: the campaign's]
    #[arg(long, value_name = "XX")]
    region: Option<String>,
    /// Channel [default: the campaign's]
    #[arg(long, ignore_case = true, value_parser = parser::<Channel>())]
    channel: Option<String>,
    /// Number source [default: the campaign's]
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// Decide without a record
    #[arg(long)]
    dry_run: bool,
    /// Decide at this moment with the facts known now (RFC 3339); without a record
    #[arg(long, value_name = "TIME", value_parser = moment)]
    as_of: Option<Micros>,
    /// The counts as one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

/// Chunks asked about at once: enough to keep the ledger's commits busy.
const IN_FLIGHT: usize = 4;

pub(super) async fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let region = args.region.clone().unwrap_or_default();
    let list = List::look_over(&args.list, &args.number_column, &region)?;
    let mut out = OutFile::create(&args.out, Some(&args.list))?;
    let batch = place.load(&[])?.limits.batch_numbers;
    let session = args.target.connect(place, Bare::Refuse).await?;
    let template = CheckBatchRequest {
        campaign_id: args.campaign,
        channel: number::<Channel>(args.channel.as_deref()),
        source_id: args.source.unwrap_or_default(),
        region,
        dry_run: args.dry_run || args.as_of.is_some(),
        as_of: args.as_of.map(wire),
        ..Default::default()
    };
    let bar = progress::numbers(list.rows);
    let mut counts = Counts::default();
    let mut rows = list.chunks(batch)?;
    let mut asked = VecDeque::new();
    let mut line = String::new();
    csv::write_row(&mut line, list.header_out());
    out.put(&line)?;
    loop {
        let chunk = if asked.len() < IN_FLIGHT {
            rows.next()?
        } else {
            None
        };
        if let Some(chunk) = chunk {
            asked.push_back(tokio::spawn(ask::ask(
                session.check(),
                template.clone(),
                chunk,
            )));
            continue;
        }
        // The oldest first, so that the output has the order of the list.
        let Some(oldest) = asked.pop_front() else {
            break;
        };
        let (chunk, verdicts) = oldest.await.map_err(|e| {
            CliError::failed(format!("scrub: {e}"), "this is a fault of verzet itself")
        })??;
        write(&mut out, &chunk, &verdicts, &mut counts)?;
        bar.inc(chunk.rows.len() as u64);
    }
    session.close().await?;
    out.finish()?;
    bar.finish_and_clear();
    counts.print(&args.out, args.json)?;
    if !args.json {
        eprintln!(
            "a list is never a permission to dial; check every number again when it is dialled"
        );
    }
    Ok(Exit::Done)
}

fn write(
    out: &mut OutFile,
    chunk: &Chunk,
    verdicts: &[Verdicts],
    counts: &mut Counts,
) -> Result<(), CliError> {
    let mut line = String::new();
    for (row, v) in chunk.rows.iter().zip(verdicts) {
        counts.add(v);
        let words = [
            word::<Verdict>(v.verdict),
            word::<Reason>(v.reason),
            &v.e164,
            v.lead_action(),
        ];
        line.clear();
        csv::write_row(
            &mut line,
            row.fields.iter().map(String::as_str).chain(words),
        );
        out.put(&line)?;
    }
    Ok(())
}

/// How many of each.
#[derive(Default)]
struct Counts {
    numbers: u64,
    of: BTreeMap<(i32, i32), u64>,
}

#[derive(Serialize)]
struct CountsJson<'a> {
    numbers: u64,
    out: String,
    counts: Vec<CountJson<'a>>,
}

#[derive(Serialize)]
struct CountJson<'a> {
    verdict: &'a str,
    reason: &'a str,
    count: u64,
}

impl Counts {
    fn add(&mut self, v: &Verdicts) {
        self.numbers += 1;
        *self.of.entry((v.verdict, v.reason)).or_default() += 1;
    }

    fn print(&self, path: &Path, json: bool) -> Result<(), CliError> {
        let mut out = Out::new();
        let rows = self
            .of
            .iter()
            .map(|(&(verdict, reason), &count)| CountJson {
                verdict: word::<Verdict>(verdict),
                reason: word::<Reason>(reason),
                count,
            });
        if json {
            out.json(&CountsJson {
                numbers: self.numbers,
                out: path.display().to_string(),
                counts: rows.collect(),
            })?;
        } else {
            let mut table = Table::new(&["verdict", "reason", ">count"]);
            for row in rows {
                table.row([row.verdict, row.reason, &count(row.count)]);
            }
            out.text(&table.to_string())?;
            out.line(format!(
                "{} numbers in {}",
                count(self.numbers),
                path.display()
            ))?;
        }
        out.end()
    }
}
