//! TLS for every listener: one pair of certificate and key, read again when the files change, so that a
//! renewed certificate needs no restart. Client certificates are asked for where a CA is set.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use tokio::{net::TcpStream, sync::watch};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::access::{Caller, CertificateCallers};

/// The files of TLS, and who a client's certificate says it is.
#[derive(Clone, Debug)]
pub struct TlsOptions {
    /// The certificate and its chain, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
    /// The CA of client certificates, PEM; without one none are asked for.
    pub client_ca: Option<PathBuf>,
    /// Which name in a client's certificate is which caller.
    pub callers: CertificateCallers,
}

/// Why TLS cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file.
    #[error("{}: {what}; {hint}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
        /// What to do.
        hint: &'static str,
    },
    /// The pair, or the CA.
    #[error("{}: {source}; the key must be the certificate's own", path.display())]
    Pair {
        /// The certificate.
        path: PathBuf,
        /// What rustls said.
        #[source]
        source: rustls::Error,
    },
    /// A handshake took too long.
    #[error("the handshake took longer than {0:?}")]
    Slow(Duration),
    /// A handshake failed.
    #[error("the handshake failed: {0}")]
    Handshake(#[from] io::Error),
}

/// What is spoken inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// gRPC: HTTP/2.
    Grpc,
    /// Pages: HTTP/2 or HTTP/1.1.
    Pages,
}

/// TLS as it is now.
#[derive(Debug)]
pub struct Tls {
    options: TlsOptions,
    handshake: Duration,
    now: ArcSwap<Configs>,
}

#[derive(Debug)]
struct Configs {
    grpc: Arc<ServerConfig>,
    pages: Arc<ServerConfig>,
    seen: Vec<Option<(SystemTime, u64)>>,
}

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(2);

impl Tls {
    /// Reads the files. A handshake may take so long.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub fn new(options: TlsOptions, handshake: Duration) -> Result<Arc<Self>, TlsError> {
        warn_of_open_key(&options.key);
        let now = ArcSwap::from_pointee(read(&options)?);
        Ok(Arc::new(Self {
            options,
            handshake,
            now,
        }))
    }

    /// Makes a connection a secure one; the caller is whose certificate it showed, if it is one of those
    /// of the settings.
    ///
    /// # Errors
    /// If the other end does not come to terms, or not in time.
    pub async fn accept(
        &self,
        stream: TcpStream,
        speaks: Speaks,
    ) -> Result<(TlsStream<TcpStream>, Option<Arc<Caller>>), TlsError> {
        let config = {
            let now = self.now.load();
            match speaks {
                Speaks::Grpc => now.grpc.clone(),
                Speaks::Pages => now.pages.clone(),
            }
        };
        let accepted =
            tokio::time::timeout(self.handshake, TlsAcceptor::from(config).accept(stream));
        let stream = accepted
            .await
            .map_err(|_| TlsError::Slow(self.handshake))??;
        let shown = stream.get_ref().1.peer_certificates();
        let caller = shown
            .and_then(|chain| chain.first())
            .and_then(|leaf| self.options.callers.of_certificate(leaf));
        Ok((stream, caller))
    }

    /// Reads the files again whenever they change. If the new ones are not good the old ones stay.
    pub async fn watch(self: Arc<Self>, mut stopped: watch::Receiver<bool>) {
        let mut told = None;
        loop {
            tokio::select! {
                _ = stopped.wait_for(|s| *s) => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            self.look(&mut told);
        }
    }

    fn look(&self, told: &mut Option<String>) {
        if seen(&self.options) == self.now.load().seen {
            return;
        }
        match read(&self.options) {
            Ok(configs) => {
                self.now.store(Arc::new(configs));
                *told = None;
                tracing::info!("the certificate was read again");
            }
            Err(error) => {
                let error = error.to_string();
                if told.as_ref() != Some(&error) {
                    tracing::error!(%error, "the changed certificate is not used; the old one stays");
                    *told = Some(error);
                }
            }
        }
    }
}

/// When each file was changed, and how long it is.
fn seen(options: &TlsOptions) -> Vec<Option<(SystemTime, u64)>> {
    let files = [
        Some(&options.certificate),
        Some(&options.key),
        options.client_ca.as_ref(),
    ];
    files
        .into_iter()
        .flatten()
        .map(|file| {
            let about = fs::metadata(file).ok()?;
            Some((about.modified().ok()?, about.len()))
        })
        .collect()
}

fn read(options: &TlsOptions) -> Result<Configs, TlsError> {
    // Looked at first: a file that changes while it is read is then read again.
    let seen = seen(options);
    let chain = certificates(&options.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&options.key).map_err(|e| TlsError::File {
        path: options.key.clone(),
        what: format!("has no private key ({e})"),
        hint: "give the key of the certificate, in PEM, readable for this user",
    })?;
    let pair = |source| TlsError::Pair {
        path: options.certificate.clone(),
        source,
    };
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(pair)?;
    let builder = match &options.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for ca in certificates(path)? {
                roots.add(ca).map_err(pair)?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                // Who shows none may still have a token.
                .allow_unauthenticated()
                .build()
                .map_err(|e| TlsError::File {
                    path: path.clone(),
                    what: e.to_string(),
                    hint: "give the CA that signed the clients' certificates, in PEM",
                })?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let grpc = builder.with_single_cert(chain, key).map_err(pair)?;
    let mut pages = grpc.clone();
    let mut grpc = grpc;
    grpc.alpn_protocols = vec![b"h2".to_vec()];
    pages.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Configs {
        grpc: Arc::new(grpc),
        pages: Arc::new(pages),
        seen,
    })
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let wrong = |what: String| TlsError::File {
        path: path.to_owned(),
        what,
        hint: "give certificates in PEM, readable for this user",
    };
    let read: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
        .map_err(|e| wrong(format!("cannot be read ({e})")))?
        .collect();
    let chain = read.map_err(|e| wrong(format!("cannot be read ({e})")))?;
    match chain.is_empty() {
        true => Err(wrong("has no certificate in it".to_owned())),
        false => Ok(chain),
    }
}

/// A key that others can read is a warning only: in a container the mode is often not ours to choose.
fn warn_of_open_key(key: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata(key).is_ok_and(|about| about.permissions().mode() & 0o077 != 0) {
        tracing::warn!(
            file = %key.display(),
            "the private key can be read by other users of this machine; chmod 600 it"
        );
    }
}
