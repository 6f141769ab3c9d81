//! How fast facts come in and go into memory: `cargo bench --bench store [-- ROWS …]`.
//!
//! Prints medians. Files are on the disk of the target directory; reading is with the system's cache
//! warm, as after an import.
#![allow(clippy::unwrap_used)]

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

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
    report("insert and commit", insert + commit, rows);
    let size = std::fs::metadata(dir.path().join("facts.db"))
        .unwrap()
        .len();
    println!("  facts.db {} MB", size >> 20);

    let open = || Store::open(dir.path(), &Symbols::default()).unwrap();
    report("open, with the persons", repeat(|| drop(open())), rows / 2);

    let mut store = open();
    let change = store.begin("crm", Micros(0)).unwrap();
    for kind in [FactKind::Relation, FactKind::Consent, FactKind::Objection] {
        let count = change.hashes(kind).unwrap().len() as u64;
        let time = repeat(|| assert_eq!(change.hashes(kind).unwrap().len() as u64, count));
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
    let start = Instant::now();
    let mut left = 1;
    let mut slowest = Duration::ZERO;
    while left > 0 {
        let step = Instant::now();
        left = store.index_numbers(100_000).unwrap();
        slowest = slowest.max(step.elapsed());
    }
    report(
        "index by number, steps of 100,000",
        start.elapsed(),
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
fn fill(dir: &Path, rows: u64, few: u64) -> (Duration, Duration) {
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
    let start = Instant::now();
    for i in 0..rows {
        let e164 = number(i);
        let typed = e164.to_string();
        change
            .add_relation(&on(e164, &typed, i), relation(i, rows))
            .unwrap();
    }
    let insert = start.elapsed();
    let start = Instant::now();
    change.commit(&symbols).unwrap();
    let commit = start.elapsed();
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

fn repeat(mut what: impl FnMut()) -> Duration {
    let one = |_| {
        let start = Instant::now();
        what();
        start.elapsed()
    };
    median((0..5).map(one).collect())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn report(what: &str, time: Duration, count: u64) {
    let rate = count as f64 / time.as_secs_f64();
    println!(
        "  {what:36} {:>10.1} ms {:>12.0} /s",
        time.as_secs_f64() * 1e3,
        rate
    );
}
