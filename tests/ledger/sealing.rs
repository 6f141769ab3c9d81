//! Heads: signed when a day is over, at a start on a later day, and now and then while a part grows.

use std::{fs, path::Path, time::Duration};

use verzet::{
    clock::{Day, Micros},
    ledger::{
        Against, Head, HeadKind, Ledger, LedgerOptions, PartState, Verification, verify as prove,
    },
};

use crate::support::*;

const DAY: Day = Day(20_781);

pub fn started(dir: &Path, at: i64) -> Ledger {
    let options = LedgerOptions {
        sign_every: Duration::from_millis(20),
        started_at: Some(Micros(at)),
        ..LedgerOptions::default()
    };
    Ledger::open(dir, options).unwrap()
}

pub fn head(dir: &Path, day: Day) -> Option<Head> {
    let bytes = fs::read(dir.join(format!("{day}.head"))).ok()?;
    Some(Head::parse(&bytes).unwrap())
}

pub fn verified(dir: &Path) -> Verification {
    prove(dir, &Against::default(), &mut |_| {}).unwrap()
}

/// Asserts that everything is intact, and gives how each part stands.
pub fn intact(dir: &Path) -> Vec<PartState> {
    let found = verified(dir);
    assert_eq!(found.findings, [], "{found:?}");
    found.parts.iter().map(|part| part.state).collect()
}

/// Waits for the thread that signs.
fn until(what: impl Fn() -> bool) {
    while !what() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_part_is_sealed_when_the_next_begins() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = started(dir.path(), NOON.0);
    for n in 0..5 {
        record(&ledger, &mixed(n), NOON);
    }
    let durable = ledger.durable_seq();
    until(|| head(dir.path(), DAY).is_some_and(|head| head.last_seq == durable));
    let open = head(dir.path(), DAY).unwrap();
    assert_eq!((open.kind, open.file), (HeadKind::Checkpoint, None));
    assert_eq!(open.key, ledger.public_key());
    assert_eq!(intact(dir.path()), [PartState::Open]);

    record(&ledger, &mixed(5), Micros(NOON.0 + A_DAY));
    until(|| head(dir.path(), DAY).is_some_and(|head| head.kind == HeadKind::Sealed));
    let sealed = head(dir.path(), DAY).unwrap();
    assert_eq!(sealed.last_seq, durable);
    assert!(sealed.file.is_some() && sealed.is_signed());
    ledger.close();
    let next = head(dir.path(), Day(DAY.0 + 1)).unwrap();
    assert_eq!(
        (next.previous, next.previous_chain, next.kind),
        (Some(DAY), sealed.chain, HeadKind::Checkpoint)
    );
    // At rest the open part is signed byte for byte too.
    assert!(next.file.is_some());
    assert_eq!(intact(dir.path()), [PartState::Sealed, PartState::Open]);

    let ledger = started(dir.path(), NOON.0 + A_DAY);
    assert_eq!(head(dir.path(), Day(DAY.0 + 1)).unwrap().file, None);
    record(&ledger, &mixed(6), Micros(NOON.0 + A_DAY));
    assert_eq!(intact(dir.path()), [PartState::Sealed, PartState::Open]);
    ledger.close();
    assert_eq!(intact(dir.path()), [PartState::Sealed, PartState::Open]);
    verify(dir.path());
}

/// A newest part of yesterday is sealed at a start today; a clock that is then set back opens it no more.
#[test]
fn a_part_is_sealed_at_a_start_on_a_later_day() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = started(dir.path(), NOON.0);
    record(&ledger, &mixed(1), NOON);
    ledger.close();
    let sound = |day: Day| fs::read(dir.path().join(format!("{day}.db"))).unwrap();

    let ledger = started(dir.path(), NOON.0 + 3 * A_DAY);
    until(|| head(dir.path(), DAY).is_some_and(|head| head.kind == HeadKind::Sealed));
    let sealed = sound(DAY);
    let next = record(&ledger, &mixed(2), NOON);
    assert_eq!(
        (next.id.day, next.at),
        (Day(DAY.0 + 1), Day(DAY.0 + 1).utc_start())
    );
    ledger.close();
    assert_eq!(sound(DAY), sealed);
    assert_eq!(intact(dir.path()), [PartState::Sealed, PartState::Open]);

    // Sealed with nothing behind it: the same at the next start, whatever its clock says.
    fs::remove_file(dir.path().join("2026-11-25.db")).unwrap();
    fs::remove_file(dir.path().join("2026-11-25.head")).unwrap();
    let ledger = started(dir.path(), NOON.0);
    let next = record(&ledger, &mixed(3), NOON);
    assert_eq!(next.id.day, Day(DAY.0 + 1));
    ledger.close();
    assert_eq!(sound(DAY), sealed);
    assert_eq!(intact(dir.path()), [PartState::Sealed, PartState::Open]);
    verify(dir.path());
}

/// As after an update: parts of a build that did not sign.
#[test]
fn parts_that_were_never_sealed_are_sealed_one_after_the_other() {
    let dir = tempfile::tempdir().unwrap();
    for day in 0..4 {
        let ledger = open(dir.path());
        record(&ledger, &mixed(day), Micros(NOON.0 + day as i64 * A_DAY));
        ledger.close();
    }
    for entry in fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.ends_with(".head") || name.starts_with("key") || name == "seal.lock" {
            fs::remove_file(path).unwrap();
        }
    }
    assert_eq!(intact(dir.path()), [PartState::Unsigned; 4]);
    let ledger = started(dir.path(), NOON.0 + 3 * A_DAY);
    let at = |day| head(dir.path(), Day(DAY.0 + day)).map(|head| head.kind);
    until(|| at(0) == Some(HeadKind::Sealed));
    // Half-way nothing is wrong either.
    intact(dir.path());
    until(|| (0..3).all(|day| at(day) == Some(HeadKind::Sealed)));
    record(&ledger, &mixed(9), Micros(NOON.0 + 3 * A_DAY));
    ledger.close();
    use PartState::{Open, Sealed};
    assert_eq!(intact(dir.path()), [Sealed, Sealed, Sealed, Open]);
}

/// What contradicts a head is not signed over, and recording goes on.
#[test]
fn a_part_that_lost_its_end_is_not_signed_anew() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = started(dir.path(), NOON.0);
    for n in 0..6 {
        record(&ledger, &mixed(n), NOON);
    }
    ledger.close();
    let signed = head(dir.path(), DAY).unwrap();
    let conn = rusqlite::Connection::open(dir.path().join(format!("{DAY}.db"))).unwrap();
    conn.execute_batch(
        "DELETE FROM record WHERE seq >= (SELECT max(first_seq) FROM commit_group);
         DELETE FROM word WHERE seq >= (SELECT max(first_seq) FROM commit_group);
         DELETE FROM commit_group WHERE first_seq = (SELECT max(first_seq) FROM commit_group);",
    )
    .unwrap();
    drop(conn);
    let ledger = started(dir.path(), NOON.0);
    record(&ledger, &mixed(7), NOON);
    ledger.close();
    let left = head(dir.path(), DAY).unwrap();
    assert_eq!((left.last_seq, left.chain), (signed.last_seq, signed.chain));
    let found = verified(dir.path());
    assert_eq!(found.findings.len(), 1, "{found:?}");
    assert!(
        found.findings[0].what.contains("not those signed"),
        "{found:?}"
    );
}
