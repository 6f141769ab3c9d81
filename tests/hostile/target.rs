//! The sidecar under attack, and a caller like any other who is to notice nothing of it.

use std::{
    fs::{self, File},
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use tonic::transport::Channel;
use verzet::proto::v1::{self, check_service_client::CheckServiceClient};

/// The longest wait for something that will come; only what never comes takes so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Short times, so that a test need not wait for a shift to end.
const SETTINGS: &str = "\
[limits]
connections = 64
idle = \"3s\"
greeting = \"1s\"
ping_every = \"1s\"
ping_timeout = \"2s\"
queue_wait = \"10s\"

[log]
level = \"warn\"
";

/// A sidecar with the sample, killed when dropped.
pub(crate) struct Target {
    pub(crate) addr: SocketAddr,
    metrics: SocketAddr,
    child: Child,
    caller: Option<Caller>,
    dir: tempfile::TempDir,
}

/// Asks all the time, on a connection of its own.
struct Caller {
    done: Arc<AtomicBool>,
    answers: Arc<AtomicU64>,
    thread: JoinHandle<Option<String>>,
}

impl Target {
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        // The port is free again once the listener is dropped.
        let free = || {
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .and_then(|l| l.local_addr())
                .unwrap()
        };
        let (addr, metrics) = (free(), free());
        let settings = format!("{SETTINGS}\n[metrics]\nlisten = \"{metrics}\"\n");
        fs::write(dir.path().join("verzet.toml"), settings).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_verzet"));
        command
            .args(["serve", "--sample", "--listen", &addr.to_string()])
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(dir.path().join("log")).unwrap());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("VERZET_") {
                command.env_remove(name);
            }
        }
        let child = command.spawn().unwrap();
        let mut target = Self {
            addr,
            metrics,
            child,
            caller: None,
            dir,
        };
        let caller = Caller::start(addr);
        target.wait(|| caller.answered(), "a first answer");
        target.caller = Some(caller);
        target
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for something; fails if the process ends, or it never comes.
    pub(crate) fn wait(&mut self, mut come: impl FnMut() -> bool, what: &str) {
        let begun = Instant::now();
        while !come() {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the sidecar ended: {status}\n{}", self.log());
            }
            assert!(begun.elapsed() < PATIENCE, "no {what}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What was refused is counted: waits until `/metrics` says so.
    pub(crate) fn has_counted(&mut self, cause: &str) {
        let (metrics, line) = (
            self.metrics,
            format!("verzet_connections_refused_total{{cause=\"{cause}\"}} "),
        );
        let counted = || {
            let page = scrape(metrics).unwrap_or_default();
            let line = page.lines().find_map(|l| l.strip_prefix(&line));
            line.is_some_and(|n| n.trim() != "0")
        };
        self.wait(counted, &format!("connection counted as {cause}"));
    }

    /// The caller is answered from now on as before: a good many times.
    pub(crate) fn is_well(&mut self) {
        let answers = self.caller.as_ref().unwrap().answers.clone();
        let before = answers.load(Ordering::Relaxed);
        self.wait(
            || answers.load(Ordering::Relaxed) >= before + 50,
            "answers any more",
        );
    }

    /// A new caller can connect and is answered; and the one from the beginning was never refused.
    pub(crate) fn finish(mut self) {
        self.is_well();
        let fresh = Caller::start(self.addr);
        self.wait(|| fresh.answered(), "answer to a new caller");
        assert_eq!(fresh.stop(), None);
        let caller = self.caller.take().unwrap();
        assert_eq!(
            caller.stop(),
            None,
            "the other caller was refused\n{}",
            self.log()
        );
        assert!(!self.log().contains("panicked"), "{}", self.log());
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Caller {
    fn start(addr: SocketAddr) -> Self {
        let done = Arc::<AtomicBool>::default();
        let answers = Arc::<AtomicU64>::default();
        let (end, count) = (done.clone(), answers.clone());
        let thread = std::thread::spawn(move || {
            let rt = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            let refused = rt.block_on(call(addr, &end, &count));
            if let Some(refused) = &refused {
                eprintln!("the other caller: {refused}");
            }
            refused
        });
        Self {
            done,
            answers,
            thread,
        }
    }

    /// Whether it was answered; fails if it was refused instead.
    fn answered(&self) -> bool {
        let answered = self.answers.load(Ordering::Relaxed) > 0;
        assert!(answered || !self.thread.is_finished(), "refused at once");
        answered
    }

    /// How it was refused, if it was.
    fn stop(self) -> Option<String> {
        self.done.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

async fn call(addr: SocketAddr, done: &AtomicBool, answers: &AtomicU64) -> Option<String> {
    let channel = Channel::from_shared(format!("http://{addr}")).unwrap();
    let begun = Instant::now();
    let channel = loop {
        match channel.connect().await {
            Ok(channel) => break channel,
            Err(error) if begun.elapsed() > PATIENCE => return Some(error.to_string()),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    let mut checks = CheckServiceClient::new(channel);
    while !done.load(Ordering::Relaxed) {
        let question = v1::CheckRequest {
            number: "0610000002".into(),
            campaign_id: "gas-customers".into(),
            ..Default::default()
        };
        match checks.check(question).await {
            Ok(answer) if answer.get_ref().verdict() == v1::Verdict::Allow => {
                answers.fetch_add(1, Ordering::Relaxed);
            }
            Ok(answer) => return Some(format!("{answer:?}")),
            Err(error) => return Some(format!("{error:?}")),
        }
    }
    None
}

/// The page Prometheus gets.
fn scrape(metrics: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(metrics)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut page = String::new();
    stream.read_to_string(&mut page)?;
    Ok(page)
}

/// The open files a process has.
pub(crate) fn open_files(pid: u32) -> usize {
    let path = format!("/proc/{pid}/fd");
    fs::read_dir(Path::new(&path)).map_or(0, Iterator::count)
}

/// The memory a process has, in MiB.
pub(crate) fn memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmRSS:"));
    let kib = line.and_then(|l| l.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
