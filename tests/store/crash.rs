//! Killed at any moment: what was committed is there, what was not is gone.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
};

use tempfile::tempdir;
use verzet::{
    clock::Micros,
    facts::model::FactKind,
    store::{On, Store},
};

use crate::common::*;

/// Each change of the children adds so many relations and one objection, and ends one relation.
const ROWS: u64 = 300;

fn add(store: &mut Store, symbols: &verzet::facts::symbols::Symbols) -> u64 {
    let ends = load(store).relations.first().map(|r| r.1.id);
    let mut change = store.begin("crm", Micros(AT.0)).unwrap();
    for i in 0..ROWS {
        change.add_relation(&on(i), relation()).unwrap();
    }
    change
        .add_objection(&on(0), objection(), &EXTRA_NO)
        .unwrap();
    if let Some(id) = ends {
        change.end(id).unwrap();
    }
    change.commit(symbols).unwrap().revision
}

fn assert_whole(dir: &Path) -> u64 {
    let (store, _) = open(dir);
    let revision = store.revision();
    let all = load(&store);
    assert_eq!(
        all.relations.len() as u64,
        revision * ROWS - revision.saturating_sub(1)
    );
    assert_eq!(all.objections.len() as u64, revision);
    let last = store.revision_row(revision).unwrap().unwrap();
    assert_eq!(last.counts.relations_added, ROWS);
    assert_eq!(store.revision_row(revision + 1).unwrap(), None);
    let checked: String = raw(dir)
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(checked, "ok");
    revision
}

#[test]
fn a_process_that_dies_in_a_change_leaves_the_old_facts() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    add(&mut store, &symbols);
    drop(store);
    let died = child("crash::child_dies_in_a_change", dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8(died.stdout).unwrap();
    assert!(!died.status.success() && said.contains("dying"), "{said}");
    // The rows had left the process: they are in the log, not committed.
    let log = dir.path().join("facts.db-wal");
    assert!(std::fs::metadata(log).unwrap().len() > 1 << 20);
    assert_eq!(assert_whole(dir.path()), 1);
    let (mut store, symbols) = open(dir.path());
    assert_eq!(symbols.persons.find("of the dead"), None);
    add(&mut store, &symbols);
    drop(store);
    assert_eq!(assert_whole(dir.path()), 2);
}

#[test]
#[ignore = "started by other tests"]
fn child_dies_in_a_change() {
    let Some(dir) = child_dir() else { return };
    let (mut store, symbols) = open(&dir);
    symbols.persons.intern("of the dead").unwrap();
    let current = load(&store).relations[0].1.id;
    let mut change = store.begin("crm", AT).unwrap();
    change.end(current).unwrap();
    // More than the cache holds, so that some of it is on disk.
    let typed = " ".repeat(500);
    for i in 0..180_000 {
        let on = On {
            typed: &typed,
            ..on(i % 1_000)
        };
        change.add_relation(&on, relation()).unwrap();
    }
    println!("dying");
    std::io::stdout().flush().unwrap();
    std::process::abort();
}

#[test]
fn a_killed_process_has_lost_nothing_it_said_was_kept() {
    let dir = tempdir().unwrap();
    let mut said = 0;
    for round in 1..=6_u64 {
        let mut process = child("crash::child_commits_for_ever", dir.path())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut revisions = lines
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("kept ")?.parse::<u64>().ok());
        for revision in revisions.by_ref() {
            said = said.max(revision);
            if revision >= round * 7 {
                break;
            }
        }
        process.kill().unwrap();
        // What it still said before it died counts too.
        said = revisions.fold(said, u64::max);
        process.wait().unwrap();
        let kept = assert_whole(dir.path());
        assert!(
            said >= round * 7 && kept >= said,
            "said {said}, kept {kept}"
        );
    }
}

#[test]
#[ignore = "started by other tests"]
fn child_commits_for_ever() {
    let Some(dir) = child_dir() else { return };
    let (mut store, symbols) = open(&dir);
    loop {
        let revision = add(&mut store, &symbols);
        let mut out = std::io::stdout().lock();
        // The parent may be gone; so is then the reason to go on.
        if writeln!(out, "kept {revision}")
            .and_then(|()| out.flush())
            .is_err()
            || revision > 5_000
        {
            return;
        }
    }
}

#[test]
fn objections_are_found_by_content_after_a_crash() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    add(&mut store, &symbols);
    drop(store);
    child("crash::child_dies_in_a_change", dir.path())
        .output()
        .unwrap();
    let (mut store, _) = open(dir.path());
    let mut before = store.reader().unwrap();
    let change = store.begin("crm", AT).unwrap();
    let mut hashes = |kind| change.hashes(kind, &mut before, |h, _| h).unwrap().len();
    assert_eq!(hashes(FactKind::Objection), 1);
    assert_eq!(hashes(FactKind::Relation) as u64, ROWS);
}
