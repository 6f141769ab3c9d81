//! TLS of a command that asks an `https` address.

use std::{io, path::Path, sync::Arc};

use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};
use tonic::transport::Uri;

use crate::cli::error::CliError;

/// Makes secure connections.
pub(super) struct Connector(TlsConnector);

impl Connector {
    /// Trusts the CA in the file, else the well-known ones.
    pub(super) fn new(ca_file: Option<&Path>) -> Result<Self, CliError> {
        let mut roots = RootCertStore::empty();
        match ca_file {
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(file) => {
                let wrong = |what: String| {
                    CliError::usage(
                        format!("--ca-file: {}: {what}", file.display()),
                        "give the certificate of the CA, in PEM",
                    )
                };
                let read = CertificateDer::pem_file_iter(file)
                    .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                    .map_err(|e| wrong(format!("cannot be read ({e})")))?;
                if roots.add_parsable_certificates(read).0 == 0 {
                    return Err(wrong("has no certificate in it".to_owned()));
                }
            }
        }
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|e| CliError::failed(e.to_string(), "this is a fault of verzet itself"))?
            .with_root_certificates(roots)
            .with_no_client_auth();
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
