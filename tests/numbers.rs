//! The first reader: the same as libphonenumber on the worked set, on the fast path and on bad input.
//! `VERZET_LONG=1` asks three million random Dutch numbers instead of three hundred thousand.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "number_readers/oracle.rs"]
mod oracle;
#[path = "number_readers/random.rs"]
mod random;

use std::{collections::BTreeSet, fmt::Write};

use oracle::by_library;
use proptest::prelude::*;
use random::Random;
use rlibphonenumber::{PHONE_NUMBER_UTIL, interfaces::AsOriginal};
use sha2::{Digest, Sha256};
use verzet::number::{
    E164, LineType, Number, Region, metadata_version, read, read_stop, second_reader, warm_up,
};

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
    ("0800 FLOWERS", Some(31_800_356_9377)),
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
fn regions_are_the_assigned_codes() {
    let all: Vec<Region> = Region::all().collect();
    assert_eq!(all.len(), 249);
    for region in &all {
        assert_eq!(Region::parse(region.as_str()), Ok(*region));
        assert_eq!(Region::parse(&region.as_str().to_lowercase()), Ok(*region));
    }
    for plan in PHONE_NUMBER_UTIL.get_supported_regions() {
        let code = plan.as_region_str().to_string();
        let assigned = !["AC", "TA", "XK"].contains(&code.as_str());
        assert_eq!(Region::parse(&code).is_ok(), assigned, "{code}");
    }
    for wrong in [
        "", "N", "NLD", "ZZ", "AA", "UK", "EU", "001", "N ", "ñl", "n\u{0}", "@A", "[A",
    ] {
        let error = Region::parse(wrong).unwrap_err();
        assert!(error.to_string().contains(wrong), "{error}");
    }
}

#[test]
fn line_types_keep_their_numbers() {
    for (code, line) in (0_u8..).zip(LineType::ALL) {
        assert_eq!(line.code(), code);
        assert_eq!(LineType::from_code(code), Some(line));
    }
    assert_eq!(LineType::from_code(12), None);
    let words: BTreeSet<&str> = LineType::ALL.iter().map(|l| l.word()).collect();
    assert_eq!(words.len(), LineType::ALL.len());
    // The numbers of the wire, which are the same.
    assert_eq!(LineType::Voicemail.code(), 11);
    assert_eq!(LineType::Mobile.to_string(), "MOBILE");
}

/// The version of the plans, and a fingerprint of all in them that decides how a number is read.
const PLANS: (&str, &str) = ("9.0.42", "26570213e2eaa6380335d025e8b7623e");

#[test]
fn plans_are_of_the_version_that_decisions_name() {
    let mut hash = Sha256::new();
    let mut regions: Vec<_> = PHONE_NUMBER_UTIL.get_supported_regions().collect();
    regions.sort_by_key(|r| r.as_region_str().to_string());
    let util = PHONE_NUMBER_UTIL.as_original();
    let mut plans: Vec<_> = regions
        .iter()
        .map(|r| util.get_metadata_for_region(*r).unwrap())
        .collect();
    plans.extend((1..1_000).filter_map(|code| {
        util.get_metadata_for_region_or_calling_code(code, rlibphonenumber::Region::World)
    }));
    for plan in &plans {
        hash.update(format!(
            "{} {:?} {:?} {} {} {} {}",
            plan.original.id,
            plan.original.country_code,
            plan.original.national_prefix_transform_rule,
            plan.original.main_country_for_code(),
            plan.international_prefix().original_base(),
            plan.national_prefix_for_parsing().original_base(),
            plan.leading_digits().original_base(),
        ));
        for kind in [
            &plan.general_desc,
            &plan.fixed_line,
            &plan.mobile,
            &plan.toll_free,
            &plan.premium_rate,
            &plan.shared_cost,
            &plan.personal_number,
            &plan.voip,
            &plan.pager,
            &plan.uan,
            &plan.voicemail,
        ] {
            hash.update(format!(
                "{} {:?} {:?}",
                kind.national_number_pattern().original_base(),
                kind.original.possible_length,
                kind.original.possible_length_local_only,
            ));
        }
    }
    let fingerprint: String = hash.finalize()[..16]
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    assert_eq!(plans.len(), 254);
    assert_eq!(
        (metadata_version(), fingerprint.as_str()),
        PLANS,
        "the library's numbering plans changed: see docs/numbers.md, on updating"
    );
}

#[test]
fn warming_up_changes_nothing() {
    let before = read("030 1234567", Region::NL);
    warm_up([Region::NL, Region::parse("AQ").unwrap()]);
    assert_eq!(before, read("030 1234567", Region::NL));
    assert_eq!(before.map(|n| n.line_type), Some(LineType::FixedLine));
}

/// Pieces of which telephone numbers, and what is taken for them, are made.
const PIECES: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "00",
    "06",
    "31",
    "011",
    "+",
    "+31",
    "+1",
    "+39",
    "+54",
    "+55",
    "+7",
    "＋",
    " ",
    "-",
    ".",
    "(",
    ")",
    "(0)",
    "[",
    "/",
    "x",
    " x",
    "ext. ",
    ";ext=",
    "#",
    "*",
    "~",
    ",",
    ";",
    "tel:",
    ";phone-context=",
    ";phone-context=+31",
    ";isub=",
    "０",
    "９",
    "٣",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{202e}",
    "é",
    "A",
    "f",
    "😀",
    "\n",
    "\t",
    "\0",
    "%",
];

fn region() -> impl Strategy<Value = Region> {
    let all: Vec<Region> = Region::all().collect();
    prop::sample::select(all)
}

fn number_like() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, ..ProptestConfig::default() })]

    /// A panic inside a reader is caught and read as nothing, so the library is asked as well: where it
    /// reads, we read the same, and where it panics the text is the one shape that is known.
    #[test]
    fn any_text_is_read_as_by_the_library(
        typed in prop_oneof![any::<String>(), ".{0,300}", number_like(), "[0-9+ ()-]{5,18}"],
        region in region(),
    ) {
        let ours = read(&typed, region);
        let known_panic = typed.find(";phone-context=") < typed.find("tel:") && typed.contains(";phone-context=");
        if known_panic || typed.chars().count() > 250 {
            prop_assert_eq!(ours, None);
        } else {
            prop_assert_eq!(ours, by_library(&typed, region));
        }
    }

    #[test]
    fn a_stop_is_recorded_under_every_reading(
        typed in prop_oneof![any::<String>(), number_like(), "[0-9+ ()-]{5,18}"],
        region in region(),
    ) {
        let stop = read_stop(&typed, region);
        let keys: Vec<E164> = stop.keys().collect();
        let first = read(&typed, region).map(|n: Number| n.e164);
        let second = second_reader(&typed, region);
        for reading in [first, second].into_iter().flatten() {
            prop_assert!(keys.contains(&reading));
        }
        let all: BTreeSet<E164> = [first, second].into_iter().flatten().collect();
        prop_assert_eq!(keys.len(), all.len());
        prop_assert_eq!(stop.unclear, first.is_none() || all.len() == 2);
    }

    #[test]
    fn debug_shows_no_middle_digit(digits in 10_000_u64..1_000_000_000_000_000) {
        let number = E164::from_digits(digits).unwrap();
        let all = digits.to_string();
        let shown = format!("E164(+{}…{})", &all[..2], &all[all.len() - 2..]);
        prop_assert_eq!(format!("{number:?}"), shown.as_str());
        prop_assert_eq!(number.to_string(), format!("+{all}"));
        let read = Number { e164: number, line_type: LineType::Mobile, country: None };
        let debug = format!("{read:?}");
        prop_assert!(debug.contains(&shown) && !debug.contains(&all));
        prop_assert_eq!(E164::from_digits(number.digits()), Some(number));
    }
}
