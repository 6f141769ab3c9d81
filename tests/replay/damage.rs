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
pub(crate) struct Copy {
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
    pub(crate) fn new() -> Self {
        let (whole, period) = &*WHOLE;
        let dir = tempfile::tempdir().unwrap();
        copy_tree(&whole.path().join("data"), dir.path());
        Self {
            dir,
            period: *period,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn facts(&self, sql: &str) {
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

    pub(crate) fn decisions(&self) -> Vec<StoredDecision> {
        let mut all = Vec::new();
        let mut reader = Reader::beside(&self.path().join("ledger"))
            .unwrap()
            .unwrap();
        reader
            .fold(&Filter::default(), &mut |d| all.push(d.clone()))
            .unwrap();
        all
    }

    pub(crate) fn first(&self, of: impl Fn(&StoredDecision) -> bool) -> StoredDecision {
        self.decisions().into_iter().find(|d| of(d)).unwrap()
    }

    /// What comes of every decision: the walk and the look-ups must say the same.
    pub(crate) fn replay(&self) -> BTreeMap<DecisionId, Replayed> {
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
    pub(crate) fn not_same(&self) -> BTreeMap<DecisionId, Replayed> {
        let mut all = self.replay();
        all.retain(|_, replayed| replayed.outcome() != Outcome::Same);
        all
    }
}

pub(crate) fn difference<'r>(replayed: &'r Replayed, field: &str) -> &'r Difference {
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
    assert_eq!((decided.field, &*decided.recorded), ("outcome", "DECIDED"));
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
        "INSERT INTO fact_end VALUES ({} << 2, 2)",
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
