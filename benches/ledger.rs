//! What recording costs: `cargo bench --bench ledger [-- append waits groups sizes]`. Medians; on a
//! shared machine only ratios hold, and CPU more than wall.
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub)]

#[path = "../tests/ledger/support.rs"]
mod support;

use std::{
    fs,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::Connection;
use support::{NOON, mixed, verify};
use tokio::{runtime::Builder, task::JoinSet};
use verzet::{
    clock::Micros,
    ledger::{
        Against, AppendError, Filter, Ledger, LedgerOptions, Proof, Seam, StoredDecision, prove,
    },
};

const ROUNDS: usize = 5;

/// Holds the writer after each commit until it is let go, so that a group is as large as we say.
struct Gate {
    exclusive: bool,
    held: AtomicBool,
    state: Mutex<Turns>,
    turn: Condvar,
}

#[derive(Default)]
struct Turns {
    arrived: u64,
    let_go: u64,
    since: Option<Instant>,
    groups: Vec<Duration>,
}

impl Gate {
    fn new(exclusive: bool, held: bool) -> Arc<Self> {
        Arc::new(Self {
            exclusive,
            held: AtomicBool::new(held),
            state: Mutex::default(),
            turn: Condvar::new(),
        })
    }

    /// Waits for the writer to arrive for the n-th time.
    fn arrival(&self, n: u64) {
        let state = self.state.lock().unwrap();
        drop(self.turn.wait_while(state, |s| s.arrived < n).unwrap());
    }

    fn let_go(&self) {
        self.state.lock().unwrap().let_go += 1;
        self.turn.notify_all();
    }

    fn open(&self) {
        self.held.store(false, Ordering::SeqCst);
        self.let_go();
    }
}

impl Seam for Gate {
    fn opened(&self, part: &Connection) -> rusqlite::Result<()> {
        match self.exclusive {
            true => part.pragma_update(None, "locking_mode", "EXCLUSIVE"),
            false => Ok(()),
        }
    }

    fn after_commit(&self, _: u64, _: u64) -> rusqlite::Result<()> {
        if !self.held.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mut state = self.state.lock().unwrap();
        let taken = state.since.map(|since| since.elapsed());
        state.groups.extend(taken);
        state.arrived += 1;
        self.turn.notify_all();
        let mine = state.arrived;
        let mut state = self.turn.wait_while(state, |s| s.let_go < mine).unwrap();
        state.since = Some(Instant::now());
        Ok(())
    }
}

fn open(gate: &Arc<Gate>, dir: &tempfile::TempDir) -> Ledger {
    let options = LedgerOptions {
        max_pending: 100_000,
        seam: Some(gate.clone()),
        ..LedgerOptions::default()
    };
    Ledger::open(dir.path(), options).unwrap()
}

fn dir() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

fn median<T: PartialOrd + Copy>(mut all: Vec<T>) -> T {
    all.sort_by(|a, b| a.partial_cmp(b).unwrap());
    all[all.len() / 2]
}

/// CPU of this process's threads of a name, in nanoseconds (Linux).
fn cpu(name: &str) -> Option<u64> {
    let mut sum = None;
    for task in fs::read_dir("/proc/self/task").ok()? {
        let task = task.ok()?.path();
        if fs::read_to_string(task.join("comm")).ok()?.trim() == name {
            let stat = fs::read_to_string(task.join("schedstat")).ok()?;
            *sum.get_or_insert(0) += stat.split(' ').next()?.parse::<u64>().ok()?;
        }
    }
    sum
}

/// Decisions ready to be appended, so that making them is not measured.
struct Pool(Vec<(StoredDecision, Vec<Option<verzet::facts::model::FactId>>)>);

impl Pool {
    fn new(count: u64) -> Self {
        let made = (0..count).map(mixed);
        Self(
            made.map(|d| (d.clone(), d.facts_by_row().to_vec()))
                .collect(),
        )
    }

    fn append(&self, ledger: &Ledger, n: usize) -> verzet::ledger::Ticket {
        let (decision, facts) = &self.0[n % self.0.len()];
        let entry = decision.as_entry(facts).unwrap();
        loop {
            match ledger.append(&entry, Micros(NOON.0 + n as i64)) {
                Ok(ticket) => return ticket,
                Err(AppendError::Busy(_)) => std::thread::sleep(Duration::from_micros(200)),
                Err(e) => panic!("{e}"),
            }
        }
    }
}

fn appending() {
    // Few enough to stay in the cache, as a question just read is.
    let pool = Pool::new(200);
    let mut runs = Vec::new();
    for _ in 0..ROUNDS {
        let (dir, gate) = (dir(), Gate::new(false, true));
        let ledger = open(&gate, &dir);
        pool.append(&ledger, 0);
        for turn in 1..=8 {
            gate.arrival(turn);
            for n in 0..40 {
                // So short that the machine seldom takes the thread away within one.
                let start = Instant::now();
                for n in n * 500..n * 500 + 500 {
                    pool.append(&ledger, n);
                }
                // The first two turns grow the two buffers.
                if turn > 2 {
                    runs.push(start.elapsed().as_nanos() as f64 / 500.0);
                }
            }
            gate.let_go();
        }
        gate.open();
    }
    println!("append: {:.0} ns", median(runs));
}

/// CPU a row and wall a group in microseconds.
fn groups(pool: &Pool, size: usize, exclusive: bool, reader: bool) -> (f64, f64) {
    let (dir, gate) = (dir(), Gate::new(exclusive, true));
    let ledger = open(&gate, &dir);
    let count = (40_000 / size).clamp(200, 1_500) as u64;
    pool.append(&ledger, 0);
    gate.arrival(1);
    let stop = AtomicBool::new(false);
    let taken = std::thread::scope(|scope| {
        if reader {
            scope.spawn(|| {
                let mut reader = ledger.reader();
                while !stop.load(Ordering::SeqCst) {
                    let mut sum = 0;
                    let add = &mut |d: &StoredDecision| sum += d.revision;
                    reader.fold(&Filter::default(), add).unwrap();
                }
            });
        }
        let before = cpu("ledger");
        for group in 1..=count {
            for n in 0..size {
                pool.append(&ledger, group as usize * size + n);
            }
            gate.let_go();
            gate.arrival(group + 1);
        }
        stop.store(true, Ordering::SeqCst);
        cpu("ledger")
            .zip(before)
            .map_or(f64::NAN, |(after, before)| (after - before) as f64)
    });
    let wall = median(std::mem::take(&mut gate.state.lock().unwrap().groups));
    gate.open();
    let rows = (count as usize * size) as f64;
    (taken / rows / 1_000.0, wall.as_secs_f64() * 1e6)
}

fn group_sizes(pool: &Pool) {
    println!("\nthe writer, by group size: CPU us a row / wall us a group");
    println!("{:32} {:>14} {:>14} {:>14} {:>14}", "", 1, 16, 64, 256);
    let ways = [
        ("normal locking", false, false),
        ("normal locking, a reader beside", false, true),
        ("exclusive locking", true, false),
    ];
    let sizes = [1, 16, 64, 256];
    // Interleaved, so that a slow minute of the machine falls on all.
    let mut all = vec![Vec::new(); ways.len() * sizes.len()];
    for _ in 0..ROUNDS {
        for (w, (_, exclusive, reader)) in ways.iter().enumerate() {
            for (s, size) in sizes.iter().enumerate() {
                all[w * sizes.len() + s].push(groups(pool, *size, *exclusive, *reader));
            }
        }
    }
    for ((name, ..), cells) in ways.iter().zip(all.chunks(sizes.len())) {
        let cell = |runs: &Vec<(f64, f64)>| {
            let (cpu, wall) = (runs.iter().map(|r| r.0), runs.iter().map(|r| r.1));
            format!(
                "{:.2} / {:.0}",
                median(cpu.collect()),
                median(wall.collect())
            )
        };
        let cells: Vec<_> = cells.iter().map(cell).collect();
        println!(
            "{name:32} {:>14} {:>14} {:>14} {:>14}",
            cells[0], cells[1], cells[2], cells[3]
        );
    }
}

/// Tasks on one runtime that append and wait: how many a second, and how many a group.
fn round_trips(pool: &'static Pool, tasks: usize) -> (f64, f64) {
    let all = if tasks == 1 { 1_000 } else { 40_000 };
    let (dir, gate) = (dir(), Gate::new(false, false));
    let ledger = Arc::new(open(&gate, &dir));
    let mailbox = ledger.mailbox();
    let runtime = Builder::new_current_thread().build().unwrap();
    let hand_out = mailbox.clone();
    runtime.spawn(async move { hand_out.run().await });
    let start = Instant::now();
    runtime.block_on(async {
        let mut joined = JoinSet::new();
        for task in 0..tasks {
            let (ledger, mailbox) = (ledger.clone(), mailbox.clone());
            joined.spawn(async move {
                for n in 0..all / tasks {
                    let ticket = pool.append(&ledger, task * all / tasks + n);
                    mailbox.durable(ticket).await.unwrap();
                }
            });
        }
        while let Some(done) = joined.join_next().await {
            done.unwrap();
        }
    });
    let rate = all as f64 / start.elapsed().as_secs_f64();
    ledger.close();
    let groups = verify(dir.path())[0].groups;
    (rate, all as f64 / groups as f64)
}

fn sizes(pool: &Pool) {
    const ALL: usize = 1_000_000;
    let (dir, gate) = (dir(), Gate::new(false, false));
    let ledger = open(&gate, &dir);
    let start = Instant::now();
    for n in 0..ALL - 1 {
        pool.append(&ledger, n);
    }
    let last = pool.append(&ledger, ALL);
    ledger.wait(last).unwrap();
    let (wall, cpu) = (start.elapsed(), cpu("ledger"));
    let mut reader = ledger.reader();
    let start = Instant::now();
    let mut count = 0;
    reader
        .fold(&Filter::default(), &mut |_| count += 1)
        .unwrap();
    let fold = start.elapsed();
    assert_eq!(count, ALL);
    let start = Instant::now();
    let page = reader.list(&Filter::default(), None, 50).unwrap();
    let page_took = start.elapsed();
    assert_eq!(page.decisions.len(), 50);
    let rare = Filter {
        call_id: Some("never".into()),
        ..Filter::default()
    };
    let start = Instant::now();
    assert!(reader.list(&rare, None, 50).unwrap().decisions.is_empty());
    let search = start.elapsed();
    drop(reader);
    ledger.close();
    let start = Instant::now();
    drop(self::open(&gate, &dir));
    let reopen = start.elapsed();
    let start = Instant::now();
    let part = &verify(dir.path())[0];
    let walk = start.elapsed();
    let file = fs::metadata(dir.path().join("2026-11-24.db"))
        .unwrap()
        .len();
    let of = |bytes: u64| bytes as f64 / ALL as f64;
    let us = |t: Duration| t.as_secs_f64() * 1e6 / ALL as f64;
    println!(
        "\n1,000,000 mixed decisions, as fast as they go ({} groups)",
        part.groups
    );
    println!(
        "bytes a decision: {:.1} public, {:.1} personal, {:.1} of file",
        of(part.public_bytes),
        of(part.personal_bytes),
        of(file)
    );
    println!(
        "us a decision: {:.2} wall, {:.2} CPU of the writer; fold {:.2}, search {:.2}, verify {:.2}",
        us(wall),
        cpu.map_or(f64::NAN, |ns| ns as f64 / ALL as f64 / 1e3),
        us(fold),
        us(search),
        us(walk)
    );
    println!("a page of 50 {page_took:.0?}, open and close (and sign) {reopen:.0?}");
    assert!(
        of(part.public_bytes) <= 120.0,
        "more than a record may have"
    );

    let start = Instant::now();
    let found = verzet::ledger::verify(dir.path(), &Against::default(), &mut |_| {}).unwrap();
    let verified = start.elapsed();
    assert!(found.is_intact());
    let start = Instant::now();
    let proof = prove(dir.path(), last.id).unwrap();
    let proved = start.elapsed();
    let (bytes, key) = (proof.to_bytes(), proof.head().key);
    let start = Instant::now();
    Proof::parse(&bytes).unwrap().check(&[key]).unwrap();
    println!(
        "ledger verify {verified:.1?}; a proof: {} bytes, made in {proved:.0?}, checked in {:.0?}",
        bytes.len(),
        start.elapsed()
    );
}

fn main() {
    let asked: Vec<_> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|a| a == name);
    if wanted("append") {
        appending();
    }
    // Leaked for tasks, which may not borrow.
    let pool: &'static Pool = Box::leak(Box::new(Pool::new(20_000)));
    for tasks in [1, 64, 500].into_iter().filter(|_| wanted("waits")) {
        let runs: Vec<_> = (0..3).map(|_| round_trips(pool, tasks)).collect();
        println!(
            "append and wait, {tasks} tasks on one thread: {:.0} a second, {:.0} a group",
            median(runs.iter().map(|r| r.0).collect()),
            median(runs.iter().map(|r| r.1).collect())
        );
    }
    if wanted("groups") {
        group_sizes(pool);
    }
    if wanted("sizes") {
        sizes(pool);
    }
}
