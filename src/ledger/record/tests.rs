#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::{read::outcomes, *};
use crate::{
    facts::model::{FactId, FactKind},
    ledger::{Engine, Personal, RegimeContext, Shadow, bytes::Cursor, id::LedgerId},
    number::{LineType, Region},
    policy::verdict::{Intent, Reason, Verdict},
};

const PACK: [u8; 32] = [0xab; 32];
const AT: Micros = Micros(1_795_512_600_000_000); // 2026-11-24T09:30:00Z

/// Row 11 of `nl-bmnr` decided: a customer, a relation found, in the register.
fn entry() -> Entry<'static> {
    use RowOutcome as O;
    const OUTCOMES: &[RowOutcome] = &[
        O::Passed,
        O::Passed,
        O::Passed,
        O::Passed,
        O::Passed,
        O::Passed,
        O::Passed,
        O::Passed,
        O::Passed,
        O::Passed,
        O::Decided,
        O::Passed,
        O::NotAsked,
        O::NotAsked,
        O::NotAsked,
        O::NotAsked,
    ];
    const REGIME: RegimeContext<'static> = RegimeContext {
        id: "nl-bmnr",
        pack_sha256: &PACK,
        semantics: 1,
    };
    static FACTS: std::sync::LazyLock<[Option<FactId>; 11]> = std::sync::LazyLock::new(|| {
        let mut facts = [None; 11];
        facts[10] = Some(FactId::new(FactKind::Relation, 3_141_592));
        facts
    });
    Entry {
        personal: Personal::default(),
        intent: Intent::Dial,
        channel: Some(Channel::Voice),
        campaign: "spring",
        seller: "seller-1",
        source: "crm",
        line_type: LineType::Mobile,
        country: Some(Region::NL),
        verdict: Verdict::Allow,
        reason: Reason::CustomerSimilar,
        outcomes: OUTCOMES,
        facts: &*FACTS,
        deciding_row: Some(10),
        revision: 70_000,
        min_revision: None,
        regime: Some(REGIME),
        register_snapshot: "bmnr-2026-11-20",
        registered: Some(true),
        engine: Engine {
            build: "0.1.0",
            metadata: "9.0.42",
        },
        durability: Durability::Disk,
        shadow: Some(Shadow {
            regime: RegimeContext {
                id: "nl-2026-07-01",
                ..REGIME
            },
            verdict: Verdict::Block,
            reason: Reason::NoConsent,
        }),
        earlier: None,
    }
}

/// Encodes with every word known by the same number, or written out.
fn encode(entry: &Entry<'_>, number: Option<u32>, earlier: Option<(u64, u64)>) -> Vec<u8> {
    encode_late(entry, number, earlier, 0)
}

/// The same of a decision made so many microseconds before ledger time.
fn encode_late(
    entry: &Entry<'_>,
    number: Option<u32>,
    earlier: Option<(u64, u64)>,
    lag: u64,
) -> Vec<u8> {
    let words = terms(entry).map(|term| (term, number));
    let mut out = Vec::new();
    put_decision(&mut out, AT, lag, entry, &words, earlier);
    out
}

/// The example of `docs/ledger.md`: what is written today must be read for ever.
#[test]
fn the_worked_example_of_the_manual() {
    let bytes = encode(&entry(), Some(0), Some((400, 1)));
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let manual = include_str!("../../../docs/ledger.md");
    let example: String = manual
        .split("```hex\n")
        .nth(1)
        .and_then(|block| block.split("```").next())
        .unwrap()
        .lines()
        .flat_map(|line| line.split('#').next().unwrap().split_whitespace())
        .collect();
    assert_eq!(hex, example);
}

#[test]
fn a_decision_of_every_day_is_below_ninety_bytes() {
    assert_eq!(encode(&entry(), Some(0), None).len(), 72);
    assert!(encode(&entry(), Some(500), Some((3_000_000, 0))).len() <= 90);
}

/// Whatever byte or bit is changed: refused, or read as something else. So a record has one encoding.
#[test]
fn no_two_encodings_mean_the_same() {
    for original in [
        encode(&entry(), Some(0), Some((400, 1))),
        encode(&entry(), Some(300), None),
        encode(&entry(), None, None),
        encode_late(&entry(), Some(0), None, 17),
    ] {
        let (at, read) = decode(&original).unwrap();
        let read = format!("{at:?} {read:?}");
        for place in 0..original.len() {
            for change in 1..=255u8 {
                let mut bytes = original.clone();
                bytes[place] ^= change;
                if let Ok((at, changed)) = decode(&bytes) {
                    assert_ne!(
                        format!("{at:?} {changed:?}"),
                        read,
                        "byte {place} ^ {change}"
                    );
                }
            }
        }
        for length in 0..original.len() {
            // Cutting may still be a record with another commitment, never the same.
            if let Ok((at, cut)) = decode(&original[..length]) {
                assert_ne!(format!("{at:?} {cut:?}"), read);
            }
        }
        let mut longer = original.clone();
        longer.push(0);
        assert!(decode(&longer).is_err());
    }
}

#[test]
fn back_and_forth_is_the_same_decision() {
    let id = |day, seq| DecisionId {
        day: Day(day),
        ledger: LedgerId(1),
        seq,
    };
    let here = id(utc_day(AT).0, 500);
    for earlier in [id(here.day.0, 499), id(here.day.0 - 40, 1)] {
        let way = back(earlier, here.seq, AT).unwrap();
        assert_eq!(forth(here, way), Ok(earlier));
    }
    assert_eq!(back(id(here.day.0, 500), here.seq, AT), None);
    assert_eq!(back(id(here.day.0 + 1, 499), here.seq, AT), None);
    assert!(forth(here, (500, 0)).is_err());
    assert!(forth(here, (1, u64::MAX)).is_err());
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
        let _ = crate::ledger::personal::decode(&bytes);
    }

    #[test]
    fn no_bytes_behind_a_good_head_make_reading_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        kind in 1u8..=2,
    ) {
        let mut record = Vec::new();
        put_head(&mut record, kind, AT);
        record.extend_from_slice(&bytes);
        let _ = decode(&record);
    }

    #[test]
    fn outcomes_survive(codes in proptest::collection::vec(1u8..=5, 0..=32)) {
        let all: Vec<_> = codes.iter().filter_map(|c| RowOutcome::from_code(*c)).collect();
        let mut out = Vec::new();
        put_outcomes(&mut out, &all);
        prop_assert_eq!(out.len(), all.chunks(8).map(|c| (c.len() * 3).div_ceil(8)).sum::<usize>());
        let mut cursor = Cursor(&out);
        prop_assert_eq!(outcomes(&mut cursor, all.len()).unwrap().to_vec(), all);
        prop_assert!(cursor.end().is_ok());
    }
}
