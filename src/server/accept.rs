//! Accepting connections and dealing them to the runtimes, round robin.

use std::{net::TcpListener, sync::Arc, time::Duration};

use hyper::server::conn::http2;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::TcpStream,
    sync::{mpsc, watch},
};

use super::{
    ServerOptions,
    connection::Connection,
    connections::{Connections, Place, Watched},
    door::{Door, Ways},
    stream::Stream,
    tls::{Speaks, Tls},
};
use crate::{metrics::ConnectionRefused, sidecar::Sidecar};

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

/// Serves what is dealt to this runtime, until stopped and all is answered.
pub(super) async fn serve(
    ways: Arc<Ways>,
    sidecar: Arc<Sidecar>,
    options: &ServerOptions,
    dealt: mpsc::UnboundedReceiver<Accepted>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut incoming = open(dealt, options.tls.clone(), Watched::new);
    let (http2, open) = (bounded(options), GracefulShutdown::new());
    loop {
        let stream = tokio::select! {
            _ = stopped.wait_for(|s| *s) => break,
            stream = incoming.recv() => stream,
        };
        let Some(stream) = stream else { break };
        let door = Door {
            ways: ways.clone(),
            peer: stream.peer(),
        };
        let (link, sidecar, stopping) = (door.peer.link.clone(), sidecar.clone(), stopped.clone());
        let stream = Connection::new(stream, stopped.clone());
        let connection = open.watch(http2.serve_connection(TokioIo::new(stream), door));
        tokio::spawn(async move {
            let Err(error) = connection.await else {
                return;
            };
            tracing::debug!(%error, "a connection ended");
            if link.is_broken_off() && !*stopping.borrow() {
                let refused = &sidecar.metrics.connections_refused;
                refused.add(ConnectionRefused::Protocol);
            }
        });
    }
    drop(incoming);
    open.shutdown().await;
}

/// Makes connections ready to be served. A handshake is made beside the others, so that a slow one holds
/// nobody up.
fn open<C: Send + 'static>(
    mut dealt: mpsc::UnboundedReceiver<Accepted>,
    tls: Option<Arc<Tls>>,
    connection: impl Fn(Stream, Place) -> C + Clone + Send + 'static,
) -> mpsc::UnboundedReceiver<C> {
    let (ready, incoming) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Accepted { stream, place }) = dealt.recv().await {
            let Ok(stream) = TcpStream::from_std(stream) else {
                continue;
            };
            let (ready, connection) = (ready.clone(), connection.clone());
            let serve = move |stream| {
                let _ = ready.send(connection(stream, place));
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
    incoming
}

/// Streams of a connection that were reset before anybody looked at them, and wait for that.
const PENDING_RESETS: usize = 1_024;

/// The bounds of every connection.
fn bounded(options: &ServerOptions) -> http2::Builder<TokioExecutor> {
    let mut http2 = http2::Builder::new(TokioExecutor::new());
    http2
        .timer(TokioTimer::new())
        // gRPC has no use for it.
        .auto_date_header(false)
        .max_concurrent_streams(Some(options.streams_per_connection))
        // A peer that is gone without a word (a half-open connection) does not answer a ping.
        .keep_alive_interval(Some(options.ping_every))
        .keep_alive_timeout(options.ping_timeout)
        .max_header_list_size(options.header_bytes)
        .max_frame_size(Some(64 * 1024))
        // Rapid reset (CVE-2023-44487). Callers whose deadlines run out together, while the sidecar is busy, reset what
        // it has not looked at yet, too: h2's own bound of 20 would end their connection, and all that is under way on it.
        .max_pending_accept_reset_streams(Some(PENDING_RESETS))
        .max_local_error_reset_streams(Some(1_024));
    http2
}
