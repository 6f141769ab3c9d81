//! Setups: what decisions rest on beside facts.

use tempfile::tempdir;
use verzet::{
    number::Region,
    store::{NewSetup, StoreReader},
};

use crate::common::*;

#[test]
fn a_setup_is_kept_once_and_its_packs_by_their_hash() {
    let dir = tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    let setup = NewSetup {
        ledger: "7f3a09c1",
        after_seq: 0,
        region: Region::NL,
        zone: "Europe/Amsterdam",
        packs: &["rows", "one", "other"],
    };
    store.keep_setup(&setup, AT).unwrap();
    // The same again is not another; a pack lost meanwhile comes back.
    raw(dir.path())
        .execute("DELETE FROM pack WHERE text = 'one'", [])
        .unwrap();
    store
        .keep_setup(
            &NewSetup {
                after_seq: 9,
                ..setup
            },
            AT,
        )
        .unwrap();
    let changed = NewSetup {
        after_seq: 20,
        packs: &["rows", "one, changed", "other"],
        ..setup
    };
    store.keep_setup(&changed, AT).unwrap();
    let reader = StoreReader::beside(dir.path()).unwrap().unwrap();
    let kept = reader.setups().unwrap();
    let after: Vec<_> = kept.iter().map(|s| s.after_seq).collect();
    assert_eq!(after, [0, 20]);
    for (setup, texts) in kept.iter().zip([setup.packs, changed.packs]) {
        let read: Vec<_> = setup
            .packs
            .iter()
            .map(|p| reader.pack(p).unwrap().unwrap())
            .collect();
        assert_eq!(read, texts);
    }
    assert_ne!(kept[0].packs[1], kept[1].packs[1]);
    assert_eq!(kept[0].packs[2], kept[1].packs[2]);
}
