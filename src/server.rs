//! Serving: a runtime a core for the dialers' port, one more for the socket in the data directory.
//!
//! One `current_thread` runtime a core, connections dealt round robin: measured at 1.6 to 1.7 times
//! tonic on tokio's default runtime (`docs/decisions/0003-a-runtime-a-core.md`).

mod accept;
mod beat;
mod clock_watch;
mod connection;
mod connections;
mod door;
mod health;
mod held;
mod lock;
mod scrape;
pub mod secure;
mod services;
mod socket;
mod stream;
pub mod tls;
mod traced;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::{runtime, sync::watch};

pub use connections::ConnectionLimits;
pub use socket::SOCKET;

use self::{beat::beat, door::Ways, lock::Lock, tls::Tls};
use crate::{
    access::Caller,
    sidecar::Sidecar,
    wire::check::{CheckDoor, CheckLimits, Checks},
};

/// How to serve.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// The dialers' port; `None` serves only the socket.
    pub listen: Option<SocketAddr>,
    /// TLS of that port; `None` is in clear.
    pub tls: Option<Arc<Tls>>,
    /// Who somebody without token or certificate is on that port; `None` is nobody.
    pub open: Option<Caller>,
    /// Runtimes, one a thread.
    pub threads: usize,
    /// What bounds connections.
    pub connections: ConnectionLimits,
    /// Most requests of one connection under way at once.
    pub streams_per_connection: u32,
    /// Longest message, in bytes.
    pub message_bytes: usize,
    /// Longest list of headers, in bytes.
    pub header_bytes: u32,
    /// How often a connection is asked whether its other end is there.
    pub ping_every: Duration,
    /// How long it may take to say so.
    pub ping_timeout: Duration,
    /// What bounds a check.
    pub check: CheckLimits,
    /// The deadline of a request that names none.
    pub default_deadline: Duration,
    /// Where Prometheus scrapes; `None` serves no metrics.
    pub metrics: Option<SocketAddr>,
    /// Whether each request of the dialers' port is a span ([`crate::log::TRACE`]).
    pub traced: bool,
    /// How long a stop may wait for what is under way.
    pub grace: Duration,
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The port.
    #[error("cannot listen on {addr}: {source}; {hint}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
        /// What to do.
        hint: &'static str,
    },
    /// The socket.
    #[error(
        "{path}: cannot listen on the socket: {source}; use a data directory with a shorter path, on a file system that has sockets"
    )]
    Socket {
        /// The path.
        path: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A thread or runtime.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] io::Error),
}

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    /// The port it listens on.
    pub listening: Option<SocketAddr>,
    /// The address metrics are served on, if it could be opened at once.
    pub metrics: Option<SocketAddr>,
    sidecar: Arc<Sidecar>,
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
    socket: std::path::PathBuf,
    grace: Duration,
}

impl Server {
    /// Starts serving; returns once the port and the socket accept connections.
    ///
    /// # Errors
    /// See [`ServeError`].
    pub fn start(sidecar: Arc<Sidecar>, options: &ServerOptions) -> Result<Self, ServeError> {
        let (stop, stopped) = watch::channel(false);
        let (listener, listening) = match options.listen {
            Some(addr) => {
                let listener = bind(addr)?;
                let actual = listener.local_addr()?;
                (Some(listener), Some(actual))
            }
            None => (None, None),
        };
        let path = sidecar.settings.data_dir.join(SOCKET);
        let unix = socket::bind(&path)?;
        let scraped = options.metrics.and_then(scrape::bind);
        let metrics = scraped.as_ref().and_then(|l| l.local_addr().ok());
        let health = health::Health::new();
        let mut threads = Vec::new();
        let mut dealers = Vec::new();
        if listener.is_some() {
            for n in 0..options.threads.max(1) {
                let (deal, dealt) = tokio::sync::mpsc::unbounded_channel();
                dealers.push(deal);
                let rt = runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                let (sidecar, options) = (sidecar.clone(), options.clone());
                let (health, stopped) = (health.clone(), stopped.clone());
                threads.push(spawn(format!("serve-{n}"), move || {
                    rt.block_on(async {
                        let mailbox = sidecar.ledger.mailbox();
                        let post = mailbox.clone();
                        let delivery = tokio::spawn(async move { post.run().await });
                        let beating = tokio::spawn(beat());
                        let checks = Checks::new(sidecar.clone(), mailbox, options.check)
                            .until(stopped.clone());
                        let routes = services::for_dialers(&sidecar, &checks, &health, &options);
                        let lock = Lock::new(sidecar.access.clone(), options.open.clone());
                        // A request that is traced takes the way that spans are on.
                        let short = (!options.traced)
                            .then(|| CheckDoor::new(checks, options.message_bytes));
                        let ways = Ways::new(short, lock, routes, options.default_deadline);
                        let ways = Arc::new(ways);
                        accept::serve(ways, sidecar.clone(), &options, dealt, stopped).await;
                        beating.abort();
                        delivery.abort();
                    });
                })?);
            }
        }
        let rt = runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("background")
            .enable_all()
            .build()?;
        let (served, own) = (sidecar.clone(), options.clone());
        threads.push(spawn("background".to_owned(), move || {
            rt.block_on(async {
                let mailbox = served.ledger.mailbox();
                let post = mailbox.clone();
                let delivery = tokio::spawn(async move { post.run().await });
                let watching = tokio::spawn(health.clone().watch(served.clone(), stopped.clone()));
                let clock = tokio::spawn(clock_watch::watch(served.metrics.clone()));
                if let Some(address) = own.metrics {
                    let stopped = stopped.clone();
                    tokio::spawn(scrape::serve(served.clone(), address, scraped, stopped));
                }
                if let Some(tls) = &own.tls {
                    tokio::spawn(tls.clone().watch(stopped.clone()));
                }
                if let Some(listener) = listener {
                    let connections =
                        connections::Connections::new(served.clone(), own.connections);
                    tokio::spawn(connections.clone().watch());
                    tokio::spawn(accept::deal(
                        listener,
                        dealers,
                        connections,
                        stopped.clone(),
                    ));
                }
                let checks = Checks::new(served.clone(), mailbox, own.check).until(stopped.clone());
                let routes = services::for_socket(&served, &checks, &health, &own);
                let lock = Lock::new(served.access.clone(), Some(Caller::machine()));
                socket::serve(routes, lock, unix, &own, stopped).await;
                let _ = watching.await;
                clock.abort();
                delivery.abort();
            });
            // A write whose caller went away is carried out all the same.
            rt.shutdown_timeout(own.grace);
        })?);
        Ok(Self {
            listening,
            metrics,
            sidecar,
            stop,
            threads,
            socket: path,
            grace: options.grace,
        })
    }

    /// Takes nothing new, answers what is under way, closes the ledger: health says NOT_SERVING, the port
    /// is closed, connections are told to go away, open streams end with UNAVAILABLE once what they asked
    /// is answered. Returns false if something was still under way after the grace time.
    pub fn stop(self) -> bool {
        self.stop.send_replace(true);
        let until = std::time::Instant::now() + self.grace;
        let mut clean = true;
        for thread in self.threads {
            while !thread.is_finished() && std::time::Instant::now() < until {
                thread::sleep(Duration::from_millis(5));
            }
            if thread.is_finished() {
                let _ = thread.join();
            } else {
                clean = false;
            }
        }
        self.sidecar.reports.close();
        self.sidecar.ledger.close();
        let _ = std::fs::remove_file(&self.socket);
        clean
    }
}

fn spawn(name: String, run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name).spawn(run)
}

fn bind(addr: SocketAddr) -> Result<TcpListener, ServeError> {
    let listen = || {
        let socket = socket2::Socket::new(
            socket2::Domain::for_address(addr),
            socket2::Type::STREAM,
            None,
        )?;
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&addr.into())?;
        socket.listen(1024)?;
        Ok(socket.into())
    };
    listen().map_err(|source: io::Error| ServeError::Listen {
        addr,
        hint: match source.kind() {
            io::ErrorKind::AddrInUse => {
                "another program has the port: stop it, or choose another with --listen"
            }
            io::ErrorKind::PermissionDenied => "choose a port of 1024 or higher with --listen",
            _ => "choose an address of this machine with --listen, such as 127.0.0.1:50051",
        },
        source,
    })
}
