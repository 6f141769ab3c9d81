//! How fast facts come in and go into memory: `cargo bench --bench store [-- ROWS …]`.
//!
//! Prints medians: the time that passed, and on Linux the processor time of all threads (in steps of
//! 10 ms), which says more where others use the machine too. Files are on the disk of the target
//! directory; reading is with the system's cache warm, as after an import.
#![allow(clippy::unwrap_used)]

use std::{path::Path, thread, time::Instant};

use verzet::{
    clock::{Day, Micros},
    facts::{
        model::{
            Channel, ChannelSet, Consent, FactId, FactKind, Objection, PersonSym, ProductSym,
            Products, Relation, RelationKind, SellerSym,
        },
        symbols::Symbols,
    },
    number::E164,
    store::{ConsentExtra, ObjectionExtra, On, RowHash, Store},
};

fn main() {
    let asked: Vec<u64> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let sizes = if asked.is_empty() {
        vec![1_000_000, 5_000_000]
    } else {
        asked
    };
    for rows in sizes {
        measure(rows);
    }
}

/// Relations: `rows`; consents and objections: at most a million; persons: half as many as relations.
fn measure(rows: u64) {
    let few = rows.min(1_000_000);
    println!(
        "\n{rows} relations, {few} consents, {few} objections, {} persons",
        rows / 2
    );
    let mut inserts = Vec::new();
    let mut commits = Vec::new();
    let mut kept = None;
    for _ in 0..3 {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let (insert, commit) = fill(dir.path(), rows, few);
        inserts.push(insert);
        commits.push(commit);
        kept = Some(dir);
    }
    let dir = kept.unwrap();
    let insert = median(inserts);
    report("insert relations, in one change", insert, rows);
    let commit = median(commits);
    report("commit (symbols, revision, sync)", commit, rows);
    report("insert and commit", insert.and(commit), rows);
    let size = std::fs::metadata(dir.path().join("facts.db"))
        .unwrap()
        .len();
    println!("  facts.db {} MB", size >> 20);

    let open = || Store::open(dir.path(), &Symbols::default()).unwrap();
    report("open, with the persons", repeat(|| drop(open())), rows / 2);

    let mut store = open();
    let mut before = store.reader().unwrap();
    let change = store.begin("crm", Micros(0)).unwrap();
    let mut hashes = |kind| change.hashes(kind, &mut before, |h, _| h).unwrap().len() as u64;
    for kind in [FactKind::Relation, FactKind::Consent, FactKind::Objection] {
        let count = hashes(kind);
        let time = repeat(|| assert_eq!(hashes(kind), count));
        report(&format!("hashes of {kind:?}s"), time, count);
    }
    drop(change);
    report(
        "load all facts, two threads",
        repeat(|| load(&store, rows, few)),
        rows + 2 * few,
    );
    report(
        "facts of a number, no index",
        repeat(|| of_number(&store)),
        1,
    );
    let start = Clock::start();
    let mut left = 1;
    let mut slowest = Took::default();
    while left > 0 {
        let step = Clock::start();
        left = store.index_numbers(100_000).unwrap();
        slowest = slowest.max(step.stop());
    }
    report(
        "index by number, steps of 100,000",
        start.stop(),
        rows + 2 * few,
    );
    report("  of which the slowest step", slowest, 1);
    report(
        "facts of a number, indexed",
        repeat(|| of_number(&store)),
        1,
    );
}

fn of_number(store: &Store) {
    assert!(!store.facts_of_number(number(77)).unwrap().is_empty());
}

/// Reads everything into memory as packed arrays would be.
fn load(store: &Store, rows: u64, few: u64) {
    let (first, second) = (store.reader().unwrap(), store.reader().unwrap());
    thread::scope(|scope| {
        let relations = scope.spawn(move || {
            let mut all = Vec::with_capacity(first.current(FactKind::Relation).unwrap() as usize);
            first
                .load_relations(|e164, fact| all.push((e164, fact)))
                .unwrap();
            all
        });
        let mut consents = Vec::with_capacity(second.current(FactKind::Consent).unwrap() as usize);
        second
            .load_consents(|e164, fact| consents.push((e164, fact)))
            .unwrap();
        let mut objections =
            Vec::with_capacity(second.current(FactKind::Objection).unwrap() as usize);
        second
            .load_objections(|e164, fact| objections.push((e164, fact)))
            .unwrap();
        assert_eq!(relations.join().unwrap().len() as u64, rows);
        assert_eq!(consents.len() as u64, few);
        assert_eq!(objections.len() as u64, few);
    });
}

/// Fills a new store; gives the time to insert the relations and that to commit them.
fn fill(dir: &Path, rows: u64, few: u64) -> (Took, Took) {
    let symbols = Symbols::default();
    let mut store = Store::open(dir, &symbols).unwrap();
    symbols.sellers.intern("noordlicht").unwrap();
    for i in 0..40 {
        symbols.products.intern(&format!("product-{i}")).unwrap();
    }
    for i in 0..rows / 2 {
        symbols.persons.intern(&format!("p{i}")).unwrap();
    }
    let mut change = store.begin("crm", Micros(0)).unwrap();
    let start = Clock::start();
    for i in 0..rows {
        let e164 = number(i);
        let typed = e164.to_string();
        change
            .add_relation(&on(e164, &typed, i), relation(i, rows))
            .unwrap();
    }
    let insert = start.stop();
    let start = Clock::start();
    change.commit(&symbols).unwrap();
    let commit = start.stop();
    let mut change = store.begin("crm", Micros(0)).unwrap();
    for i in 0..few {
        let e164 = number(i * 3);
        let typed = e164.to_string();
        let evidence = format!("form-{i}");
        let extra = ConsentExtra {
            evidence: &evidence,
            withdrawn_written: Micros::NEVER,
        };
        change
            .add_consent(&on(e164, &typed, i), consent(i, rows), &extra)
            .unwrap();
        let extra = ObjectionExtra {
            source: "CALL",
            recorded_at: Micros(i as i64),
        };
        change
            .add_objection(&on(e164, &typed, i), objection(i, rows), &extra)
            .unwrap();
    }
    change.commit(&symbols).unwrap();
    (insert, commit)
}

fn on<'a>(e164: E164, typed: &'a str, i: u64) -> On<'a> {
    let mut hash = RowHash::default();
    hash[..8].copy_from_slice(&mix(i).to_le_bytes());
    hash[8..].copy_from_slice(&mix(!i).to_le_bytes());
    On {
        e164: Some(e164),
        typed,
        region: "NL",
        hash,
    }
}

/// A Dutch mobile number, in no order.
fn number(i: u64) -> E164 {
    E164::from_digits(31_600_000_000 + mix(i) % 100_000_000).unwrap()
}

/// SplitMix64.
fn mix(i: u64) -> u64 {
    let mut z = i.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn relation(i: u64, rows: u64) -> Relation {
    Relation {
        id: FactId::new(FactKind::Relation, 0),
        person: PersonSym((mix(i) % (rows / 2)) as u32 + 1),
        seller: SellerSym(1),
        product: ProductSym((i % 40) as u32 + 1),
        started_on: Day(18_000 + (i % 2_000) as i32),
        ended_on: if i.is_multiple_of(3) {
            Day(20_500)
        } else {
            Day::NEVER
        },
        kind: RelationKind::Purchase,
        paid: true,
    }
}

fn consent(i: u64, rows: u64) -> Consent {
    let named = [
        ProductSym((i % 40) as u32 + 1),
        ProductSym((i % 7) as u32 + 1),
    ];
    Consent {
        id: FactId::new(FactKind::Consent, 0),
        granted_at: Micros(1_700_000_000_000_000 + i as i64),
        expires_at: Micros::NEVER,
        withdrawn_at: Micros::NEVER,
        products: Products::Named(named.into()),
        person: PersonSym((mix(i) % (rows / 2)) as u32 + 1),
        seller: SellerSym(1),
        channels: ChannelSet::default()
            .with(Channel::Voice)
            .with(Channel::Email),
    }
}

fn objection(i: u64, rows: u64) -> Objection {
    Objection {
        id: FactId::new(FactKind::Objection, 0),
        in_force_from: Micros(1_700_000_000_000_000 + i as i64),
        person: PersonSym((mix(i) % (rows / 2)) as u32 + 1),
        seller: SellerSym(1),
        channels: ChannelSet::ALL,
    }
}

fn repeat(mut what: impl FnMut()) -> Took {
    let one = |_| {
        let start = Clock::start();
        what();
        start.stop()
    };
    median((0..5).map(one).collect())
}

/// Milliseconds that passed, and of processor time.
#[derive(Clone, Copy, Default, PartialEq, PartialOrd)]
struct Took {
    passed: f64,
    worked: f64,
}

impl Took {
    fn max(self, other: Self) -> Self {
        if self > other { self } else { other }
    }

    fn and(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            worked: self.worked + other.worked,
        }
    }
}

struct Clock {
    passed: Instant,
    worked: f64,
}

impl Clock {
    fn start() -> Self {
        Self {
            passed: Instant::now(),
            worked: worked(),
        }
    }

    fn stop(&self) -> Took {
        Took {
            passed: self.passed.elapsed().as_secs_f64() * 1e3,
            worked: worked() - self.worked,
        }
    }
}

/// Processor time of this process so far, all threads, in ms; 0 where the system does not tell.
fn worked() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or("").split(' ').collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok());
    // proc(5): utime and stime are fields 14 and 15, in hundredths of a second; `)` ends field 2.
    ticks(12)
        .zip(ticks(13))
        .map_or(0.0, |(user, system)| (user + system) * 10.0)
}

/// Each of both on its own.
fn median(times: Vec<Took>) -> Took {
    let middle = |of: fn(&Took) -> f64| {
        let mut all: Vec<_> = times.iter().map(of).collect();
        all.sort_unstable_by(f64::total_cmp);
        all[all.len() / 2]
    };
    Took {
        passed: middle(|t| t.passed),
        worked: middle(|t| t.worked),
    }
}

fn report(what: &str, took: Took, count: u64) {
    let rate = |ms: f64| format!("{:.0}", count as f64 / ms * 1e3);
    println!(
        "  {what:36} {:>9.1} ms {:>10} /s {:>9.0} ms worked {:>10} /s",
        took.passed,
        rate(took.passed),
        took.worked,
        if took.worked > 0.0 {
            rate(took.worked)
        } else {
            "-".into()
        },
    );
}
