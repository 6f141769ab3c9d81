//! Waiting in tokio runtimes: nobody waits for ever, and nobody is told what is not so.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Wake},
    time::Duration,
};

use tokio::{runtime::Builder, task::JoinSet, time::timeout};
use verzet::ledger::{
    AppendError, Filter, Ledger, LedgerError, LedgerOptions, Mailbox, Seam, Ticket,
};

use crate::{failure, support::*};

/// Far beyond any honest wait: a lost wake-up ends the test instead of hanging it.
const HUNG: Duration = Duration::from_secs(120);

/// What a task was told about its records, by call id.
type Told = Arc<Mutex<HashMap<String, (Ticket, bool)>>>;

/// Appends and waits `count` times; gives up every seventh wait after a moment.
async fn caller(ledger: Arc<Ledger>, mailbox: Mailbox, name: u64, count: u64, told: Told) {
    for n in 0..count {
        let call_id = format!("{name}-{n}");
        let ticket = loop {
            match append(&ledger, &call(&call_id), NOON) {
                Ok(ticket) => break ticket,
                Err(AppendError::Busy(_) | AppendError::Failed(_)) => {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                Err(e) => panic!("{e}"),
            }
        };
        if scatter(name * count + n).is_multiple_of(7) {
            // A cancelled RPC: the wait is dropped, at whatever moment.
            let patience = Duration::from_micros(scatter(n) % 400);
            if timeout(patience, mailbox.durable(ticket)).await.is_err() {
                continue;
            }
            continue;
        }
        if scatter(n).is_multiple_of(3) {
            tokio::task::yield_now().await;
        }
        let outcome = timeout(HUNG, mailbox.durable(ticket))
            .await
            .expect("a lost wake-up");
        assert!(matches!(outcome, Ok(()) | Err(LedgerError::Lost(_))));
        told.lock()
            .unwrap()
            .insert(call_id, (ticket, outcome.is_ok()));
    }
}

/// What was told must be what is there.
fn compare(ledger: &Ledger, told: &Told) -> (usize, usize) {
    let mut there = HashMap::new();
    let mut last = 0;
    let mut count = |d: &verzet::ledger::StoredDecision| {
        assert!(d.id.seq > last, "numbers grow");
        last = d.id.seq;
        let call_id = d.personal.as_ref().unwrap().call_id.clone();
        assert_eq!(there.insert(call_id, d.id), None, "recorded once");
    };
    ledger
        .reader()
        .fold(&Filter::default(), &mut count)
        .unwrap();
    let told = told.lock().unwrap();
    for (call_id, (ticket, recorded)) in told.iter() {
        if *recorded {
            assert_eq!(there.get(call_id), Some(&ticket.id), "told it was recorded");
        }
    }
    let lost = told.values().filter(|(_, recorded)| !recorded).count();
    (told.len(), lost)
}

#[test]
fn many_tasks_on_a_multi_thread_runtime_are_all_told() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Arc::new(open(dir.path()));
    let told = Told::default();
    let runtime = Builder::new_multi_thread()
        .worker_threads(4)
        .enable_time()
        .build()
        .unwrap();
    let mailbox = ledger.mailbox();
    let hand_out = mailbox.clone();
    runtime.spawn(async move { hand_out.run().await });
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        for name in 0..64 {
            tasks.spawn(caller(
                ledger.clone(),
                mailbox.clone(),
                name,
                200,
                told.clone(),
            ));
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
    });
    let (waited, lost) = compare(&ledger, &told);
    assert!(waited > 64 * 150 && lost == 0);
    ledger.close();
    assert_eq!(
        verify(dir.path())[0].decisions,
        64 * 200,
        "cancelled ones are recorded all the same"
    );
}

#[test]
fn runtimes_of_one_thread_each_with_its_own_mailbox_are_all_told() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Arc::new(open(dir.path()));
    let told = Told::default();
    std::thread::scope(|scope| {
        for core in 0..3 {
            let (ledger, told) = (ledger.clone(), told.clone());
            scope.spawn(move || {
                let runtime = Builder::new_current_thread().enable_time().build().unwrap();
                let mailbox = ledger.mailbox();
                let hand_out = mailbox.clone();
                runtime.spawn(async move { hand_out.run().await });
                runtime.block_on(async {
                    let mut tasks = JoinSet::new();
                    for name in 0..40 {
                        let name = core * 1_000 + name;
                        tasks.spawn(caller(
                            ledger.clone(),
                            mailbox.clone(),
                            name,
                            100,
                            told.clone(),
                        ));
                    }
                    while let Some(done) = tasks.join_next().await {
                        done.unwrap();
                    }
                });
            });
        }
    });
    let (waited, lost) = compare(&ledger, &told);
    assert!(waited > 3 * 40 * 75 && lost == 0);
    ledger.close();
    assert_eq!(verify(dir.path())[0].decisions, 3 * 40 * 100);
}

/// Fails one group in five, half of them after the commit.
#[derive(Default)]
struct Flaky(AtomicU64);

impl Flaky {
    fn draw(&self) -> rusqlite::Result<()> {
        match scatter(self.0.fetch_add(1, Ordering::SeqCst)) % 10 {
            0 => Err(rusqlite::Error::QueryReturnedNoRows),
            _ => Ok(()),
        }
    }
}

impl Seam for Flaky {
    fn before_commit(&self, _: u64, _: u64) -> rusqlite::Result<()> {
        self.draw()
    }

    fn after_commit(&self, _: u64, _: u64) -> rusqlite::Result<()> {
        self.draw()
    }
}

#[test]
fn while_the_disk_fails_on_and_off_nobody_waits_for_ever_and_nobody_is_lied_to() {
    let dir = tempfile::tempdir().unwrap();
    let options = LedgerOptions {
        max_pending: 30,
        retry: Duration::from_millis(1),
        seam: Some(Arc::new(Flaky::default())),
        ..LedgerOptions::default()
    };
    let ledger = Arc::new(Ledger::open(dir.path(), options).unwrap());
    let told = Told::default();
    let runtime = Builder::new_multi_thread()
        .worker_threads(4)
        .enable_time()
        .build()
        .unwrap();
    let mailbox = ledger.mailbox();
    let hand_out = mailbox.clone();
    runtime.spawn(async move { hand_out.run().await });
    let threads_wait = AtomicBool::new(true);
    std::thread::scope(|scope| {
        // A thread that waits the blocking way beside them.
        scope.spawn(|| {
            let mut n = 0;
            while threads_wait.load(Ordering::SeqCst) {
                n += 1;
                let call_id = format!("thread-{n}");
                if let Ok(ticket) = append(&ledger, &call(&call_id), NOON) {
                    let recorded = ledger.wait(ticket).is_ok();
                    told.lock().unwrap().insert(call_id, (ticket, recorded));
                }
            }
        });
        runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for name in 0..48 {
                tasks.spawn(caller(
                    ledger.clone(),
                    mailbox.clone(),
                    name,
                    40,
                    told.clone(),
                ));
            }
            while let Some(done) = tasks.join_next().await {
                done.unwrap();
            }
        });
        threads_wait.store(false, Ordering::SeqCst);
    });
    let (waited, lost) = compare(&ledger, &told);
    assert!(
        waited > 48 * 30 && lost > 0 && lost < waited,
        "{lost} of {waited}"
    );
    ledger.close();
    verify(dir.path());
}

#[test]
fn a_wait_begun_after_the_fact_ends_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(failure::Disk::default());
    let ledger = failure::open_on(&disk, dir.path());
    let kept = append(&ledger, &call("kept"), NOON).unwrap();
    ledger.wait(kept).unwrap();
    disk.no_commit.store(true, Ordering::SeqCst);
    let lost = append(&ledger, &call("lost"), NOON).unwrap();
    ledger.wait(lost).unwrap_err();
    let mailbox = ledger.mailbox();
    // Nobody runs the mailbox, and nobody need: both fates are known.
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let known = async |wait| timeout(HUNG, wait).await.expect("its fate is known");
    runtime.block_on(async {
        known(mailbox.durable(kept)).await.unwrap();
        known(mailbox.durable(lost)).await.unwrap_err();
    });
    ledger.close();
    runtime.block_on(async {
        known(mailbox.durable(kept)).await.unwrap();
        known(mailbox.durable(lost)).await.unwrap_err();
    });
}

/// Counts how often it is woken.
#[derive(Default)]
struct Count(AtomicU64);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_runtime_is_woken_once_for_a_group_and_not_for_anothers() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(failure::Disk::default());
    let ledger = failure::open_on(&disk, dir.path());
    let (mailbox, idle) = (ledger.mailbox(), ledger.mailbox());
    let (woken, idle_woken) = (Arc::new(Count::default()), Arc::new(Count::default()));
    let (mut run, mut idle_run) = (Box::pin(mailbox.run()), Box::pin(idle.run()));
    let (waker, idle_waker) = (woken.clone().into(), idle_woken.clone().into());
    let mut context = Context::from_waker(&waker);
    assert!(run.as_mut().poll(&mut context).is_pending());
    assert!(
        idle_run
            .as_mut()
            .poll(&mut Context::from_waker(&idle_waker))
            .is_pending()
    );

    let held = disk.gate.lock().unwrap();
    let tickets: Vec<_> = (0..50)
        .map(|n| append(&ledger, &mixed(n), NOON).unwrap())
        .collect();
    let order = Arc::new(Mutex::new(Vec::new()));
    // Registered in the wrong order.
    let wait = |ticket: &Ticket| {
        let (mailbox, order, ticket) = (mailbox.clone(), order.clone(), *ticket);
        let mut wait = Box::pin(async move {
            mailbox.durable(ticket).await.unwrap();
        });
        let seen = Arc::new(Seen(order, ticket.seq)).into();
        assert!(
            wait.as_mut()
                .poll(&mut Context::from_waker(&seen))
                .is_pending()
        );
        wait
    };
    let waits: Vec<_> = tickets.iter().rev().map(wait).collect();
    drop(held);
    // Everything is written and rung when it is closed.
    ledger.close();
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    assert_eq!(idle_woken.0.load(Ordering::SeqCst), 0);
    assert!(
        order.lock().unwrap().is_empty(),
        "the writer wakes no waiter"
    );
    assert!(run.as_mut().poll(&mut context).is_pending());
    let order = order.lock().unwrap();
    assert_eq!(*order, tickets.iter().map(|t| t.seq).collect::<Vec<_>>());
    drop(waits);
}

/// Notes in which order waiters are woken.
struct Seen(Arc<Mutex<Vec<u64>>>, u64);

impl Wake for Seen {
    fn wake(self: Arc<Self>) {
        self.0.lock().unwrap().push(self.1);
    }
}
