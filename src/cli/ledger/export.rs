//! `verzet ledger export`: decisions as they were recorded, for other programs.

mod columns;
pub(in crate::cli) mod csv;
mod jsonl;
mod parquet;

use std::{
    io::{self, Write},
    ops::ControlFlow,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};

use clap::{Args as ClapArgs, ValueEnum};

use super::Found;
use crate::{
    cli::{
        error::CliError,
        exit::Exit,
        outfile::{self, OutFile},
        output::count,
        progress, words,
    },
    clock::{Day, Micros},
    ledger::{Filter, StoredDecision},
};

/// Write out decisions, oldest first, for other programs
#[derive(ClapArgs, Debug)]
pub(in crate::cli) struct Args {
    /// From this day, inside; days are of Europe/Amsterdam
    #[arg(long, value_name = "DATE", value_parser = words::day)]
    from: Option<Day>,
    /// To this day, inside
    #[arg(long, value_name = "DATE", value_parser = words::day)]
    to: Option<Day>,
    /// csv, jsonl or parquet
    #[arg(long, value_enum)]
    format: Format,
    /// Where it is written; without it, to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Jsonl,
    Parquet,
}

/// Takes decisions one by one.
trait Sink {
    fn write(&mut self, decision: &StoredDecision) -> io::Result<()>;
    /// Writes what is left.
    fn end(self: Box<Self>) -> io::Result<()>;
}

fn sink<'a>(format: Format, out: impl Write + Send + 'a) -> io::Result<Box<dyn Sink + 'a>> {
    Ok(match format {
        Format::Csv => Box::new(csv::Csv::new(out)?),
        Format::Jsonl => Box::new(jsonl::Jsonl(out)),
        Format::Parquet => Box::new(parquet::Parquet::new(out)?),
    })
}

pub(super) fn run(found: &Found, args: &Args, stop: &AtomicBool) -> Result<Exit, CliError> {
    if let (Some(from), Some(to)) = (args.from, args.to)
        && from > to
    {
        return Err(CliError::usage(
            format!("--from {from} is after --to {to}"),
            "swap them",
        ));
    }
    let micros =
        |at: prost_types::Timestamp| Micros(at.seconds * 1_000_000 + i64::from(at.nanos) / 1_000);
    let (from, until) = words::period(args.from, args.to)
        .map_err(|what| CliError::failed(what, "this is a fault of verzet itself"))?;
    let filter = Filter {
        from: from.map(micros),
        until: until.map(micros),
        ..Filter::default()
    };
    let written = match &args.out {
        Some(path) => {
            let mut file = OutFile::create(path, None)?;
            let written = write(found, &filter, args.format, &mut file, stop, &|e| {
                outfile::failed(path, &e)
            })?;
            file.finish()?;
            written
        }
        None => {
            let out = io::BufWriter::new(io::stdout());
            write(found, &filter, args.format, out, stop, &CliError::Output)?
        }
    };
    eprintln!("decisions written: {}", count(written));
    Ok(Exit::Done)
}

fn write(
    found: &Found,
    filter: &Filter,
    format: Format,
    out: impl Write + Send,
    stop: &AtomicBool,
    failed: &dyn Fn(io::Error) -> CliError,
) -> Result<u64, CliError> {
    let mut reader = found.reader()?;
    let (first, last) = reader
        .span(filter)
        .map_err(super::failed)?
        .unwrap_or_default();
    let bar = progress::records(last.saturating_sub(first) + 1);
    let mut sink = sink(format, out).map_err(failed)?;
    let (mut written, mut error) = (0, None);
    reader
        .visit(filter, &mut |decision| {
            if written % 1_024 == 0 {
                bar.set_position(decision.id.seq.saturating_sub(first));
            }
            written += 1;
            if stop.load(Ordering::Relaxed) {
                error = Some(CliError::Interrupted);
                return ControlFlow::Break(());
            }
            match sink.write(decision) {
                Ok(()) => ControlFlow::Continue(()),
                Err(e) => {
                    error = Some(failed(e));
                    ControlFlow::Break(())
                }
            }
        })
        .map_err(super::failed)?;
    bar.finish_and_clear();
    if let Some(error) = error {
        return Err(error);
    }
    sink.end().map_err(failed)?;
    Ok(written)
}
