//! What reading a number costs, against the library used plainly: `cargo bench --bench number`.
//!
//! Every round times every case once, by both ways, so that a slow moment of the machine falls on all;
//! the median of the rounds is printed. Ratios hold from machine to machine, nanoseconds do not.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../tests/number_readers/oracle.rs"]
mod oracle;

use std::{hint::black_box, time::Instant};

use oracle::by_library;
use verzet::number::{Region, read, read_stop, warm_up};

const ROUNDS: usize = 101;
/// Texts a case; each is timed over all of them.
const TEXTS: u64 = 500;

struct Case {
    name: &'static str,
    texts: Vec<String>,
    ours: Vec<f64>,
    library: Vec<f64>,
}

/// Digits that differ from text to text, always the same from run to run.
fn digits(i: u64, count: u32) -> u64 {
    i.wrapping_mul(0x9E37_79B9_7F4A_7C15) % 10_u64.pow(count)
}

fn case(name: &'static str, text: impl Fn(u64) -> String) -> Case {
    Case {
        name,
        texts: (1..=TEXTS).map(text).collect(),
        ours: Vec::new(),
        library: Vec::new(),
    }
}

/// Nanoseconds a text, after a pass that brings texts and patterns into the cache.
fn time<T>(texts: &[String], reader: impl Fn(&str, Region) -> T) -> f64 {
    for text in texts {
        black_box(reader(black_box(text), Region::NL));
    }
    let started = Instant::now();
    for text in texts {
        black_box(reader(black_box(text), Region::NL));
    }
    started.elapsed().as_secs_f64() * 1e9 / texts.len() as f64
}

fn median(of: &mut [f64]) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

fn main() {
    let started = Instant::now();
    warm_up([Region::NL]);
    println!(
        "warm_up of NL: {:.0} ms, once\n",
        started.elapsed().as_secs_f64() * 1e3
    );

    let mut cases = [
        case("Dutch E.164", |i| {
            format!("+316{:08}", 10_000_000 + digits(i, 7))
        }),
        case("Dutch national, digits only", |i| {
            format!("06{:08}", 10_000_000 + digits(i, 7))
        }),
        case("Dutch national, blanks", |i| {
            let n = digits(i, 6);
            format!("06 12{:02} {:04}", n / 10_000, n % 10_000)
        }),
        case("Dutch national, brackets", |i| {
            format!("(010) 2{:06}", digits(i, 6))
        }),
        case("Dutch +31 (0)6", |i| {
            format!("+31 (0)6 12{:06}", digits(i, 6))
        }),
        case("Dutch, too short", |i| format!("+3166{:02}", digits(i, 2))),
        case("Dutch E.164, area not in use", |i| {
            format!("+31112{:06}", digits(i, 6))
        }),
        case("Belgian E.164", |i| format!("+32470{:06}", digits(i, 6))),
        case("German E.164", |i| format!("+49151{:08}", digits(i, 8))),
        case("American E.164", |i| {
            format!("+1212{:07}", 2_000_000 + digits(i, 6))
        }),
        case("not a number", |_| "geen nummer bekend".into()),
        case("250 characters of text", |i| format!("{i:03} ").repeat(62)),
    ];
    for _ in 0..ROUNDS {
        for case in &mut cases {
            case.ours.push(time(&case.texts, read));
            case.library.push(time(&case.texts, by_library));
        }
    }
    println!(
        "{:<30} {:>9} {:>12} {:>8}",
        "", "read, ns", "library, ns", "faster"
    );
    for case in &mut cases {
        let (ours, library) = (median(&mut case.ours), median(&mut case.library));
        println!(
            "{:<30} {ours:>9.1} {library:>12.1} {:>7.1}x",
            case.name,
            library / ours
        );
    }

    println!("\nread_stop, both readers (the write path):");
    for case in &cases {
        let mut rounds: Vec<_> = (0..5).map(|_| time(&case.texts, read_stop)).collect();
        println!("{:<30} {:>9.0} ns", case.name, median(&mut rounds));
    }
}
