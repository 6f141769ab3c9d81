#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::ledger::{
    queue::Row,
    record,
    words::{Term, WordKind},
};

const DAY: Day = Day(20_781);
const LEDGER: LedgerId = LedgerId(0x7f3a_09c1);

/// A word record of no meaning, so that a group can be written without an entry.
fn word(bytes: &mut Vec<u8>, number: u32) -> Row {
    let at = crate::ledger::id::start_of(DAY);
    let start = bytes.len();
    record::put_word(bytes, at, WordKind::Campaign, number, &Term::Text("spring"));
    Row {
        at,
        public: (bytes.len() - start) as u32,
        personal: 0,
        revision: 0,
        word: true,
    }
}

fn write(
    part: &mut Part,
    tail: &mut Tail,
    numbers: std::ops::Range<u32>,
) -> Result<(), LedgerError> {
    let mut bytes = Vec::new();
    let rows: Vec<_> = numbers.map(|n| word(&mut bytes, n)).collect();
    let mut group = Group {
        at: rows[0].at,
        rows: &rows,
        bytes: &mut bytes,
    };
    part.write(&mut group, tail, LEDGER, None)
}

#[test]
fn a_part_is_written_through_and_shared() {
    let dir = tempfile::tempdir().unwrap();
    let part = Part::open(dir.path(), DAY, None).unwrap();
    let text = |name| {
        part.conn
            .pragma_query_value(None, name, |r| r.get::<_, String>(0))
            .unwrap()
    };
    let number = |name| {
        part.conn
            .pragma_query_value(None, name, |r| r.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!(text("journal_mode"), "wal");
    assert_eq!(text("locking_mode"), "normal");
    assert_eq!(number("synchronous"), 2, "FULL");
    assert_eq!(number("wal_autocheckpoint"), 1_000);
    assert_eq!(number("journal_size_limit"), 64 << 20);
    assert_eq!(number("page_size"), 4_096);
}

#[test]
fn the_tail_read_back_is_the_tail_written() {
    let dir = tempfile::tempdir().unwrap();
    let mut tail = Tail::genesis(LEDGER);
    let mut part = Part::open(dir.path(), DAY, None).unwrap();
    write(&mut part, &mut tail, 0..1).unwrap();
    write(&mut part, &mut tail, 1..7).unwrap();
    drop(part);
    let Newest {
        ledger,
        tail: found,
        words,
        ..
    } = Part::newest(dir.path(), None, None, None, false)
        .unwrap()
        .unwrap();
    assert_eq!((ledger, &found), (LEDGER, &tail));
    assert_eq!((tail.seq, words.len()), (7, 7));
}

#[test]
fn a_part_that_was_never_begun_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let mut tail = Tail::genesis(LEDGER);
    let mut part = Part::open(dir.path(), DAY, None).unwrap();
    write(&mut part, &mut tail, 0..2).unwrap();
    drop(part);
    drop(Part::open(dir.path(), Day(DAY.0 + 1), None).unwrap());
    let Newest {
        part, tail: found, ..
    } = Part::newest(dir.path(), Some(LEDGER), None, None, false)
        .unwrap()
        .unwrap();
    assert_eq!((part.as_ref().unwrap().day, found), (DAY, tail));
}

#[test]
fn two_groups_never_get_one_number() {
    let dir = tempfile::tempdir().unwrap();
    let mut tail = Tail::genesis(LEDGER);
    let mut part = Part::open(dir.path(), DAY, None).unwrap();
    write(&mut part, &mut tail, 0..2).unwrap();
    let mut behind = Tail {
        seq: 1,
        ..tail.clone()
    };
    assert!(write(&mut part, &mut behind, 2..3).is_err());
    assert_eq!(behind.seq, 1);
}

fn refusal(spoil: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let mut tail = Tail::genesis(LEDGER);
    let mut part = Part::open(dir.path(), DAY, None).unwrap();
    write(&mut part, &mut tail, 0..2).unwrap();
    write(&mut part, &mut tail, 2..5).unwrap();
    part.conn.execute_batch(spoil).unwrap();
    drop(part);
    match Part::newest(dir.path(), Some(LEDGER), None, None, false) {
        Ok(_) => String::new(),
        Err(e) => e.to_string(),
    }
}

#[test]
fn a_spoiled_tail_is_refused_in_one_sentence() {
    let group = "the group of records from 3 on is not as written";
    for (spoil, says) in [
        ("", ""),
        (
            "UPDATE record SET public = CAST(x'0101' || substr(public, 3) AS BLOB) WHERE seq = 4",
            "",
        ),
        (
            "UPDATE record SET public = CAST(substr(public, 1, 12) || x'00' AS BLOB) WHERE seq = 4",
            group,
        ),
        ("DELETE FROM record WHERE seq = 5", group),
        ("DELETE FROM record WHERE seq = 4", "record 4 is missing"),
        (
            "INSERT INTO record SELECT 6, public, NULL FROM record WHERE seq = 5",
            group,
        ),
        (
            "UPDATE commit_group SET chain = root WHERE first_seq = 1",
            group,
        ),
        (
            "UPDATE commit_group SET count = 1 WHERE first_seq = 1",
            group,
        ),
        ("DELETE FROM commit_group", "a part without a commit group"),
        (
            "UPDATE meta SET value = 2 WHERE key = 'format'",
            "written in ledger format 2",
        ),
        (
            "UPDATE meta SET value = 0 WHERE key = 'format'",
            "a format 0 that never was",
        ),
        (
            "DELETE FROM meta WHERE key = 'ledger'",
            "`meta.ledger` is missing",
        ),
        (
            "UPDATE meta SET value = 'x' WHERE key = 'ledger'",
            "`meta.ledger` cannot be read",
        ),
        (
            "UPDATE meta SET value = 'x' WHERE key = 'previous_chain'",
            "`meta.previous_chain`",
        ),
        (
            "UPDATE meta SET value = '0000abcd' WHERE key = 'ledger'",
            "belongs to ledger 0000abcd",
        ),
        (
            "UPDATE meta SET value = '2026-01-01' WHERE key = 'day'",
            "the part of 2026-01-01",
        ),
        ("DROP TABLE meta", "not a part of a ledger"),
    ] {
        let refused = refusal(spoil);
        assert!(refused.contains(says), "{spoil}: {refused}");
        assert_eq!(refused.is_empty(), says.is_empty(), "{spoil}: {refused}");
        assert!(!refused.contains('\n'), "{refused}");
    }
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        path_of(dir.path(), DAY),
        "a text, and not a short one".repeat(400),
    )
    .unwrap();
    let refused = Part::newest(dir.path(), None, None, None, false)
        .err()
        .unwrap();
    assert!(matches!(refused, LedgerError::Damaged { .. }), "{refused}");
}

#[test]
fn a_part_at_rest_is_one_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut tail = Tail::genesis(LEDGER);
    let mut part = Part::open(dir.path(), DAY, None).unwrap();
    write(&mut part, &mut tail, 0..2).unwrap();
    let files = || fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(files(), 3);
    part.rest();
    assert_eq!(files(), 1);
}
