//! The binary as a process of its own, on a data directory of its own.

use std::{
    ffi::OsString,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use hyper_util::rt::TokioIo;
use tonic::transport::{Channel, Endpoint, Uri};

/// The longest wait for something that must come; only what never comes takes so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Where a sidecar lives, and how it is started.
pub(crate) struct Place {
    root: tempfile::TempDir,
    pub(crate) data: PathBuf,
    pub(crate) env: Vec<(OsString, OsString)>,
    /// A command in front of the binary, such as one that sets a limit.
    pub(crate) before: Vec<OsString>,
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) said: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        Self {
            root,
            data,
            env: Vec::new(),
            before: Vec::new(),
        }
    }

    /// A directory beside the data directory.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// The binary with these arguments and nothing of the tester's configuration. The release build if
    /// `VERZET_RELEASE_BIN` names one.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let binary = std::env::var_os("VERZET_RELEASE_BIN")
            .unwrap_or_else(|| env!("CARGO_BIN_EXE_verzet").into());
        let mut words = self.before.clone();
        words.push(binary);
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).arg("--data-dir").arg(&self.data);
        command.args(args).current_dir(self.root.path());
        command.stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("VERZET_") {
                command.env_remove(name);
            }
        }
        command.envs(self.env.iter().map(|(k, v)| (k, v)));
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(args).output().unwrap();
        let said = [stdout, stderr].concat();
        Ended {
            code: status.code(),
            said: String::from_utf8_lossy(&said).into_owned(),
        }
    }

    /// Runs a command that must do what it is told.
    pub(crate) fn done(&self, args: &[&str]) -> String {
        let ended = self.run(args);
        assert_eq!(ended.code, Some(0), "{args:?}: {}", ended.said);
        ended.said
    }

    /// Starts serving, not waiting for it to be ready.
    pub(crate) fn spawn(&self, args: &[&str]) -> Process {
        let began = Instant::now();
        let mut child = self
            .command(&[&["serve", "--listen", "127.0.0.1:0"], args].concat())
            .env("VERZET_LOG_FORMAT", "json")
            // Reads the record over the port too.
            .env("VERZET_ACCESS_LOOPBACK", "machine")
            .env("VERZET_PAGES_LISTEN", "127.0.0.1:0")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let (found, serving) = mpsc::channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let kept = log.clone();
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let told: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
                if told["message"] == "serving" {
                    let _ = found.send(told["listen"].as_str().unwrap().to_owned());
                }
                kept.lock().unwrap().push(line);
            }
        });
        Process {
            child,
            began,
            log,
            serving,
            reader: Some(reader),
            socket: self.data.join("verzet.sock"),
            address: String::new(),
        }
    }

    /// Starts serving and waits until it does; how it ended, if it did instead.
    pub(crate) fn try_serve(&self, args: &[&str]) -> Result<Process, Ended> {
        let mut process = self.spawn(args);
        match process.ready() {
            true => Ok(process),
            false => Err(process.ended()),
        }
    }

    pub(crate) fn serve(&self) -> Process {
        self.try_serve(&[])
            .unwrap_or_else(|ended| panic!("did not serve: {ended:?}"))
    }
}

/// A sidecar; killed when dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) began: Instant,
    log: Arc<Mutex<Vec<String>>>,
    serving: mpsc::Receiver<String>,
    reader: Option<JoinHandle<()>>,
    pub(crate) socket: PathBuf,
    address: String,
}

impl Process {
    /// Waits until it serves; false if it ended instead.
    pub(crate) fn ready(&mut self) -> bool {
        match self.serving.recv_timeout(PATIENCE) {
            Ok(address) => {
                self.address = format!("http://{address}");
                true
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => false,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                panic!("neither serves nor ends: {}", self.said())
            }
        }
    }

    /// What it wrote so far.
    pub(crate) fn said(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }

    /// Waits until it wrote this.
    pub(crate) fn says(&self, what: &str) {
        until(what, || self.said().contains(what));
    }

    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn ended(mut self) -> Ended {
        let code = self.child.wait().unwrap().code();
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        Ended {
            code,
            said: self.said(),
        }
    }

    /// The dialers' port, as host and port.
    pub(crate) fn host(&self) -> &str {
        self.address.trim_start_matches("http://")
    }

    /// A connection to the dialers' port.
    pub(crate) async fn connect(&self) -> Channel {
        let endpoint = Endpoint::from_shared(self.address.clone()).unwrap();
        let connected = endpoint.connect().await;
        connected.unwrap_or_else(|error| panic!("{error:?}; the sidecar said: {}", self.said()))
    }

    /// A connection that is made when it is first used.
    pub(crate) fn connect_lazily(&self) -> Channel {
        Endpoint::from_shared(self.address.clone())
            .unwrap()
            .connect_lazy()
    }

    /// A connection to the socket in the data directory.
    pub(crate) fn over_socket(&self) -> Channel {
        let socket = self.socket.clone();
        let connector = tower::service_fn(move |_: Uri| {
            let socket = socket.clone();
            async move {
                tokio::net::UnixStream::connect(socket)
                    .await
                    .map(TokioIo::new)
            }
        });
        Endpoint::from_static("http://sidecar.invalid").connect_with_connector_lazy(connector)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            println!("the sidecar said:\n{}", self.said());
        }
    }
}

/// A runtime for a test that drives a process.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// Waits until something is so.
pub(crate) fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The same, letting others run.
pub(crate) async fn until_async(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Prints a line that is seen although the test passes.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Copies a directory that nobody writes to.
pub(crate) fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap() {
            t if t.is_dir() => copy_dir(&entry.path(), &to),
            t if t.is_file() => drop(std::fs::copy(entry.path(), to).unwrap()),
            _ => {}
        }
    }
}
