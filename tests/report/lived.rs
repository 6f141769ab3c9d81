//! A sidecar with the sample's month, for tests of what is made out of it.

use std::{path::Path, sync::Arc};

use verzet::{clock::Zone, sidecar::Sidecar};

use crate::common;

/// One data directory for all tests that only read: the month takes a while to live.
pub(crate) fn sample() -> &'static (tempfile::TempDir, Arc<Sidecar>) {
    static SAMPLE: std::sync::OnceLock<(tempfile::TempDir, Arc<Sidecar>)> =
        std::sync::OnceLock::new();
    SAMPLE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let sidecar = open(dir.path());
        (dir, sidecar)
    })
}

fn open(dir: &Path) -> Arc<Sidecar> {
    let sidecar = Sidecar::open(common::settings(dir)).unwrap();
    verzet::sample::install_with_history(&sidecar).unwrap();
    // Days that are over are sealed, one a second; not so slowly here.
    let ledger = sidecar.settings.ledger_dir.clone();
    for _ in 0..100 {
        verzet::ledger::seal_all(&ledger, &mut || {}).unwrap();
        if verzet::ledger::unsealed(&ledger).unwrap().is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    Arc::new(sidecar)
}

pub(crate) fn zone() -> Zone {
    Zone::named("Europe/Amsterdam").unwrap()
}

/// Says that something cannot be tried here; fails where everything must be there.
pub(crate) fn skip(why: &str) {
    assert!(std::env::var_os("VERZET_REQUIRE_PEERS").is_none(), "{why}");
    println!("SKIPPED: {why}");
}
