//! Killed at any moment, over and over, under load.
//!
//! `VERZET_KILLS=1000 cargo test --test crash kills` kills it as often as wanted; `VERZET_RELEASE_BIN`
//! names a release build to kill.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tonic::transport::Channel;
use verzet::{
    clock::Micros,
    proto::v1::{Reason, Verdict},
};

use crate::{
    examine::{self, assert_blocked},
    load::{Load, Random, dry_run},
    model::Model,
    process::{Place, Process, runtime, tell},
    world,
};

/// Objections recorded between two kills, at most.
const OBJECTIONS: u64 = 12;

#[test]
fn a_sidecar_killed_at_any_moment_loses_nothing_it_acknowledged() {
    let kills: u64 = std::env::var("VERZET_KILLS").map_or(60, |n| n.parse().unwrap());
    let seed = std::env::var("VERZET_KILLS_SEED")
        .map_or_else(|_| Micros::system_now().0 as u64, |n| n.parse().unwrap());
    tell(&format!("kills: {kills}, VERZET_KILLS_SEED={seed}"));
    runtime().block_on(kill_over_and_over(kills, Random(seed)));
}

/// What is printed in the end.
#[derive(Default)]
struct Figures {
    in_start: u64,
    to_serve: Vec<Duration>,
    imports_cut: u64,
    verified: u64,
}

async fn kill_over_and_over(kills: u64, mut random: Random) {
    let place = Place::new();
    let customers = 2_000 + kills * OBJECTIONS;
    world::fill(&place, customers);
    let model = Arc::new(Model::default());
    let load = Arc::new(Load::new(model.clone(), customers));
    let mut figures = Figures::default();
    let mut verify_at = 1;
    for kill in 1..=kills {
        // One in six dies before it serves.
        if random.below(6) == 0 {
            let mut process = place.spawn(&[]);
            tokio::time::sleep(Duration::from_millis(random.below(250))).await;
            process.kill();
            figures.in_start += 1;
            continue;
        }
        let process = serve(&place, &mut figures);
        let channel = process.connect().await;
        examine(&model, &channel, &mut figures).await;
        if kill >= verify_at {
            verify_at = kill + kill / 2 + 1;
            verify(&place, &mut figures);
        }
        drive_and_kill(process, &load, &place, &mut random).await;
        model.assert_right();
    }
    let process = serve(&place, &mut figures);
    let channel = process.connect().await;
    examine(&model, &channel, &mut figures).await;
    let all = model.told().objected.clone();
    assert_blocked(&channel, &all).await;
    verify(&place, &mut figures);
    model.assert_right();
    print(&model, kills, figures);
}

fn serve(place: &Place, figures: &mut Figures) -> Process {
    let process = place.serve();
    figures.to_serve.push(process.began.elapsed());
    process
}

/// Lets callers loose, and kills at a random moment.
async fn drive_and_kill(
    mut process: Process,
    load: &Arc<Load>,
    place: &Place,
    random: &mut Random,
) {
    load.stop.store(false, Ordering::SeqCst);
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..2 {
        callers.spawn(load.clone().dial(process.connect().await, random.next()));
    }
    callers.spawn(load.clone().stream(process.connect().await, random.next()));
    callers.spawn(load.clone().object(process.connect().await, OBJECTIONS));
    let folder = place.beside("nightly");
    callers.spawn(load.clone().import(process.over_socket(), folder));
    tokio::time::sleep(Duration::from_millis(20 + random.below(400))).await;
    process.kill();
    load.stop.store(true, Ordering::SeqCst);
    while let Some(done) = callers.join_next().await {
        done.unwrap();
    }
}

/// Everything that was acknowledged is true, and an import is there wholly or not at all.
async fn examine(model: &Model, channel: &Channel, figures: &mut Figures) {
    examine::examine(model, channel).await;
    let (sent, done) = {
        let told = model.told();
        (told.nightly_sent, told.nightly_done)
    };
    let found = nightly_version(channel, sent).await;
    assert!(
        found == done || found == sent,
        "version {done} of the folder was acknowledged, {sent} sent, and {found} is there"
    );
    figures.imports_cut += u64::from(found != sent);
    let mut told = model.told();
    // A version that came through counts; one that did not is sent again under its own number.
    (told.nightly_sent, told.nightly_done) = (found, found);
}

/// Which version of the second origin's folder is in force: wholly, or this fails. 0: none.
async fn nightly_version(channel: &Channel, sent: u64) -> u64 {
    let mut present = Vec::new();
    for version in sent.saturating_sub(1)..=sent {
        let customers: Vec<_> = (0..world::NIGHTLY)
            .map(|i| world::nightly(version, i))
            .collect();
        let found = dry_run(channel, world::CUSTOMERS, &customers).await;
        let allowed = found.iter().filter(|f| f.0 == Verdict::Allow).count() as u64;
        assert!(
            allowed == 0 || allowed == world::NIGHTLY,
            "{allowed} of {} rows of an import are there",
            world::NIGHTLY
        );
        let objectors: Vec<_> = (0..world::OBJECTORS)
            .map(|i| world::objector(version, i))
            .collect();
        let found = dry_run(channel, world::CUSTOMERS, &objectors).await;
        let blocked = found.iter().filter(|f| f.1 == Reason::Objected).count() as u64;
        if allowed > 0 {
            assert_eq!(
                blocked,
                world::OBJECTORS,
                "an import without its objections"
            );
            present.push(version);
        } else if version == sent && sent > 0 {
            assert_eq!(blocked, 0, "the objections of an import without its rows");
        }
    }
    match present[..] {
        [] => 0,
        [version] => version,
        _ => panic!("two versions of one folder are in force: {present:?}"),
    }
}

/// Every record, part and signed head is as it was recorded.
fn verify(place: &Place, figures: &mut Figures) {
    place.done(&["ledger", "verify"]);
    figures.verified += 1;
}

fn print(model: &Model, kills: u64, mut figures: Figures) {
    figures.to_serve.sort_unstable();
    let seconds = |d: Option<&Duration>| d.map_or(0.0, Duration::as_secs_f64);
    let told = model.told();
    tell(&format!(
        "kills {kills} ({} before it served), checks answered {} ({} ALLOW), refused or cut off {}, \
         objections acknowledged {}, folder imports {} (cut {}), chain verified {} times; \
         seconds to serve again: median {:.2}, worst {:.2}",
        figures.in_start,
        told.checks,
        told.allows,
        told.refused,
        told.objected.len(),
        told.nightly_done,
        figures.imports_cut,
        figures.verified,
        seconds(figures.to_serve.get(figures.to_serve.len() / 2)),
        seconds(figures.to_serve.last()),
    ));
    assert!(told.checks > 0 && told.allows > 0 && !told.objected.is_empty());
}
