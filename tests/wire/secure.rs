//! TLS: the port speaks nothing else, a client's certificate says who it is, and a renewed certificate
//! is used without a restart.

use std::{fs, path::Path, sync::Arc, time::Duration};

use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::{
    Code,
    transport::{Channel, Endpoint, Uri},
};
use verzet::{
    access::CertificateCallers,
    proto::v1::{
        ListSellersRequest, catalogue_service_client::CatalogueServiceClient,
        check_service_client::CheckServiceClient,
    },
    server::tls::{Tls, TlsOptions},
};

use crate::{Served, dial};

struct Ca(Issuer<'static, KeyPair>, String);

impl Ca {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "a CA");
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self(Issuer::new(params, key), pem)
    }

    /// A certificate and its key, PEM.
    fn sign(&self, name: &str) -> (String, String) {
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

fn client(ca: &str, shown: Option<&(String, String)>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(ca.as_bytes()).unwrap())
        .unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match shown {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => builder
            .with_client_auth_cert(
                vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
            )
            .unwrap(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    TlsConnector::from(Arc::new(config))
}

async fn channel(
    addr: std::net::SocketAddr,
    tls: TlsConnector,
) -> Result<Channel, tonic::transport::Error> {
    let connector = tower::service_fn(move |_: Uri| {
        let tls = tls.clone();
        async move {
            let name = ServerName::try_from("127.0.0.1").unwrap();
            tls.connect(name, TcpStream::connect(addr).await?)
                .await
                .map(TokioIo::new)
        }
    });
    Endpoint::from_static("http://sidecar.invalid")
        .connect_with_connector(connector)
        .await
}

/// The certificate the server shows now.
async fn shown(addr: std::net::SocketAddr, ca: &str) -> Option<Vec<u8>> {
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let stream = TcpStream::connect(addr).await.ok()?;
    let stream = client(ca, None).connect(name, stream).await.ok()?;
    Some(stream.get_ref().1.peer_certificates()?.first()?.to_vec())
}

fn write(dir: &Path, (certificate, key): &(String, String)) {
    fs::write(dir.join("key.pem"), key).unwrap();
    fs::write(dir.join("tls.pem"), certificate).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_says_who_asks_and_a_renewed_one_is_used_at_once() {
    let (ca, clients, strangers) = (Ca::new(), Ca::new(), Ca::new());
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &ca.sign("127.0.0.1"));
    fs::write(dir.path().join("ca.pem"), &clients.1).unwrap();
    let options = TlsOptions {
        certificate: dir.path().join("tls.pem"),
        key: dir.path().join("key.pem"),
        client_ca: Some(dir.path().join("ca.pem")),
        callers: CertificateCallers::parse("dialer-1.example=dialer:noordlicht").unwrap(),
    };
    let tls = Tls::new(options, Duration::from_secs(5)).unwrap();
    let bound = move |o: &mut verzet::server::ServerOptions| {
        o.open = None;
        o.tls = Some(tls);
    };
    let served = Served::bounded(|_| {}, bound).await;
    let addr = served.addr();
    let dialer = clients.sign("dialer-1.example");
    let known = channel(addr, client(&ca.1, Some(&dialer))).await.unwrap();
    let mut checks = CheckServiceClient::new(known.clone());
    checks
        .check(dial("0645000001", "gas-customers"))
        .await
        .unwrap();
    let foreign = checks
        .check(dial("0645000001", "buildings-customers"))
        .await;
    assert_eq!(foreign.unwrap_err().code(), Code::PermissionDenied);
    let mut catalogue = CatalogueServiceClient::new(known.clone());
    let listed = catalogue.list_sellers(ListSellersRequest {}).await;
    assert_eq!(listed.unwrap_err().code(), Code::PermissionDenied);
    // None, one of the CA with another name, one of another CA: nobody.
    for (shown, whose) in [
        (None, "none"),
        (Some(clients.sign("else.example")), "unknown"),
        (Some(strangers.sign("dialer-1.example")), "a stranger's"),
    ] {
        let refused = match channel(addr, client(&ca.1, shown.as_ref())).await {
            Ok(channel) => CheckServiceClient::new(channel)
                .check(dial("0645000001", "gas-customers"))
                .await
                .is_err(),
            Err(_) => true,
        };
        assert!(refused, "{whose}");
    }
    // In clear there is no answer.
    let clear = Endpoint::from_shared(format!("http://{addr}"))
        .unwrap()
        .connect_lazy();
    let mut clear = CheckServiceClient::new(clear);
    let asked = clear.check(dial("0645000001", "gas-customers")).await;
    assert!(asked.is_err());

    // A file that is no certificate is not used; a renewed one is, and connections go on.
    let before = shown(addr, &ca.1).await.unwrap();
    fs::write(dir.path().join("tls.pem"), "nothing").unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(shown(addr, &ca.1).await.unwrap(), before);
    write(dir.path(), &ca.sign("127.0.0.1"));
    while shown(addr, &ca.1).await.is_none_or(|now| now == before) {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    checks
        .check(dial("0645000001", "gas-customers"))
        .await
        .unwrap();
    drop((checks, catalogue, known));
    served.stop().await;
}
