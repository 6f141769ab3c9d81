//! A disk that is full or read-only, for real: in a file system of the test's own.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use tempfile::tempdir;
use verzet::store::StoreError;

use crate::common::*;

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
    let Some(said) = in_file_system(dir.path(), "size=3m", "room::child_fills_the_disk") else {
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
