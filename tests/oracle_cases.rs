//! The independent evaluator agrees with the worked cases.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "oracle/oracle.rs"]
mod oracle;

use std::path::PathBuf;
use jiff::Timestamp;
use oracle::{Question, Reading, World, csv};

#[test]
fn probe() {
    let now: Timestamp = std::env::var("NOW").ok().map(|s| s.parse().unwrap()).unwrap_or_else(Timestamp::now);
    let received: Timestamp = std::env::var("RECEIVED").ok().map(|s| s.parse().unwrap()).unwrap_or(now);
    for set in ["nl-bmnr", "nl-bmnr-stale"] {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(set);
        let mut world = World::load(&folder, received);
        if world.register_as_of.is_none() {
            world.register_as_of = Some(oracle::words::day_of(now));
        }
        let reading = Reading::of(&world);
        let text = std::fs::read_to_string(folder.join("cases.csv")).unwrap();
        let mut wrong = 0;
        for r in csv::read(&text).iter().skip(1) {
            let q = Question { number: r[1].clone(), region: r[2].clone(), campaign_id: r[3].clone(), channel: r[4].clone(), person_id: r[5].clone(), source_id: r[6].clone(),
                now: if r[7].is_empty() { now } else { r[7].parse().unwrap() } };
            let a = reading.evaluate(&q);
            if [&a.verdict, &a.reason, &a.e164] != [&r[8], &r[9], &r[10]] {
                wrong += 1;
                if wrong < 30 { println!("{set} {r:?} {a:?}"); }
            }
        }
        println!("{set} now {now} received {received} wrong {wrong}");
    }
}
