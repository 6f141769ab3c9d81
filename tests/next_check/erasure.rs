//! Erasures beside checks and objections: once one is acknowledged, nobody who looks finds the person in what was
//! recorded before, and the very next check decides as before: a stop outlives the erasure of who made it.
//!
//! A check itself shows nothing of the ledger, so what an erasure is seen by is the next look at a decision.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use verzet::{
    ledger::{DecisionId, Subject, erase},
    number::{Region, read},
    policy::{Intent, Reason, Verdict},
    report,
    sidecar::{Ask, Query, Sidecar},
};

use crate::{
    people::{STRANGERS, ask, number, object, sidecar},
    trials,
};

/// The first number of these trials, and of those who are asked about meanwhile.
const FIRST: usize = 30_000_000;
const OTHERS: usize = 35_000_000;

/// Asks with a record, and waits until it is on disk.
fn recorded(sidecar: &Sidecar, number: &str) -> (Verdict, Reason, DecisionId) {
    let query = Query {
        ask: Ask {
            number,
            region: None,
            campaign_id: STRANGERS,
            channel: None,
            person_id: "person-of-trial",
            source_id: "",
            at: sidecar.now(),
        },
        region: "",
        call_id: "call-of-trial",
        agent_id: "agent-of-trial",
        caller_id: "",
        intent: Intent::Dial,
        dry_run: false,
        min_revision: 0,
        behind: false,
    };
    let (said, ticket) = sidecar
        .check(&query, |asked, _| {
            (asked.decision.verdict, asked.decision.reason)
        })
        .unwrap();
    let ticket = ticket.unwrap();
    sidecar.ledger.wait(ticket).unwrap();
    (said.0, said.1, ticket.id)
}

#[test]
fn an_erasure_is_seen_by_the_next_look_and_takes_no_stop_with_it() {
    // Each goes through the whole ledger.
    let wanted = trials(50_000) / 1_000;
    let dir = tempfile::tempdir().unwrap();
    let sidecar = &*sidecar(dir.path());
    let ledger = &sidecar.settings.ledger_dir;
    let (done, checks) = (&AtomicBool::new(false), &AtomicUsize::new(0));
    let objections = &AtomicUsize::new(0);
    thread::scope(|scope| {
        // Whatever ends the trials ends these too.
        struct Ends<'a>(&'a AtomicBool);
        impl Drop for Ends<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let _ends = Ends(done);
        scope.spawn(move || {
            while !done.load(Ordering::Relaxed) {
                let n = checks.fetch_add(1, Ordering::Relaxed);
                let (verdict, _, _) = recorded(sidecar, &number(OTHERS + n));
                assert_ne!(verdict, Verdict::Allow, "there is no register to ask");
            }
        });
        scope.spawn(move || {
            while !done.load(Ordering::Relaxed) {
                let n = objections.fetch_add(1, Ordering::Relaxed);
                object(sidecar, &number(OTHERS + 1_000_000 + n));
            }
        });
        for n in 0..wanted {
            let number = number(FIRST + n);
            let e164 = read(&number, Region::NL).unwrap().e164;
            object(sidecar, &number);
            let before = recorded(sidecar, &number);
            assert_eq!((before.0, before.1), (Verdict::Block, Reason::Objected));
            let found = |id| sidecar.ledger.reader().get(id).unwrap().unwrap();
            assert_eq!(found(before.2).personal.unwrap().e164, Some(e164));

            let subject = Subject {
                numbers: vec![e164],
                ..Subject::default()
            };
            let erased = erase(ledger, &subject, &mut || {}).unwrap();
            assert_eq!(erased.decisions().collect::<Vec<_>>(), [before.2]);

            assert_eq!(found(before.2).personal, None, "{number}");
            // What reports have of the number may still name the decision until they have forgotten, and
            // shows nothing of the person either.
            let filter = report::Filter {
                decision: Some(before.2),
                ..report::Filter::default()
            };
            let order = report::Order::NewestFirst;
            let page = sidecar.reports.list(&filter, order, None, 10).unwrap();
            assert!(page.decisions.iter().all(|d| d.personal.is_none()));
            let (verdict, reason, _) = ask(sidecar, STRANGERS, &number);
            assert_eq!((verdict, reason), (Verdict::Block, Reason::Objected));
            // Asked again is recorded again: erasing is of what was, not a ban on records.
            let after = recorded(sidecar, &number);
            assert_eq!(found(after.2).personal.unwrap().e164, Some(e164));
        }
    });
    println!(
        "{wanted} erasures beside {} recorded checks and {} objections: each seen by the next look, no stop lost",
        checks.load(Ordering::Relaxed),
        objections.load(Ordering::Relaxed)
    );
}
