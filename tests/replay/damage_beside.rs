//! The same for what decisions rest on beside facts: packs, settings, choices, the catalogue, registers.

use std::{collections::BTreeMap, fs, path::Path};

use verzet::{
    ledger::{DecisionId, StoredDecision},
    policy::Reason,
    replay::{Gone, Outcome},
};

use crate::damage::{Copy, difference};

/// The decisions each process made under the operator's pack, which had another file in each.
fn by_own(copy: &Copy) -> [Vec<DecisionId>; 2] {
    let mut by: BTreeMap<[u8; 32], Vec<DecisionId>> = BTreeMap::new();
    for d in copy.decisions() {
        if let Some(regime) = d.regime.filter(|r| r.id == "nl-own") {
            by.entry(regime.pack_sha256).or_default().push(d.id);
        }
    }
    let mut both: Vec<_> = by.into_values().collect();
    both.sort();
    both.try_into().unwrap()
}

fn hash_of(copy: &Copy, id: DecisionId) -> String {
    let decision = copy.first(|d| d.id == id);
    let sha256 = decision.regime.unwrap().pack_sha256;
    sha256.iter().map(|b| format!("{b:02X}")).collect()
}

#[test]
fn a_pack_that_is_missing_or_changed_is_named() {
    let whole = Copy::new();
    let [first, second] = by_own(&whole);
    assert!(first.len() > 10 && second.len() > 10);
    let sha256 = hash_of(&whole, second[0]);
    for (sql, said) in [
        (
            format!("DELETE FROM pack WHERE hex(sha256) = '{sha256}'"),
            "is not kept any more",
        ),
        (
            format!("UPDATE pack SET text = text || ' ' WHERE hex(sha256) = '{sha256}'"),
            "its SHA-256 differs",
        ),
    ] {
        let copy = Copy::new();
        copy.facts(&sql);
        let found = copy.not_same();
        for id in &second {
            let replayed = &found[id];
            assert_eq!(replayed.outcome(), Outcome::Gone);
            let Gone::Pack { which, why } = &replayed.gone[0] else {
                panic!("{replayed}")
            };
            assert_eq!(which.to_uppercase(), sha256);
            assert!(why.contains(said), "{why}");
        }
        // The other file of the same regime is told apart, and still there.
        assert!(first.iter().all(|id| !found.contains_key(id)));
    }
}

#[test]
fn another_file_under_the_same_regime_differs() {
    let copy = Copy::new();
    let [first, second] = by_own(&copy);
    // As if the second process had had the first one's file.
    copy.facts(
        "UPDATE setup SET packs = (SELECT packs FROM setup ORDER BY id LIMIT 1) \
         WHERE id = (SELECT max(id) FROM setup)",
    );
    let found = copy.not_same();
    for id in &second {
        let regime = difference(&found[id], "regime");
        assert!(regime.recorded.starts_with("nl-own (pack "), "{regime}");
        assert!(regime.now.starts_with("nl-own (pack "), "{regime}");
        assert_ne!(regime.recorded, regime.now);
    }
    assert!(first.iter().all(|id| !found.contains_key(id)));
}

#[test]
fn settings_that_are_not_on_record_are_gone() {
    let copy = Copy::new();
    copy.facts("DELETE FROM setup WHERE id = (SELECT min(id) FROM setup)");
    let found = copy.not_same();
    let first_of_second = by_own(&copy)[1][0];
    assert!(found.len() > 500 && !found.contains_key(&first_of_second));
    assert!(found.values().all(|r| r.gone == [Gone::Setup]));
}

#[test]
fn a_choice_of_regime_taken_back_differs() {
    let copy = Copy::new();
    copy.facts("DELETE FROM enforcement WHERE id = (SELECT max(id) FROM enforcement)");
    let found = copy.not_same();
    let last = by_own(&copy)[1].clone();
    for id in last {
        let regime = difference(&found[&id], "regime");
        assert!(regime.recorded.starts_with("nl-own"), "{regime}");
        assert!(regime.now.starts_with("nl-bmnr"), "{regime}");
    }
}

#[test]
fn an_older_copy_of_the_facts_is_named() {
    let copy = Copy::new();
    let last = copy.decisions().pop().unwrap();
    copy.facts(&format!(
        "DELETE FROM revision WHERE revision >= {}",
        last.revision
    ));
    let replayed = &copy.not_same()[&last.id];
    assert_eq!(
        replayed.gone,
        [Gone::Revision {
            decided: last.revision,
            last: last.revision - 1
        }]
    );
}

#[test]
fn a_changed_campaign_differs() {
    let copy = Copy::new();
    let victim =
        copy.first(|d| d.reason == Reason::CustomerSimilar && d.campaign.starts_with("gas"));
    copy.facts(&format!(
        "UPDATE catalogue SET fields = replace(fields, '\"gas\"', '\"funeral\"') \
         WHERE kind = 6 AND key = '{}'",
        victim.campaign
    ));
    let replayed = &copy.not_same()[&victim.id];
    assert_eq!(replayed.outcome(), Outcome::Differs);
    assert_eq!(difference(replayed, "reason").recorded, "CUSTOMER_SIMILAR");
}

fn registered(copy: &Copy) -> StoredDecision {
    copy.first(|d| d.reason == Reason::Registered)
}

#[test]
fn without_the_register_file_the_record_tells_and_it_is_said() {
    let copy = Copy::new();
    let file = copy.path().join("registers/bmnr-1.roaring");
    for damage in [
        |file: &Path| fs::remove_file(file).unwrap(),
        |file: &Path| fs::write(file, b"other bytes").unwrap(),
    ] {
        damage(&file);
        let found = copy.replay();
        assert!(found.values().all(|r| r.outcome() == Outcome::Same));
        let replayed = &found[&registered(&copy).id];
        let kinds: Vec<_> = replayed.notes.iter().map(|n| n.kind()).collect();
        assert_eq!(kinds, ["membership_from_record"]);
        assert!(replayed.to_string().contains("bmnr-1"), "{replayed}");
    }
}

#[test]
fn a_register_file_with_other_numbers_differs() {
    let copy = Copy::new();
    let victim = registered(&copy);
    let number = victim.personal.as_ref().unwrap().e164.unwrap().digits();
    let file = copy.path().join("registers/bmnr-1.roaring");
    let mut numbers =
        roaring::RoaringTreemap::deserialize_from(&fs::read(&file).unwrap()[..]).unwrap();
    assert!(numbers.remove(number));
    let mut bytes = Vec::new();
    numbers.serialize_into(&mut bytes).unwrap();
    fs::write(&file, &bytes).unwrap();
    use sha2::Digest;
    let sha256: String = sha2::Sha256::digest(&bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    copy.facts(&format!("UPDATE snapshot SET sha256 = x'{sha256}'"));
    let replayed = &copy.not_same()[&victim.id];
    let membership = difference(replayed, "membership");
    assert_eq!(
        (&*membership.recorded, &*membership.now),
        ("in it", "not in it")
    );
}

#[test]
fn a_register_copy_that_is_not_known_is_gone_and_another_differs() {
    let copy = Copy::new();
    let victim = registered(&copy);
    copy.facts("DELETE FROM snapshot");
    let replayed = &copy.not_same()[&victim.id];
    assert_eq!(replayed.gone, [Gone::Snapshot("bmnr-1".into())]);

    let copy = Copy::new();
    copy.facts(
        "INSERT INTO snapshot SELECT register, 2, rev_from, NULL, as_of, imported_at, numbers, \
         file_name, sha256, region FROM snapshot",
    );
    let replayed = &copy.not_same()[&victim.id];
    let register = difference(replayed, "register");
    assert_eq!((&*register.recorded, &*register.now), ("bmnr-1", "bmnr-2"));

    // A date moved makes the copy too old.
    let copy = Copy::new();
    copy.facts("UPDATE snapshot SET as_of = as_of - 1");
    let replayed = &copy.not_same()[&victim.id];
    assert_eq!(difference(replayed, "reason").now, "REGISTER_STALE");
}
