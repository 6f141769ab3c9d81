//! A real sidecar: filled through its own commands, started as an operator starts it.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::process::Process;

/// Longest wait for the port.
const START: Duration = Duration::from_secs(60);

/// Serves until dropped.
#[derive(Debug)]
pub(crate) struct Sidecar {
    pub(crate) process: Process,
    pub(crate) addr: SocketAddr,
}

/// Fills a new data directory with a CRM folder and its register copy `bmnr.txt`, as of today, and
/// enforces `nl-bmnr`.
pub(crate) fn fill(binary: &Path, data_dir: &Path, folder: &Path) -> Result<()> {
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let verzet = |args: &[&str], path: Option<&Path>| {
        let output = Command::new(binary)
            .args(args)
            .args(path)
            .arg("--data-dir")
            .arg(data_dir)
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot run {}", binary.display()))?;
        ensure!(
            output.status.success(),
            "verzet {}: {}\n{}{}",
            args.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        Ok(())
    };
    let why = "a load test on a machine of its own";
    verzet(
        &[
            "policy",
            "enforce",
            "nl-bmnr",
            "--by",
            "load test",
            "--why",
            why,
        ],
        None,
    )?;
    verzet(&["import"], Some(folder))?;
    let register = folder.join("bmnr.txt");
    verzet(
        &["register", "import", "bmnr", "--as-of", &today],
        Some(&register),
    )
}

/// Serves a data directory on a free port of loopback; its log goes to `serve.log` beside the directory.
pub(crate) fn serve(binary: &Path, data_dir: &Path) -> Result<Sidecar> {
    let log = data_dir.with_extension("serve.log");
    // The port is free again once the listener is dropped.
    let addr = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let mut process = Process::start(
        Command::new(binary)
            .arg("serve")
            .arg("--listen")
            .arg(addr.to_string())
            .arg("--data-dir")
            .arg(data_dir)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log)?),
    )
    .with_context(|| format!("cannot run {}", binary.display()))?;
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
