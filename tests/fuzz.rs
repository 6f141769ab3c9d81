//! The fuzz targets without libFuzzer: their corpus, what fuzzing once found, and a bounded number of
//! mutations of both. `FUZZ_RUNS=100000 cargo test --test fuzz` runs more; `fuzz/run` runs them with
//! coverage to guide them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../fuzz/src/lib.rs"]
#[allow(dead_code)]
mod targets;

use std::{fs, panic::AssertUnwindSafe, path::Path};

/// SplitMix64: the same sequence everywhere.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// Bytes that matter somewhere: ends of ranges, separators, signs.
const TELLING: &[u8] = b"\x00\x01\x7f\x80\xff\n\r\",;*+-0123456789=[]#\t \xc3\xef\xbb\xbf";

fn mutate(chance: &mut Chance, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = corpus[chance.below(corpus.len())].clone();
    for _ in 0..=chance.below(6) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(6) {
            0 => bytes.insert(at, chance.next() as u8),
            1 => bytes.insert(at, TELLING[chance.below(TELLING.len())]),
            2 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            3 if at < bytes.len() => {
                bytes.drain(at..(at + 1 + chance.below(8)).min(bytes.len()));
            }
            4 => bytes.truncate(at),
            _ => {
                // A piece of another one.
                let other = &corpus[chance.below(corpus.len())];
                let from = chance.below(other.len());
                let piece = &other[from..(from + chance.below(32)).min(other.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
    bytes
}

/// Runs a target over its corpus and so many mutations of it.
fn run(name: &str, target: fn(&[u8]), runs: usize) {
    let runs = std::env::var("FUZZ_RUNS").map_or(runs, |n| n.parse().unwrap());
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(name);
    let mut files: Vec<_> = fs::read_dir(&dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    files.sort();
    let mut corpus: Vec<Vec<u8>> = files.iter().map(|f| fs::read(f).unwrap()).collect();
    assert!(!corpus.is_empty(), "{}: no seeds", dir.display());
    corpus.push(Vec::new());
    let try_one = |bytes: &[u8], what: &str| {
        if let Err(panic) = std::panic::catch_unwind(AssertUnwindSafe(|| target(bytes))) {
            eprintln!("{name}: {what}: {bytes:?}");
            std::panic::resume_unwind(panic);
        }
    };
    for (file, bytes) in files.iter().zip(&corpus) {
        try_one(bytes, &file.display().to_string());
    }
    let mut chance = Chance(0x5EED);
    for n in 0..runs {
        try_one(&mutate(&mut chance, &corpus), &format!("mutation {n}"));
    }
}

#[test]
fn number() {
    run("number", targets::number, 3_000);
}

#[test]
fn csv() {
    run("csv", targets::csv, 2_000);
}

#[test]
fn register() {
    run("register", targets::register, 1_000);
}

#[test]
fn pack() {
    run("pack", targets::pack, 200);
}

#[test]
fn record() {
    run("record", targets::record, 20_000);
}

#[test]
fn part() {
    run("part", targets::part, 200);
}

#[test]
fn proof() {
    run("proof", targets::proof, 2_000);
}

#[test]
fn request() {
    run("request", targets::request, 1_000);
}

#[test]
fn operations() {
    run("operations", targets::operations, 40);
}
