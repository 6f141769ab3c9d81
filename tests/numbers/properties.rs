//! What holds for any text.
use std::collections::BTreeSet;

use proptest::prelude::*;
use verzet::number::{E164, LineType, Number, Region, read, read_stop, second_reader};

use super::oracle::by_library;

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
