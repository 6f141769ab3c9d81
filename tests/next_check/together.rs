//! A change set that carries a newer stop and an older permit together: no reader ever sees the permit
//! without the stop. A person in it may be blocked as nobody's customer before, and as one who objected
//! after, and at no moment allowed.

use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use verzet::{
    clock::Micros,
    policy::{Reason, Verdict},
};

use crate::{
    people::{CUSTOMERS, ask, number, sidecar},
    trials,
};

/// People in a change set, and the first one's number.
const TOGETHER: usize = 400;
const FIRST: usize = 40_000_000;

#[test]
fn no_reader_sees_the_permit_without_the_stop_that_came_with_it() {
    // Each is looked at some hundred times while the change set comes in.
    let wanted = trials(50_000);
    let dir = tempfile::tempdir().unwrap();
    let sidecar = &*sidecar(dir.path());
    let (before, after) = (&AtomicUsize::new(0), &AtomicUsize::new(0));
    let (next, done) = (&AtomicUsize::new(FIRST), &AtomicBool::new(false));
    let mut sets = 0;
    thread::scope(|scope| {
        for reader in 0..3 {
            scope.spawn(move || {
                let mut turn = reader;
                while !done.load(Ordering::Relaxed) {
                    let n = next.load(Ordering::Relaxed) + turn % TOGETHER;
                    turn += 1;
                    let (verdict, reason, revision) = ask(sidecar, CUSTOMERS, &number(n));
                    if (verdict, reason) == (Verdict::Block, Reason::NotACustomer) {
                        before.fetch_add(1, Ordering::Relaxed);
                    } else if (verdict, reason) == (Verdict::Block, Reason::Objected) {
                        after.fetch_add(1, Ordering::Relaxed);
                    } else {
                        done.store(true, Ordering::Relaxed);
                        panic!("person {n}: {verdict:?} {reason:?} at revision {revision}");
                    }
                }
            });
        }
        let folder = dir.path().join("nightly");
        fs::create_dir(&folder).unwrap();
        let enough = || {
            let seen = |n: &AtomicUsize| n.load(Ordering::Relaxed);
            seen(before) + seen(after) >= wanted && seen(before).min(seen(after)) > 100
        };
        while !enough() && !done.load(Ordering::Relaxed) {
            let these = FIRST + sets * TOGETHER..FIRST + (sets + 1) * TOGETHER;
            next.store(these.start, Ordering::Relaxed);
            let mut relations = String::from(
                "number,region,person_id,seller_id,kind,product_id,started_on,ended_on,paid\n",
            );
            let mut consents = String::from(
                "number,region,person_id,seller_id,channels,products,granted_at,expires_at,withdrawn_at,evidence\n",
            );
            let mut objections =
                String::from("number,region,person_id,seller_id,channels,recorded_at,source\n");
            for n in these {
                let number = number(n);
                relations += &format!("{number},NL,,sun,PURCHASE,p-power,2020-01-01,,yes\n");
                consents +=
                    &format!("{number},NL,,sun,VOICE,p-power,2021-01-01T00:00:00Z,,,form\n");
                objections += &format!("{number},NL,,sun,,2023-01-01T00:00:00Z,crm\n");
            }
            fs::write(folder.join("relations.csv"), relations).unwrap();
            fs::write(folder.join("consents.csv"), consents).unwrap();
            fs::write(folder.join("objections.csv"), objections).unwrap();
            // The rows of the set before are gone, which ends its permits; its stops stay.
            let options = verzet::intake::FolderOptions {
                origin: "crm".into(),
                skip_bad_rows: false,
                accept_shrink: true,
                default_region: verzet::number::Region::NL,
                received_at: Micros::system_now(),
            };
            let imported = sidecar
                .import_folder(&folder, &options, &mut |_| {})
                .unwrap();
            assert!(imported.applied, "{:?}", imported.report);
            sets += 1;
        }
        done.store(true, Ordering::Relaxed);
    });
    println!(
        "{sets} change sets of {TOGETHER} people with a permit and a newer stop: asked {} times before they were there and {} times after, never allowed",
        before.load(Ordering::Relaxed),
        after.load(Ordering::Relaxed)
    );
    // A permit alone is worth something: else the test would prove nothing.
    let alone = dir.path().join("alone");
    fs::create_dir(&alone).unwrap();
    fs::write(
        alone.join("relations.csv"),
        format!(
            "number,region,person_id,seller_id,kind,product_id,started_on,ended_on,paid\n{},NL,,sun,PURCHASE,p-power,2020-01-01,,yes\n",
            number(FIRST - 1)
        ),
    )
    .unwrap();
    let options = verzet::intake::FolderOptions {
        origin: "crm".into(),
        skip_bad_rows: false,
        accept_shrink: true,
        default_region: verzet::number::Region::NL,
        received_at: Micros::system_now(),
    };
    let _ = sidecar
        .import_folder(&alone, &options, &mut |_| {})
        .unwrap();
    let (verdict, _, _) = ask(sidecar, CUSTOMERS, &number(FIRST - 1));
    assert_eq!(verdict, Verdict::Allow);
}
