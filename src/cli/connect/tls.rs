//! TLS of a command that asks an `https` address.

use std::{io, path::Path, sync::Arc};

use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};
use tonic::transport::Uri;

use crate::{
    cli::error::CliError,
    trust::{self, TrustError},
};

/// Makes secure connections.
pub(super) struct Connector(TlsConnector);

impl Connector {
    /// Trusts the CA in the file, else the well-known ones.
    pub(super) fn new(ca_file: Option<&Path>) -> Result<Self, CliError> {
        let mut config = trust::client_config(ca_file).map_err(|error| match (ca_file, error) {
            (Some(file), error @ (TrustError::File(_) | TrustError::Empty)) => CliError::usage(
                format!("--ca-file: {}: {error}", file.display()),
                "give the certificate of the CA, in PEM",
            ),
            (_, error) => CliError::failed(error.to_string(), "this is a fault of verzet itself"),
        })?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    /// As tonic wants it.
    pub(super) fn service(
        self,
    ) -> impl tower::Service<
        Uri,
        Response = TokioIo<TlsStream<TcpStream>>,
        Error = io::Error,
        Future: Send + 'static,
    > + Send
    + 'static {
        tower::service_fn(move |uri: Uri| {
            let connector = self.0.clone();
            async move {
                let host = uri
                    .host()
                    .unwrap_or_default()
                    .trim_matches(['[', ']'])
                    .to_owned();
                let name = ServerName::try_from(host.clone()).map_err(io::Error::other)?;
                let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(443))).await?;
                connector.connect(name, stream).await.map(TokioIo::new)
            }
        })
    }
}
