//! The data directory: made where it is missing, owned by one process, and clear words where it cannot be used.

use std::{fs, path::Path};

use rusqlite::Connection;
use tempfile::tempdir;
use verzet::{
    facts::symbols::Symbols,
    store::{Store, StoreError},
};

use crate::common::*;

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
