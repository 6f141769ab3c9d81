//! The first reader: the same as libphonenumber on the worked set, on the fast path and on bad input.
//! `VERZET_LONG=1` asks three million random Dutch numbers instead of three hundred thousand.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "number_readers/oracle.rs"]
mod oracle;
#[path = "numbers/plans.rs"]
mod plans;
#[path = "numbers/properties.rs"]
mod properties;
#[path = "number_readers/random.rs"]
mod random;

use std::{collections::BTreeSet, fmt::Write};

use oracle::by_library;
use random::Random;
use verzet::number::{E164, LineType, Region, read, read_stop, second_reader, warm_up};

/// Region, spelling, and the E.164 form that libphonenumber reads, or nothing.
fn worked_set() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    include_str!("data/numbers.tsv").lines().map(|line| {
        let mut columns = line.split('\t');
        (
            columns.next().unwrap(),
            columns.next().unwrap(),
            columns.next().unwrap(),
        )
    })
}

fn valid_numbers() -> Vec<E164> {
    let all: BTreeSet<E164> = worked_set()
        .filter(|(_, _, want)| !want.is_empty())
        .map(|(_, _, want)| E164::from_digits(want[1..].parse().unwrap()).unwrap())
        .collect();
    all.into_iter().collect()
}

/// Texts that are read otherwise than by the library; the first of them, and how many.
#[derive(Default)]
struct Differences {
    asked: u64,
    found: u64,
    told: String,
}

impl Differences {
    fn ask(&mut self, typed: &str, region: Region) {
        let (ours, library) = (read(typed, region), by_library(typed, region));
        self.asked += 1;
        if ours != library {
            self.found += 1;
            if self.found <= 20 {
                let _ = writeln!(
                    self.told,
                    "{region} {typed:?}: {ours:?}, library {library:?}"
                );
            }
        }
    }

    fn none_in(&self, asked: u64) {
        assert_eq!(self.asked, asked);
        assert!(self.found == 0, "{} differ\n{}", self.found, self.told);
    }
}

#[test]
fn every_spelling_of_the_worked_set_agrees() {
    let mut wrong = Vec::new();
    let mut no_iso_code = BTreeSet::new();
    let mut differences = Differences::default();
    for (region, typed, want) in worked_set() {
        let Ok(region) = Region::parse(region) else {
            no_iso_code.insert(region);
            continue;
        };
        let got = read(typed, region).map_or_else(String::new, |n| n.e164.to_string());
        if got != want {
            wrong.push(format!("{region} {typed:?}: {got} is not {want}"));
        }
        differences.ask(typed, region);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // libphonenumber has plans for these, but they are not assigned ISO 3166-1 codes.
    assert_eq!(no_iso_code, BTreeSet::from(["AC", "TA", "XK"]));
    differences.none_in(4_989);
}

#[test]
fn random_dutch_numbers_agree() {
    let asked = match std::env::var("VERZET_LONG").as_deref() {
        Ok("1") => 3_000_000,
        _ => 300_000,
    };
    let mut random = Random(31);
    let mut differences = Differences::default();
    let regions = Region::all().collect::<Vec<_>>();
    for i in 0..asked {
        // Mostly nine digits, the first of which may be 0; some of eight or ten.
        let count = [9, 9, 9, 9, 9, 9, 8, 10][i as usize % 8];
        let digits = random.below(10_u64.pow(count));
        let region = regions[random.below(regions.len() as u64) as usize];
        differences.ask(
            &format!("+31{digits:0width$}", width = count as usize),
            region,
        );
    }
    differences.none_in(asked);
}

#[test]
fn every_five_leading_digits_agree() {
    let mut random = Random(5);
    let mut differences = Differences::default();
    for leading in 0..100_000 {
        for _ in 0..3 {
            let text = format!("+31{leading:05}{:04}", random.below(10_000));
            differences.ask(&text, Region::NL);
        }
    }
    differences.none_in(300_000);
}

#[test]
fn plain_spellings_agree_in_every_region() {
    let mut random = Random(6);
    let mut differences = Differences::default();
    let regions = ["NL", "NL", "NL", "BE", "DE", "GB", "US", "IT", "AQ"];
    for _ in 0..200_000 {
        let start = random.of(&[
            "+31", "31", "0", "0031", "00", "", "+", "031", "+031", "+310",
        ]);
        let count = 8 + random.below(3) as u32;
        let digits = random.below(10_u64.pow(count));
        let mut text = String::new();
        for digit in format!("{start}{digits:0width$}", width = count as usize).chars() {
            if random.below(5) == 0 {
                text.push_str(random.of(&[" ", "-", "  ", " - "]));
            }
            text.push(digit);
        }
        let region = Region::parse(random.of(&regions)).unwrap();
        differences.ask(&text, region);
    }
    differences.none_in(200_000);
}

/// What a person may type instead of a number, and what libphonenumber makes of it.
const ODD: &[(&str, Option<u64>)] = &[
    ("", None),
    (" ", None),
    ("+", None),
    ("geen", None),
    ("0800 FLOWERS", Some(318_003_569_377)),
    ("112", None),
    ("+31112", None),
    ("06", None),
    ("061234567", None),
    ("06123456789", None),
    ("+31 6 1234 5678 9", None),
    ("+999 123456789", None),
    // Valid to the library, but of 16 digits, and E.164 ends at 15.
    ("+49 800 12345678907", None),
    ("０６１２３４５６７８", Some(31_612_345_678)),
    ("＋３１６１２３４５６７８", Some(31_612_345_678)),
    ("٠٦١٢٣٤٥٦٧٨", Some(31_612_345_678)),
    ("06\u{a0}12345678", Some(31_612_345_678)),
    ("06\u{2011}12345678", Some(31_612_345_678)),
    ("06 12345678 ext. 12", Some(31_612_345_678)),
    ("06 12345678 x12", Some(31_612_345_678)),
    ("tel:+31-6-12345678", Some(31_612_345_678)),
    ("tel:06-12345678;phone-context=+31", Some(31_612_345_678)),
    ("06;phone-context=+31;tel:12345678", None),
    ("+31 (0)6 12345678", Some(31_612_345_678)),
    ("\t06 12345678\r\n", Some(31_612_345_678)),
    ("06\n12345678", None),
    ("06\u{0}12345678", None),
    ("\u{feff}06 12345678", Some(31_612_345_678)),
    ("\u{202b}06 12345678\u{202c}", Some(31_612_345_678)),
    ("📞 06 12345678 📞", Some(31_612_345_678)),
    ("06📞12345678", None),
    ("06 12345678 / 06 87654321", None),
];

#[test]
fn odd_input_is_read_or_not_but_never_an_error() {
    for (typed, want) in ODD {
        let got = read(typed, Region::NL).map(|n| n.e164.digits());
        assert_eq!(got, *want, "{typed:?}");
        // The library itself panics where the context comes before `tel:`.
        if !typed.contains(";tel:") {
            assert_eq!(
                read(typed, Region::NL),
                by_library(typed, Region::NL),
                "{typed:?}"
            );
        }
        let _ = read_stop(typed, Region::NL);
    }
}

#[test]
fn long_text_is_not_looked_at() {
    let mobile = E164::from_digits(31_612_345_678);
    let padded = |blanks| format!("{}0612345678", " ".repeat(blanks));
    assert_eq!(read(&padded(240), Region::NL).map(|n| n.e164), mobile);
    assert_eq!(read(&padded(241), Region::NL), None);
    assert_eq!(second_reader(&padded(240), Region::NL), mobile);
    assert_eq!(second_reader(&padded(241), Region::NL), None);
    // Characters count, not bytes.
    let wide = format!("{}０６１２３４５６７８", "\u{3000}".repeat(240));
    assert_eq!(read(&wide, Region::NL).map(|n| n.e164), mobile);
    for unit in [
        "0",
        "+",
        "(",
        "x",
        "😀",
        "06 12345678 ",
        ";ext=1",
        "tel:",
        "\u{202e}",
    ] {
        let text = unit.repeat(10_000 / unit.len());
        assert_eq!(read(&text, Region::NL), None, "{unit}");
        assert_eq!(second_reader(&text, Region::NL), None, "{unit}");
    }
}

#[test]
fn a_valid_number_is_read_back_in_every_region() {
    let numbers = valid_numbers();
    assert_eq!(numbers.len(), 3_943);
    for number in numbers {
        let text = number.to_string();
        for region in Region::all() {
            let got = read(&text, region).map(|n| n.e164);
            assert_eq!(got, Some(number), "{region} {text}");
        }
    }
}

#[test]
fn warming_up_changes_nothing() {
    let before = read("030 1234567", Region::NL);
    warm_up([Region::NL, Region::parse("AQ").unwrap()]);
    assert_eq!(before, read("030 1234567", Region::NL));
    assert_eq!(before.map(|n| n.line_type), Some(LineType::FixedLine));
}
