//! One decision, beside the sidecar that made it: out of look-ups, with what the sidecar has in memory.

use std::sync::Arc;

use verzet::{
    clock::Day,
    ledger::Filter,
    number::Region,
    replay::{Archive, Outcome, one},
};

use crate::scene::{Scene, own_pack, work};

#[test]
fn beside_its_sidecar_a_decision_is_the_same_whatever_came_since() {
    let dir = tempfile::tempdir().unwrap();
    let scene = Scene::new(dir.path(), 1_000_000);
    let sidecar = Arc::new(scene.open(&own_pack("NO_CONSENT"), Region::NL));
    scene.import(&sidecar, 1);
    scene.register(&sidecar, 1);
    scene.enforce(&sidecar, "nl-bmnr", Day::NEVER);
    let recorded = work(&scene, &sidecar, 0, 1_500, 120);
    let mut ids = Vec::new();
    // Records of `ASYNC` become durable a little later.
    while ids.len() < recorded as usize {
        ids.clear();
        let mut reader = sidecar.ledger.reader();
        reader
            .fold(&Filter::default(), &mut |d| ids.push(d.id))
            .unwrap();
    }
    let mut archive = Archive::open(&scene.data(), &scene.ledger()).unwrap();
    for id in ids.iter().step_by(9) {
        let replayed = one(&sidecar, *id).unwrap().unwrap();
        assert_eq!(replayed.outcome(), Outcome::Same, "{replayed}");
        assert_eq!(archive.one(*id).unwrap().as_ref(), Some(&replayed));
    }
    let unknown = verzet::ledger::DecisionId {
        seq: 1 << 40,
        ..ids[0]
    };
    assert!(one(&sidecar, unknown).unwrap().is_none());
}
