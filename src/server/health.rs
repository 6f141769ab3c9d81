//! `grpc.health.v1`: `""` and `verzet.v1.CheckService` serve while facts are loaded, the ledger is
//! writable and the clock is sane; each register has a name of its own, `register/bmnr`, so that a
//! stale copy never takes down calls that do not need it.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;
use tonic_health::{
    ServingStatus,
    pb::health_server::{Health as HealthApi, HealthServer},
    server::HealthReporter,
};

use crate::sidecar::Sidecar;

/// The service's full name.
const CHECKS: &str = "verzet.v1.CheckService";

/// How often health is looked at.
const EVERY: Duration = Duration::from_millis(250);

#[derive(Clone)]
pub(super) struct Health {
    reporter: HealthReporter,
    service: HealthServer<tonic_health::server::HealthService>,
}

impl Health {
    pub(super) fn new() -> Self {
        let reporter = HealthReporter::new();
        let service = HealthServer::new(tonic_health::server::HealthService::from_health_reporter(
            reporter.clone(),
        ));
        Self { reporter, service }
    }

    pub(super) fn service(&self) -> HealthServer<impl HealthApi + use<>> {
        self.service.clone()
    }

    /// Tells what is so, until stopped; then nothing serves any more and whoever watches is let go.
    pub(super) async fn watch(mut self, sidecar: Arc<Sidecar>, mut stopped: watch::Receiver<bool>) {
        tokio::select! {
            () = self.tell(&sidecar) => {}
            _ = stopped.wait_for(|s| *s) => {}
        }
        let registers = sidecar.register_states().into_iter();
        let registers = registers.map(|(name, _)| format!("register/{name}"));
        for name in [String::new(), CHECKS.to_owned()]
            .into_iter()
            .chain(registers)
        {
            let status = ServingStatus::NotServing;
            self.reporter.set_service_status(&name, status).await;
            // A stream of Watch ends when its name is gone; else it would hold up the stop.
            self.reporter.clear_service_status(&name).await;
        }
    }

    async fn tell(&self, sidecar: &Sidecar) {
        let mut told: Option<String> = None;
        let mut first = true;
        loop {
            let cause = sidecar.not_serving();
            if first || cause != told {
                match &cause {
                    Some(cause) => tracing::error!(cause, "not serving"),
                    None if !first => tracing::info!("serving again"),
                    None => {}
                }
            }
            let status = match cause {
                None => ServingStatus::Serving,
                Some(_) => ServingStatus::NotServing,
            };
            self.reporter.set_service_status("", status).await;
            self.reporter.set_service_status(CHECKS, status).await;
            for (name, register) in sidecar.register_states() {
                let status = match register.is_fresh() {
                    true => ServingStatus::Serving,
                    false => ServingStatus::NotServing,
                };
                self.reporter
                    .set_service_status(format!("register/{name}"), status)
                    .await;
            }
            told = cause;
            first = false;
            tokio::time::sleep(EVERY).await;
        }
    }
}
