//! The pages' own door: a listener and a thread apart from the dialers'.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use axum::Router;
use tokio::{runtime, sync::watch};

use crate::server::{secure::SecureListener, tls::Tls};

/// The pages, being served.
#[derive(Debug)]
pub struct PagesServer {
    /// Where they are.
    pub listening: SocketAddr,
    stop: watch::Sender<bool>,
    thread: JoinHandle<()>,
}

impl PagesServer {
    /// Serves pages on an address, under TLS or in clear; returns once it takes connections.
    ///
    /// # Errors
    /// If the address cannot be bound, or no thread started.
    pub fn start(listen: SocketAddr, tls: Option<Arc<Tls>>, router: Router) -> io::Result<Self> {
        let listener = TcpListener::bind(listen)?;
        listener.set_nonblocking(true)?;
        let listening = listener.local_addr()?;
        let (stop, mut stopped) = watch::channel(false);
        // One thread for the pages, whatever the cores: what reads files waits on threads of its own, and
        // checks must not feel a report.
        let rt = runtime::Builder::new_current_thread()
            .max_blocking_threads(8)
            .thread_name("pages")
            .enable_all()
            .build()?;
        let thread = thread::Builder::new().name("pages".into()).spawn(move || {
            rt.block_on(async move {
                let listener = match SecureListener::new(listener, tls, stopped.clone()) {
                    Ok(listener) => listener,
                    Err(error) => {
                        tracing::error!(%error, "the pages cannot be served");
                        return;
                    }
                };
                let until = async move {
                    let _ = stopped.wait_for(|stop| *stop).await;
                };
                let served = axum::serve(listener, router).with_graceful_shutdown(until);
                if let Err(error) = served.await {
                    tracing::error!(%error, "the pages broke off");
                }
            });
            rt.shutdown_timeout(Duration::from_secs(1));
        })?;
        Ok(Self {
            listening,
            stop,
            thread,
        })
    }

    /// Takes nothing new and answers what is under way, within the grace time; then it is broken off.
    pub fn stop(self, grace: Duration) {
        self.stop.send_replace(true);
        let until = Instant::now() + grace;
        while !self.thread.is_finished() && Instant::now() < until {
            thread::sleep(Duration::from_millis(5));
        }
        if self.thread.is_finished() {
            let _ = self.thread.join();
        }
    }
}
