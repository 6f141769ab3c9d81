//! What one decision costs: `cargo bench --bench decide`.
//!
//! Facts of 1 M numbers, a register of 10 M, the trail of all rows, today's law decided beside it. Most of
//! it is waiting for memory, and how long that takes differs from machine to machine and from hour to hour. So
//! two more are timed in the same rounds: the same questions about so few numbers that their facts stay in
//! the processor's caches, and the look-ups alone in maps that one would take off the shelf.
//!
//! Medians of interleaved rounds; allocations counted. Nothing is asserted about time.

use std::{hint::black_box, sync::Arc, time::Instant};

use dashmap::DashMap;
use roaring::RoaringTreemap;
use verzet::{
    clock::{Day, Micros, Zone},
    facts::{
        catalogue::{Campaign, Catalogue, CatalogueRows, Category, NumberSource, Product, Seller},
        groups::{Groups, Packed},
        model::*,
        register::RegisterCopy,
        symbols::Symbols,
        world::World,
    },
    number::{self, Region},
    policy::{
        Packs,
        enforced::{Enforced, Enforcement},
    },
    sidecar::{Ask, Home, ask::ask},
};

const NUMBERS: u64 = 1_000_000;
const REGISTER: u64 = 10_000_000;
const ROUNDS: usize = 9;
const A_ROUND: usize = 200_000;
/// Numbers whose facts the caches hold.
const FEW: usize = 256;

/// A cheap, seeded stream of numbers (splitmix64).
struct Stream(u64);

impl Stream {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

fn mobile(n: u64) -> u64 {
    31_610_000_000 + n % 55_000_000
}

/// The register, as [`verzet::number::E164::digits`].
fn register() -> RoaringTreemap {
    let mut stream = Stream(2);
    let mut all: Vec<u64> = (0..REGISTER)
        .map(|_| match stream.next() % 2 {
            0 => 31_600_000_000 + stream.next() % 100_000_000,
            _ => 31_100_000_000 + stream.next() % 500_000_000,
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    RoaringTreemap::from_sorted_iter(all).unwrap_or_default()
}

/// Three maps of a fact a number, and a bitmap: what would be looked up if each kind of fact had a map.
struct Shelf {
    maps: [DashMap<u64, [u64; 5]>; 3],
    register: RoaringTreemap,
}

impl Shelf {
    fn new() -> Self {
        let map = |_| {
            let known = (0..NUMBERS).map(|n| (mobile(n * 55), [n; 5]));
            known.collect()
        };
        Self {
            maps: [0, 1, 2].map(map),
            register: register(),
        }
    }

    fn look_up(&self, number: u64) -> u64 {
        let found = self
            .maps
            .iter()
            .filter_map(|map| Some(map.get(&number)?[0]));
        found.sum::<u64>() + u64::from(self.register.contains(number))
    }
}

fn world(packs: &Packs) -> World {
    let symbols = Symbols::default();
    let seller = SellerSym(symbols.sellers.intern("noordlicht").unwrap_or_default());
    let product = |id: &str, category: &str| Product {
        id: id.into(),
        sym: ProductSym(symbols.products.intern(id).unwrap_or_default()),
        owner: seller,
        category: Some(category.into()),
        name: String::new(),
    };
    let products = vec![
        product("power", "power"),
        product("gas", "gas"),
        product("solar", "solar"),
    ];
    let (power, gas) = (products[0].sym, products[1].sym);
    let category = |id: &str, parent: Option<&str>| Category {
        id: id.into(),
        parent: parent.map(Into::into),
        name: String::new(),
    };
    let catalogue = Catalogue::build(CatalogueRows {
        sellers: vec![Seller {
            id: "noordlicht".into(),
            sym: seller,
            name: String::new(),
        }],
        categories: vec![
            category("energy", None),
            category("power", Some("energy")),
            category("gas", Some("energy")),
            category("solar", None),
        ],
        products,
        pairs: vec![],
        sources: vec![NumberSource {
            id: "list".into(),
            seller,
            kind: SourceKind::ThirdPartyList,
            document: "ROPA-1".into(),
            obtained_on: None,
        }],
        campaigns: vec![Campaign {
            id: "summer".into(),
            seller,
            seller_id: "noordlicht".into(),
            purpose: Purpose::Marketing,
            channel: Channel::Voice,
            products: [gas].into(),
            source_id: "list".into(),
            region: Some(Region::NL),
            starts_on: Day::ALWAYS,
            ends_on: Day::NEVER,
            caller_ids: vec![],
            purpose_compatible: None,
        }],
    });
    let mut stream = Stream(1);
    let (mut relations, mut consents, mut objections) = (vec![], vec![], vec![]);
    let mut stops = vec![];
    for n in 0..NUMBERS {
        let number = mobile(n * 55);
        let person = PersonSym((n % 500_000 + 1) as u32);
        relations.push((
            number,
            Relation {
                id: FactId::new(FactKind::Relation, n + 1),
                person,
                seller,
                product: power,
                started_on: Day(15_000),
                ended_on: Day::NEVER,
                kind: RelationKind::ServiceContract,
                paid: !stream.next().is_multiple_of(3),
            },
        ));
        if n % 5 == 0 {
            consents.push((
                number,
                Consent {
                    id: FactId::new(FactKind::Consent, n + 1),
                    granted_at: Micros(1_500_000_000_000_000),
                    expires_at: Micros::NEVER,
                    withdrawn_at: Micros::NEVER,
                    products: Products::AllOfSeller,
                    person,
                    seller,
                    channels: ChannelSet::default().with(Channel::Email),
                },
            ));
        }
        if n % 20 == 0 {
            let objection = Objection {
                id: FactId::new(FactKind::Objection, n + 1),
                in_force_from: Micros(1_600_000_000_000_000),
                person,
                seller: SellerSym(0),
                channels: ChannelSet::ALL,
            };
            objections.push((number, objection));
            stops.push((u64::from(person.0), objection));
        }
    }
    let copy = RegisterCopy::new("bmnr", "bmnr-1", Day(i32::MAX - 1), &register());
    let enforced = packs.get("nl-bmnr").map(|regime| Enforcement {
        regime: regime.clone(),
        from: Day::ALWAYS,
        until: Day::NEVER,
        at: Micros(0),
        by: String::new(),
        why: String::new(),
        revision: 1,
    });
    World {
        revision: 1,
        numbers: Arc::new(Groups::new(Packed::build(relations, consents, objections))),
        people: Arc::new(Groups::new(Packed::build(vec![], vec![], stops))),
        catalogue: Arc::new(catalogue),
        registers: Arc::new([(Arc::from("bmnr"), Arc::new(copy))].into_iter().collect()),
        enforced: Arc::new(Enforced::new(enforced.into_iter().collect())),
        symbols: Arc::new(symbols),
    }
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn main() {
    let Ok(packs) = Packs::built_in() else {
        eprintln!("the built-in packs do not read");
        std::process::exit(1);
    };
    let Ok(zone) = Zone::named("Europe/Amsterdam") else {
        eprintln!("no time zones");
        std::process::exit(1);
    };
    let world = world(&packs);
    let home = Home {
        region: Region::NL,
        zone,
    };
    let now = Micros::system_now();
    let mut stream = Stream(3);
    // Half the numbers are known, half are strangers.
    let numbers: Vec<String> = (0..A_ROUND)
        .map(|_| match stream.next() % 2 {
            0 => format!("+{}", mobile(stream.next() % NUMBERS * 55)),
            _ => format!("+{}", mobile(stream.next())),
        })
        .collect();
    let question = |number| Ask {
        number,
        region: None,
        campaign_id: "summer",
        channel: None,
        person_id: "",
        source_id: "",
        at: now,
    };
    let shelf = Shelf::new();
    let digits: Vec<u64> = numbers.iter().filter_map(|n| n[1..].parse().ok()).collect();
    let mut allowed = 0_u64;
    let (mut whole, mut reading, mut hot, mut shelved) = (vec![], vec![], vec![], vec![]);
    let each = |begun: Instant| begun.elapsed().as_nanos() as f64 / A_ROUND as f64;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for number in &numbers {
            black_box(number::read(black_box(number), Region::NL));
        }
        reading.push(each(start));
        let start = Instant::now();
        for number in numbers.iter().take(FEW).cycle().take(A_ROUND) {
            let _ = black_box(ask(&world, &packs, &home, &question(number)));
        }
        hot.push(each(start));
        let start = Instant::now();
        for number in &digits {
            black_box(shelf.look_up(black_box(*number)));
        }
        shelved.push(each(start));
        let start = Instant::now();
        for number in &numbers {
            if let Ok(asked) = ask(&world, &packs, &home, &question(number)) {
                allowed += u64::from(asked.decision.verdict == verzet::policy::Verdict::Allow);
                black_box(&asked);
            }
        }
        whole.push(each(start));
    }
    let allocations = allocation_counter::measure(|| {
        for number in &numbers[..1_000] {
            let _ = black_box(ask(&world, &packs, &home, &question(number)));
        }
    });
    let (whole, reading) = (median(whole), median(reading));
    let (hot, shelved) = (median(hot), median(shelved));
    println!(
        "facts of {NUMBERS} numbers, register of {} numbers",
        REGISTER
    );
    println!("normalise (+31 E.164)                          {reading:8.1} ns");
    println!(
        "look up, decide all rows, decide by today's law {:7.1} ns",
        whole - reading
    );
    println!("together                                       {whole:8.1} ns");
    println!(
        "look up and decide, {FEW} numbers in the caches    {:8.1} ns",
        hot - reading
    );
    println!("look up only, three DashMaps and a Roaring bitmap {shelved:5.1} ns");
    println!(
        "look up and decide against that                {:8.2}",
        (whole - reading) / shelved
    );
    println!(
        "heap allocations in 1,000 decisions            {:8}",
        allocations.count_total
    );
    println!(
        "allowed                                        {:8.1} %",
        allowed as f64 * 100.0 / (ROUNDS * A_ROUND) as f64
    );
}
