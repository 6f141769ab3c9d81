//! Trials at library level: writers, an import and readers at once.
//!
//! A trial is a check that begins after the write was acknowledged: by the writer itself, and by
//! readers on threads of their own, who are told at once and also go over what was told before.

use std::{
    fs,
    sync::{
        RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use verzet::{
    clock::Micros,
    policy::{Reason, Verdict},
    sidecar::Sidecar,
};

use crate::{
    common,
    people::{CUSTOMERS, STRANGERS, ask, consent, number, object, sidecar},
    trials,
};

/// Every number in it has an acknowledged stop.
#[derive(Default)]
struct Stopped {
    numbers: RwLock<Vec<usize>>,
    trials: AtomicUsize,
    done: AtomicBool,
}

impl Stopped {
    /// Tells everybody, then asks: the very next check of whoever was acknowledged.
    fn tell(&self, sidecar: &Sidecar, stopped: impl IntoIterator<Item = usize>) {
        let stopped: Vec<usize> = stopped.into_iter().collect();
        self.numbers.write().unwrap().extend(&stopped);
        for n in stopped {
            self.trial(sidecar, n);
        }
    }

    fn trial(&self, sidecar: &Sidecar, n: usize) {
        for campaign in [CUSTOMERS, STRANGERS] {
            let (verdict, reason, revision) = ask(sidecar, campaign, &number(n));
            assert_eq!(
                (verdict, reason),
                (Verdict::Block, Reason::Objected),
                "person {n} objected and that was acknowledged; seen at revision {revision}"
            );
        }
        self.trials.fetch_add(1, Ordering::Relaxed);
    }

    /// A reader: the newest that was told, then one of those before.
    fn read(&self, sidecar: &Sidecar, mut seed: usize) {
        while !self.done.load(Ordering::Relaxed) {
            let (newest, older) = {
                let numbers = self.numbers.read().unwrap();
                let Some(newest) = numbers.last() else {
                    continue;
                };
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (*newest, numbers[(seed >> 33) % numbers.len()])
            };
            self.trial(sidecar, newest);
            self.trial(sidecar, older);
        }
    }
}

/// The writers' people do not overlap.
const EACH: usize = 10_000_000;

#[test]
fn an_acknowledged_stop_is_seen_by_the_very_next_check() {
    let wanted = trials(50_000);
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let sidecar = &*sidecar(dir);
    let stopped = &Stopped::default();
    let enough = || stopped.trials.load(Ordering::Relaxed) >= wanted;
    let (objected, withdrawn, imported) = (
        &AtomicUsize::new(0),
        &AtomicUsize::new(0),
        &AtomicUsize::new(0),
    );
    thread::scope(|scope| {
        // Whoever fails ends the others too.
        let end = move || stopped.done.store(true, Ordering::Relaxed);
        let working = move || !stopped.done.load(Ordering::Relaxed);
        let guarded = move |work: &dyn Fn()| {
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            if let Err(panic) = ended {
                end();
                std::panic::resume_unwind(panic);
            }
        };
        for writer in 0..2 {
            scope.spawn(move || {
                guarded(&|| {
                    let mut n = writer * EACH;
                    while working() {
                        object(sidecar, &number(n));
                        objected.fetch_add(1, Ordering::Relaxed);
                        stopped.tell(sidecar, [n]);
                        n += 1;
                    }
                });
            });
        }
        scope.spawn(move || {
            guarded(&|| {
                let mut n = 2 * EACH;
                while working() {
                    let yes = consent(sidecar, &number(n));
                    let (verdict, reason, _) = ask(sidecar, STRANGERS, &number(n));
                    assert_eq!((verdict, reason), (Verdict::Allow, Reason::Consent));
                    sidecar.withdraw_consent(yes.fact_ids[0], None).unwrap();
                    withdrawn.fetch_add(1, Ordering::Relaxed);
                    stopped.tell(sidecar, [n]);
                    n += 1;
                }
            });
        });
        scope.spawn(move || {
            guarded(&|| {
                let folder = dir.join("nightly");
                fs::create_dir(&folder).unwrap();
                let mut n = 3 * EACH;
                while working() {
                    let these = n..n + 500;
                    let rows: String = these
                        .clone()
                        .map(|n| format!("{},NL,,sun,,2024-05-01T00:00:00Z,crm\n", number(n)))
                        .collect();
                    let head = "number,region,person_id,seller_id,channels,recorded_at,source\n";
                    fs::write(folder.join("objections.csv"), format!("{head}{rows}")).unwrap();
                    let done = common::import(sidecar, &folder, Micros::system_now());
                    assert!(done.applied, "{:?}", done.report);
                    imported.fetch_add(these.len(), Ordering::Relaxed);
                    stopped.tell(sidecar, these);
                    n += 500;
                }
            });
        });
        for reader in 0..3 {
            scope.spawn(move || guarded(&|| stopped.read(sidecar, reader)));
        }
        while !enough() && working() {
            thread::sleep(std::time::Duration::from_millis(5));
        }
        end();
    });
    let count = |n: &AtomicUsize| n.load(Ordering::Relaxed);
    println!(
        "{} checks after an acknowledgement, zero misses: {} objections and {} withdrawals one by one, {} objections imported",
        count(&stopped.trials),
        count(objected),
        count(withdrawn),
        count(imported),
    );
    assert!(enough());
    assert!(count(objected) > 0 && count(withdrawn) > 0 && count(imported) > 0);
}
