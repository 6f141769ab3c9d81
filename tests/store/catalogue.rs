//! Catalogue, registers, regimes, the unclear queue and the revision table.

use std::fs;

use tempfile::tempdir;
use verzet::{
    clock::{Day, Micros},
    number::Region,
    store::{
        CatalogueKind, CatalogueRow, Counts, NewEnforcement, NewSnapshot, NewUnclear, Settled,
        StoreError,
    },
};

use crate::common::*;

fn row(kind: CatalogueKind, origin: &str, key: &str, name: &str) -> CatalogueRow {
    CatalogueRow {
        kind,
        origin: origin.into(),
        key: key.into(),
        fields: vec![key.into(), String::new(), name.into()],
    }
}

#[test]
fn a_catalogue_row_takes_the_place_of_the_one_before() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let one = row(CatalogueKind::Seller, "crm", "a", "Een; \"BV\" ,é");
    let two = row(CatalogueKind::Product, "crm", "a", "Two");
    let mut change = store.begin("crm", AT).unwrap();
    change.put_catalogue(&two).unwrap();
    change.put_catalogue(&one).unwrap();
    assert_eq!(change.catalogue_rows().unwrap(), [one.clone(), two.clone()]);
    let committed = change.commit(&symbols).unwrap();
    assert!(committed.catalogue_changed && committed.delta.is_empty());

    // The same again is no change.
    let mut change = store.begin("crm", AT).unwrap();
    change.put_catalogue(&one).unwrap();
    change.put_catalogue(&two).unwrap();
    change.end_catalogue(CatalogueKind::Pair, "a").unwrap();
    assert_eq!(change.commit(&symbols).unwrap().revision, 1);

    // Another origin takes it over; twice in one change leaves the last.
    let api = row(CatalogueKind::Seller, "api", "a", "Eén");
    let mut change = store.begin("api", AT).unwrap();
    change
        .put_catalogue(&row(CatalogueKind::Seller, "api", "a", "typo"))
        .unwrap();
    change.put_catalogue(&api).unwrap();
    change.end_catalogue(CatalogueKind::Product, "a").unwrap();
    let committed = change.commit(&symbols).unwrap();
    let counts = Counts {
        catalogue_added: 1,
        catalogue_ended: 2,
        ..Counts::default()
    };
    assert_eq!((committed.revision, committed.counts), (2, counts));
    drop(store);
    let (store, _) = open(dir.path());
    assert_eq!(store.catalogue_rows().unwrap(), [api]);
    // The old ones are still there, with the revision that ended them.
    let ended: i64 = raw(dir.path())
        .query_row(
            "SELECT count(*) FROM catalogue WHERE rev_from = 1 AND rev_until = 2",
            [],
            |r| r.get(0),
        )
        .unwrap();
    assert_eq!(ended, 2);
}

#[test]
fn a_row_put_and_ended_in_one_change_never_was() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let mut change = store.begin("crm", AT).unwrap();
    for kind in CatalogueKind::ALL {
        change.put_catalogue(&row(*kind, "crm", "k", "")).unwrap();
        change.end_catalogue(*kind, "k").unwrap();
    }
    assert!(change.catalogue_rows().unwrap().is_empty());
    for nameless in [
        row(CatalogueKind::Seller, "", "k", ""),
        row(CatalogueKind::Seller, "crm", "", ""),
    ] {
        let refused = change.put_catalogue(&nameless);
        assert!(matches!(refused, Err(StoreError::Refused(_))));
    }
    assert_eq!(change.commit(&symbols).unwrap().revision, 0);
}

fn unclear(i: u64) -> NewUnclear<'static> {
    NewUnclear {
        place: "objections.csv:12:1",
        given: "number=06-12?; channels=",
        problem: "not a number",
        e164: &[],
        hash: hash(i),
    }
}

#[test]
fn the_same_unclear_row_is_queued_once() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let numbers = [number(1), number(2)];
    let mut change = store.begin("crm", AT).unwrap();
    let first = change.add_unclear(&unclear(1)).unwrap().unwrap();
    assert_eq!(change.add_unclear(&unclear(1)).unwrap(), None);
    let both = NewUnclear {
        e164: &numbers,
        ..unclear(2)
    };
    let second = change.add_unclear(&both).unwrap().unwrap();
    change.commit(&symbols).unwrap();
    drop(store);

    let (mut store, symbols) = open(dir.path());
    let queue = store.unclear(false).unwrap();
    assert_eq!(
        queue.iter().map(|r| r.id).collect::<Vec<_>>(),
        [first, second]
    );
    assert_eq!(queue[1].e164, numbers);
    assert_eq!((queue[0].received_at, &*queue[0].origin), (AT, "crm"));
    assert_eq!(&*queue[0].place, "objections.csv:12:1");
    assert_eq!(&*queue[0].given, "number=06-12?; channels=");
    assert_eq!(
        (&*queue[0].problem, queue[0].hash),
        ("not a number", hash(1))
    );
    assert!(
        !format!("{queue:?}").contains("06-12"),
        "what was given is not for logs"
    );
    assert!(queue.iter().all(|r| r.settled.is_none()));

    let later = Micros(AT.0 + 5);
    let mut change = store.begin("supervisor", later).unwrap();
    assert!(
        change
            .settle_unclear(first, "compliance", "no number was meant")
            .unwrap()
    );
    assert!(!change.settle_unclear(first, "compliance", "again").unwrap());
    assert!(!change.settle_unclear(99, "compliance", "nothing").unwrap());
    let counts = change.commit(&symbols).unwrap().counts;
    assert_eq!(
        counts,
        Counts {
            unclear_settled: 1,
            ..Counts::default()
        }
    );
    assert_eq!(store.unclear(false).unwrap().len(), 1);
    let all = store.unclear(true).unwrap();
    assert_eq!(all.len(), 2);
    let settled = Settled {
        by: "compliance".into(),
        at: later,
        settlement: "no number was meant".into(),
    };
    assert_eq!(all[0].settled, Some(settled));

    // Tomorrow's file has it again: settled stays settled, and nothing changes.
    let mut change = store.begin("crm", AT).unwrap();
    assert_eq!(change.add_unclear(&unclear(1)).unwrap(), None);
    assert_eq!(change.add_unclear(&unclear(2)).unwrap(), None);
    assert_eq!(change.commit(&symbols).unwrap().revision, 2);
}

fn snapshot(register: &str, n: u64) -> NewSnapshot<'_> {
    NewSnapshot {
        register,
        n,
        as_of: Day(20_000 + n as i32),
        numbers: 10 * n,
        file_name: "bmnr.txt",
        sha256: [n as u8; 32],
        region: "NL",
    }
}

#[test]
fn register_copies_are_numbered_and_follow_each_other() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    for (register, want) in [("bmnr", 1), ("tps", 1), ("bmnr", 2)] {
        let mut change = store.begin("register", AT).unwrap();
        let (n, path) = change.next_snapshot(register).unwrap();
        assert_eq!(n, want);
        let early = change.add_snapshot(&snapshot(register, n)).unwrap_err();
        assert!(early.to_string().contains(".roaring"), "{early}");
        fs::write(&path, b"numbers").unwrap();
        for other in [n + 1, n - 1] {
            let wrong = change.add_snapshot(&snapshot(register, other));
            assert!(matches!(wrong, Err(StoreError::Refused(_))));
        }
        let added = change.add_snapshot(&snapshot(register, n)).unwrap();
        assert_eq!(added.id(), format!("{register}-{n}"));
        // One copy of a register a change.
        let (next, path) = change.next_snapshot(register).unwrap();
        fs::write(&path, b"numbers").unwrap();
        let twice = change.add_snapshot(&snapshot(register, next));
        assert!(matches!(twice, Err(StoreError::Refused(_))));
        fs::remove_file(&path).unwrap();
        let committed = change.commit(&symbols).unwrap();
        assert!(committed.registers_changed && !committed.regimes_changed);
        assert_eq!(
            store.snapshot_path(register, n),
            dir.path().join(format!("registers/{register}-{n}.roaring"))
        );
        assert_eq!(store.snapshots().unwrap().last(), Some(&added));
    }
    // A copy that was not committed does not use its number.
    let mut change = store.begin("register", AT).unwrap();
    let (n, path) = change.next_snapshot("tps").unwrap();
    fs::write(&path, b"numbers").unwrap();
    change.add_snapshot(&snapshot("tps", n)).unwrap();
    drop(change);
    let change = store.begin("register", AT).unwrap();
    assert_eq!(change.next_snapshot("tps").unwrap().0, n);
    for bad in ["", "../etc", "BMNR", "a b", &"x".repeat(41)] {
        assert!(
            matches!(change.next_snapshot(bad), Err(StoreError::Refused(_))),
            "{bad}"
        );
    }
    drop(change);
    drop(store);

    let (store, _) = open(dir.path());
    let all = store.snapshots().unwrap();
    let seen: Vec<_> = all
        .iter()
        .map(|s| (s.id(), s.rev_from, s.rev_until))
        .collect();
    let want = [
        ("bmnr-1".to_owned(), 1, Some(3)),
        ("tps-1".to_owned(), 2, None),
        ("bmnr-2".to_owned(), 3, None),
    ];
    assert_eq!(seen, want);
    let last = &all[2];
    assert_eq!(
        (last.as_of, last.imported_at, last.numbers),
        (Day(20_002), AT, 20)
    );
    assert_eq!(
        (&*last.file_name, last.sha256, &*last.region),
        ("bmnr.txt", [2; 32], "NL")
    );
}

#[test]
fn every_choice_of_regime_is_kept() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let choice = NewEnforcement {
        regime_id: "nl-bmnr",
        country: Region::NL,
        by: "compliance",
        why: "asked for",
        from_day: Day::ALWAYS,
        until_day: Day::NEVER,
    };
    let mut change = store.begin("policy", AT).unwrap();
    for empty in [
        NewEnforcement { by: " ", ..choice },
        NewEnforcement { why: "", ..choice },
        NewEnforcement {
            regime_id: "",
            ..choice
        },
    ] {
        assert!(matches!(
            change.enforce(&empty),
            Err(StoreError::Refused(_))
        ));
    }
    let first = change.enforce(&choice).unwrap();
    let committed = change.commit(&symbols).unwrap();
    assert!(committed.regimes_changed && !committed.registers_changed);
    let mut change = store.begin("policy", Micros(AT.0 + 1)).unwrap();
    let second = change
        .enforce(&NewEnforcement {
            from_day: Day(20_000),
            until_day: Day(20_100),
            ..choice
        })
        .unwrap();
    change.commit(&symbols).unwrap();
    drop(store);
    let (store, _) = open(dir.path());
    assert_eq!(
        store.enforcements().unwrap(),
        [first.clone(), second.clone()]
    );
    assert_eq!(
        (first.from_day, first.until_day, first.at),
        (Day::ALWAYS, Day::NEVER, AT)
    );
    assert_eq!(
        (second.from_day, second.until_day),
        (Day(20_000), Day(20_100))
    );
    assert_eq!(
        (&*second.regime_id, second.country, second.rev_from),
        ("nl-bmnr", Region::NL, 2)
    );
}

#[test]
fn a_revision_says_what_it_changed() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let mut change = store.begin("crm", AT).unwrap();
    let id = change.add_relation(&on(1), relation()).unwrap();
    change.add_relation(&on(2), relation()).unwrap();
    change.add_consent(&on(1), consent(), &EXTRA_YES).unwrap();
    change
        .add_objection(&on(1), objection(), &EXTRA_NO)
        .unwrap();
    change
        .put_catalogue(&row(CatalogueKind::Seller, "crm", "s", "S"))
        .unwrap();
    change.add_unclear(&unclear(1)).unwrap();
    let first = change.commit(&symbols).unwrap().counts;
    let mut change = store.begin("api", Micros(7)).unwrap();
    change.end(id).unwrap();
    change.commit(&symbols).unwrap();
    drop(store);
    let (store, _) = open(dir.path());
    let one = store.revision_row(1).unwrap().unwrap();
    assert_eq!((one.revision, one.at, &*one.origin), (1, AT, "crm"));
    assert_eq!(one.what, "facts, catalogue, unclear");
    assert_eq!(one.counts, first);
    let want = Counts {
        relations_added: 2,
        consents_added: 1,
        objections_added: 1,
        catalogue_added: 1,
        unclear_added: 1,
        ..Counts::default()
    };
    assert_eq!(first, want);
    let two = store.revision_row(2).unwrap().unwrap();
    assert_eq!(
        (two.at, &*two.origin, &*two.what),
        (Micros(7), "api", "facts")
    );
    assert_eq!(
        two.counts,
        Counts {
            relations_ended: 1,
            ..Counts::default()
        }
    );
    assert_eq!(store.revision_row(3).unwrap(), None);
}
