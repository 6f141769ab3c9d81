//! Whom a client of ours believes: the well-known CAs, or the one that is named.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};

/// Why nobody can be believed.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file of the CA.
    #[error("cannot be read ({0})")]
    File(rustls::pki_types::pem::Error),
    /// The file has no certificate.
    #[error("has no certificate in it")]
    Empty,
    /// TLS itself.
    #[error("TLS cannot begin: {0}")]
    Tls(rustls::Error),
}

/// TLS of a client that believes the CA in the file (PEM), else the well-known ones.
///
/// # Errors
/// See [`TrustError`].
pub(crate) fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, TrustError> {
    let mut roots = RootCertStore::empty();
    match ca_file {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            let read = CertificateDer::pem_file_iter(file)
                .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                .map_err(TrustError::File)?;
            if roots.add_parsable_certificates(read).0 == 0 {
                return Err(TrustError::Empty);
            }
        }
    }
    Ok(
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(TrustError::Tls)?
            .with_root_certificates(roots)
            .with_no_client_auth(),
    )
}
