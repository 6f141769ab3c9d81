//! The data directory and the file: owned by one process, and clear words where they cannot be used.

use std::{
    fs,
    io::{Seek, SeekFrom, Write},
    path::Path,
    process::{Command, Stdio},
};

use rusqlite::Connection;
use tempfile::tempdir;
use verzet::{
    facts::{
        model::{FactId, FactKind},
        symbols::Symbols,
    },
    number::Region,
    store::{NewSetup, Store, StoreError, StoreReader},
};

use crate::common::*;

fn error(dir: &Path) -> StoreError {
    Store::open(dir, &Symbols::default()).unwrap_err()
}

/// A directory with a store of some size in it.
fn filled() -> tempfile::TempDir {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let mut change = store.begin("crm", AT).unwrap();
    for i in 0..2_000 {
        change.add_relation(&on(i), relation()).unwrap();
    }
    change.commit(&symbols).unwrap();
    dir
}

#[test]
fn what_is_missing_is_made() {
    let dir = tempdir().unwrap();
    let deep = dir.path().join("a/b");
    let (store, _) = open(&deep);
    assert_eq!(store.revision(), 0);
    assert!(deep.join("facts.db").is_file() && deep.join("registers").is_dir());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&deep).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "personal data is for its owner only");
    }
}

#[test]
fn one_process_owns_a_directory() {
    let dir = tempdir().unwrap();
    let (store, _) = open(dir.path());
    let mine = error(dir.path());
    let pid = std::process::id();
    assert!(
        matches!(mine, StoreError::Locked { pid: Some(p), .. } if p == pid),
        "{mine}"
    );
    let other = child("directory::child_opens", dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8(other.stdout).unwrap();
    assert!(
        said.contains(&format!(
            "refused: data directory `{}`",
            fs::canonicalize(dir.path()).unwrap().display()
        )),
        "{said}"
    );
    assert!(
        said.contains(&format!("in use by process {pid};")),
        "{said}"
    );
    assert!(said.contains("socket"), "{said}");
    drop(store);
    let other = child("directory::child_opens", dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8(other.stdout).unwrap();
    assert!(said.contains("opened"), "{said}");
    open(dir.path());
}

/// Run by other tests as another process.
#[test]
#[ignore = "started by other tests"]
fn child_opens() {
    let Some(dir) = child_dir() else { return };
    match Store::open(&dir, &Symbols::default()) {
        Ok(_) => println!("opened"),
        Err(e) => println!("refused: {e}"),
    }
}

#[test]
fn a_newer_format_is_left_alone() {
    let dir = filled();
    raw(dir.path())
        .pragma_update(None, "user_version", 3)
        .unwrap();
    let before = fs::read(dir.path().join("facts.db")).unwrap();
    let e = error(dir.path());
    assert!(
        matches!(
            e,
            StoreError::NewerVersion {
                found: 3,
                known: 2,
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
    let old = raw(dir.path());
    old.execute_batch("DROP TABLE setup; DROP TABLE pack; PRAGMA user_version = 1")
        .unwrap();
    drop(old);
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
        "UPDATE relation SET rev_until = 9 WHERE id = 700",
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

#[test]
fn a_held_file_is_named_so() {
    let dir = filled();
    let (mut store, _) = open(dir.path());
    let other = Connection::open(dir.path().join("facts.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let e = store.begin("crm", AT).map(drop).unwrap_err();
    assert!(matches!(e, StoreError::Busy { .. }), "{e}");
    other.execute_batch("ROLLBACK").unwrap();
    store.begin("crm", AT).unwrap();
}

#[test]
fn a_path_that_is_a_file_is_named() {
    let dir = tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "x").unwrap();
    for path in [file.clone(), file.join("data")] {
        let e = error(&path);
        assert!(matches!(e, StoreError::Io { .. }), "{e}");
        assert!(
            e.to_string().starts_with("cannot make the directory `"),
            "{e}"
        );
    }
    // Its parts, likewise.
    fs::create_dir_all(dir.path().join("a/facts.db")).unwrap();
    let e = error(&dir.path().join("a"));
    assert!(e.to_string().starts_with("cannot open `"), "{e}");
    fs::create_dir_all(dir.path().join("b/lock")).unwrap();
    let e = error(&dir.path().join("b"));
    assert!(e.to_string().starts_with("cannot open `"), "{e}");
}

#[test]
#[cfg(unix)]
fn a_directory_without_the_right_to_write_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempdir().unwrap();
    let set =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(dir.path(), 0o555);
    if fs::write(dir.path().join("probe"), "x").is_ok() {
        println!("skipped: this user may write everywhere");
        return;
    }
    for path in [dir.path().to_owned(), dir.path().join("new")] {
        let e = error(&path);
        assert!(matches!(e, StoreError::ReadOnly { .. }), "{e}");
        assert!(e.to_string().contains("--data-dir"), "{e}");
    }
    set(dir.path(), 0o755);
    open(dir.path());
    set(&dir.path().join("facts.db"), 0o444);
    let e = error(dir.path());
    assert!(matches!(e, StoreError::ReadOnly { .. }), "{e}");
}

/// Runs a child in a file system of its own at the directory; `None` where that is not allowed.
fn in_file_system(dir: &Path, options: &str, name: &str) -> Option<String> {
    let mount = |what: &str| {
        let script = format!("mount -t tmpfs -o {options} tmpfs \"$0\" && {what}");
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", &script]).arg(dir);
        command.stdin(Stdio::null());
        command
    };
    if !mount("true")
        .output()
        .is_ok_and(|probe| probe.status.success())
    {
        println!("skipped: file systems cannot be mounted here");
        return None;
    }
    let child = child(name, dir);
    let mut command = mount("exec \"$@\"");
    command.arg(child.get_program()).args(child.get_args());
    command.envs(child.get_envs().filter_map(|(k, v)| Some((k, v?))));
    let done = command.output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(
        done.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&done.stderr)
    );
    Some(said)
}

#[test]
fn a_read_only_file_system_is_named() {
    let dir = tempdir().unwrap();
    let Some(said) = in_file_system(dir.path(), "ro", "directory::child_opens") else {
        return;
    };
    assert!(said.contains("refused: cannot write to `"), "{said}");
    assert!(said.contains("choose another --data-dir"), "{said}");
}

#[test]
fn a_full_disk_keeps_the_old_facts() {
    let dir = tempdir().unwrap();
    let Some(said) = in_file_system(dir.path(), "size=3m", "directory::child_fills_the_disk")
    else {
        return;
    };
    assert!(said.contains("full: no room left to write `"), "{said}");
    assert!(said.contains("old facts stand"), "{said}");
    // A disk that is full from the start.
    let said = in_file_system(dir.path(), "size=16k", "directory::child_opens").unwrap();
    assert!(said.contains("refused: no room left"), "{said}");
}

/// Run by another test as another process, on a small file system.
#[test]
#[ignore = "started by other tests"]
fn child_fills_the_disk() {
    let Some(dir) = child_dir() else { return };
    let (mut store, symbols) = open(&dir);
    let mut change = store.begin("crm", AT).unwrap();
    change
        .add_objection(&on(1), objection(), &EXTRA_NO)
        .unwrap();
    change.commit(&symbols).unwrap();
    let old = load(&store);

    let mut change = store.begin("crm", AT).unwrap();
    let failed = (0..80_000).find_map(|i| change.add_relation(&on(i % 1_000), relation()).err());
    // Whether the disk is full when a row is written or at the commit is for SQLite to choose.
    let e = match failed {
        None => change.commit(&symbols).map(|c| c.revision).unwrap_err(),
        Some(e) => {
            let more = change.add_relation(&on(1), relation());
            assert!(matches!(more, Err(StoreError::Broken)));
            assert!(matches!(change.commit(&symbols), Err(StoreError::Broken)));
            e
        }
    };
    assert!(matches!(e, StoreError::Full { .. }), "{e}");
    println!("full: {e}");
    assert_eq!((store.revision(), load(&store)), (1, old));
    drop(store);
    // The space is given back, and the store goes on.
    let (mut store, symbols) = open(&dir);
    let mut change = store.begin("crm", AT).unwrap();
    change.add_relation(&on(1), relation()).unwrap();
    change.commit(&symbols).unwrap();
    assert_eq!(load(&store).objections.len(), 1);
    println!("old facts stand");
}
