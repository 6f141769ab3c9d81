//! The table is the library's, and three digits are enough.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{fmt::Write, fs, path::Path};

use super::{super::library, *};

const FILE: &str = "src/number/netherlands/ranges.rs";

/// What the library says of +31 and nine digits.
fn by_library(national: u64) -> LineType {
    let text = format!("+31{national:09}");
    match library::read(&text, Region::NL) {
        Some(number) => {
            assert_eq!(number.e164.to_string(), text, "read as another number");
            assert_eq!(number.country, Some(Region::NL));
            number.line_type
        }
        None => LineType::Unknown,
    }
}

/// The kind of line of every three leading digits, each asked in every hundred of them and with ends
/// that touch all digits; fails where three digits do not decide.
fn probed() -> Vec<LineType> {
    const ENDS: [u64; 8] = [0, 9_999, 1, 1_234, 4_321, 5_500, 8_765, 1_000];
    let probe = |leading: u64| {
        let first = by_library(leading * 1_000_000);
        for hundred in 0..100 {
            for end in ENDS {
                let national = leading * 1_000_000 + hundred * 10_000 + end;
                assert_eq!(
                    by_library(national),
                    first,
                    "the first three digits of {national} no longer decide: widen the table"
                );
            }
        }
        first
    };
    let mut lines = vec![LineType::Unknown; 100];
    lines.extend((100..1_000).map(probe));
    lines
}

fn as_source(lines: &[LineType]) -> String {
    let mut text = format!(
        "//! Written by the test `table_is_the_librarys` from the numbering plans of version {}; to write it\n\
         //! anew: `VERZET_WRITE=1 cargo test --lib table_is_the_librarys`.\n\n\
         use super::LineType;\n\n\
         /// First and last three leading digits of valid nine-digit numbers, and their kind of line.\n\
         pub(super) const RANGES: &[(u16, u16, LineType)] = &[\n",
        library::metadata_version()
    );
    let mut first = 100;
    for run in lines[100..].chunk_by(|a, b| a == b) {
        if run[0] != LineType::Unknown {
            let last = first + run.len() - 1;
            writeln!(text, "    ({first}, {last}, LineType::{:?}),", run[0]).unwrap();
        }
        first += run.len();
    }
    text + "];\n"
}

#[test]
fn table_is_the_librarys() {
    let lines = probed();
    let source = as_source(&lines);
    if std::env::var_os("VERZET_WRITE").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE), &source).unwrap();
    }
    let committed = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE)).unwrap();
    assert!(
        committed == source,
        "the library's plan of the Netherlands moved; see {FILE} for how to write it anew:\n{source}"
    );
    assert!(lines == LINES, "compile again: the table was written anew");
}
