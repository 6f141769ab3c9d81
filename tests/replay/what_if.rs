//! What another pack would have answered, against what is recorded: the shadow of today's law is what that
//! law's pack would have answered, and the enforced pack itself would have answered as it did.

use std::sync::Arc;

use verzet::{
    clock::{Day, Micros},
    number::Region,
    policy::{Reason, Verdict},
    replay::{Archive, Candidate, Gone, Period, WouldBe},
};

use crate::scene::{DAY, Scene, own_pack, work};

fn answer(of: &WouldBe) -> (Verdict, Reason) {
    match of {
        WouldBe::Answer {
            verdict, reason, ..
        } => (*verdict, *reason),
        WouldBe::Untold(gone) => panic!("{gone:?}"),
    }
}

#[test]
fn a_candidate_answers_as_its_regime_does() {
    let dir = tempfile::tempdir().unwrap();
    let scene = Scene::new(dir.path(), 10_000_000);
    let from = scene.now();
    let sidecar = Arc::new(scene.open(&own_pack("NO_CONSENT"), Region::NL));
    scene.import(&sidecar, 1);
    scene.register(&sidecar, 1);
    scene.enforce(&sidecar, "nl-bmnr", Day::NEVER);
    // Changes, but none of the regime: the 17th of forty is the first.
    let recorded = work(&scene, &sidecar, 0, 3_000, 16);
    sidecar.ledger.close();
    let period = Period {
        from,
        until: Micros(scene.now().0 + DAY),
    };
    let mut archive = Archive::open(&scene.data(), &scene.ledger()).unwrap();
    let mut ask = |text: &str, each: &mut dyn FnMut(&verzet::ledger::StoredDecision, WouldBe)| {
        let candidate = Candidate::read("candidate.toml", text).unwrap();
        let walked = archive
            .what_if(&candidate, period, &mut |_, _| {}, each)
            .unwrap();
        assert_eq!(walked.decisions, recorded);
    };

    // The regime itself: every answer as it was.
    ask(include_str!("../../packs/nl-bmnr.toml"), &mut |d, now| {
        assert_eq!(answer(&now), (d.verdict, d.reason), "{d:?}");
    });
    // Today's law: as the shadow said.
    let (mut compared, mut changed) = (0, 0);
    ask(include_str!("../../packs/nl-2026.toml"), &mut |d, now| {
        if let Some(shadow) = &d.shadow
            && d.reason != Reason::FactsBehind
        {
            assert_eq!(answer(&now), (shadow.verdict, shadow.reason), "{d:?}");
            compared += 1;
            changed += u64::from(answer(&now) != (d.verdict, d.reason));
        }
    });
    assert!(compared > 2_000 && changed > 100, "{compared} {changed}");
    // A changed pack: only what went past its first changed row changes, and says which row.
    let stricter = include_str!("../../packs/nl-bmnr.toml").replacen(
        "check = \"Otherwise\"\nverdict = \"ALLOW\"\nreason = \"NOT_REGISTERED\"",
        "check = \"Otherwise\"\nverdict = \"BLOCK\"\nreason = \"NO_CONSENT\"",
        1,
    );
    let mut changed = 0;
    ask(&stricter, &mut |d, now| {
        if d.reason == Reason::NotRegistered {
            let row = Some((16, "Otherwise"));
            let (verdict, reason) = (Verdict::Block, Reason::NoConsent);
            let blocked = WouldBe::Answer {
                verdict,
                reason,
                row,
            };
            assert_eq!(now, blocked);
            changed += 1;
        } else {
            assert_eq!(answer(&now), (d.verdict, d.reason));
        }
    });
    assert!(changed > 50, "{changed}");
}

#[test]
fn what_cannot_be_told_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let scene = Scene::new(dir.path(), 1_000_000);
    let from = scene.now();
    let sidecar = Arc::new(scene.open(&own_pack("NO_CONSENT"), Region::NL));
    scene.import(&sidecar, 1);
    scene.register(&sidecar, 1);
    // A regime that asks no register decides; the candidate asks one whose numbers are gone.
    scene.enforce(&sidecar, "nl-own", Day::NEVER);
    work(&scene, &sidecar, 0, 300, 0);
    sidecar.ledger.close();
    std::fs::remove_file(scene.data().join("registers/bmnr-1.roaring")).unwrap();
    let period = Period {
        from,
        until: Micros(scene.now().0 + DAY),
    };
    let candidate = Candidate::read("bmnr.toml", include_str!("../../packs/nl-bmnr.toml")).unwrap();
    let mut archive = Archive::open(&scene.data(), &scene.ledger()).unwrap();
    let (mut told, mut untold) = (0, 0);
    archive
        .what_if(
            &candidate,
            period,
            &mut |_, _| {},
            &mut |_, now| match now {
                WouldBe::Answer { .. } => told += 1,
                WouldBe::Untold(gone) => {
                    assert!(matches!(&gone[0], Gone::Numbers { .. }), "{gone:?}");
                    untold += 1;
                }
            },
        )
        .unwrap();
    assert!(told > 50 && untold > 50, "{told} {untold}");
    let bad = Candidate::read("x.toml", "id = 7").unwrap_err().to_string();
    assert!(bad.starts_with("x.toml:1"), "{bad}");
}
