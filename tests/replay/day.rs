//! A day in which everything changes replays the same.

use std::{collections::BTreeMap, time::Instant};

use verzet::{
    ledger::Reader,
    replay::{Archive, Outcome},
};

use crate::scene::{DAY, Scene, day};

fn checks() -> u64 {
    let times = std::env::var("VERZET_LONG").ok();
    200_000 * times.and_then(|n| n.parse::<u64>().ok()).unwrap_or(1)
}

#[test]
fn a_day_of_changes_replays_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let checks = checks();
    let scene = Scene::new(dir.path(), DAY / checks as i64);
    let begun = Instant::now();
    let (recorded, period) = day(&scene, checks, 400);
    println!("{recorded} decisions made in {:.1?}", begun.elapsed());

    let begun = Instant::now();
    let mut archive = Archive::open(&scene.data(), &scene.ledger()).unwrap();
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    let mut regimes: BTreeMap<String, u64> = BTreeMap::new();
    let (mut late, mut steps) = (0, 0);
    let walked = archive
        .period(
            period,
            &mut |done, all| {
                assert!(done <= all);
                steps += 1;
            },
            &mut |decision, replayed| {
                assert_eq!(
                    replayed.outcome(),
                    Outcome::Same,
                    "{decision:#?}\n{replayed}"
                );
                assert_eq!(replayed.notes, [], "{replayed}");
                *reasons.entry(decision.reason.word()).or_default() += 1;
                let regime = decision.regime.as_ref();
                let pack = regime.map(|r| format!("{} {:02x?}", r.id, &r.pack_sha256[..2]));
                *regimes.entry(pack.unwrap_or_default()).or_default() += 1;
                late += u64::from(decision.decided_at != decision.at);
            },
        )
        .unwrap();
    println!(
        "{walked:?} in {:.1?}; {late} decided before ledger time; {reasons:?} {regimes:?}",
        begun.elapsed()
    );
    assert_eq!(walked.decisions, recorded);
    assert!(walked.last_revision > 200, "{walked:?}");
    assert!(steps > 1);
    // Every reason there is; and the operator's pack in both its files.
    for reason in verzet::policy::Reason::ALL {
        assert!(reasons.contains_key(reason.word()), "{reason}: {reasons:?}");
    }
    assert_eq!(regimes.len(), 5, "{regimes:?}");

    // One by one, out of look-ups, they are the same too.
    let mut ids = Vec::new();
    let mut reader = Reader::beside(&scene.ledger()).unwrap().unwrap();
    reader
        .fold(&Default::default(), &mut |d| {
            if d.id.seq % (checks / 200) == 7 {
                ids.push(d.id);
            }
        })
        .unwrap();
    assert!(ids.len() > 100);
    for id in ids {
        let replayed = archive.one(id).unwrap().unwrap();
        assert_eq!(replayed.outcome(), Outcome::Same, "{replayed}");
    }
}
