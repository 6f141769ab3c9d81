//! Making a day's decisions again: `cargo bench --bench replay`, or with a number of decisions.
//!
//! The day is that of `tests/replay`: two processes, and between the checks objections, consents and
//! withdrawals, folders, register copies, choices of regime. It is made first, and not measured. The walk
//! and what another pack would have answered are measured, on one thread, loading included and apart; and
//! one decision by look-ups, beside its sidecar and without.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../tests/replay/scene.rs"]
mod scene;

use std::time::Instant;

use scene::{DAY, Scene, day, own_pack};
use verzet::{
    ledger::{Filter, Reader},
    number::Region,
    replay::{Archive, Candidate, Outcome, one},
};

fn main() {
    let decisions = std::env::args()
        .filter_map(|a| a.replace('_', "").parse().ok())
        .next_back()
        .unwrap_or(1_000_000_u64);
    let dir = tempfile::tempdir().unwrap();
    let scene = Scene::new(dir.path(), DAY / decisions as i64);
    let begun = Instant::now();
    let (recorded, period) = day(&scene, decisions, 400);
    println!("{recorded} decisions made in {:.1?}", begun.elapsed());
    let mut archive = Archive::open(&scene.data(), &scene.ledger()).unwrap();

    let rate = |name: &str, begun: Instant, first: Option<Instant>| {
        let whole = begun.elapsed().as_secs_f64();
        let after = first.map_or(whole, |first| first.elapsed().as_secs_f64());
        println!(
            "{name}: {:.2} s, {:.0} decisions/s loading included, {:.0} after it",
            whole,
            recorded as f64 / whole,
            recorded as f64 / after
        );
    };
    let (begun, mut first, mut same) = (Instant::now(), None, 0);
    let walked = archive
        .period(period, &mut |_, _| {}, &mut |_, replayed| {
            first.get_or_insert_with(Instant::now);
            same += u64::from(replayed.outcome() == Outcome::Same);
        })
        .unwrap();
    rate("replay", begun, first);
    println!("  {same} of {recorded} the same, {walked:?}");
    assert_eq!(same, recorded);

    let text = include_str!("../packs/nl-2026.toml");
    let candidate = Candidate::read("nl-2026.toml", text).unwrap();
    let (begun, mut first, mut changed) = (Instant::now(), None, 0);
    archive
        .what_if(&candidate, period, &mut |_, _| {}, &mut |_, _| {
            first.get_or_insert_with(Instant::now);
            changed += 1;
        })
        .unwrap();
    rate("policy diff", begun, first);
    assert_eq!(changed, recorded);

    let mut ids = Vec::new();
    let mut reader = Reader::beside(&scene.ledger()).unwrap().unwrap();
    reader
        .fold(&Filter::default(), &mut |d| {
            if d.id.seq % (recorded / 200).max(1) == 0 {
                ids.push(d.id);
            }
        })
        .unwrap();
    let each = |name: &str, ask: &mut dyn FnMut(verzet::ledger::DecisionId)| {
        let mut times: Vec<_> = ids
            .iter()
            .map(|id| {
                let begun = Instant::now();
                ask(*id);
                begun.elapsed()
            })
            .collect();
        times.sort();
        println!(
            "one decision, {name}: median {:.2?}, longest {:.2?}",
            times[times.len() / 2],
            times[times.len() - 1]
        );
    };
    each("from the files", &mut |id| {
        archive.one(id).unwrap().unwrap();
    });
    let sidecar = scene.open(&own_pack("NOT_A_CUSTOMER"), Region::NL);
    each("beside its sidecar", &mut |id| {
        one(&sidecar, id).unwrap().unwrap();
    });
}
