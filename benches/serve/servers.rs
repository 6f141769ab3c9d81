//! The servers under measurement, all up for the whole run.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use prost::Message;
use tempfile::TempDir;
use verzet::proto::v1::{CheckResponse, Reason, Verdict};

use crate::{
    args::{Args, Kind},
    caller::Caller,
    process::Process,
    questions::Questions,
    sidecar,
};

/// Questions asked of the sidecar before measuring, to see that it answers as a call centre's would.
const LOOK: usize = 200;

/// A server that runs.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) kind: Kind,
    pub(crate) addr: SocketAddr,
    /// `None` for a sidecar that was up already.
    pub(crate) process: Option<Process>,
}

/// Servers that run until this is dropped.
#[derive(Debug)]
pub(crate) struct Servers {
    pub(crate) targets: Vec<Target>,
    _data: Option<TempDir>,
}

impl Servers {
    /// Starts those of `kinds` that were asked for.
    pub(crate) fn start(args: &Args, questions: &Questions, kinds: &[Kind]) -> Result<Self> {
        let mut all = Self {
            targets: Vec::new(),
            _data: None,
        };
        for kind in kinds.iter().copied().filter(|k| args.servers.contains(k)) {
            let target = match (kind, &args.addr) {
                (Kind::Verzet, Some(up)) => Target {
                    kind,
                    addr: up.0,
                    process: None,
                },
                (Kind::Verzet, None) => {
                    let binary = Path::new(env!("CARGO_BIN_EXE_verzet"));
                    let data_dir = match &args.data_dir {
                        Some(dir) => dir.clone(),
                        None => {
                            // On the disk the build is on: in memory a sync would cost nothing.
                            let data = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
                            let dir = data.path().join("data");
                            all._data = Some(data);
                            dir
                        }
                    };
                    let up = sidecar::serve(binary, &data_dir)?;
                    Target {
                        kind,
                        addr: up.addr,
                        process: Some(up.process),
                    }
                }
                (echo, _) => start_echo(echo, args.threads())?,
            };
            if kind == Kind::Verzet {
                look(target.addr, questions)?;
            }
            all.targets.push(target);
        }
        ensure!(
            !all.targets.is_empty(),
            "none of --servers is measured by this command"
        );
        Ok(all)
    }
}

fn start_echo(kind: Kind, threads: usize) -> Result<Target> {
    let name = match kind {
        Kind::Echo => "echo",
        _ => "echo-per-core",
    };
    let mut process = Process::start(
        Command::new(std::env::current_exe()?)
            .args(["echo", name, "--threads", &threads.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped()),
    )?;
    let mut told = String::new();
    let stdout = process.0.stdout.take().context("an echo without output")?;
    BufReader::new(stdout).read_line(&mut told)?;
    let addr = told.trim().parse().context("an echo did not start")?;
    Ok(Target {
        kind,
        addr,
        process: Some(process),
    })
}

/// Asks a few questions and tells the answers; refuses a sidecar on which the load would be a fiction.
fn look(addr: SocketAddr, questions: &Questions) -> Result<()> {
    let mut seen = BTreeMap::<&str, usize>::new();
    let rt = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    rt.block_on(async {
        let mut caller = Caller::connect(addr).await?;
        for _ in 0..LOOK {
            let asked =
                tokio::time::timeout(Duration::from_secs(10), caller.ask(questions.next().1));
            let answer = match asked.await {
                Ok(Ok(answer)) => CheckResponse::decode(answer)?,
                Ok(Err(failure)) => bail!("{addr}: {failure}"),
                Err(_) => bail!("{addr}: no answer within 10 s"),
            };
            ensure!(
                answer.verdict() != Verdict::Unspecified,
                "{addr}: an answer without a verdict"
            );
            *seen
                .entry(answer.reason().as_str_name().trim_start_matches("REASON_"))
                .or_default() += 1;
        }
        Ok(())
    })?;
    let shares: Vec<_> = seen
        .iter()
        .map(|(reason, n)| format!("{reason} {:.1} %", *n as f64 * 100.0 / LOOK as f64))
        .collect();
    println!("what the sidecar answers: {}", shares.join(", "));
    for misfit in [
        Reason::UnknownCampaign,
        Reason::CampaignNotRunning,
        Reason::NoRegime,
        Reason::SourceNotLawful,
    ] {
        let name = misfit.as_str_name().trim_start_matches("REASON_");
        ensure!(
            !seen.contains_key(name),
            "the sidecar does not know what it is asked about ({name}): name the folder its facts came from with --folder, and a campaign of it with --campaign"
        );
    }
    Ok(())
}
