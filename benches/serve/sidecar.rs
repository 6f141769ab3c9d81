//! A real sidecar, started as an operator starts it.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::process::Process;

/// Longest wait for the port.
const START: Duration = Duration::from_secs(60);

/// Serves until dropped.
#[derive(Debug)]
pub(crate) struct Sidecar {
    pub(crate) process: Process,
    pub(crate) addr: SocketAddr,
}

/// Serves a data directory on a free port of loopback, with `--sample` if it is not there yet; its log
/// goes to a file beside it.
pub(crate) fn serve(binary: &Path, data_dir: &Path) -> Result<Sidecar> {
    serve_with(binary, data_dir, &[])
}

/// The same with settings from the environment.
pub(crate) fn serve_with(
    binary: &Path,
    data_dir: &Path,
    settings: &[(&str, &str)],
) -> Result<Sidecar> {
    let log = data_dir.with_extension("serve.log");
    let log_file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
    // The port is free again once the listener is dropped.
    let addr = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let mut command = Command::new(binary);
    command
        .arg("serve")
        .arg("--listen")
        .arg(addr.to_string())
        .arg("--data-dir")
        .arg(data_dir)
        .args((!data_dir.exists()).then_some("--sample"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log_file);
    // Settings of whoever runs this are not part of the test.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("VERZET_") {
            command.env_remove(name);
        }
    }
    // Who measures also reads what was recorded.
    command.env("VERZET_ACCESS_LOOPBACK", "machine");
    command.envs(settings.iter().copied());
    let mut process =
        Process::start(&mut command).with_context(|| format!("cannot run {}", binary.display()))?;
    let until = Instant::now() + START;
    while TcpStream::connect(addr).is_err() {
        let told = || fs::read_to_string(&log).unwrap_or_default();
        if let Some(status) = process.0.try_wait()? {
            bail!("verzet serve ended: {status}\n{}", told());
        }
        if Instant::now() > until {
            bail!(
                "verzet serve did not open {addr} within {START:?}\n{}",
                told()
            );
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(Sidecar { process, addr })
}
