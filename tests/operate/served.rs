//! The binary serving, its log in a file, stopped as a service manager stops it.

use std::{
    fs::{self, File},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::sidecar::Dir;

const PATIENCE: Duration = Duration::from_secs(180);

/// A sidecar of the built binary, on `verzet-data` in a directory.
pub(crate) struct Served<'d> {
    dir: &'d Dir,
    child: Option<Child>,
}

impl<'d> Served<'d> {
    /// Starts `verzet serve` with these arguments and settings; returns once it says that it serves.
    pub(crate) fn start(dir: &'d Dir, args: &[&str], settings: &[(&str, &str)]) -> Self {
        let args = [&["serve", "--listen", "127.0.0.1:0"], args].concat();
        let mut command = dir.command(&args);
        command.env("VERZET_METRICS_LISTEN", "127.0.0.1:0");
        command.env("VERZET_PAGES_LISTEN", "127.0.0.1:0");
        for (name, value) in settings {
            command.env(name, value);
        }
        let log = File::create(dir.path().join("serve.log")).unwrap();
        let child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut served = Self {
            dir,
            child: Some(child),
        };
        served.wait_for(|log| log.contains("serving"));
        served
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Waits until the log says something.
    pub(crate) fn wait_for(&mut self, said: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        while !said(&self.log()) {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert_eq!(ended, None, "{}", self.log());
            assert!(begun.elapsed() < PATIENCE, "{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("serve.log")).unwrap_or_default()
    }

    /// The value of a field of the first line that has it, as in `listen=127.0.0.1:50051`.
    pub(crate) fn field(&self, name: &str) -> String {
        let log = self.log();
        let at = log.find(&format!("{name}=")).unwrap() + name.len() + 1;
        log[at..].split_whitespace().next().unwrap().to_owned()
    }

    /// Asks it to stop, waits for its end, and gives its log.
    pub(crate) fn stop(mut self) -> String {
        let mut child = self.child.take().unwrap();
        let pid = child.id().to_string();
        assert!(Command::new("kill").arg(&pid).status().unwrap().success());
        assert!(child.wait().unwrap().success(), "{}", self.log());
        self.log()
    }
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
