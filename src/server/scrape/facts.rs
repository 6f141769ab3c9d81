//! What is known: revision, origins, registers, regimes.

use std::{collections::BTreeMap, fmt};

use super::page::Page;
use crate::{
    clock::Micros,
    metrics::names,
    sidecar::Sidecar,
    store::{Glance, Seen, StoreError},
};

pub(super) fn write(
    page: &mut Page<'_>,
    sidecar: &Sidecar,
    glance: &mut Option<Glance>,
) -> fmt::Result {
    // The published one first: what becomes durable meanwhile must not look like less than nothing.
    let published = sidecar.world().revision;
    let seen = match look(sidecar, glance) {
        Ok(seen) => Some(seen),
        Err(error) => {
            *glance = None;
            tracing::warn!(%error, "the facts cannot be looked at");
            None
        }
    };
    page.value(&names::FACTS_REVISION, published as f64)?;
    let lag = seen.as_ref().map(|s| s.revision.saturating_sub(published));
    page.optional(&names::FACTS_LAG, lag.map(|lag| lag as f64))?;
    page.value(&names::FACTS_NUMBERS, sidecar.world().numbers.keys() as f64)?;
    let mut heard: BTreeMap<String, Micros> = seen
        .as_ref()
        .map_or_else(BTreeMap::new, |s| s.origins.clone());
    for (origin, at) in sidecar.metrics.last_heard() {
        let last = heard.entry(origin).or_insert(at);
        *last = at.max(*last);
    }
    page.values(
        &names::ORIGIN_HEARD,
        heard.iter().map(|(o, at)| (vec![o.as_str()], seconds(*at))),
    )?;
    page.optional(&names::UNCLEAR, seen.map(|s| s.unclear as f64))?;

    let registers = sidecar.register_states();
    let of = |value: fn(&crate::sidecar::RegisterState) -> Option<f64>| {
        registers
            .iter()
            .filter_map(move |(name, r)| Some((vec![name.as_str()], value(r)?)))
    };
    page.values(
        &names::REGISTER_PRESENT,
        of(|r| Some(f64::from(u8::from(r.as_of.is_some())))),
    )?;
    page.values(&names::REGISTER_AGE, of(|r| r.age.map(f64::from)))?;
    page.values(&names::REGISTER_MAX_AGE, of(|r| Some(f64::from(r.max_age))))?;
    page.values(&names::REGISTER_NUMBERS, of(|r| Some(r.numbers as f64)))?;

    let (world, now) = (sidecar.world(), sidecar.now());
    let lapsed: BTreeMap<&str, bool> = world
        .enforced
        .iter()
        .map(|e| &e.regime)
        .filter(|regime| world.enforced.is_enforced(regime, now))
        .map(|regime| (&*regime.id, !regime.is_law_on(regime.zone.day(now))))
        .collect();
    page.values(
        &names::REGIME_LAPSED,
        lapsed
            .iter()
            .map(|(id, lapsed)| (vec![*id], f64::from(u8::from(*lapsed)))),
    )
}

fn look(sidecar: &Sidecar, glance: &mut Option<Glance>) -> Result<Seen, StoreError> {
    let glance = match glance {
        Some(glance) => glance,
        None => glance.insert(Glance::open(&sidecar.settings.data_dir)?),
    };
    glance.look().cloned()
}

/// An instant as Prometheus has it.
pub(super) fn seconds(at: Micros) -> f64 {
    at.0 as f64 / 1e6
}
