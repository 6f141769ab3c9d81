//! Both readers over generated spellings of numbers of every country.
//!
//! The first reader must be libphonenumber, everywhere. The second is known to differ; every class of
//! difference (what it does, spelling, country, line) stands in `data/number-readers.tsv` with its
//! reason, so that a new one and one that is gone are both noticed. To write the table anew:
//! `VERZET_WRITE=1 cargo test --test number_readers`; then give the `UNEXPLAINED` rows their reasons.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "number_readers/oracle.rs"]
mod oracle;
#[path = "number_readers/spellings.rs"]
mod spellings;
#[path = "number_readers/table.rs"]
mod table;

use std::{collections::BTreeMap, fs, path::Path};

use spellings::{SPELLINGS, samples};
use table::{Class, Outcome, REASONS, Table, UNEXPLAINED};
use verzet::number::{read, read_stop, second_reader};

const FILE: &str = "tests/data/number-readers.tsv";

/// Every class that was asked, and for those with a difference one text that shows it.
fn compare() -> BTreeMap<Class, Option<String>> {
    let mut classes = BTreeMap::new();
    let mut asked = 0;
    for sample in samples() {
        for spelling in SPELLINGS {
            let Some((typed, region)) = spelling.of(&sample) else {
                continue;
            };
            asked += 1;
            let first = read(&typed, region);
            assert_eq!(
                first,
                oracle::by_library(&typed, region),
                "{region} {typed:?}"
            );
            let first = first.map(|n| n.e164);
            let second = second_reader(&typed, region);
            let outcome = match (first, second) {
                (Some(_), None) => Some(Outcome::Nothing),
                (None, Some(_)) => Some(Outcome::Alone),
                (Some(a), Some(b)) if a != b => Some(Outcome::Another),
                _ => None,
            };
            let stop = read_stop(&typed, region);
            let both = matches!(outcome, Some(Outcome::Alone | Outcome::Another));
            assert_eq!(stop.unclear, first.is_none() || both, "{region} {typed:?}");
            assert_eq!(stop.second, second.filter(|_| both), "{region} {typed:?}");
            for each in Outcome::ALL {
                let class = Class {
                    outcome: each,
                    spelling: spelling.name,
                    region: sample.region,
                    line: sample.line,
                };
                let shown = classes.entry(class).or_insert(None);
                if outcome == Some(each) {
                    *shown = Some(format!("{region} {typed:?}: {first:?}, second {second:?}"));
                }
            }
        }
    }
    assert!(
        asked > 100_000,
        "{asked} spellings are too few to say anything"
    );
    classes
}

#[test]
fn differences_of_the_second_reader_are_the_known_ones() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let found = compare();
    let mut known = Table::read(&fs::read_to_string(&path).unwrap_or_default(), &found);
    if std::env::var_os("VERZET_WRITE").is_some() {
        let anew = known.written_anew(&found);
        known = Table::read(&anew, &found);
        fs::write(&path, anew).unwrap();
    }
    let mut wrong = Vec::new();
    for (class, shown) in &found {
        match (shown, known.reason(class)) {
            (Some(shown), None) => wrong.push(format!("new: {class}: {shown}")),
            (None, Some(reason)) => wrong.push(format!("gone: {class} ({reason})")),
            (Some(shown), Some(UNEXPLAINED)) => {
                wrong.push(format!("unexplained: {class}: {shown}"))
            }
            _ => {}
        }
    }
    let count = wrong.len();
    wrong.truncate(40);
    assert!(
        wrong.is_empty(),
        "{count} in {FILE}, such as\n{}",
        wrong.join("\n")
    );
    for (reason, _) in REASONS {
        assert!(known.gives(reason), "{reason} no longer explains anything");
    }
}

#[test]
fn every_reason_is_told_in_the_docs() {
    let page = include_str!("../docs/numbers.md");
    for (reason, means) in REASONS {
        assert!(
            page.contains(&format!("| `{reason}` | {means} |")),
            "{reason} is not in docs/numbers.md"
        );
    }
}
