//! The commands. Each is a gRPC client of the sidecar that owns the data directory: a running one, or
//! one started in this process for as long as the command takes.
//!
//! Standard output is data only; messages, progress and next steps go to standard error. What a
//! command returns to the shell is decided in [`exit`] alone.

mod args;
mod backup;
mod catalogue;
mod changes;
mod check;
mod config;
mod connect;
mod doctor;
mod error;
pub mod exit;
mod health;
mod import;
mod ledger;
mod next;
mod objection;
mod outfile;
mod output;
mod policy;
mod progress;
mod register;
mod replay;
mod report;
mod role;
mod scrub;
mod serve;
mod start;
mod token;
mod unclear;
mod user;
mod words;

use std::{process::ExitCode, time::Duration};

use clap::{CommandFactory, Parser, Subcommand};

pub use args::Place;
pub use error::CliError;
pub use exit::Exit;
pub use serve::no_regime;

/// May this seller call this person about this offer, now?
#[derive(Parser, Debug)]
#[command(name = "verzet", version, after_help = exit::HELP, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Serve(serve::Args),
    Import(import::Args),
    /// Copies of official registers of numbers that may not be called
    #[command(subcommand)]
    Register(register::Command),
    Check(check::Args),
    Scrub(scrub::Args),
    /// What was decided
    #[command(subcommand)]
    Report(report::Command),
    /// The record of every decision: proved, exported, kept no longer than it must be
    #[command(subcommand)]
    Ledger(ledger::Command),
    Replay(replay::Args),
    /// The regimes, and which is enforced
    #[command(subcommand)]
    Policy(policy::Command),
    /// Record a no
    #[command(subcommand)]
    Objection(objection::Command),
    /// Stops that wait for a person to look at them
    #[command(subcommand)]
    Unclear(unclear::Command),
    /// Sellers, products and what is offered
    #[command(subcommand)]
    Catalogue(catalogue::Command),
    Backup(backup::BackupArgs),
    Restore(backup::RestoreArgs),
    Doctor(doctor::Args),
    Health(health::Args),
    /// What dialers and other programs show to say who they are
    #[command(subcommand)]
    Token(token::Command),
    /// The accounts of people who sign in to the pages
    #[command(subcommand)]
    User(user::Command),
    /// Who changed or looked at what
    #[command(subcommand)]
    Changes(changes::Command),
    /// The configuration
    #[command(subcommand)]
    Config(config::Command),
}

/// The commands as `clap` knows them, for tests of the documentation.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Reads the command line, runs the command and says how it ended.
pub fn main() -> ExitCode {
    // Wrong usage ends in `clap`, with code 2 as in `exit`; `--help` and `--version` with 0.
    let cli = Cli::parse();
    let ended = run(cli).unwrap_or_else(|error| {
        error.print();
        error.exit()
    });
    ended.into()
}

fn run(cli: Cli) -> Result<Exit, CliError> {
    let place = cli.place;
    match cli.command {
        Command::Serve(args) => serve::run(&place, args),
        Command::Config(command) => config::run(&place, command),
        Command::Backup(args) => backup::backup(&place, args),
        Command::Restore(args) => backup::restore(&place, args),
        Command::Doctor(args) => client(doctor::run(&place, args)),
        Command::Health(args) => client(health::run(&place, args)),
        Command::Import(args) => client(import::run(&place, args)),
        Command::Register(command) => client(register::run(&place, command)),
        Command::Check(args) => client(check::run(&place, args)),
        Command::Scrub(args) => client(scrub::run(&place, args)),
        Command::Report(command) => client(report::run(&place, command)),
        Command::Ledger(command) => client(ledger::run(&place, command)),
        Command::Replay(args) => client(replay::run(&place, args)),
        Command::Policy(command) => client(policy::run(&place, command)),
        Command::Objection(command) => client(objection::run(&place, command)),
        Command::Unclear(command) => client(unclear::run(&place, command)),
        Command::Catalogue(command) => client(catalogue::run(&place, command)),
        Command::Token(command) => client(token::run(&place, command)),
        Command::User(command) => client(user::run(&place, command)),
        Command::Changes(command) => client(changes::run(&place, command)),
    }
}

/// Runs a client to its end, or until it is interrupted: dropping it removes what it half wrote.
fn client(command: impl Future<Output = Result<Exit, CliError>>) -> Result<Exit, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| CliError::failed(format!("no threads: {e}"), "see the limits of this user"))?;
    let ended = runtime.block_on(async {
        tokio::select! {
            ended = command => ended,
            _ = tokio::signal::ctrl_c() => Err(CliError::Interrupted),
        }
    });
    // A thread that still reads a file must not hold up the end.
    runtime.shutdown_timeout(Duration::from_millis(100));
    ended
}
