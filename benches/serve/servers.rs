//! The servers under measurement, all up for the whole run.

use std::{
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::{
    args::{Args, Kind},
    look,
    process::Process,
    questions::Questions,
    sidecar,
};

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
        let wanted = |kind: &Kind| kinds.contains(kind) && args.servers.contains(kind);
        // First the sidecar, since the echoes answer with one of its answers.
        let mut answer = Vec::new();
        if wanted(&Kind::Verzet) {
            let sidecar = all.start_sidecar(args)?;
            answer = look::over(sidecar.addr, questions)?;
            all.targets.push(sidecar);
        }
        for kind in [Kind::EchoPerCore, Kind::Echo].into_iter().filter(wanted) {
            all.targets
                .insert(0, start_echo(kind, args.threads(), &answer)?);
        }
        ensure!(
            !all.targets.is_empty(),
            "none of --servers is measured by this command"
        );
        Ok(all)
    }

    fn start_sidecar(&mut self, args: &Args) -> Result<Target> {
        let kind = Kind::Verzet;
        if let Some(up) = &args.addr {
            return Ok(Target {
                kind,
                addr: up.0,
                process: None,
            });
        }
        let data_dir = match &args.data_dir {
            Some(dir) => dir.clone(),
            None => {
                // On the disk the build is on: in memory a sync would cost nothing.
                let data = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
                self._data.insert(data).path().join("data")
            }
        };
        let up = sidecar::serve(Path::new(env!("CARGO_BIN_EXE_verzet")), &data_dir)?;
        Ok(Target {
            kind,
            addr: up.addr,
            process: Some(up.process),
        })
    }
}

fn start_echo(kind: Kind, threads: usize, answer: &[u8]) -> Result<Target> {
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
    // Kept open: the echo ends with it.
    let stdin = process.0.stdin.as_mut().context("an echo without input")?;
    stdin.write_all(&(answer.len() as u32).to_be_bytes())?;
    stdin.write_all(answer)?;
    let mut told = String::new();
    let stdout = process.0.stdout.take().context("an echo without output")?;
    BufReader::new(stdout).read_line(&mut told)?;
    Ok(Target {
        kind,
        addr: told.trim().parse().context("an echo did not start")?,
        process: Some(process),
    })
}
