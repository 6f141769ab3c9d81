//! The process, by the names every Prometheus client uses.

use std::fmt;

use super::{facts::seconds, page::Page};
use crate::{clock::Micros, metrics::names, number, process};

pub(super) fn write(page: &mut Page<'_>, started: Micros) -> fmt::Result {
    let build = vec![env!("CARGO_PKG_VERSION"), number::metadata_version()];
    page.values(&names::BUILD, [(build, 1.0)])?;
    page.value(&names::START, seconds(started))?;
    // Where /proc is hidden there is nothing to tell.
    page.optional(&names::MEMORY, process::resident_bytes().map(|n| n as f64))?;
    page.optional(&names::CPU, process::cpu_seconds())?;
    let open = process::open_descriptors();
    page.optional(&names::OPEN_FDS, open.map(|n| n as f64))?;
    page.optional(
        &names::MAX_FDS,
        process::most_descriptors().map(|n| n as f64),
    )
}
