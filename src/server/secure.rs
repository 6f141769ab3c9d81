//! A listener for pages: in clear, or under TLS with handshakes made beside each other.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
};

use super::{
    stream::Stream,
    tls::{Speaks, Tls},
};

/// Connections waiting to be served.
const WAITING: usize = 64;
/// Handshakes under way at once; more wait in the system's queue.
const HANDSHAKES: usize = 64;

/// Connections as `axum` takes them.
#[derive(Debug)]
pub struct SecureListener {
    ready: mpsc::Receiver<(Stream, SocketAddr)>,
    local: SocketAddr,
}

impl SecureListener {
    /// Accepts on the runtime this is called on, until stopped; without TLS in clear. It also reads the
    /// certificate again when it changes.
    ///
    /// # Errors
    /// If the listener cannot be used.
    pub fn new(
        listener: std::net::TcpListener,
        tls: Option<Arc<Tls>>,
        stopped: watch::Receiver<bool>,
    ) -> io::Result<Self> {
        let listener = TcpListener::from_std(listener)?;
        let local = listener.local_addr()?;
        let (send, ready) = mpsc::channel(WAITING);
        if let Some(tls) = &tls {
            tokio::spawn(tls.clone().watch(stopped));
        }
        tokio::spawn(accept(listener, tls, send));
        Ok(Self { ready, local })
    }
}

async fn accept(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    send: mpsc::Sender<(Stream, SocketAddr)>,
) {
    let places = Arc::new(tokio::sync::Semaphore::new(HANDSHAKES));
    loop {
        let accepted = tokio::select! {
            () = send.closed() => return,
            accepted = listener.accept() => accepted,
        };
        let (stream, from): (TcpStream, _) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, or the caller hung up: neither is a reason to stop.
                tracing::warn!(%error, "a connection to the pages could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Some(tls) = tls.clone() else {
            if send.send((Stream::clear(stream), from)).await.is_err() {
                return;
            }
            continue;
        };
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        let send = send.clone();
        tokio::spawn(async move {
            match tls.accept(stream, Speaks::Pages).await {
                Ok((stream, shown)) => {
                    let _ = send.send((Stream::tls(stream, shown), from)).await;
                }
                Err(error) => tracing::debug!(%error, "a connection to the pages was not secured"),
            }
            drop(place);
        });
    }
}

impl axum::serve::Listener for SecureListener {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        match self.ready.recv().await {
            Some(accepted) => accepted,
            // Whoever accepts is gone with its runtime, and so is whoever waits here.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.local)
    }
}
