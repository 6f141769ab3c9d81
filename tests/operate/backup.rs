//! Backups of a sidecar that is at work, and what comes back.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use verzet::{
    backup::{self, BackupError, MANIFEST, Place},
    intake::ObjectionFields,
    ledger::verify_part,
    policy::{Intent, Reason},
    sidecar::{Ask, OpenError, Query, Sidecar},
};

use super::{common, served::Served, sidecar::Dir};

fn place(data_dir: &Path) -> Place {
    Place {
        data_dir: data_dir.to_owned(),
        ledger_dir: data_dir.join("ledger"),
    }
}

fn take(data_dir: &Path, into: &Path) -> Result<backup::Manifest, BackupError> {
    backup::take(&place(data_dir), into, &mut |_| {})
}

fn restore(from: &Path, data_dir: &Path) -> Result<backup::Restored, BackupError> {
    backup::restore(from, &place(data_dir), false, &mut |_| {})
}

fn number(n: u64) -> String {
    format!("+316{:08}", 20_000_000 + n)
}

/// Checks a number and waits for its record; the reason.
fn check(sidecar: &Sidecar, number: &str) -> Reason {
    let query = Query {
        ask: Ask {
            number,
            region: None,
            campaign_id: "gas-customers",
            channel: None,
            person_id: "",
            source_id: "",
            at: sidecar.now(),
        },
        region: "",
        call_id: "",
        agent_id: "",
        caller_id: "",
        intent: Intent::Dial,
        dry_run: false,
        min_revision: 0,
        behind: false,
    };
    let (reason, ticket) = sidecar
        .check(&query, |asked, _| asked.decision.reason)
        .unwrap();
    sidecar.ledger.wait(ticket.unwrap()).unwrap();
    reason
}

fn object(sidecar: &Sidecar, number: &str) {
    let fields = ObjectionFields {
        number,
        ..ObjectionFields::default()
    };
    sidecar.record_objection(&fields).unwrap();
}

#[test]
fn copies_taken_while_it_works_can_all_be_served() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let sidecar = Arc::new(Sidecar::open(common::settings(&data)).unwrap());
    verzet::sample::install(&sidecar).unwrap();
    let (stop, objected) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let writer = {
        let (sidecar, stop, objected) = (sidecar.clone(), stop.clone(), objected.clone());
        std::thread::spawn(move || {
            let mut n = 0;
            while !stop.load(Ordering::Relaxed) {
                object(&sidecar, &number(n));
                n += 1;
                objected.store(n, Ordering::Release);
                // A decision that rests on the newest revision there is.
                assert_eq!(check(&sidecar, &number(n - 1)), Reason::Objected);
            }
        })
    };
    let mut taken = Vec::new();
    while taken.len() < 6 {
        let before = objected.load(Ordering::Acquire);
        let into = dir.path().join(format!("backup-{}", taken.len()));
        let manifest = take(&data, &into).unwrap();
        assert!(manifest.ledger_revision <= manifest.facts_revision);
        taken.push((into, before, manifest));
        while objected.load(Ordering::Acquire) < before + 20 {
            std::thread::yield_now();
        }
    }
    stop.store(true, Ordering::Relaxed);
    writer.join().unwrap();
    assert!(taken.last().unwrap().2.ledger_records > taken[0].2.ledger_records);

    for (n, (from, before, manifest)) in taken.iter().enumerate() {
        let back = dir.path().join(format!("back-{n}"));
        restore(from, &back).unwrap();
        for part in verzet::ledger::part_sizes(&back.join("ledger")).unwrap() {
            verify_part(&back.join(format!("ledger/{}.db", part.day))).unwrap();
        }
        let again = Sidecar::open(common::settings(&back)).unwrap();
        assert_eq!(again.world().revision, manifest.facts_revision);
        assert_eq!(again.ledger.durable_seq(), manifest.ledger_records);
        assert_eq!(again.ledger.id(), sidecar.ledger.id());
        // Every no that was acknowledged before the copy was begun is in it.
        for m in 0..*before {
            assert_eq!(
                check(&again, &number(m)),
                Reason::Objected,
                "{m} of {before}"
            );
        }
        let bmnr = &again.register_states()["bmnr"];
        assert_eq!(*bmnr, sidecar.register_states()["bmnr"]);
    }
}

#[test]
fn a_backup_that_was_changed_or_broke_off_is_not_put_back() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let sidecar = Sidecar::open(common::settings(&data)).unwrap();
    verzet::sample::install(&sidecar).unwrap();
    check(&sidecar, &number(1));
    let from = dir.path().join("backup");
    let manifest = take(&data, &from).unwrap();
    assert!(manifest.warnings.is_empty(), "{:?}", manifest.warnings);
    let back = dir.path().join("back");
    // Each file in turn: a byte changed, then the file gone.
    for file in &manifest.files {
        let path = from.join(&file.path);
        let bytes = fs::read(&path).unwrap();
        let mut changed = bytes.clone();
        match changed.last_mut() {
            Some(last) => *last ^= 1,
            None => changed.push(0),
        }
        fs::write(&path, changed).unwrap();
        let refused = restore(&from, &back);
        assert!(
            matches!(refused, Err(BackupError::Changed { .. })),
            "{refused:?}"
        );
        fs::remove_file(&path).unwrap();
        let refused = restore(&from, &back);
        assert!(
            matches!(refused, Err(BackupError::Changed { .. })),
            "{refused:?}"
        );
        fs::write(&path, bytes).unwrap();
        assert!(!back.exists(), "something was put back: {}", file.path);
    }
    // A path that leads out.
    let text = fs::read_to_string(from.join(MANIFEST)).unwrap();
    fs::write(from.join(MANIFEST), text.replace("facts.db", "../facts.db")).unwrap();
    assert!(matches!(
        restore(&from, &back),
        Err(BackupError::Changed { .. })
    ));
    fs::write(
        from.join(MANIFEST),
        text.replace("\"format\": 1", "\"format\": 9"),
    )
    .unwrap();
    assert!(matches!(
        restore(&from, &back),
        Err(BackupError::Newer { found: 9, .. })
    ));
    fs::remove_file(from.join(MANIFEST)).unwrap();
    assert!(matches!(
        restore(&from, &back),
        Err(BackupError::NoManifest { .. })
    ));
    assert!(!back.exists());

    assert!(matches!(take(&data, &from), Err(BackupError::NotEmpty(_))));
    let inside = data.join("backup");
    assert!(matches!(take(&data, &inside), Err(BackupError::Inside(_))));
    assert!(!inside.exists());
    let nothing = take(&dir.path().join("no-such"), &dir.path().join("b2"));
    assert!(matches!(nothing, Err(BackupError::NoData(_))));
}

#[test]
fn a_newer_ledger_can_be_kept_and_old_facts_are_then_told_of() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let sidecar = Sidecar::open(common::settings(&data)).unwrap();
    verzet::sample::install(&sidecar).unwrap();
    check(&sidecar, &number(1));
    let from = dir.path().join("backup");
    take(&data, &from).unwrap();
    object(&sidecar, &number(1));
    assert_eq!(check(&sidecar, &number(1)), Reason::Objected);
    let records = sidecar.ledger.durable_seq();
    drop(sidecar);
    // The facts are lost, the ledger is not.
    for lost in fs::read_dir(&data).unwrap().map(|e| e.unwrap().path()) {
        if !lost.is_dir() {
            fs::remove_file(lost).unwrap();
        } else if !lost.ends_with("ledger") {
            fs::remove_dir_all(lost).unwrap();
        }
    }
    let refused = restore(&from, &data);
    assert!(
        matches!(refused, Err(BackupError::LedgerThere(_))),
        "{refused:?}"
    );
    let restored = backup::restore(&from, &place(&data), true, &mut |_| {}).unwrap();
    let kept = restored.kept_ledger_revision.unwrap();
    assert_eq!(kept, restored.manifest.facts_revision + 1);
    let refused = Sidecar::open(common::settings(&data));
    assert!(
        matches!(refused, Err(OpenError::OlderFacts { .. })),
        "{refused:?}"
    );
    let accepting = verzet::sidecar::Settings {
        accept_older_facts: true,
        ..common::settings(&data)
    };
    let again = Sidecar::open(accepting).unwrap();
    assert_eq!(again.ledger.durable_seq(), records);
}

#[test]
fn from_the_shell_as_the_page_tells_it() {
    let dir = Dir::new();
    let served = Served::start(&dir, &["--sample"], &[]);
    let said = dir.run(&["objection", "record", "0610000002"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let check = ["check", "0610000002", "--campaign", "gas-customers"];
    assert_eq!(dir.run(&check).code, Some(3));
    let backup = dir.run(&["backup", "copy", "--json"]);
    assert_eq!(backup.code, Some(0), "{backup:?}");
    let manifest: serde_json::Value = serde_json::from_str(&backup.stdout).unwrap();
    assert!(
        manifest["ledger_records"].as_u64().unwrap() > 1,
        "{manifest}"
    );
    let again = dir.run(&["backup", "copy"]);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("is not empty"), "{again:?}");
    // Not while it runs.
    let running = dir.run(&["restore", "copy"]);
    assert_eq!(running.code, Some(6), "{running:?}");
    served.stop();
    fs::rename(dir.path().join("verzet-data"), dir.path().join("lost")).unwrap();
    let back = dir.run(&["restore", "copy"]);
    assert_eq!(back.code, Some(0), "{back:?}");
    assert!(back.stderr.contains("objections too"), "{back:?}");
    assert!(back.stderr.ends_with("next: verzet doctor\n"), "{back:?}");
    let _served = Served::start(&dir, &[], &[]);
    let blocked = dir.run(&check);
    assert_eq!(blocked.code, Some(3), "{blocked:?}");
    assert!(blocked.stdout.contains("OBJECTED"), "{blocked:?}");
}
