//! `verzet ledger`: the record of every decision, proved, exported, and kept no longer than it must be.
//!
//! These commands read the ledger's files and ask no sidecar: a proof shall not rest on the word of the
//! process that wrote what is proved, and SQLite lets others read beside a writer. What they change (heads,
//! parts that are over, erased fields) they change under a lock that the sidecar's own signing takes too.

pub(super) mod export;
mod heads;
mod proof;
mod retain;
mod verify;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use clap::Subcommand;

use super::{args::Place, error::CliError, exit::Exit};
use crate::ledger::{LedgerError, Reader};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Print the public key heads and proofs are checked with
    Key(heads::Key),
    /// Print what is signed of every part, to be kept elsewhere
    Heads(heads::Heads),
    /// Sign the parts whose day is over and that are not sealed yet
    Seal(heads::Seal),
    Verify(verify::Args),
    Prove(proof::Prove),
    CheckProof(proof::Check),
    Export(export::Args),
    Purge(retain::Purge),
    Erase(retain::Erase),
}

/// A ledger's directory.
struct Found {
    dir: PathBuf,
}

impl Found {
    fn reader(&self) -> Result<Reader, CliError> {
        Reader::beside(&self.dir)
            .map_err(failed)?
            .ok_or_else(|| missing(&self.dir))
    }
}

fn missing(dir: &Path) -> CliError {
    CliError::unreachable(
        format!("no ledger: {}", dir.display()),
        "name the data directory with --data-dir; a ledger begins with the first start of `verzet serve`",
    )
}

/// That the ledger cannot be read or written; its errors say how to mend it.
fn failed(error: LedgerError) -> CliError {
    CliError::failed(error.to_string(), "nothing more was changed")
}

/// Tells the work to stop when the command is interrupted and this is dropped.
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

pub(super) async fn run(place: &Place, command: Command) -> Result<Exit, CliError> {
    let stop = Stop(Arc::default());
    let (place, stopped) = (place.clone(), stop.0.clone());
    let done = tokio::task::spawn_blocking(move || work(&place, command, &stopped)).await;
    done.unwrap_or_else(|_| {
        Err(CliError::failed(
            "the command broke off",
            "this is a fault of verzet itself",
        ))
    })
}

fn work(place: &Place, command: Command, stop: &AtomicBool) -> Result<Exit, CliError> {
    // The one that needs no ledger, and no configuration either.
    if let Command::CheckProof(args) = command {
        return proof::check(&args);
    }
    let config = place.load(&[])?;
    let dir = config.ledger_dir();
    if !dir.join("id").exists() {
        return Err(missing(&dir));
    }
    let found = Found { dir };
    match command {
        Command::Key(args) => heads::key(&found, &args),
        Command::Heads(args) => heads::heads(&found, &args),
        Command::Seal(args) => heads::seal(&found, &args),
        Command::Verify(args) => verify::run(place, &found, &args),
        Command::Prove(args) => proof::prove(place, &found, &args),
        Command::CheckProof(args) => proof::check(&args),
        Command::Export(args) => export::run(&found, &args, stop),
        Command::Purge(args) => retain::purge(&found, &args),
        Command::Erase(args) => retain::erase(&config, &found, &args),
    }
}
