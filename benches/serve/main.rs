//! What a durable `Check` costs, as a share of a bare echo of the same messages in the same run:
//! `cargo bench --bench serve -- closed|open|overload|numbers` (`--help` tells the flags).
//!
//! * `closed`: so many callers, each asking again when it is answered; requests a second, and the
//!   ratio to two echoes: tonic on tokio's default runtime, and one set up as the sidecar is, with a
//!   runtime a core. Rounds are interleaved, so that a slow moment of the machine falls on all.
//! * `open`: a fixed schedule that does not wait for answers; latency counts from the moment a
//!   request was due, so a stall is charged to every request it delays.
//! * `overload`: fixed schedules of half to three times the capacity: a table and a plot of what is
//!   answered, how fast, what is refused, and how soon service is normal when the load drops.
//! * `numbers`: the question files for `bench/ghz/run`.
//!
//! Everything runs on this machine and over loopback, and ends by itself. See `docs/load-testing.md`.

mod answer;
mod args;
mod caller;
mod closed;
mod cpu;
mod echo;
mod figures;
mod folder;
mod look;
mod mix;
mod numbers;
mod open;
mod overload;
mod process;
mod questions;
mod servers;
mod sidecar;

use std::process::ExitCode;

use anyhow::Result;

use args::{Args, Command};

/// The echoes run in this binary, so they get the sidecar's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(&Args::read()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Returns false if a request failed: figures of a run with failures mean nothing.
fn run(args: &Args) -> Result<bool> {
    match &args.command {
        Some(Command::Echo(which)) => echo::serve(which).map(|()| true),
        Some(Command::Numbers(to)) => {
            let mix = args.mix()?;
            for written in numbers::write(&mix, &to.out, to.rows)? {
                println!("{}", written.display());
            }
            Ok(true)
        }
        Some(Command::Closed(load)) => closed::run(args, load),
        Some(Command::Open(load)) => open::run(args, load),
        Some(Command::Overload(load)) => overload::run(args, load),
        None => {
            let (closed, open) = (args::Closed::default_of(args), args::Open::default_of(args));
            Ok(closed::run(args, &closed)? & open::run(args, &open)?)
        }
    }
}
