//! From the configuration to a sidecar that serves.

use std::{
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::error::CliError;
use crate::{
    access::{
        Access, AccessError, Caller, Role, Sellers, SessionLimits,
        oidc::{OidcOptions, Provider},
    },
    clock::Micros,
    config::{Config, Durability, Language, OpenLoopback, SecondPerson},
    ledger::{self, LedgerOptions},
    pages::{self, PagesOptions, PagesServer},
    server::{
        ConnectionLimits, ServeError, Server, ServerOptions,
        tls::{Tls, TlsOptions},
    },
    sidecar::{self, OpenError, Settings, Sidecar},
    store::StoreError,
    wire::check::CheckLimits,
};

/// Opens the data directory: everything is loaded when it returns.
pub(super) fn open(config: &Config, accept_older_facts: bool) -> Result<Arc<Sidecar>, CliError> {
    let settings = Settings {
        data_dir: config.data_dir.clone(),
        ledger_dir: config.ledger_dir(),
        default_region: config.default_region,
        language: match config.language {
            Language::Dutch => sidecar::Language::Nl,
            Language::English => sidecar::Language::En,
        },
        durability: match config.durability {
            Durability::Disk => ledger::Durability::Disk,
            Durability::Async => ledger::Durability::Async,
        },
        allow_valid_for: i64::try_from(config.check.allow_valid_for.as_micros())
            .unwrap_or(i64::MAX),
        ledger: LedgerOptions {
            max_pending: config.limits.in_flight,
            started_at: Some(Micros::system_now()),
            ..LedgerOptions::default()
        },
        accept_older_facts,
    };
    let dir = config.data_dir.display().to_string();
    match Sidecar::open(settings) {
        Ok(sidecar) => Ok(Arc::new(sidecar)),
        Err(error @ OpenError::Store(StoreError::Locked { .. })) => Err(CliError::unreachable(
            error.to_string(),
            "wait for it, or stop it",
        )),
        Err(error) => Err(CliError::failed(
            format!("the data directory cannot be opened: {dir}: {error}"),
            "nothing was changed",
        )),
    }
}

/// A path, unless it is left empty.
fn given(path: &Path) -> Option<PathBuf> {
    (!path.as_os_str().is_empty()).then(|| path.to_owned())
}

/// The provider people sign in at, as the configuration has it.
fn provider(config: &Config) -> Result<Option<Provider>, CliError> {
    let oidc = &config.oidc;
    if oidc.issuer.is_empty() {
        return Ok(None);
    }
    let options = OidcOptions {
        issuer: oidc.issuer.clone(),
        client_id: oidc.client_id.clone(),
        secret_file: given(&oidc.client_secret_file),
        redirect: oidc.redirect.clone(),
        ca_file: given(&oidc.ca_file),
        name: oidc.name.clone(),
    };
    Provider::new(options)
        .map(Some)
        .map_err(|error| CliError::Config(vec![config.ca_problem(&error)]))
}

/// TLS as the configuration has it.
fn tls(config: &Config) -> Result<Option<Arc<Tls>>, CliError> {
    let files = &config.tls;
    if files.certificate.as_os_str().is_empty() {
        return Ok(None);
    }
    let options = TlsOptions {
        certificate: files.certificate.clone(),
        key: files.key.clone(),
        client_ca: given(&files.client_ca),
        callers: files.client_callers.clone(),
    };
    Tls::new(options, files.handshake)
        .map(Some)
        .map_err(|e| CliError::usage(format!("TLS: {e}"), "see [tls] of the configuration"))
}

/// Who somebody without token or certificate is on the port. Beyond loopback that is nobody.
fn open_to(config: &Config) -> Option<Caller> {
    let loopback = |role| Caller {
        name: "loopback".to_owned(),
        role,
        sellers: Sellers::All,
    };
    match config.access.loopback {
        _ if !config.listen.ip().is_loopback() => None,
        OpenLoopback::Nobody => None,
        OpenLoopback::Agent => Some(loopback(Role::Agent)),
        OpenLoopback::Machine => Some(loopback(Role::Machine)),
    }
}

/// Starts serving; without `port` only on the socket.
pub(super) fn serve(
    sidecar: Arc<Sidecar>,
    config: &Config,
    port: bool,
) -> Result<Server, CliError> {
    let tls = match port {
        true => tls(config)?,
        false => None,
    };
    sidecar.access.set_session_limits(SessionLimits {
        idle: config.access.session_idle,
        absolute: config.access.session_length,
    });
    let issuer = Some(config.oidc.issuer.clone()).filter(|issuer| !issuer.is_empty());
    sidecar.access.set_issuer(issuer);
    let options = ServerOptions {
        listen: port.then_some(config.listen),
        tls,
        open: open_to(config),
        threads: config.threads(),
        connections: ConnectionLimits {
            connections: config.limits.connections,
            idle: config.limits.idle,
            greeting: config.limits.greeting,
        },
        streams_per_connection: config.limits.streams_per_connection,
        message_bytes: config.limits.message_bytes,
        header_bytes: config.limits.header_bytes,
        ping_every: config.limits.ping_every,
        ping_timeout: config.limits.ping_timeout,
        check: CheckLimits {
            batch: config.limits.batch_numbers,
            stream_in_flight: config.limits.stream_in_flight,
            connection_in_flight: config.limits.connection_in_flight,
            in_flight: config.limits.in_flight,
            queue_wait: config.limits.queue_wait,
            revision_wait: config.check.min_revision_wait,
            deadline: config.limits.default_deadline,
        },
        default_deadline: config.limits.default_deadline,
        metrics: config.metrics.listen.filter(|_| port),
        traced: port && !config.trace.endpoint.is_empty(),
        grace: config.serve.grace,
    };
    Server::start(sidecar, &options).map_err(|error| match error {
        ServeError::Listen { source, .. } => CliError::Config(vec![config.bind_problem(&source)]),
        other => CliError::failed(other.to_string(), "nothing was changed"),
    })
}

/// Serves the pages, and tells where they are; on a first start makes the first account. `None` if the
/// default port is taken.
pub(super) fn pages(
    sidecar: Arc<Sidecar>,
    config: &Config,
    sample: bool,
) -> Result<Option<PagesServer>, CliError> {
    let access = sidecar.access.clone();
    let tls = tls(config)?;
    let provider = provider(config)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let options = PagesOptions {
        sample,
        second_person: config.pages.second_person == SecondPerson::Needed,
        tls: tls.is_some(),
    };
    // Pairs that wait for a second person decide nothing: no reason not to serve dialers.
    let router = match pages::router(sidecar, options, provider) {
        Ok(router) => router,
        Err(error) => {
            tracing::error!(%error, "the pages are left out");
            return Ok(None);
        }
    };
    let server = match PagesServer::start(config.pages.listen, tls, router) {
        Ok(server) => Some(server),
        Err(error) => match config.pages_bind_problem(&error) {
            Some(problem) => return Err(CliError::Config(vec![problem])),
            None => {
                tracing::warn!(
                    taken = %config.pages.listen,
                    %error,
                    "the pages are left out; choose another address with `pages.listen`"
                );
                None
            }
        },
    };
    if let Some(server) = &server {
        tracing::info!(
            pages = format!("{scheme}://{}/", server.listening),
            "the pages are served"
        );
    }
    if server.is_some() {
        first_account(&access).map_err(|error| {
            CliError::failed(
                format!("the first account cannot be made: {error}"),
                "nothing was changed",
            )
        })?;
    }
    Ok(server)
}

/// Makes the first account. Its one-time password is for one pair of eyes: shown on a terminal; where
/// standard error is a log, the log only says which file it is in.
fn first_account(access: &Access) -> Result<(), AccessError> {
    if io::stderr().is_terminal() {
        if let Some((name, password)) = access.first_account()? {
            eprintln!(
                "first account: {name}\none-time password: {}\nsign in and choose your own; this is shown once",
                password.show()
            );
        }
    } else if let Some((name, file)) = access.first_account_in_file()? {
        tracing::info!(
            account = name,
            file = %file.display(),
            "the first account was made; its one-time password is in the file until it is changed"
        );
    }
    Ok(())
}
