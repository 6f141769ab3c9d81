//! Whoever changes a record is found out, and erasing a person is not a change.

use std::{fs, os::unix::fs::FileExt, path::Path};

use rusqlite::Connection;
use verzet::ledger::{Filter, LedgerError, StoredDecision, verify_part};

use crate::support::*;

const PART: &str = "2026-11-24.db";

/// A finished part of some groups.
fn part(dir: &Path) -> Vec<StoredDecision> {
    let ledger = open(dir);
    let all = (0..12u64)
        .map(|n| record(&ledger, &mixed(n % 6), NOON))
        .collect();
    ledger.close();
    all
}

/// Everything the part says, as rows; `None` if SQLite cannot read it.
fn contents(path: &Path) -> Option<Vec<String>> {
    let conn = Connection::open(path).ok()?;
    let mut all = Vec::new();
    for sql in [
        "SELECT format('%d %s %s', seq, hex(public), hex(personal)) FROM record",
        "SELECT format('%d %d %s %s', first_seq, count, hex(root), hex(chain)) FROM commit_group",
        "SELECT format('%s %s', key, hex(value)) FROM meta WHERE key <> 'previous'",
    ] {
        let mut rows = conn.prepare(sql).ok()?;
        let rows: Result<Vec<String>, _> = rows.query_map([], |row| row.get(0)).ok()?.collect();
        all.extend(rows.ok()?);
    }
    Some(all)
}

/// Every byte of the file in turn: found, or nothing that is recorded is different.
#[test]
fn a_flipped_byte_is_found() {
    let dir = tempfile::tempdir().unwrap();
    part(dir.path());
    let path = dir.path().join(PART);
    let sound = fs::read(&path).unwrap();
    let (proved, said) = (verify_part(&path).unwrap(), contents(&path).unwrap());
    let spoiled = dir.path().join("spoiled").join(PART);
    fs::create_dir(spoiled.parent().unwrap()).unwrap();
    fs::write(&spoiled, &sound).unwrap();
    let file = fs::OpenOptions::new().write(true).open(&spoiled).unwrap();
    let (mut found, mut harmless) = (0, 0);
    for (place, &byte) in sound.iter().enumerate() {
        // Mostly unused space: every byte that is something, and some that are nothing.
        if byte == 0 && place % 61 != 0 {
            continue;
        }
        let flipped = byte ^ 1 << (place % 8);
        file.write_all_at(&[flipped], place as u64).unwrap();
        match verify_part(&spoiled) {
            Err(_) => found += 1,
            Ok(again) => {
                assert_eq!(again, proved, "byte {place}");
                assert_eq!(contents(&spoiled).as_ref(), Some(&said), "byte {place}");
                harmless += 1;
            }
        }
        file.write_all_at(&[byte], place as u64).unwrap();
    }
    println!("{found} found, {harmless} changed nothing that is recorded");
    // 12 public and personal parts of some 75 and 120 bytes, and 12 groups.
    assert!(found > 12 * (75 + 120 + 64));
}

#[test]
fn a_changed_missing_or_swapped_record_is_named() {
    for (spoil, says) in [
        ("UPDATE record SET public = x'00' WHERE seq = 9", "record 9: cut short"),
        ("DELETE FROM record WHERE seq = 9", "record 9: missing"),
        ("DELETE FROM record WHERE seq = (SELECT max(seq) FROM record)", "missing"),
        ("UPDATE record SET personal = (SELECT personal FROM record WHERE seq = $1) WHERE seq = $2",
         "record $2: a personal part that is not the one recorded"),
        ("UPDATE record SET seq = 1000 WHERE seq = $1; UPDATE record SET seq = $1 WHERE seq = $2;
          UPDATE record SET seq = $2 WHERE seq = 1000", "does not have its root"),
        ("DELETE FROM commit_group WHERE first_seq = (SELECT max(first_seq) FROM commit_group)",
         "records without a group"),
        ("UPDATE commit_group SET count = count + 1 WHERE first_seq = 1", "group"),
        ("UPDATE commit_group SET root = chain WHERE first_seq = 1", "does not have its root"),
        ("UPDATE commit_group SET chain = root WHERE first_seq = 1", "does not continue the chain"),
        ("UPDATE commit_group SET revision = 1 WHERE first_seq > 1", "does not have its revision"),
        ("DELETE FROM word WHERE seq = 2", "record 2: a word that is not kept as one"),
        ("INSERT INTO word VALUES (8)", "record 8: a decision kept as a word"),
        ("INSERT INTO word VALUES (999)", "words without a record"),
        ("UPDATE meta SET value = '00000000' WHERE key = 'ledger'", "it does not begin this ledger"),
        ("UPDATE meta SET value = 2 WHERE key = 'first_seq'", "is not where it should be"),
        ("UPDATE meta SET value = zeroblob(32) WHERE key = 'previous_chain'", "it does not begin"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let all = part(dir.path());
        let path = dir.path().join(PART);
        let named = |text: &str| {
            text.replace("$1", &all[8].id.seq.to_string()).replace("$2", &all[9].id.seq.to_string())
        };
        let (spoil, says) = (&named(spoil), &named(says));
        Connection::open(&path).unwrap().execute_batch(spoil).unwrap();
        let found = verify_part(&path).unwrap_err();
        assert!(matches!(found, LedgerError::Damaged { .. }), "{spoil}: {found}");
        assert!(found.to_string().contains(says), "{spoil}: {found}");
    }
}

#[test]
fn erasing_a_person_leaves_everything_provable() {
    let dir = tempfile::tempdir().unwrap();
    let all = part(dir.path());
    let path = dir.path().join(PART);
    let before = verify_part(&path).unwrap();
    let conn = Connection::open(&path).unwrap();
    for decision in &all[3..7] {
        let seq = decision.id.seq as i64;
        conn.execute("UPDATE record SET personal = NULL WHERE seq = ?1", [seq])
            .unwrap();
    }
    drop(conn);
    let after = verify_part(&path).unwrap();
    assert_eq!(
        (after.chain, after.erased, before.erased),
        (before.chain, 4, 0)
    );

    let ledger = open(dir.path());
    let mut reader = ledger.reader();
    for (n, decision) in all.iter().enumerate() {
        let mut expected = decision.clone();
        if (3..7).contains(&n) {
            expected.personal = None;
        }
        assert_eq!(reader.get(decision.id).unwrap(), Some(expected));
    }
    let call_id = |n: usize| all[n].personal.as_ref().unwrap().call_id.clone();
    // Each call was recorded twice: of the first one record is erased, of the second none.
    for (n, times) in [(4, 1), (8, 2)] {
        let filter = Filter {
            call_id: Some(call_id(n)),
            ..Filter::default()
        };
        assert_eq!(
            reader.list(&filter, None, 9).unwrap().decisions.len(),
            times
        );
    }
    assert_eq!(reader.recent_calls(99).unwrap().len(), 8);
    record(&ledger, &mixed(40), NOON);
}

#[test]
fn a_part_under_another_days_name_is_found() {
    let dir = tempfile::tempdir().unwrap();
    part(dir.path());
    fs::rename(dir.path().join(PART), dir.path().join("2026-11-25.db")).unwrap();
    let found = verify_part(&dir.path().join("2026-11-25.db")).unwrap_err();
    assert!(
        found.to_string().contains("the part of 2026-11-24"),
        "{found}"
    );
}
