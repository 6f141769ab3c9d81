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
    Arc::new(sidecar)
}

pub(crate) fn zone() -> Zone {
    Zone::named("Europe/Amsterdam").unwrap()
}
