//! The product against a slow literal evaluator, written from the tables apart from it: generated
//! worlds go through the real intake, and every question must get the same verdict, reason and number.
//!
//! 100,000 questions; `VERZET_LONG=N` asks N times as many.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "oracle/oracle.rs"]
mod oracle;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use jiff::Timestamp;
use oracle::{
    Answer, Question, Reading, World,
    generate::{generate_questions, generate_world},
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
    let folder = dir.join("folder");
    world.save(&folder);
    let sidecar = common::sidecar(&dir.join("data"));
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

#[test]
fn the_product_agrees_with_the_literal_evaluator() {
    let times: u64 = std::env::var("VERZET_LONG")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1);
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    let mut asked = 0;
    for seed in 0..250 * times {
        let world = generate_world(seed);
        let dir = tempfile::tempdir().unwrap();
        let sidecar = take_in(&world, dir.path());
        let reading = Reading::of(&world);
        for q in generate_questions(&world, seed, 400) {
            let (got, want) = (product(&sidecar, &q), reading.evaluate(&q));
            assert_eq!(got, want, "world {seed}: {q:?}\n{world:#?}");
            *reasons.entry(got.reason).or_default() += 1;
            asked += 1;
        }
    }
    println!("{asked} questions agree: {reasons:?}");
    assert!(asked >= 100_000);
}

#[test]
fn the_product_agrees_on_every_combination_of_a_small_world() {
    let mut asked = 0;
    for group in sweep() {
        let dir = tempfile::tempdir().unwrap();
        let sidecar = take_in(&group.world, dir.path());
        let reading = Reading::of(&group.world);
        for q in &group.questions {
            let (got, want) = (product(&sidecar, q), reading.evaluate(q));
            assert_eq!(got, want, "{}: {q:?}", group.name);
            asked += 1;
        }
    }
    println!("{asked} combinations agree");
}
