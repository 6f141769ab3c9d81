//! `/metrics` for Prometheus, on a listener of its own: whoever watches needs no way to ask or record.

mod checks;
mod facts;
mod ledger;
mod page;
mod process;

use std::{
    fmt,
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{Html, IntoResponse},
    routing::get,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, prometheus_text},
    registry::Registry,
};
use tokio::sync::{Semaphore, watch};

use crate::{clock::Micros, sidecar::Sidecar, store::Glance};
use page::Page;

/// Connections that may be open at once: two of Prometheus, some of people, and a bound.
const CONNECTIONS: usize = 16;

/// The longest a connection lives.
const LIFE: Duration = Duration::from_secs(120);

/// How long after a failure the address is tried again.
const AGAIN: Duration = Duration::from_secs(10);

/// What a scrape asks.
struct Scrape {
    sidecar: Arc<Sidecar>,
    started: Micros,
    /// A connection for looking at the store; made when first needed, and anew after an error.
    glance: Mutex<Option<Glance>>,
}

impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrape").finish_non_exhaustive()
    }
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page(encoder);
        checks::write(&mut page, &self.sidecar)?;
        let mut glance = self.glance.lock().unwrap_or_else(PoisonError::into_inner);
        facts::write(&mut page, &self.sidecar, &mut glance)?;
        ledger::write(&mut page, &self.sidecar)?;
        process::write(&mut page, self.started)
    }
}

/// The page as text.
fn text(registry: &Registry) -> Result<String, fmt::Error> {
    let mut text = String::with_capacity(32 << 10);
    prometheus_text::encode(&mut text, registry)?;
    Ok(text)
}

fn router(sidecar: Arc<Sidecar>) -> Router {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Scrape {
        sidecar,
        started: Micros::system_now(),
        glance: Mutex::default(),
    }));
    Router::new()
        .route("/metrics", get(metrics))
        .route(
            "/",
            get(|| async { Html("verzet: <a href=\"/metrics\">metrics</a>\n") }),
        )
        .with_state(Arc::new(registry))
}

async fn metrics(State(registry): State<Arc<Registry>>) -> impl IntoResponse {
    // It reads the store and the sizes of files: not on a thread that serves.
    let text = tokio::task::spawn_blocking(move || text(&registry)).await;
    match text {
        Ok(Ok(text)) => {
            let kind = [(header::CONTENT_TYPE, prometheus_text::CONTENT_TYPE)];
            Ok((kind, text))
        }
        Ok(Err(_)) | Err(_) => Err(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// Opens the address. One in use is no reason to let no call through: it is told, and tried again.
pub(super) fn bind(address: SocketAddr) -> Option<std::net::TcpListener> {
    match listen(address) {
        Ok(listener) => Some(listener),
        Err(error) => {
            tracing::error!(%address, %error, "metrics cannot be served; set metrics.listen to a free address, or to off");
            None
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves until stopped.
pub(super) async fn serve(
    sidecar: Arc<Sidecar>,
    address: SocketAddr,
    mut listener: Option<std::net::TcpListener>,
    mut stopped: watch::Receiver<bool>,
) {
    let serving = async {
        let listener = loop {
            match listener.take().map_or_else(|| listen(address), Ok) {
                Ok(listener) => break listener,
                Err(_) => tokio::time::sleep(AGAIN).await,
            }
        };
        if let Err(error) = accept(listener, router(sidecar)).await {
            tracing::error!(%error, "metrics are no longer served");
        }
    };
    tokio::select! {
        () = serving => {}
        _ = stopped.wait_for(|s| *s) => {}
    }
}

async fn accept(listener: std::net::TcpListener, router: Router) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    tracing::info!(address = %listener.local_addr()?, "metrics are served");
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(10));
    http.http2().timer(TokioTimer::new());
    loop {
        let place = places.clone().acquire_owned().await;
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(e) if e.kind() == ErrorKind::ConnectionAborted => continue,
            Err(_) => {
                // Out of file descriptors: the port of the dialers tells of it.
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let (http, service) = (http.clone(), TowerToHyperService::new(router.clone()));
        tokio::spawn(async move {
            let _place = place;
            let served = http.serve_connection(TokioIo::new(stream), service);
            // A scraper that breaks off is no news.
            let _ = tokio::time::timeout(LIFE, served).await;
        });
    }
}
