//! What an operator sees from outside: metrics, logs, traces, backups, the doctor, and what is shipped to run it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "operate/backup.rs"]
mod backup;
mod common;
#[path = "operate/deploy.rs"]
mod deploy;
#[path = "operate/doctor.rs"]
mod doctor;
#[path = "operate/log.rs"]
mod log;
#[path = "operate/metrics.rs"]
mod metrics;
#[path = "operate/scrape.rs"]
mod scrape;
#[path = "operate/secrets.rs"]
mod secrets;
#[path = "operate/served.rs"]
mod served;
#[path = "support/sidecar.rs"]
#[allow(dead_code)]
mod sidecar;
#[path = "operate/systemd.rs"]
mod systemd;
#[path = "operate/traces.rs"]
mod traces;
