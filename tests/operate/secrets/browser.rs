//! A browser, as far as signing in needs one.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

/// A browser of one page at a time over TLS, with what it was sent.
pub(super) struct Browser {
    address: SocketAddr,
    tls: Arc<ClientConfig>,
    pub(super) cookie: String,
}

impl Browser {
    pub(super) fn new(address: SocketAddr, certificate: &str) -> Self {
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        roots.add(certificate).unwrap();
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            address,
            tls: Arc::new(tls),
            cookie: String::new(),
        }
    }

    /// Status and whole answer, headers first.
    pub(super) fn send(
        &mut self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> (u16, String) {
        let escape = |text: &str| -> String {
            let one = |b: u8| match b.is_ascii_alphanumeric() {
                true => char::from(b).to_string(),
                false => format!("%{b:02X}"),
            };
            text.bytes().map(one).collect()
        };
        let pairs: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", escape(value)))
            .collect();
        let body = pairs.join("&");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept: text/html\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.address,
            self.cookie,
            body.len()
        );
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let connection = ClientConnection::new(self.tls.clone(), name).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(self.address).unwrap());
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        for line in answer.lines().take_while(|l| !l.is_empty()) {
            let set = line.strip_prefix("set-cookie: ");
            if let Some(pair) = set.and_then(|set| set.split(';').next()) {
                self.cookie = pair.to_owned();
            }
        }
        let status = answer.get(9..12).and_then(|s| s.parse().ok());
        (
            status.unwrap_or_else(|| panic!("{path}: {answer:?}")),
            answer,
        )
    }

    pub(super) fn get(&mut self, path: &str) -> (u16, String) {
        self.send("GET", path, &[])
    }
}
