//! Running the built binary in a directory of its own, alone and with a sidecar beside it.

use std::{
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

/// The longest wait for a sidecar to answer; only a sidecar that never will takes so long.
const PATIENCE: Duration = Duration::from_secs(120);

/// An empty working directory to run commands in.
pub(crate) struct Dir(tempfile::TempDir);

/// How a command ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Dir {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    /// The binary, to be run here, with nothing of the tester's own configuration.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_verzet"));
        command
            .args(args)
            .current_dir(self.path())
            .stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("VERZET_") {
                command.env_remove(name);
            }
        }
        // Help is as wide as the terminal otherwise.
        command.env("COLUMNS", "100");
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        self.command(args).output().unwrap().into()
    }

    /// Starts `verzet serve` with these arguments on any free port, and waits until it answers on the
    /// socket of its data directory. How it ended, if it ended instead.
    pub(crate) fn serve(&self, args: &[&str]) -> Result<Sidecar, Ended> {
        self.serve_on("127.0.0.1:0", args)
    }

    /// The same, on this address.
    pub(crate) fn serve_on(&self, address: &str, args: &[&str]) -> Result<Sidecar, Ended> {
        let args = [&["serve", "--listen", address], args].concat();
        let child = self
            .command(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut sidecar = Sidecar {
            child: Some(child.unwrap()),
            socket: self.path().join("verzet-data").join("verzet.sock"),
        };
        let begun = Instant::now();
        while UnixStream::connect(&sidecar.socket).is_err() {
            if let Some(ended) = sidecar.ended() {
                return Err(ended);
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "no answer on {}",
                sidecar.socket.display()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(sidecar)
    }
}

/// A running sidecar; killed when dropped.
pub(crate) struct Sidecar {
    child: Option<Child>,
    pub(crate) socket: PathBuf,
}

impl Sidecar {
    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<Ended> {
        let ended = self.child.as_mut()?.try_wait().unwrap().is_some();
        let child = if ended { self.child.take() } else { None };
        child.map(|child| child.wait_with_output().unwrap().into())
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
