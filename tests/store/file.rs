//! The file of facts: its format, of this program and others, and damage.

use std::{
    fs,
    io::{Seek, SeekFrom, Write},
    path::Path,
};

use tempfile::tempdir;
use verzet::{
    facts::{
        model::{FactId, FactKind},
        symbols::Symbols,
    },
    store::{Store, StoreError, StoreReader},
};

use crate::common::*;

#[test]
fn a_newer_format_is_left_alone() {
    let dir = filled();
    raw(dir.path())
        .pragma_update(None, "user_version", 4)
        .unwrap();
    let before = fs::read(dir.path().join("facts.db")).unwrap();
    let e = error(dir.path());
    assert!(
        matches!(
            e,
            StoreError::NewerVersion {
                found: 4,
                known: 3,
                ..
            }
        ),
        "{e}"
    );
    assert!(e.to_string().contains("written by a newer verzet"), "{e}");
    assert!(fs::read(dir.path().join("facts.db")).unwrap() == before);
}

#[test]
fn an_older_format_is_brought_up_by_its_owner_alone() {
    let dir = filled();
    raw(dir.path())
        .execute_batch(
            "DROP TABLE fact_end; DROP TABLE setup; DROP TABLE pack; PRAGMA user_version = 1",
        )
        .unwrap();
    let e = StoreReader::beside(dir.path()).unwrap_err();
    assert!(
        matches!(e, StoreError::OlderVersion { found: 1, .. }),
        "{e}"
    );
    let facts = |store: &Store| store.reader().unwrap().current(FactKind::Relation).unwrap();
    let before = facts(&open(dir.path()).0);
    assert!(before > 0);
    let reader = StoreReader::beside(dir.path()).unwrap().unwrap();
    assert_eq!(reader.current(FactKind::Relation).unwrap(), before);
    assert_eq!(reader.setups().unwrap(), []);
}

#[test]
fn ends_that_stood_in_the_facts_are_moved() {
    let dir = filled();
    let (mut store, symbols) = open(dir.path());
    let mut change = store.begin("crm", AT).unwrap();
    let yes = change.add_consent(&on(1), consent(), &EXTRA_YES).unwrap();
    change.commit(&symbols).unwrap();
    let mut change = store.begin("crm", AT).unwrap();
    let ended = [7, 1_999].map(|row| FactId::new(FactKind::Relation, row));
    for id in ended.into_iter().chain([yes]) {
        change.end(id).unwrap();
    }
    change.commit(&symbols).unwrap();
    let facts = |store: &Store| {
        let ids = (1..=2_000).map(|row| FactId::new(FactKind::Relation, row));
        let all = ids.chain([yes]).map(|id| store.fact(id).unwrap().unwrap());
        let (loaded, rows) = (load(store), all.collect::<Vec<_>>());
        (loaded.relations, loaded.consents, rows)
    };
    let before = facts(&store);
    drop(store);
    raw(dir.path())
        .execute_batch(
            "UPDATE relation SET rev_until = e.rev_until FROM fact_end e WHERE e.fact = id << 2;
             UPDATE consent SET rev_until = e.rev_until FROM fact_end e WHERE e.fact = id << 2 | 1;
             DROP TABLE fact_end; PRAGMA user_version = 2",
        )
        .unwrap();
    let (store, _) = open(dir.path());
    assert!(facts(&store) == before);
    assert_eq!(before.0.len(), 1_998);
    assert!(before.1.is_empty());
    let raw = raw(dir.path());
    let left = "SELECT count(rev_until) FROM relation";
    let left: i64 = raw.query_row(left, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let dir = tempdir().unwrap();
    raw(dir.path())
        .execute_batch("CREATE TABLE theirs (a)")
        .unwrap();
    let e = error(dir.path());
    assert!(matches!(e, StoreError::Foreign { .. }), "{e}");
    fs::remove_file(dir.path().join("facts.db")).unwrap();
    raw(dir.path())
        .pragma_update(None, "application_id", 7)
        .unwrap();
    assert!(matches!(error(dir.path()), StoreError::Foreign { .. }));
    let tables: i64 = raw(dir.path())
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 0);
}

#[test]
fn a_damaged_file_is_named_so() {
    let overwrite = |dir: &Path, from: u64, count: usize| {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .open(dir.join("facts.db"))
            .unwrap();
        file.seek(SeekFrom::Start(from)).unwrap();
        file.write_all(&vec![0x5a; count]).unwrap();
    };
    // The head of the file.
    let dir = filled();
    overwrite(dir.path(), 0, 64);
    let e = error(dir.path());
    assert!(matches!(e, StoreError::Damaged { .. }), "{e}");
    assert!(e.to_string().contains("restore the last backup"), "{e}");
    // Everything behind the head.
    let dir = filled();
    let size = fs::metadata(dir.path().join("facts.db")).unwrap().len();
    overwrite(dir.path(), 8_192, size as usize - 8_192);
    let e = error(dir.path());
    assert!(matches!(e, StoreError::Damaged { .. }), "{e}");
    // Cut off.
    let dir = filled();
    let file = fs::OpenOptions::new()
        .write(true)
        .open(dir.path().join("facts.db"))
        .unwrap();
    file.set_len(size / 2).unwrap();
    drop(file);
    let e = match Store::open(dir.path(), &Symbols::default()) {
        Err(e) => e,
        Ok(store) => store
            .reader()
            .unwrap()
            .load_relations(|_, _| {})
            .unwrap_err(),
    };
    assert!(matches!(e, StoreError::Damaged { .. }), "{e}");
}

#[test]
fn rows_that_were_never_written_so_are_damage() {
    let edits = [
        "UPDATE relation SET kind = 99 WHERE id = 700",
        "UPDATE relation SET number = 12 WHERE id = 700",
        "UPDATE relation SET person = -1 WHERE id = 700",
        "UPDATE relation SET started_on = 99999999999 WHERE id = 700",
        "DELETE FROM relation WHERE id = 700",
        "INSERT INTO fact_end VALUES (700 << 2, 9)",
    ];
    for edit in edits {
        let dir = filled();
        raw(dir.path()).execute(edit, []).unwrap();
        let (store, _) = open(dir.path());
        let e = store
            .reader()
            .unwrap()
            .load_relations(|_, _| {})
            .unwrap_err();
        assert!(matches!(e, StoreError::Damaged { .. }), "{edit}: {e}");
    }
    let dir = filled();
    let raw = raw(dir.path());
    raw.execute(
        "UPDATE relation SET typed = CAST(x'ff' AS TEXT) WHERE id = 7",
        [],
    )
    .unwrap();
    let (store, _) = open(dir.path());
    let e = store.fact(FactId::new(FactKind::Relation, 7)).unwrap_err();
    assert!(matches!(e, StoreError::Damaged { .. }), "{e}");
    drop(store);
    raw.execute("UPDATE relation SET id = 9000 WHERE id = 700", [])
        .unwrap();
    assert!(matches!(error(dir.path()), StoreError::Damaged { .. }));
    raw.execute_batch("DROP TABLE relation").unwrap();
    let e = error(dir.path());
    assert!(e.to_string().contains("no such table"), "{e}");
}
