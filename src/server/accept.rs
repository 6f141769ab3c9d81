//! Accepting connections and dealing them to the runtimes, round robin.

use std::{net::TcpListener, sync::Arc, time::Duration};

use tokio::{
    net::TcpStream,
    sync::{mpsc, watch},
};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{service::Routes, transport::Server};
use tower::layer::{
    layer_fn,
    util::{Identity, Stack},
};

use super::{
    ServerOptions,
    connection::Connection,
    connections::{Connections, Place, Watched},
    lock::Lock,
    stream::Stream,
    tls::{Speaks, Tls},
    traffic::Traffic,
};
use crate::{
    metrics::ConnectionRefused,
    sidecar::Sidecar,
    wire::check::{CheckDoor, Checks},
};

/// A connection that was accepted, with its place among those allowed.
pub(super) struct Accepted {
    stream: std::net::TcpStream,
    place: Place,
}

/// Accepts until stopped.
pub(super) async fn deal(
    listener: TcpListener,
    dealers: Vec<mpsc::UnboundedSender<Accepted>>,
    connections: Connections,
    mut stopped: watch::Receiver<bool>,
) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%error, "cannot accept connections");
            return;
        }
    };
    let mut next = 0;
    loop {
        let accepted = tokio::select! {
            _ = stopped.wait_for(|s| *s) => return,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, or the caller hung up: neither is a reason to stop.
                tracing::warn!(%error, "a connection could not be accepted");
                connections.count(ConnectionRefused::AcceptFailed);
                // It may be for want of a descriptor: an idle connection has one to give.
                connections.make_room();
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        // Without a place it is closed here.
        let Some(place) = connections.place().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let Ok(stream) = stream.into_std() else {
            continue;
        };
        if dealers[next].send(Accepted { stream, place }).is_err() {
            return;
        }
        next = (next + 1) % dealers.len();
    }
}

/// The way of a request: past the lock to the door of checks or the routes.
pub(super) struct Way {
    pub(super) checks: Checks,
    pub(super) routes: Routes,
    pub(super) lock: Lock,
}

/// Serves what is dealt to this runtime, until stopped and all is answered.
pub(super) async fn serve(
    Way {
        checks,
        routes,
        lock,
    }: Way,
    sidecar: Arc<Sidecar>,
    options: &ServerOptions,
    dealt: mpsc::UnboundedReceiver<Accepted>,
    mut stopped: watch::Receiver<bool>,
) {
    let stopping = stopped.clone();
    let incoming = open(dealt, options.tls.clone(), move |stream, place| {
        let (sidecar, stopping) = (sidecar.clone(), stopping.clone());
        let stream = Watched::new(stream, place, sidecar, stopping.clone());
        Connection::new(stream, stopping)
    });
    let stop = async move {
        let _ = stopped.wait_for(|s| *s).await;
    };
    let (longest, traced) = (options.message_bytes, options.traced);
    let served = bounded(options)
        .layer(lock)
        .layer(layer_fn(move |rest| {
            CheckDoor::new(checks.clone(), longest, rest).shut(traced)
        }))
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, stop)
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "a runtime stopped serving");
    }
}

/// Makes connections ready to be served. A handshake is made beside the others, so that a slow one holds
/// nobody up.
fn open<C: Send + 'static>(
    mut dealt: mpsc::UnboundedReceiver<Accepted>,
    tls: Option<Arc<Tls>>,
    connection: impl Fn(Stream, Place) -> C + Clone + Send + 'static,
) -> UnboundedReceiverStream<std::io::Result<C>> {
    let (ready, incoming) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Accepted { stream, place }) = dealt.recv().await {
            let Ok(stream) = TcpStream::from_std(stream) else {
                continue;
            };
            let (ready, connection) = (ready.clone(), connection.clone());
            let serve = move |stream| {
                let _ = ready.send(Ok(connection(stream, place)));
            };
            match tls.clone() {
                None => serve(Stream::clear(stream)),
                Some(tls) => {
                    tokio::spawn(async move {
                        match tls.accept(stream, Speaks::Grpc).await {
                            Ok((stream, certificate)) => serve(Stream::tls(stream, certificate)),
                            Err(error) => tracing::debug!(%error, "a connection was not secured"),
                        }
                    });
                }
            }
        }
    });
    UnboundedReceiverStream::new(incoming)
}

/// The bounds of every connection.
fn bounded(options: &ServerOptions) -> Server<Stack<Traffic, Identity>> {
    Server::builder()
        .max_concurrent_streams(Some(options.streams_per_connection))
        .timeout(options.default_deadline)
        // A peer that is gone without a word (a half-open connection) does not answer a ping.
        .http2_keepalive_interval(Some(options.ping_every))
        .http2_keepalive_timeout(Some(options.ping_timeout))
        .http2_max_header_list_size(Some(options.header_bytes))
        .max_frame_size(Some(64 * 1024))
        // Rapid reset (CVE-2023-44487): the numbers are h2's own defaults, named so that they stay.
        .http2_max_pending_accept_reset_streams(Some(20))
        .http2_max_local_error_reset_streams(Some(1_024))
        .layer(Traffic)
}
