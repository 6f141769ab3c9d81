//! The flags.

use std::{net::SocketAddr, path::PathBuf, str::FromStr};

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand, ValueEnum};

use crate::{folder::Folder, mix::Mix};

/// Durable checks against bare echoes of the same messages, on this machine, over loopback.
///
/// Without a command: closed, then open.
#[derive(Parser, Debug)]
#[command(name = "cargo bench --bench serve --")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// CRM folder whose customers and objections are asked about [default: that of the sample]
    #[arg(long, global = true, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Campaign of that folder [default: the first that calls strangers]
    #[arg(long, global = true, value_name = "ID")]
    campaign: Option<String>,
    /// A sidecar that is up already, with the folder's facts, instead of one started here
    #[arg(long, global = true, value_name = "HOST:PORT")]
    pub(crate) addr: Option<Loopback>,
    /// Data directory with the folder's facts, to start the sidecar on [default: a new one with the
    /// sample, removed at the end]
    #[arg(long, global = true, value_name = "DIR", conflicts_with = "addr")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Which servers to measure
    #[arg(
        long,
        global = true,
        value_delimiter = ',',
        default_value = "echo,echo-per-core,verzet"
    )]
    pub(crate) servers: Vec<Kind>,
    /// Runtimes of the echo that is set up as the sidecar is [default: one a core]
    #[arg(long, global = true, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Given by `cargo bench`; without it (`cargo test --benches`) everything is done once, briefly
    #[arg(long, global = true, hide = true)]
    bench: bool,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// So many callers, each asking again when it is answered
    Closed(Closed),
    /// A fixed schedule that does not wait for answers
    Open(Open),
    /// More than can be done, and how that is borne
    Overload(Overload),
    /// Write the question files for `bench/ghz/run`
    Numbers(Numbers),
    /// An echo server; ends with its standard input
    #[command(hide = true)]
    Echo(Echo),
}

#[derive(clap::Args, Debug)]
pub(crate) struct Closed {
    /// Connections x questions under way on each; may be given several times
    #[arg(
        long = "profile",
        value_name = "CxM",
        value_delimiter = ',',
        default_value = "10x50,4x16,1x1"
    )]
    pub(crate) profiles: Vec<Profile>,
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,
    /// Seconds measured in a round
    #[arg(long, value_name = "S", default_value_t = 3.0)]
    pub(crate) seconds: f64,
    /// Seconds of load before them
    #[arg(long, value_name = "S", default_value_t = 1.0)]
    pub(crate) warm_up: f64,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Open {
    /// Requests a second
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) rate: u32,
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,
    /// Seconds measured in a round
    #[arg(long, value_name = "S", default_value_t = 10.0)]
    pub(crate) seconds: f64,
    /// Seconds of load before them
    #[arg(long, value_name = "S", default_value_t = 1.0)]
    pub(crate) warm_up: f64,
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) connections: usize,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Overload {
    /// Multiples of the capacity that are offered
    #[arg(
        long,
        value_name = "X",
        value_delimiter = ',',
        default_value = "0.5,0.75,0.9,1,1.25,1.5,2,2.5,3"
    )]
    pub(crate) factors: Vec<f64>,
    /// Seconds of each
    #[arg(long, value_name = "S", default_value_t = 5.0)]
    pub(crate) seconds: f64,
    /// Seconds of the last one
    #[arg(long, value_name = "S", default_value_t = 60.0)]
    pub(crate) longest: f64,
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) connections: usize,
    /// After so many milliseconds nobody waits for an answer any more
    #[arg(long, value_name = "MS", default_value_t = 1_000)]
    pub(crate) deadline_ms: u64,
    /// Where to draw it
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/target/overload.svg"))]
    pub(crate) out: PathBuf,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Numbers {
    /// Where to write them
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/target/ghz"))]
    pub(crate) out: PathBuf,
    /// Questions; a multiple of 200
    #[arg(long, value_name = "N", default_value_t = 4_000)]
    pub(crate) rows: usize,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Echo {
    pub(crate) kind: Kind,
    #[arg(long)]
    pub(crate) threads: usize,
}

/// A server to measure.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Kind {
    /// tonic as it comes, on tokio's default runtime
    Echo,
    /// tonic set up as the sidecar is: a runtime a core, connections dealt round robin
    EchoPerCore,
    /// The sidecar
    Verzet,
}

impl Kind {
    /// As it is called in the tables.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Echo => "echo, default runtime",
            Self::EchoPerCore => "echo, a runtime a core",
            Self::Verzet => "verzet, durable check",
        }
    }
}

/// Connections, and questions under way on each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Profile {
    pub(crate) connections: usize,
    pub(crate) under_way: usize,
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (connections, under_way) = text.split_once('x')?;
            let (connections, under_way) = (connections.parse().ok()?, under_way.parse().ok()?);
            let sane = (1..=1_000).contains(&connections) && (1..=10_000).contains(&under_way);
            sane.then_some(Self {
                connections,
                under_way,
            })
        };
        parse().ok_or_else(|| "write it as 10x50: connections x questions under way".to_owned())
    }
}

/// An address of this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Loopback(pub(crate) SocketAddr);

impl FromStr for Loopback {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text
            .strip_prefix("localhost:")
            .map_or(text.to_owned(), |p| format!("127.0.0.1:{p}"));
        match text.parse::<SocketAddr>() {
            Ok(addr) if addr.ip().is_loopback() => Ok(Self(addr)),
            Ok(_) => Err("only a sidecar on this machine: 127.0.0.1:PORT".to_owned()),
            Err(_) => Err("write it as 127.0.0.1:50051".to_owned()),
        }
    }
}

impl Args {
    /// Reads the command line.
    pub(crate) fn read() -> Self {
        Self::parse()
    }

    /// What to ask.
    pub(crate) fn mix(&self) -> Result<Mix> {
        let campaign = self.campaign.as_deref();
        Mix::of(match &self.folder {
            Some(folder) => Folder::read(folder, campaign)?,
            None => Folder::sample(campaign)?,
        })
    }

    /// Runtimes of the echo that is set up as the sidecar is.
    pub(crate) fn threads(&self) -> usize {
        self.threads.unwrap_or_else(cores)
    }
}

/// Cores this process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Bounds that keep every run finite.
pub(crate) fn sane(rounds: usize, seconds: f64, warm_up: f64) -> Result<()> {
    ensure!((1..=1_000).contains(&rounds), "--rounds is 1 to 1,000");
    ensure!(
        seconds > 0.0 && seconds <= 600.0,
        "--seconds is above 0 and at most 600"
    );
    ensure!(
        (0.0..=600.0).contains(&warm_up),
        "--warm-up is 0 to 600 seconds"
    );
    Ok(())
}

impl Closed {
    /// What is done without a command.
    pub(crate) fn default_of(args: &Args) -> Self {
        let (rounds, seconds, warm_up) = if args.bench {
            (5, 3.0, 1.0)
        } else {
            (1, 0.2, 0.05)
        };
        let profile = |connections, under_way| Profile {
            connections,
            under_way,
        };
        Self {
            profiles: vec![profile(10, 50), profile(4, 16), profile(1, 1)],
            rounds,
            seconds,
            warm_up,
        }
    }
}

impl Open {
    /// What is done without a command.
    pub(crate) fn default_of(args: &Args) -> Self {
        let (rate, rounds, seconds, warm_up) = if args.bench {
            (10_000, 5, 10.0, 1.0)
        } else {
            (200, 1, 0.2, 0.05)
        };
        Self {
            rate,
            rounds,
            seconds,
            warm_up,
            connections: 10,
        }
    }
}
