//! A real sidecar on a directory of its own, for tests.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use verzet::{
    access::Caller,
    clock::{Day, Micros},
    intake::{FolderOptions, Imported, RegisterHeader, RegisterImported},
    ledger::{Durability, LedgerOptions},
    number::Region,
    server::{ConnectionLimits, Server, ServerOptions},
    sidecar::{Language, Settings, Sidecar},
    wire::check::CheckLimits,
};

/// Settings as a user gets them, on a directory.
pub fn settings(dir: &Path) -> Settings {
    Settings {
        data_dir: dir.to_owned(),
        ledger_dir: dir.join("ledger"),
        default_region: Region::NL,
        language: Language::En,
        durability: Durability::Disk,
        allow_valid_for: 60_000_000,
        ledger: LedgerOptions::default(),
        accept_older_facts: false,
    }
}

/// A sidecar on a new directory, with `nl-bmnr` enforced.
pub fn sidecar(dir: &Path) -> Arc<Sidecar> {
    let sidecar = Sidecar::open(settings(dir)).unwrap();
    let regime = sidecar.packs.get("nl-bmnr").unwrap().clone();
    let _ = sidecar
        .enforce(
            regime,
            Day::ALWAYS,
            Day::NEVER,
            "test",
            "the rules under test",
        )
        .unwrap();
    Arc::new(sidecar)
}

/// Takes a folder in as `crm`.
pub fn import(sidecar: &Sidecar, folder: &Path, received_at: Micros) -> Imported {
    let options = FolderOptions {
        origin: "crm".into(),
        skip_bad_rows: false,
        accept_shrink: false,
        default_region: Region::NL,
        received_at,
    };
    sidecar
        .import_folder(folder, &options, &mut |_| {})
        .unwrap()
}

/// Takes a register copy in; `today` may be later than now where a test asks about the future.
pub fn import_register(sidecar: &Sidecar, file: &Path, as_of: Day) -> RegisterImported {
    let header = RegisterHeader {
        register: "bmnr",
        as_of,
        format: "lines",
        region: Region::NL,
        accept_shrink: false,
        file: "bmnr.txt",
        today: sidecar.home.zone.day(Micros::system_now()).max(as_of),
        received_at: Micros::system_now(),
    };
    sidecar
        .import_register(&header, std::fs::File::open(file).unwrap())
        .unwrap()
}

/// How tests serve: on a port of the system's choice.
pub fn options() -> ServerOptions {
    ServerOptions {
        listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        tls: None,
        // As the operator of the machine: what each role may do has tests of its own.
        open: Some(Caller::machine()),
        threads: 2,
        connections: ConnectionLimits {
            connections: 256,
            idle: Duration::from_secs(600),
            greeting: Duration::from_secs(10),
        },
        streams_per_connection: 256,
        message_bytes: 1 << 20,
        header_bytes: 16 << 10,
        ping_every: Duration::from_secs(30),
        ping_timeout: Duration::from_secs(20),
        check: CheckLimits {
            batch: 1_000,
            stream_in_flight: 64,
            connection_in_flight: 2_048,
            in_flight: 16_384,
            // Tests run where everything is slow at times: none sheds by accident.
            queue_wait: Duration::from_secs(60),
            revision_wait: Duration::from_millis(100),
            deadline: Duration::from_secs(30),
        },
        default_deadline: Duration::from_secs(30),
        metrics: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        traced: false,
        grace: Duration::from_secs(10),
    }
}

/// Serves a sidecar.
pub fn serve(sidecar: Arc<Sidecar>) -> Server {
    Server::start(sidecar, &options()).unwrap()
}

/// A worked folder.
pub fn worked(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}
