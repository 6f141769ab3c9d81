//! Whatever a decision rested on is taken away or changed: it is told which, and for the others nothing.

use std::{collections::BTreeMap, fs, path::Path, sync::LazyLock};

use rusqlite::Connection;
use verzet::{
    clock::Micros,
    facts::model::FactKind,
    ledger::{DecisionId, Filter, Reader, StoredDecision},
    number::Region,
    policy::Reason,
    replay::{Archive, Difference, Gone, Outcome, Period, Replayed},
};

use crate::scene::{DAY, Scene, ask, own_pack, question};

/// How many checks each process answered.
const EACH: u64 = 600;

/// A directory with some 1,200 decisions in two processes, at rest; tests damage copies of it.
static WHOLE: LazyLock<(tempfile::TempDir, Period)> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    let scene = Scene::new(dir.path(), 1_000_000);
    let from = scene.now();
    for (part, reason) in ["NO_CONSENT", "NOT_A_CUSTOMER"].into_iter().enumerate() {
        let sidecar = scene.open(&own_pack(reason), Region::NL);
        if part == 0 {
            scene.import(&sidecar, 1);
            scene.register(&sidecar, 1);
            scene.enforce(&sidecar, "nl-own", verzet::clock::Day::NEVER);
        }
        for n in 0..EACH {
            if n == 50 && part == 0 {
                scene.enforce(&sidecar, "nl-bmnr", verzet::clock::Day::NEVER);
            }
            if n == EACH - 50 && part == 1 {
                scene.enforce(&sidecar, "nl-own", verzet::clock::Day::NEVER);
            }
            let at = Micros(from.0 + ((part as u64 * EACH + n) as i64) * 1_000_000);
            ask(&sidecar, &question(part as u64 * EACH + n), at);
        }
        sidecar.ledger.close();
    }
    let until = Micros(from.0 + DAY);
    (dir, Period { from, until })
});

/// A copy of it.
struct Copy {
    dir: tempfile::TempDir,
    period: Period,
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

impl Copy {
    fn new() -> Self {
        let (whole, period) = &*WHOLE;
        let dir = tempfile::tempdir().unwrap();
        copy_tree(&whole.path().join("data"), dir.path());
        Self {
            dir,
            period: *period,
        }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn facts(&self, sql: &str) {
        let conn = Connection::open(self.path().join("facts.db")).unwrap();
        conn.execute_batch(sql).unwrap();
    }

    fn ledger(&self, id: DecisionId, sql: &str) {
        let part = self.path().join(format!("ledger/{}.db", id.day));
        let changed = Connection::open(part)
            .unwrap()
            .execute(sql, [id.seq as i64])
            .unwrap();
        assert_eq!(changed, 1);
    }

    fn decisions(&self) -> Vec<StoredDecision> {
        let mut all = Vec::new();
        let mut reader = Reader::beside(&self.path().join("ledger"))
            .unwrap()
            .unwrap();
        reader
            .fold(&Filter::default(), &mut |d| all.push(d.clone()))
            .unwrap();
        all
    }

    fn first(&self, of: impl Fn(&StoredDecision) -> bool) -> StoredDecision {
        self.decisions().into_iter().find(|d| of(d)).unwrap()
    }

    /// What comes of every decision: the walk and the look-ups must say the same.
    fn replay(&self) -> BTreeMap<DecisionId, Replayed> {
        let mut archive = Archive::open(self.path(), &self.path().join("ledger")).unwrap();
        let mut all = BTreeMap::new();
        archive
            .period(self.period, &mut |_, _| {}, &mut |decision, replayed| {
                all.insert(decision.id, replayed);
            })
            .unwrap();
        // Of every fifth, that is; and of one in a hundred that are the same.
        let mut each = 0;
        for (id, replayed) in &all {
            each += 1;
            if replayed.outcome() == Outcome::Same && each % 100 > 0 || each % 5 > 0 {
                continue;
            }
            assert_eq!(archive.one(*id).unwrap().as_ref(), Some(replayed));
        }
        assert_eq!(all.len(), self.decisions().len());
        all
    }

    /// The decisions that did not come out the same.
    fn not_same(&self) -> BTreeMap<DecisionId, Replayed> {
        let mut all = self.replay();
        all.retain(|_, replayed| replayed.outcome() != Outcome::Same);
        all
    }
}

fn difference<'r>(replayed: &'r Replayed, field: &str) -> &'r Difference {
    let mut all = replayed.differences.iter();
    all.find(|d| d.field == field)
        .unwrap_or_else(|| panic!("no {field}: {replayed}"))
}

fn row(decision: &StoredDecision) -> (u8, u64) {
    let row = decision.deciding_row.unwrap();
    (row, decision.fact(row).unwrap().row())
}

#[test]
fn untouched_all_are_the_same() {
    let copy = Copy::new();
    assert!(copy.not_same().is_empty());
    let unknown = copy.first(|_| true);
    let mut archive = Archive::open(copy.path(), &copy.path().join("ledger")).unwrap();
    for id in [
        DecisionId {
            seq: 1 << 40,
            ..unknown.id
        },
        DecisionId {
            ledger: verzet::ledger::LedgerId(7),
            ..unknown.id
        },
    ] {
        assert!(archive.one(id).unwrap().is_none());
    }
}

#[test]
fn a_changed_relation_is_named_by_its_row() {
    let copy = Copy::new();
    let victim = copy.first(|d| d.reason == Reason::CustomerSimilar);
    let (at, id) = row(&victim);
    copy.facts(&format!("UPDATE relation SET paid = 0 WHERE id = {id}"));
    let found = copy.not_same();
    let replayed = &found[&victim.id];
    assert_eq!(replayed.outcome(), Outcome::Differs);
    assert_eq!(difference(replayed, "verdict").recorded, "ALLOW");
    let mut rows = replayed.differences.iter();
    let decided = rows.find(|d| d.row == Some(at + 1)).unwrap();
    assert_eq!(decided.check, Some("CustomerSimilar"));
    assert_eq!(
        (&*decided.field, &*decided.recorded),
        ("outcome", "DECIDED")
    );
    assert!(
        replayed
            .to_string()
            .contains("row 11 (CustomerSimilar), outcome: recorded DECIDED"),
        "{replayed}"
    );
    // Only decisions about that number can come out otherwise.
    let number = victim.personal.unwrap().e164;
    for d in copy.decisions() {
        if found.contains_key(&d.id) {
            assert_eq!(d.personal.unwrap().e164, number);
        }
    }
}

#[test]
fn a_removed_fact_is_gone_not_different() {
    let copy = Copy::new();
    let victim = copy.first(|d| d.reason == Reason::CustomerSimilar);
    copy.facts(&format!(
        "DELETE FROM relation WHERE id = {}",
        row(&victim).1
    ));
    let found = copy.not_same();
    let replayed = &found[&victim.id];
    assert_eq!(replayed.outcome(), Outcome::Gone);
    let id = victim.fact(row(&victim).0).unwrap();
    assert_eq!(replayed.gone, [Gone::Fact(id)]);
    assert!(replayed.to_string().contains(&id.to_string()), "{replayed}");
}

#[test]
fn a_removed_objection_is_gone() {
    let copy = Copy::new();
    let victim = copy.first(|d| {
        d.reason == Reason::Objected
            && d.fact(d.deciding_row.unwrap())
                .is_some_and(|f| f.kind() == FactKind::Objection)
    });
    copy.facts(&format!(
        "DELETE FROM objection WHERE id = {}",
        row(&victim).1
    ));
    let replayed = &copy.not_same()[&victim.id];
    assert_eq!(replayed.outcome(), Outcome::Gone);
    assert_eq!(difference(replayed, "reason").recorded, "OBJECTED");
}

#[test]
fn a_fact_slipped_in_afterwards_differs() {
    let copy = Copy::new();
    let victim = copy.first(|d| d.reason == Reason::CustomerSimilar);
    let number = victim.personal.as_ref().unwrap().e164.unwrap().digits();
    copy.facts(&format!(
        "INSERT INTO objection (id, rev_from, origin, hash, number, person, seller, channels, \
         in_force_from, recorded_at, source, typed, region) \
         SELECT 900000, rev_from, origin, hash, {number}, 0, 0, 128, 0, 0, source, '', '' \
         FROM objection LIMIT 1"
    ));
    let replayed = &copy.not_same()[&victim.id];
    assert_eq!(replayed.outcome(), Outcome::Differs);
    let reason = difference(replayed, "reason");
    assert_eq!(
        (&*reason.recorded, &*reason.now),
        ("CUSTOMER_SIMILAR", "OBJECTED")
    );
    let fact = difference(replayed, "fact");
    assert_eq!((&*fact.recorded, &*fact.now), ("", "objection-900000"));
}

#[test]
fn an_end_moved_to_another_revision_differs() {
    let copy = Copy::new();
    let victim = copy.first(|d| d.reason == Reason::CustomerSimilar);
    // As if it had ended with the change set that followed the import.
    copy.facts(&format!(
        "UPDATE relation SET rev_until = 2 WHERE id = {}",
        row(&victim).1
    ));
    let replayed = &copy.not_same()[&victim.id];
    assert_eq!(replayed.outcome(), Outcome::Differs);
}

#[test]
fn an_erased_person_is_said_to_be() {
    let copy = Copy::new();
    let victim = copy.first(|d| d.reason == Reason::Objected);
    copy.ledger(
        victim.id,
        "UPDATE record SET personal = NULL WHERE seq = ?1",
    );
    let found = copy.not_same();
    assert_eq!(found.keys().collect::<Vec<_>>(), [&victim.id]);
    assert_eq!(found[&victim.id].gone, [Gone::Personal]);
    assert_eq!(found[&victim.id].outcome(), Outcome::Gone);
}

#[test]
fn a_changed_record_differs() {
    let copy = Copy::new();
    let victim = copy.first(|d| d.reason == Reason::Objected);
    // The reason is the byte behind verdict, intent and channel; 8 is OBJECTED, 13 NOT_A_CUSTOMER.
    copy.ledger(
        victim.id,
        "UPDATE record SET public = \
         CAST(substr(public, 1, 10) || x'0d' || substr(public, 12) AS BLOB) WHERE seq = ?1",
    );
    let found = copy.not_same();
    assert_eq!(found.keys().collect::<Vec<_>>(), [&victim.id]);
    let [reason] = &found[&victim.id].differences[..] else {
        panic!("{}", found[&victim.id])
    };
    assert_eq!(
        (reason.field, &*reason.recorded, &*reason.now),
        ("reason", "NOT_A_CUSTOMER", "OBJECTED")
    );
}

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

#[test]
fn it_reads_for_people_and_for_scripts() {
    let copy = Copy::new();
    let victim = copy.first(|d| d.reason == Reason::CustomerSimilar);
    copy.facts(&format!(
        "DELETE FROM relation WHERE id = {}",
        row(&victim).1
    ));
    let replayed = &copy.not_same()[&victim.id];
    let json: serde_json::Value = serde_json::to_value(replayed).unwrap();
    assert_eq!(json["decision_id"], victim.id.to_string());
    assert_eq!(json["outcome"], "GONE");
    assert_eq!(json["gone"][0]["kind"], "fact");
    assert!(json["differences"].as_array().unwrap().len() > 1);
    assert!(
        replayed.to_string().starts_with(
            "it cannot be told: something it rested on is no longer there\n  gone: relation-"
        ),
        "{replayed}"
    );
}
