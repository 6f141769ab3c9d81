//! The socket in the data directory: commands reach a running sidecar through it.
//!
//! Who may open it is who may use the data directory: it is made with mode 0600.

use std::{
    io,
    os::unix::{fs::PermissionsExt, net::UnixListener},
    path::Path,
};

use tokio::sync::watch;
use tokio_stream::{StreamExt, wrappers::UnixListenerStream};
use tonic::service::Routes;

use super::{ServeError, ServerOptions, connection::Connection, lock::Lock};

/// The socket's name in the data directory.
pub const SOCKET: &str = "verzet.sock";

/// Listens on the socket. The data directory's lock is held, so a socket that is there is a dead one.
pub(super) fn bind(path: &Path) -> Result<UnixListener, ServeError> {
    let failed = |source: io::Error| ServeError::Socket {
        path: path.display().to_string(),
        source,
    };
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(failed(e)),
        _ => {}
    }
    let listener = UnixListener::bind(path).map_err(failed)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(listener)
}

pub(super) async fn serve(
    routes: Routes,
    lock: Lock,
    listener: UnixListener,
    options: &ServerOptions,
    mut stopped: watch::Receiver<bool>,
) {
    let listener = match tokio::net::UnixListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%error, "cannot serve the socket");
            return;
        }
    };
    let silent = stopped.clone();
    let incoming = UnixListenerStream::new(listener)
        .map(move |stream| Ok::<_, io::Error>(Connection::new(stream?, silent.clone())));
    let stop = async move {
        let _ = stopped.wait_for(|s| *s).await;
    };
    // Imports take longer than a check may: the socket has no default deadline.
    let served = tonic::transport::Server::builder()
        .max_concurrent_streams(Some(options.streams_per_connection))
        .layer(lock)
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, stop)
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "the socket stopped serving");
    }
}
