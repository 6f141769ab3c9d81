//! What reports cost: `cargo bench --bench report [-- DECISIONS]`, by default 200,000; 10,000,000 needs some
//! 3 GB of disk. Makes decisions of a month into a ledger, then prints how long the index took, what each
//! page and summary takes, and what checks take without and with pages beside them.
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub)]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../tests/ledger/support.rs"]
mod support;

use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use support::{append, mixed, scatter};
use verzet::{
    access::Sellers,
    clock::{Day, Micros},
    ledger::{AppendError, Ledger, LedgerOptions, Ticket},
    number::E164,
    policy::{Intent, Verdict},
    process,
    report::{Filter, GroupBy, Order, Query, Reports},
    sidecar::{Ask, Query as Check, Sidecar},
};

const DAYS: u64 = 30;
const ROUNDS: usize = 12;

fn main() {
    let count = std::env::args().skip(1).find_map(|a| a.parse().ok());
    let count: u64 = count.unwrap_or(200_000);
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut settings = common::settings(dir.path());
    settings.accept_older_facts = true;
    fill(&settings.ledger_dir, count);

    let begun = Instant::now();
    let sidecar = Arc::new(Sidecar::open(settings).unwrap());
    println!("opened in {:.2} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    while sidecar.reports.behind() > 0 {
        thread::sleep(Duration::from_millis(20));
    }
    let took = begun.elapsed().as_secs_f64();
    println!(
        "index made in {took:.1} s, {:.0} a second",
        count as f64 / took
    );
    let size: u64 = std::fs::read_dir(dir.path().join("report"))
        .unwrap()
        .map(|f| f.unwrap().metadata().unwrap().len())
        .sum();
    println!(
        "index: {:.1} bytes a decision\n",
        size as f64 / count as f64
    );
    pages(&sidecar.reports, count);
    verzet::sample::install(&sidecar).unwrap();
    checks(&sidecar);
}

/// The month before now, in hours of calling.
fn fill(dir: &std::path::Path, count: u64) {
    let options = LedgerOptions {
        max_pending: 100_000,
        ..LedgerOptions::default()
    };
    let ledger = Ledger::open(dir, options).unwrap();
    let now = Micros::system_now();
    let today = now.0 / support::A_DAY;
    let begun = Instant::now();
    let mut last: Option<Ticket> = None;
    for n in 0..count {
        let day = today - (DAYS - 1 - n * DAYS / count) as i64;
        let (a_day, of_day) = ((count / DAYS).max(1), n % (count / DAYS).max(1));
        // Today's are behind us too: a ledger ahead of the clock takes no checks.
        let (begins, lasts) = match day == today {
            true => (
                0,
                (now.0 - today * support::A_DAY - 60_000_000).max(0) as u64,
            ),
            false => (8 * 3_600_000_000, 11 * 3_600_000_000),
        };
        let at = day * support::A_DAY + begins + (lasts / a_day * of_day) as i64;
        let decision = mixed(n);
        loop {
            match append(&ledger, &decision, Micros(at)) {
                Ok(ticket) => {
                    last = Some(ticket);
                    break;
                }
                Err(AppendError::Busy(_)) => thread::sleep(Duration::from_millis(1)),
                Err(e) => panic!("{e}"),
            }
        }
    }
    ledger.wait(last.unwrap()).unwrap();
    let took = begun.elapsed().as_secs_f64();
    println!("{count} decisions made in {took:.1} s");
}

/// Prints the median and the longest of some rounds.
fn timed(name: &str, mut work: impl FnMut(u64) -> u64) {
    let mut took = Vec::new();
    let mut found = 0;
    for round in 0..ROUNDS {
        let begun = Instant::now();
        found = work(round as u64);
        took.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    took.sort_by(f64::total_cmp);
    println!(
        "{name:<52} median {:>8.2} ms, longest {:>8.2} ms ({found})",
        took[ROUNDS / 2],
        took[ROUNDS - 1]
    );
}

fn summary(reports: &Reports, filter: &Filter, by: &[GroupBy]) -> u64 {
    let query = Query {
        filter: filter.clone(),
        by: by.to_vec(),
    };
    reports.summarise(&query).unwrap().total.count
}

/// What the page of a day asks: by hour and reason, and the same a week before.
fn today(reports: &Reports, sellers: &Sellers) -> u64 {
    let zone = reports.zone();
    let now = zone.day(Micros::system_now());
    let mut asked = 0;
    for day in [now, Day(now.0 - 7)] {
        let filter = Filter {
            from: Some(zone.start_of(day)),
            until: Some(zone.start_of(Day(day.0 + 1))),
            ..Filter::of(sellers.clone())
        };
        asked += summary(reports, &filter, &[GroupBy::Hour]);
        summary(reports, &filter, &[GroupBy::Verdict, GroupBy::Reason]);
    }
    asked
}

fn listed(reports: &Reports, filter: &Filter, from: Option<u64>) -> u64 {
    let page = reports.list(filter, Order::NewestFirst, from, 50).unwrap();
    page.decisions.len() as u64
}

fn number(n: u64) -> E164 {
    let mut n = n;
    loop {
        if let Some(number) = mixed(n).personal.unwrap().e164 {
            return number;
        }
        n += 1;
    }
}

fn pages(reports: &Reports, count: u64) {
    let one = || Sellers::Only(["seller-1".to_owned()].into());
    timed("Today", |_| today(reports, &Sellers::All));
    timed("Today, of one seller", |_| today(reports, &one()));
    let blocked = Filter {
        verdict: Some(Verdict::Block),
        ..Filter::default()
    };
    timed("Blocked calls, first page", |_| {
        listed(reports, &blocked, None)
    });
    timed("Blocked calls, a page far back", |n| {
        listed(reports, &blocked, Some(1 + scatter(n) % count))
    });
    let rare = Filter {
        campaign: Some("camp-007".into()),
        agent: Some("agent-7".into()),
        ..blocked.clone()
    };
    timed("Blocked calls of a campaign and an agent", |_| {
        listed(reports, &rare, None)
    });
    let nobody = Filter {
        agent: Some("agent-7".into()),
        source: Some("no such source".into()),
        ..blocked.clone()
    };
    timed("Blocked calls, none found", |_| {
        listed(reports, &nobody, None)
    });
    timed("A number's page", |n| {
        let number = number(scatter(n) % count);
        let page = reports.of_number(&Sellers::All, number, None, 100).unwrap();
        page.decisions.len() as u64
    });
    for by in [
        vec![GroupBy::Verdict, GroupBy::Reason],
        vec![GroupBy::Campaign],
        vec![GroupBy::Seller, GroupBy::Source],
        vec![GroupBy::Regime],
        vec![GroupBy::Agent],
        vec![GroupBy::Agent, GroupBy::Hour, GroupBy::Reason],
        vec![GroupBy::Hour],
        vec![GroupBy::Day, GroupBy::Campaign],
        vec![GroupBy::Week],
        vec![GroupBy::Month],
    ] {
        let names: Vec<_> = by.iter().map(|b| b.word()).collect();
        timed(&format!("A month by {}", names.join(", ")), |_| {
            summary(reports, &Filter::default(), &by)
        });
    }
    timed("Exporting, decisions in a second", |_| {
        let (mut n, until) = (0, Instant::now() + Duration::from_secs(1));
        reports
            .visit(&Filter::default(), Order::OldestFirst, &mut |_| {
                n += 1;
                match Instant::now() < until {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            })
            .unwrap();
        n
    });
    println!();
}

/// Checks at a steady pace, without and with somebody who looks at pages, in turns.
fn checks(sidecar: &Arc<Sidecar>) {
    for rate in [500, 4_000] {
        let mut quiet = Histogram::<u64>::new(3).unwrap();
        let mut busy = Histogram::<u64>::new(3).unwrap();
        let mut looked = 0;
        for _ in 0..6 {
            quiet.add(paced(sidecar, rate)).unwrap();
            let stop = Arc::new(AtomicBool::new(false));
            let pages = Arc::new(AtomicU64::new(0));
            let reader = thread::spawn({
                let (sidecar, stop, pages) = (sidecar.clone(), stop.clone(), pages.clone());
                move || look(&sidecar, &stop, &pages)
            });
            busy.add(paced(sidecar, rate)).unwrap();
            stop.store(true, Ordering::Relaxed);
            reader.join().unwrap();
            looked += pages.load(Ordering::Relaxed);
        }
        for (name, h) in [("without pages", &quiet), ("with pages", &busy)] {
            let at = |q| h.value_at_quantile(q) as f64 / 1e3;
            println!(
                "checks at {rate} a second, {name:<14} p50 {:>7.2} ms, p99 {:>7.2} ms, p99.9 {:>7.2} ms",
                at(0.5),
                at(0.99),
                at(0.999)
            );
        }
        println!("pages looked at meanwhile: {looked}");
    }
}

/// Somebody who looks at one page after the other, ten a second, on the threads pages are read on.
fn look(sidecar: &Arc<Sidecar>, stop: &AtomicBool, pages: &AtomicU64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let sidecar = sidecar.clone();
        let page = async { process::reading(move || page(&sidecar.reports, n)).await };
        runtime.block_on(page).unwrap();
        pages.fetch_add(1, Ordering::Relaxed);
        thread::sleep(Duration::from_millis(100));
    }
}

fn page(reports: &Reports, n: u64) -> u64 {
    match n % 3 {
        0 => today(reports, &Sellers::All),
        1 => {
            let blocked = Filter {
                verdict: Some(Verdict::Block),
                ..Filter::default()
            };
            listed(reports, &blocked, None)
        }
        _ => {
            let page = reports.of_number(&Sellers::All, number(n * 17), None, 100);
            page.unwrap().decisions.len() as u64
        }
    }
}

/// Durable checks at a pace for four seconds; microseconds from when each was due.
fn paced(sidecar: &Arc<Sidecar>, rate: u64) -> Histogram<u64> {
    const CALLERS: u64 = 8;
    let begun = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let sidecar = sidecar.clone();
            thread::spawn(move || {
                let mut took = Histogram::<u64>::new(3).unwrap();
                for n in (caller..rate * 4).step_by(CALLERS as usize) {
                    let due = begun + Duration::from_micros(n * 1_000_000 / rate);
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                    check(&sidecar, n);
                    took.record(due.elapsed().as_micros() as u64).unwrap();
                }
                took
            })
        })
        .collect();
    let mut all = Histogram::<u64>::new(3).unwrap();
    for caller in callers {
        all.add(caller.join().unwrap()).unwrap();
    }
    all
}

fn check(sidecar: &Sidecar, n: u64) {
    let number = format!("+316100{:05}", n % 90_000);
    let check = Check {
        ask: Ask {
            number: &number,
            region: None,
            campaign_id: "gas-customers",
            channel: None,
            person_id: "",
            source_id: "",
            at: sidecar.now(),
        },
        region: "",
        call_id: "",
        agent_id: "agent-7",
        caller_id: "",
        intent: Intent::Dial,
        dry_run: false,
        min_revision: 0,
        behind: false,
    };
    let ((), ticket) = sidecar.check(&check, |_, _| ()).unwrap();
    sidecar.ledger.wait(ticket.unwrap()).unwrap();
}
