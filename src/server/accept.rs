//! Accepting connections and dealing them to the runtimes, round robin.

use std::{net::TcpListener, sync::Arc, time::Duration};

use tokio::{
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch},
};
use tokio_stream::{StreamExt, wrappers::UnboundedReceiverStream};
use tonic::{service::Routes, transport::Server};
use tower::layer::layer_fn;

use super::{ServerOptions, connection::Connection};
use crate::wire::check::{CheckDoor, Checks};

/// A connection that was accepted, with its place among those allowed.
pub(super) struct Accepted {
    stream: std::net::TcpStream,
    place: OwnedSemaphorePermit,
}

/// Accepts until stopped. Beyond the most connections, a new one waits in the system's queue.
pub(super) async fn deal(
    listener: TcpListener,
    dealers: Vec<mpsc::UnboundedSender<Accepted>>,
    connections: usize,
    mut stopped: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(connections));
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%error, "cannot accept connections");
            return;
        }
    };
    for n in (0..dealers.len()).cycle() {
        let accepted = async {
            let Ok(place) = places.clone().acquire_owned().await else {
                return None;
            };
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        let _ = stream.set_nodelay(true);
                        return stream
                            .into_std()
                            .ok()
                            .map(|stream| Accepted { stream, place });
                    }
                    Err(error) => {
                        // Out of file descriptors, or the caller hung up: neither is a reason to stop.
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                }
            }
        };
        tokio::select! {
            _ = stopped.wait_for(|s| *s) => return,
            accepted = accepted => {
                if let Some(accepted) = accepted && dealers[n].send(accepted).is_err() {
                    return;
                }
            }
        }
    }
}

/// Serves what is dealt to this runtime, until stopped and all is answered.
pub(super) async fn serve(
    checks: Checks,
    routes: Routes,
    options: &ServerOptions,
    dealt: mpsc::UnboundedReceiver<Accepted>,
    mut stopped: watch::Receiver<bool>,
) {
    let silent = stopped.clone();
    let incoming = UnboundedReceiverStream::new(dealt).map(move |accepted| {
        let stream = TcpStream::from_std(accepted.stream)?;
        let place = Some(accepted.place);
        Ok::<_, std::io::Error>(Connection::new(stream, place, silent.clone()))
    });
    let stop = async move {
        let _ = stopped.wait_for(|s| *s).await;
    };
    let longest = options.message_bytes;
    let served = builder(options)
        .layer(layer_fn(move |rest| {
            CheckDoor::new(checks.clone(), longest, rest)
        }))
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, stop)
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "a runtime stopped serving");
    }
}

/// The bounds of every connection.
pub(super) fn builder(options: &ServerOptions) -> Server {
    Server::builder()
        .max_concurrent_streams(Some(options.streams_per_connection))
        .timeout(options.default_deadline)
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .http2_keepalive_timeout(Some(Duration::from_secs(20)))
        .http2_max_header_list_size(Some(16 * 1024))
        .max_frame_size(Some(64 * 1024))
}
