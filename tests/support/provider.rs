//! A real provider of OpenID Connect, built of `.ci/oidc`: a process of its own, and a browser's way through
//! its pages.
//!
//! Without it the tests say so and pass; with `VERZET_REQUIRE_PEERS=1` they fail instead.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::Arc,
};

use axum::body::{Body, to_bytes};
use http::{Request, StatusCode, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};

/// The secret it gave us.
pub(crate) const SECRET: &str = "secret";

/// The provider, being served.
pub(crate) struct Idp {
    pub(crate) issuer: String,
    web: Client<HttpsConnector<HttpConnector>, Body>,
    child: Child,
    /// It ends when this does.
    _stdin: ChildStdin,
}

/// A certificate for loopback and the CA that made it, as files.
pub(crate) struct Certificate {
    dir: tempfile::TempDir,
}

impl Certificate {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut ca = rcgen::CertificateParams::new(Vec::new()).unwrap();
        ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let ca_key = rcgen::KeyPair::generate().unwrap();
        let ca = rcgen::CertifiedIssuer::self_signed(ca, ca_key).unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let own = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let own = own.signed_by(&key, &ca).unwrap();
        let write = |name: &str, text: String| std::fs::write(dir.path().join(name), text).unwrap();
        write("ca.pem", ca.pem());
        write("tls.pem", own.pem());
        write("key.pem", key.serialize_pem());
        Self { dir }
    }

    pub(crate) fn ca(&self) -> PathBuf {
        self.file("ca.pem")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

impl Idp {
    /// Starts it, under TLS or in clear; `None` where it is not built.
    pub(crate) fn start(redirect: &str, certificate: Option<&Certificate>) -> Option<Self> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/oidc/provider");
        if !program.is_file() {
            let why = "there is no target/oidc/provider: \
                       (cd .ci/oidc && go build -o ../../target/oidc/provider .)\n";
            let required = std::env::var_os("VERZET_REQUIRE_PEERS").is_some_and(|v| v == "1");
            assert!(!required, "VERZET_REQUIRE_PEERS=1, and {why}");
            // Past the test runner, which keeps what a passing test prints to itself.
            let _ = write!(std::io::stderr(), "skipped: {why}");
            return None;
        }
        let mut command = Command::new(program);
        command.args(["-redirect", redirect]);
        let mut roots = RootCertStore::empty();
        if let Some(certificate) = certificate {
            command.arg("-cert").arg(certificate.file("tls.pem"));
            command.arg("-key").arg(certificate.file("key.pem"));
            roots
                .add(CertificateDer::from_pem_file(certificate.ca()).unwrap())
                .unwrap();
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut issuer = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut issuer)
            .unwrap();
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .build();
        Some(Self {
            issuer: issuer.trim().to_owned(),
            web: Client::builder(TokioExecutor::new()).build(connector),
            _stdin: child.stdin.take().unwrap(),
            child,
        })
    }

    /// The password of a user of its.
    pub(crate) fn password(user: &str) -> String {
        format!("a password of {user}")
    }

    /// Signs a user in on the provider's own pages, from the address a browser was sent to on; gives the
    /// address it is sent back to.
    pub(crate) async fn sign_in(&self, address: &str, user: &str) -> String {
        let form = self.follow(self.get(address).await).await;
        let id = between(&form.body, "name=\"id\" value=\"", "\"");
        let password = Self::password(user);
        let fields = [("id", id), ("username", user), ("password", &password)];
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let post = Request::post(format!("{}/login/username", self.issuer))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let sent = self.ask(post.body(Body::from(body)).unwrap()).await;
        let back = self.get(&self.absolute(&sent)).await;
        self.absolute(&back)
    }

    async fn follow(&self, answer: Answer) -> Answer {
        self.get(&self.absolute(&answer)).await
    }

    fn absolute(&self, answer: &Answer) -> String {
        let to = answer.location.as_deref();
        let to = to.unwrap_or_else(|| panic!("{} {}", answer.status, answer.body));
        match to.starts_with('/') {
            true => format!("{}{to}", self.issuer),
            false => to.to_owned(),
        }
    }

    async fn get(&self, address: &str) -> Answer {
        self.ask(Request::get(address).body(Body::empty()).unwrap())
            .await
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.web.request(request).await.unwrap().into_parts();
        let body = to_bytes(Body::new(body), 1 << 20).await.unwrap();
        let location = parts.headers.get(header::LOCATION);
        Answer {
            status: parts.status,
            location: location.map(|to| to.to_str().unwrap().to_owned()),
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}

impl Drop for Idp {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answer {
    status: StatusCode,
    location: Option<String>,
    body: String,
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let rest = text
        .split(before)
        .nth(1)
        .unwrap_or_else(|| panic!("{text}"));
    rest.split(after).next().unwrap()
}
