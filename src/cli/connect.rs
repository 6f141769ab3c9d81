//! Reaching the sidecar: over the Unix socket in the data directory, over TCP, or by starting one in
//! this process on a data directory no other process owns.

mod shown;
mod tls;

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tonic::{
    Request, Response, Status,
    service::interceptor::InterceptedService,
    transport::{Channel, Endpoint, Uri},
};

use self::shown::Shown;

use super::{
    args::Place,
    error::{CliError, innermost},
};
use crate::{
    config::Config,
    proto::v1::{
        access_service_client::AccessServiceClient,
        catalogue_service_client::CatalogueServiceClient, check_service_client::CheckServiceClient,
        fact_service_client::FactServiceClient, intake_service_client::IntakeServiceClient,
        policy_service_client::PolicyServiceClient, register_service_client::RegisterServiceClient,
        report_service_client::ReportServiceClient,
    },
};

/// Whether a command may begin a data directory that is not there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bare {
    /// It brings something into it.
    Create,
    /// It only asks; a directory that is not there is a slip of the pen.
    Refuse,
}

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// The longest wait for a process that owns the data directory to answer, or to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// The pause before looking again.
const AGAIN: Duration = Duration::from_millis(50);

/// The deadline of a question that takes no long work.
const ASK: Duration = Duration::from_secs(30);

/// The largest answer taken in: a page of decisions with trails, a catalogue as a whole.
const LARGEST_ANSWER: usize = 256 << 20;

/// The way to a sidecar, with what is shown to it.
pub(super) type Wire = InterceptedService<Channel, Shown>;

/// A sidecar that can be asked.
pub(super) struct Session {
    channel: Channel,
    shown: Shown,
    embedded: Option<embedded::Handle>,
}

macro_rules! clients {
    ($($name:ident: $client:ident),+ $(,)?) => { $(
        pub(super) fn $name(&self) -> $client<Wire> {
            $client::with_interceptor(self.channel.clone(), self.shown.clone())
                .max_decoding_message_size(LARGEST_ANSWER)
        }
    )+ };
}

impl Session {
    clients! {
        access: AccessServiceClient,
        check: CheckServiceClient,
        facts: FactServiceClient,
        catalogue: CatalogueServiceClient,
        intake: IntakeServiceClient,
        register: RegisterServiceClient,
        policy: PolicyServiceClient,
        report: ReportServiceClient,
    }

    /// To a TCP address, such as `127.0.0.1:50051`, or over TLS to `https://host:50051`; a token and the
    /// CA of the other end are read from files.
    pub(super) async fn over_tcp(
        address: &str,
        token_file: Option<&Path>,
        ca_file: Option<&Path>,
    ) -> Result<Self, CliError> {
        let shown = token_file.map_or(Ok(Shown::default()), Shown::read)?;
        let is_secure = address.starts_with("https://");
        let uri = match is_secure {
            // The connector makes the connection secure; to tonic it is a plain one.
            true => address.replacen("https://", "http://", 1),
            false => format!("http://{}", address.trim_start_matches("http://")),
        };
        let endpoint = Endpoint::from_shared(uri).map_err(|e| {
            CliError::usage(
                format!("--address: `{address}` is not an address ({e})"),
                "write HOST:PORT, such as 127.0.0.1:50051, or https://HOST:PORT",
            )
        })?;
        let endpoint = endpoint.connect_timeout(CONNECT);
        let connected = match is_secure {
            true => {
                let connector = tls::Connector::new(ca_file)?;
                endpoint.connect_with_connector(connector.service()).await
            }
            false => endpoint.connect().await,
        };
        let channel = connected.map_err(|e| {
            CliError::unreachable(
                format!("no sidecar answers: {address} ({})", innermost(&e)),
                "start one with `verzet serve`, or leave --address out to use the data directory",
            )
        })?;
        Ok(Self {
            channel,
            shown,
            embedded: None,
        })
    }

    /// To the sidecar on a data directory; without a running one, to one in this process.
    ///
    /// A directory another process owns that does not answer yet, or no more, is waited for: a sidecar
    /// that loads its facts, or another command that is about to end.
    pub(super) async fn on_directory(
        place: &Place,
        config: &Config,
        bare: Bare,
    ) -> Result<Self, CliError> {
        let begun = Instant::now();
        loop {
            if let Some(channel) = running(config).await? {
                return Ok(Self {
                    channel,
                    shown: Shown::default(),
                    embedded: None,
                });
            }
            if bare == Bare::Refuse && !config.data_dir.exists() {
                return Err(CliError::unreachable(
                    format!("no data directory: {}", config.data_dir.display()),
                    format!(
                        "name it with --data-dir, or begin one with `{}`",
                        place.command("serve --sample")
                    ),
                ));
            }
            match embedded::start(config).await {
                Ok(handle) => {
                    return Ok(Self {
                        channel: over_unix(config.socket()).await?,
                        shown: Shown::default(),
                        embedded: Some(handle),
                    });
                }
                Err(CliError::Unreachable { .. }) if begun.elapsed() < PATIENCE => {
                    tokio::time::sleep(AGAIN).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether the sidecar is one this process started.
    pub(super) fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    /// Asks one question, and ends; `doing` is the command, named where it is refused.
    pub(super) async fn once<A>(
        self,
        doing: &'static str,
        question: impl AsyncFnOnce(&Self) -> Result<Response<A>, Status>,
    ) -> Result<A, CliError> {
        let answer = question(&self).await;
        let answer = answer.map_err(|status| CliError::refused(doing, status))?;
        self.close().await?;
        Ok(answer.into_inner())
    }

    /// Ends a sidecar this process started, once everything is on disk.
    pub(super) async fn close(self) -> Result<(), CliError> {
        match self.embedded {
            Some(handle) => embedded::stop(handle).await,
            None => Ok(()),
        }
    }
}

/// A question with a deadline.
pub(super) fn ask<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(ASK);
    request
}

/// A channel to the sidecar that runs on the data directory, if one does.
pub(super) async fn running(config: &Config) -> Result<Option<Channel>, CliError> {
    use io::ErrorKind::{ConnectionRefused, NotADirectory, NotFound};
    let socket = config.socket();
    match UnixStream::connect(&socket).await {
        Ok(_) => over_unix(socket).await.map(Some),
        // No socket, or one a killed sidecar left: nobody answers here.
        Err(e) if matches!(e.kind(), NotFound | ConnectionRefused) => Ok(None),
        Err(e) if e.kind() == NotADirectory => Err(CliError::unreachable(
            format!("no directory: {}", config.data_dir.display()),
            "name the data directory with --data-dir",
        )),
        Err(e) => Err(CliError::unreachable(
            format!(
                "the sidecar's socket cannot be used: {} ({e})",
                socket.display()
            ),
            "run as the user of the sidecar, or name another directory with --data-dir",
        )),
    }
}

async fn over_unix(socket: PathBuf) -> Result<Channel, CliError> {
    let shown = socket.display().to_string();
    let connector = tower::service_fn(move |_: Uri| {
        let socket = socket.clone();
        async move { UnixStream::connect(socket).await.map(TokioIo::new) }
    });
    // The address is only a name: the connector goes to the socket.
    Endpoint::from_static("http://sidecar.invalid")
        .connect_timeout(CONNECT)
        .connect_with_connector(connector)
        .await
        .map_err(|e| {
            CliError::unreachable(
                format!("the sidecar does not answer: {shown} ({})", innermost(&e)),
                "see whether `verzet serve` still runs there",
            )
        })
}

/// The sidecar in this process.
mod embedded {
    use super::{CliError, Config};
    use crate::{cli::start, server::Server};

    pub(super) struct Handle(Server);

    /// Opens the directory and serves its socket; on a thread that may wait, since it loads the facts.
    pub(super) async fn start(config: &Config) -> Result<Handle, CliError> {
        let config = config.clone();
        let started = tokio::task::spawn_blocking(move || {
            let sidecar = start::open(&config, false)?;
            start::serve(sidecar, &config, false).map(Handle)
        });
        started.await.unwrap_or_else(|_| Err(broke_off()))
    }

    pub(super) async fn stop(handle: Handle) -> Result<(), CliError> {
        match tokio::task::spawn_blocking(move || handle.0.stop()).await {
            Ok(_) => Ok(()),
            Err(_) => Err(broke_off()),
        }
    }

    fn broke_off() -> CliError {
        CliError::failed("the sidecar in this process broke off", "see the log above")
    }
}
