//! `verzet backup` and `verzet restore`.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use indicatif::ProgressBar;

use super::{
    args::Place,
    error::CliError,
    exit::Exit,
    next,
    output::{Out, count, fields},
    progress,
};
use crate::{
    backup::{self, BackupError, Manifest, Progress},
    config::Config,
    doctor,
};

/// Copy the data directory so that it can be put back
///
/// Works beside a running sidecar, on the data directory, as its user. The copy is consistent: its facts are as new
/// as its ledger, or newer.
#[derive(ClapArgs, Debug)]
pub(super) struct BackupArgs {
    /// A directory that is not there yet, or empty; best on another disk
    #[arg(value_name = "DIR")]
    into: PathBuf,
    /// What was copied, as JSON
    #[arg(long)]
    json: bool,
}

/// Put a backup back into a data directory that is empty
///
/// Every file is compared with its hash first. What was recorded after the backup was taken is not in it: the
/// command says from when on files must be imported again.
#[derive(ClapArgs, Debug)]
pub(super) struct RestoreArgs {
    /// The backup
    #[arg(value_name = "DIR")]
    from: PathBuf,
    /// Keep the ledger that is there, which is newer, and put only the rest back
    #[arg(long)]
    keep_ledger: bool,
    /// What was put back, as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn backup(place: &Place, args: BackupArgs) -> Result<Exit, CliError> {
    let config = place.load(&[])?;
    let bar = progress::bytes(0);
    let taken = backup::take(&at(&config), &args.into, &mut |p| show(&bar, p));
    bar.finish_and_clear();
    let manifest = taken.map_err(|e| failed(&e))?;
    tell(&manifest, args.json)?;
    for warning in &manifest.warnings {
        eprintln!("warning: {warning}");
    }
    Ok(Exit::Done)
}

pub(super) fn restore(place: &Place, args: RestoreArgs) -> Result<Exit, CliError> {
    let config = place.load(&[])?;
    if let Some(pid) = doctor::owner(&config.data_dir) {
        return Err(CliError::unreachable(
            format!(
                "process {pid} uses the data directory: {}",
                config.data_dir.display()
            ),
            "stop it first",
        ));
    }
    let bar = progress::bytes(0);
    let put = backup::restore(&args.from, &at(&config), args.keep_ledger, &mut |p| {
        show(&bar, p);
    });
    bar.finish_and_clear();
    let restored = put.map_err(|e| failed(&e))?;
    let manifest = &restored.manifest;
    tell(manifest, args.json)?;
    eprintln!(
        "what was recorded since {} is not in it, objections too: import every file and copy received since then, \
         and record again what agents heard, before the first call",
        manifest.begun_at
    );
    let kept = restored.kept_ledger_revision;
    if let Some(ledger) = kept.filter(|ledger| *ledger > manifest.facts_revision) {
        eprintln!(
            "warning: the ledger that was kept has decisions of revision {ledger}, the facts put back are of \
             {}: the sidecar refuses to serve until they are as new, or once with --accept-older-facts",
            manifest.facts_revision
        );
    }
    next::tell(&place.command("doctor"));
    Ok(Exit::Done)
}

fn at(config: &Config) -> backup::Place {
    backup::Place {
        data_dir: config.data_dir.clone(),
        ledger_dir: config.ledger_dir(),
    }
}

fn show(bar: &ProgressBar, progress: Progress<'_>) {
    bar.set_length(progress.total);
    bar.set_position(progress.done);
    bar.set_message(progress.file.to_owned());
}

fn failed(error: &BackupError) -> CliError {
    // Each says what to do.
    CliError::failed(error.to_string(), "see docs/operate.md")
}

fn tell(manifest: &Manifest, json: bool) -> Result<(), CliError> {
    let mut out = Out::new();
    if json {
        out.json(manifest)?;
    } else {
        let bytes = manifest.files.iter().map(|f| f.bytes).sum();
        out.text(&fields(&[
            ("begun", manifest.begun_at.clone()),
            ("facts", format!("revision {}", manifest.facts_revision)),
            ("ledger", manifest.ledger.clone()),
            ("records", count(manifest.ledger_records)),
            ("files", count(manifest.files.len() as u64)),
            ("bytes", count(bytes)),
        ]))?;
    }
    out.end()
}
