//! The wire contract, asked of a real server over TCP.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "wire/bad_input.rs"]
mod bad_input;
#[path = "wire/bounds.rs"]
mod bounds;
mod common;
#[path = "wire/door.rs"]
mod door;
#[path = "wire/facts.rs"]
mod facts;
#[path = "wire/health.rs"]
mod health;
#[path = "wire/ledger.rs"]
mod ledger;
#[path = "wire/raw.rs"]
mod raw;
#[path = "wire/roles.rs"]
mod roles;
#[path = "wire/secure.rs"]
mod secure;
#[path = "wire/stream.rs"]
mod stream;

use std::sync::Arc;

use tonic::transport::Channel;
use verzet::{
    proto::v1::{
        self, check_service_client::CheckServiceClient, fact_service_client::FactServiceClient,
        report_service_client::ReportServiceClient,
    },
    server::{Server, ServerOptions},
    sidecar::{Settings, Sidecar},
};

/// A server with the sample on a directory of its own.
pub(crate) struct Served {
    pub(crate) channel: Channel,
    pub(crate) sidecar: Arc<Sidecar>,
    server: Option<Server>,
    _dir: tempfile::TempDir,
}

impl Served {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(set: impl FnOnce(&mut Settings)) -> Self {
        Self::bounded(set, |_| {}).await
    }

    pub(crate) async fn bounded(
        set: impl FnOnce(&mut Settings),
        bound: impl FnOnce(&mut ServerOptions),
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut settings = common::settings(dir.path());
        set(&mut settings);
        let sidecar = Arc::new(Sidecar::open(settings).unwrap());
        verzet::sample::install(&sidecar).unwrap();
        let mut options = common::options();
        bound(&mut options);
        let server = Server::start(sidecar.clone(), &options).unwrap();
        let addr = format!("http://{}", server.listening.unwrap());
        let endpoint = Channel::from_shared(addr).unwrap();
        // Where the port speaks TLS, the test connects for itself.
        let channel = match options.tls {
            Some(_) => endpoint.connect_lazy(),
            None => endpoint.connect().await.unwrap(),
        };
        Self {
            channel,
            sidecar,
            server: Some(server),
            _dir: dir,
        }
    }

    pub(crate) fn checks(&self) -> CheckServiceClient<Channel> {
        CheckServiceClient::new(self.channel.clone()).max_decoding_message_size(usize::MAX)
    }

    pub(crate) fn facts(&self) -> FactServiceClient<Channel> {
        FactServiceClient::new(self.channel.clone())
    }

    pub(crate) fn reports(&self) -> ReportServiceClient<Channel> {
        ReportServiceClient::new(self.channel.clone())
    }

    pub(crate) fn addr(&self) -> std::net::SocketAddr {
        self.server.as_ref().unwrap().listening.unwrap()
    }

    /// Closes the connection, then the server.
    pub(crate) async fn stop(mut self) {
        let server = self.server.take().unwrap();
        drop(self.channel);
        assert!(tokio::task::spawn_blocking(|| server.stop()).await.unwrap());
    }
}

/// A dial to a number in a campaign.
pub(crate) fn dial(number: &str, campaign: &str) -> v1::CheckRequest {
    v1::CheckRequest {
        number: number.into(),
        campaign_id: campaign.into(),
        ..Default::default()
    }
}
