//! The product against a slow literal evaluator, written from the tables apart from it: generated
//! worlds go through the real intake, and every question must get the same verdict, reason and number.
//!
//! 200,000 questions in 500 worlds; `VERZET_LONG=N` asks N times as many in as many more worlds. Ten million:
//!
//! ```text
//! VERZET_LONG=50 cargo test --release --test differential -- --nocapture
//! ```
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "oracle/oracle.rs"]
mod oracle;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use jiff::Timestamp;
use oracle::{
    Answer, Question, Reading, World,
    generate::{generate_questions, generate_world},
    similar::SIMILARITY_LEVEL,
    sweep::sweep,
};
use verzet::{
    clock::{Day, Micros},
    facts::model::Channel,
    number::Region,
    policy::Intent,
    sidecar::{Ask, Query, Sidecar},
};

fn micros(at: Timestamp) -> Micros {
    Micros(at.as_microsecond())
}

/// The product with a world taken in.
fn take_in(world: &World, dir: &Path) -> Arc<Sidecar> {
    take_in_at(world, dir, SIMILARITY_LEVEL)
}

/// The same under a pack that is `nl-bmnr` at another similarity level.
fn take_in_at(world: &World, dir: &Path, level: usize) -> Arc<Sidecar> {
    let (folder, data) = (dir.join("folder"), dir.join("data"));
    world.save(&folder);
    let regime = format!("nl-level-{level}");
    if level != SIMILARITY_LEVEL {
        let pack = include_str!("../packs/nl-bmnr.toml")
            .replacen("id = \"nl-bmnr\"", &format!("id = \"{regime}\""), 1)
            .replace(
                "similarity_level = 1",
                &format!("similarity_level = {level}"),
            );
        std::fs::create_dir_all(data.join("packs")).unwrap();
        std::fs::write(data.join("packs/level.toml"), pack).unwrap();
    }
    let sidecar = common::sidecar(&data);
    if level != SIMILARITY_LEVEL {
        let regime = sidecar.packs.get(&regime).unwrap().clone();
        let (from, until) = (Day::ALWAYS, Day::NEVER);
        let _ = sidecar
            .enforce(regime, from, until, "test", "another level")
            .unwrap();
    }
    let imported = common::import(&sidecar, &folder, micros(world.received_at));
    assert!(imported.applied, "{:?}", imported.report);
    if let Some(as_of) = &world.register_as_of {
        let file = dir.join("bmnr.txt");
        std::fs::write(&file, world.register.join("\n") + "\n").unwrap();
        let as_of = Day::parse(&as_of.to_string()).unwrap();
        if !world.register.is_empty() {
            common::import_register(&sidecar, &file, as_of);
        }
    }
    sidecar
}

fn product(sidecar: &Sidecar, q: &Question) -> Answer {
    let query = Query {
        ask: Ask {
            number: &q.number,
            region: (!q.region.is_empty()).then(|| Region::parse(&q.region).unwrap()),
            campaign_id: &q.campaign_id,
            channel: Channel::parse(&q.channel),
            person_id: &q.person_id,
            source_id: &q.source_id,
            at: micros(q.now),
        },
        region: &q.region,
        call_id: "",
        agent_id: "",
        caller_id: "",
        intent: Intent::Dial,
        dry_run: true,
        min_revision: 0,
        behind: false,
    };
    let (answer, _) = sidecar
        .check(&query, |asked, _| Answer {
            verdict: asked.decision.verdict.to_string(),
            reason: asked.decision.reason.to_string(),
            e164: asked.number.map(|n| n.e164.to_string()).unwrap_or_default(),
        })
        .unwrap();
    answer
}

/// Takes every n-th on each of as many threads as there are cores.
fn on_all_cores(each: impl Fn(u64) + Sync, all: u64) {
    let cores = thread::available_parallelism().map_or(1, |n| n.get());
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= all {
                        break;
                    }
                    each(n);
                }
            });
        }
    });
}

#[test]
fn the_product_agrees_with_the_literal_evaluator() {
    let times: u64 = std::env::var("VERZET_LONG")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1);
    let worlds = 500 * times;
    let reasons: Mutex<BTreeMap<String, u64>> = Mutex::default();
    let ask = |seed: u64| {
        let world = generate_world(seed);
        let dir = tempfile::tempdir().unwrap();
        let sidecar = take_in(&world, dir.path());
        let reading = Reading::of(&world);
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        for q in generate_questions(&world, seed, 400) {
            let (got, want) = (product(&sidecar, &q), reading.evaluate(&q));
            assert_eq!(got, want, "world {seed}: {q:?}\n{world:#?}");
            *found.entry(got.reason).or_default() += 1;
        }
        let mut reasons = reasons.lock().unwrap();
        for (reason, n) in found {
            *reasons.entry(reason).or_default() += n;
        }
    };
    on_all_cores(ask, worlds);
    let reasons = reasons.into_inner().unwrap();
    let asked: u64 = reasons.values().sum();
    println!("{asked} questions in {worlds} worlds agree: {reasons:?}");
    assert_eq!(asked, worlds * 400);
}

#[test]
fn the_product_agrees_on_every_combination_of_a_small_world() {
    let (mut asked, mut groups) = (0, 0);
    for group in sweep() {
        let dir = tempfile::tempdir().unwrap();
        let sidecar = take_in_at(&group.world, dir.path(), group.level);
        let reading = Reading::of(&group.world).at_level(group.level);
        for q in &group.questions {
            let (got, want) = (product(&sidecar, q), reading.evaluate(q));
            assert_eq!(got, want, "{}: {q:?}", group.name);
            asked += 1;
        }
        groups += 1;
    }
    println!("{asked} combinations in {groups} worlds agree");
    assert!(asked >= 200_000);
}
