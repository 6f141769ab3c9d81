//! `verzet replay`: recorded decisions made again, out of the files themselves.
//!
//! Unlike the other commands it asks no sidecar: it only reads, so it needs none, and one that runs is not
//! held up.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use clap::Args as ClapArgs;
use serde::Serialize;

use super::{
    args::Place,
    error::CliError,
    exit::Exit,
    output::{Out, count, fields},
    progress,
    words::{day, day_period},
};
use crate::{
    clock::Day,
    ledger::DecisionId,
    replay::{Archive, Outcome, Period, ReplayError, Replayed, Walked},
};

/// Make recorded decisions again, and say whether they come out the same
#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    /// The decision's id
    #[arg(required_unless_present = "day", conflicts_with = "day")]
    decision: Option<DecisionId>,
    /// Every decision of this day, of Europe/Amsterdam
    #[arg(long, value_name = "DATE", value_parser = day)]
    day: Option<Day>,
    /// A JSON object: of the decision; of a day, a line for each that is not the same, then the sums
    #[arg(long)]
    json: bool,
}

/// The most decisions told in full for people.
const TOLD: u64 = 20;

pub(super) async fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let archive = open(place)?;
    apart(move || match (args.decision, args.day) {
        (Some(id), _) => one(archive, id, args.json),
        (None, Some(day)) => whole(archive, day, args.json),
        (None, None) => Ok(Exit::Usage),
    })
    .await
}

/// Facts and ledger of the installation.
pub(super) fn open(place: &Place) -> Result<Archive, CliError> {
    let config = place.load(&[])?;
    Archive::open(&config.data_dir, &config.ledger_dir()).map_err(failed)
}

/// Runs long work on a thread of its own, so that it can be interrupted.
pub(super) async fn apart(
    work: impl FnOnce() -> Result<Exit, CliError> + Send + 'static,
) -> Result<Exit, CliError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(CliError::failed("it broke off", "see what stands above")))
}

pub(super) fn failed(error: ReplayError) -> CliError {
    match error {
        ReplayError::NoFacts(_) | ReplayError::NoLedger(_) => {
            CliError::unreachable(error.to_string(), "is it the right directory?")
        }
        other => CliError::failed(other.to_string(), "nothing was changed"),
    }
}

/// A day as a period.
pub(super) fn period(day: Day) -> Result<Period, CliError> {
    let (from, until) =
        day_period(day).map_err(|e| CliError::failed(e, "this is a fault of verzet itself"))?;
    Ok(Period { from, until })
}

fn one(mut archive: Archive, id: DecisionId, json: bool) -> Result<Exit, CliError> {
    let Some(replayed) = archive.one(id).map_err(failed)? else {
        return Err(CliError::failed(
            format!("there is no decision {id} in the ledger (any more)"),
            "see the id; a day that was purged is gone with its decisions, and a dry run leaves no record",
        ));
    };
    let mut out = Out::new();
    if json {
        out.json(&replayed)?;
    } else {
        out.line(format!("{id}: {replayed}"))?;
    }
    out.end()?;
    Ok(exit(replayed.outcome()))
}

fn exit(outcome: Outcome) -> Exit {
    match outcome {
        Outcome::Same => Exit::Done,
        Outcome::Differs => Exit::Differs,
        Outcome::Gone => Exit::Gone,
    }
}

/// The sums of a day.
#[derive(Serialize, Default)]
struct Sums {
    day: String,
    decisions: u64,
    same: u64,
    differs: u64,
    gone: u64,
    gone_by_kind: BTreeMap<&'static str, u64>,
    notes: BTreeMap<&'static str, u64>,
    first_revision: u64,
    last_revision: u64,
}

impl Sums {
    fn add(&mut self, replayed: &Replayed) {
        match replayed.outcome() {
            Outcome::Same => self.same += 1,
            Outcome::Differs => self.differs += 1,
            Outcome::Gone => self.gone += 1,
        }
        // Once a decision, however many facts of it are gone.
        let kinds: std::collections::BTreeSet<_> = replayed.gone.iter().map(|g| g.kind()).collect();
        for kind in kinds {
            *self.gone_by_kind.entry(kind).or_default() += 1;
        }
        for note in &replayed.notes {
            *self.notes.entry(note.kind()).or_default() += 1;
        }
    }

    fn text(&self) -> String {
        let list = |by: &BTreeMap<&str, u64>| {
            let all: Vec<_> = by
                .iter()
                .map(|(k, n)| format!("{k} {}", count(*n)))
                .collect();
            all.join(", ")
        };
        fields(&[
            ("day", self.day.clone()),
            ("decisions", count(self.decisions)),
            ("same", count(self.same)),
            ("differs", count(self.differs)),
            ("gone", count(self.gone)),
            ("  by kind", list(&self.gone_by_kind)),
            ("notes", list(&self.notes)),
            (
                "revisions",
                format!("{} to {}", self.first_revision, self.last_revision),
            ),
        ])
    }
}

fn whole(mut archive: Archive, day: Day, json: bool) -> Result<Exit, CliError> {
    let bar = progress::numbers(0);
    let mut sums = Sums {
        day: day.to_string(),
        ..Sums::default()
    };
    let (mut out, mut failure) = (Out::new(), None);
    let begun = Instant::now();
    let walked = archive
        .period(
            period(day)?,
            &mut |done, of| {
                bar.set_length(of);
                bar.set_position(done);
            },
            &mut |_, replayed| {
                sums.add(&replayed);
                if replayed.outcome() == Outcome::Same || failure.is_some() {
                    return;
                }
                let told = if json {
                    out.json(&replayed)
                } else if sums.differs + sums.gone <= TOLD {
                    bar.suspend(|| out.line(format!("{}: {replayed}", replayed.id)))
                } else {
                    Ok(())
                };
                failure = told.err();
            },
        )
        .map_err(failed)?;
    bar.finish_and_clear();
    if let Some(error) = failure {
        return Err(error);
    }
    sums.decisions = walked.decisions;
    (sums.first_revision, sums.last_revision) = (walked.first_revision, walked.last_revision);
    if json {
        out.json(&sums)?;
    } else {
        if sums.differs + sums.gone > TOLD {
            let more = count(sums.differs + sums.gone - TOLD);
            out.line(format!("… and {more} more; --json lists all\n"))?;
        }
        out.text(&sums.text())?;
    }
    out.end()?;
    tell_speed(&walked, begun.elapsed());
    Ok(match (sums.differs, sums.gone) {
        (0, 0) => Exit::Done,
        (0, _) => Exit::Gone,
        _ => Exit::Differs,
    })
}

/// How long it took, on standard error.
pub(super) fn tell_speed(walked: &Walked, took: Duration) {
    if walked.decisions == 0 {
        eprintln!("no decision was recorded then");
        return;
    }
    let seconds = took.as_secs_f64();
    eprintln!(
        "{} decisions in {seconds:.1} s, {} a second, loading included",
        count(walked.decisions),
        count((walked.decisions as f64 / seconds) as u64)
    );
}
