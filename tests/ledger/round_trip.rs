//! What is read is what was recorded, in few bytes.

use std::sync::Arc;

use proptest::{collection::vec, option, prelude::*, sample::select};
use verzet::{
    clock::{Day, Micros},
    facts::model::{Channel, FactId, FactKind},
    ledger::{
        AppendError, DecisionId, Durability, Filter, LedgerId, MAX_TEXT, StoredDecision,
        StoredEngine, StoredPersonal, StoredRegime, StoredShadow,
    },
    number::{E164, LineType, Region},
    policy::verdict::{Intent, Reason, RowOutcome, Verdict},
};

use crate::support::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z0-9-]{1,24}",
        "\\PC{0,40}",
        Just("\u{0}\u{1f4de} caf\u{e9}".to_owned()),
        Just("x".repeat(MAX_TEXT)),
    ]
}

fn regimes() -> impl Strategy<Value = Arc<StoredRegime>> {
    (text(), any::<[u8; 32]>(), any::<u32>()).prop_map(|(id, pack_sha256, semantics)| {
        Arc::new(StoredRegime {
            id,
            pack_sha256,
            semantics,
        })
    })
}

prop_compose! {
    fn persons()(
        e164 in option::of((10_000u64..1_000_000_000_000_000).prop_map(|d| E164::from_digits(d).unwrap())),
        as_printed in any::<bool>(),
        number in text(), region in text(), person_id in text(),
        call_id in text(), agent_id in text(), caller_id in text(),
    ) -> StoredPersonal {
        let number = match e164 {
            Some(e164) if as_printed => e164.to_string(),
            _ => number,
        };
        StoredPersonal { number, e164, region, person_id, call_id, agent_id, caller_id }
    }
}

type Rows = (
    Vec<(RowOutcome, Option<FactId>)>,
    Option<prop::sample::Index>,
);

fn rows() -> impl Strategy<Value = Rows> {
    let fact = (
        select(vec![
            FactKind::Relation,
            FactKind::Consent,
            FactKind::Objection,
        ]),
        0..1u64 << 62,
    )
        .prop_map(|(kind, row)| FactId::new(kind, row));
    let row = (select(RowOutcome::ALL), option::weighted(0.2, fact));
    (vec(row, 0..=32), option::of(any::<prop::sample::Index>()))
}

prop_compose! {
    fn questions()(
        personal in persons(),
        intent in select(Intent::ALL),
        channel in option::of(select(Channel::ALL)),
        campaign in text(), seller in text(), source in text(),
        line_type in select(vec![LineType::Unknown, LineType::FixedLine, LineType::TollFree, LineType::Voicemail]),
        country in option::of("[A-Z]{2}".prop_map(|r| Region::parse(&r).unwrap_or(Region::NL))),
        min_revision in option::of(any::<u64>()),
        durability in select(vec![Durability::Disk, Durability::Async]),
    ) -> StoredDecision {
        StoredDecision {
            personal: Some(personal),
            intent, channel, line_type, country, min_revision, durability,
            campaign: campaign.into(),
            seller: seller.into(),
            source: source.into(),
            ..mixed(0)
        }
    }
}

prop_compose! {
    fn decisions()(
        question in questions(),
        verdict in select(Verdict::ALL),
        reason in select(Reason::ALL),
        (rows, deciding) in rows(),
        revision in any::<u64>(),
        regime in option::of(regimes()),
        (snapshot, registered) in (text(), any::<Option<bool>>()),
        (build, metadata) in (text(), text()),
        shadow in option::of((regimes(), select(Verdict::ALL), select(Reason::ALL))),
        earlier in option::of((0..400i32, 0u64..100)),
    ) -> (StoredDecision, Option<(i32, u64)>) {
        let deciding_row = deciding
            .filter(|_| !rows.is_empty())
            .map(|index| index.index(rows.len()) as u8);
        (StoredDecision {
            verdict, reason, deciding_row, revision, regime, registered,
            outcomes: rows.iter().map(|(outcome, _)| *outcome).collect(),
            facts: (0..).zip(&rows).filter_map(|(i, (_, fact))| Some((i, (*fact)?))).collect(),
            register_snapshot: snapshot.into(),
            engine: Arc::new(StoredEngine { build, metadata }),
            shadow: shadow.map(|(regime, verdict, reason)| StoredShadow { regime, verdict, reason }),
            ..question
        }, earlier)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_is_recorded_is_read_back(
        all in vec(decisions(), 1..40),
        steps in vec(prop_oneof![5 => -2_000i64..5_000_000, 1 => Just(A_DAY / 3)], 40),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let ledger = open(dir.path());
        let mut now = NOON;
        let (mut recorded, mut last): (Vec<StoredDecision>, _) = (Vec::new(), None);
        for ((mut decision, earlier), step) in all.into_iter().zip(steps) {
            now = Micros(now.0 + step);
            decision.earlier = earlier.map(|(days, seqs)| DecisionId {
                day: Day(Day::parse("2026-11-24").unwrap().0 - days),
                ledger: ledger.id(),
                seq: 1 + seqs,
            });
            let ticket = append(&ledger, &decision, now).unwrap();
            prop_assert_eq!(ticket.at, now.max(recorded.last().map_or(now, |d| d.at)));
            if decision.earlier.is_some_and(|id| id.seq >= ticket.seq) {
                decision.earlier = None;
            }
            recorded.push(StoredDecision {
                decided_at: now,
                ..as_stored(&decision, ticket)
            });
            last = Some(ticket);
        }
        ledger.wait(last.unwrap()).unwrap();
        let mut reader = ledger.reader();
        for decision in &recorded {
            let read = reader.get(decision.id).unwrap();
            prop_assert_eq!(read.as_ref(), Some(decision));
        }
        let mut read = Vec::new();
        reader.fold(&Filter::default(), &mut |d| read.push(d.clone())).unwrap();
        prop_assert_eq!(&read, &recorded);
        ledger.close();
        let proved: u64 = verify(dir.path()).iter().map(|part| part.decisions).sum();
        prop_assert_eq!(proved, recorded.len() as u64);
    }
}

#[test]
fn a_decision_takes_less_than_120_bytes_beside_the_personal_part() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let mut ids = Vec::new();
    for n in 0..100_000 {
        let mut decision = mixed(n);
        if one_in(20, n) && !ids.is_empty() {
            decision.earlier = Some(ids[ids.len() / 2]);
        }
        let ticket = loop {
            match append(&ledger, &decision, Micros(NOON.0 + n as i64 * 100)) {
                Ok(ticket) => break ticket,
                Err(AppendError::Busy(_)) => std::thread::yield_now(),
                Err(e) => panic!("{e}"),
            }
        };
        ids.push(ticket.id);
    }
    ledger.close();
    let [part] = &verify(dir.path())[..] else {
        panic!("one day, one part")
    };
    let of = |bytes: u64| bytes as f64 / part.decisions as f64;
    println!(
        "public {:.1} bytes a decision (words included), personal {:.1}, in {} groups",
        of(part.public_bytes),
        of(part.personal_bytes),
        part.groups
    );
    assert!(of(part.public_bytes) <= 120.0);
}

fn one_in(many: u64, n: u64) -> bool {
    scatter(n).is_multiple_of(many)
}

#[test]
fn words_beyond_the_dictionary_are_written_out() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let mut tickets = Vec::new();
    for n in 0..65_536 + 10 {
        let decision = StoredDecision {
            campaign: format!("made-up-{n}").into(),
            ..mixed(1)
        };
        let ticket = loop {
            match append(&ledger, &decision, NOON) {
                Err(AppendError::Busy(_)) => std::thread::yield_now(),
                ticket => break ticket.unwrap(),
            }
        };
        tickets.push((decision, ticket));
    }
    ledger.wait(tickets.last().unwrap().1).unwrap();
    let mut reader = ledger.reader();
    for (decision, ticket) in tickets.iter().rev().take(20) {
        assert_eq!(
            reader.get(ticket.id).unwrap(),
            Some(as_stored(decision, *ticket))
        );
    }
    let inline = Filter {
        campaign: Some("made-up-65545".into()),
        ..Filter::default()
    };
    assert_eq!(reader.list(&inline, None, 2).unwrap().decisions.len(), 1);
    ledger.close();
    // Words are known again after a restart, and the dictionary is as full.
    let ledger = open(dir.path());
    let (decision, _) = &tickets[7];
    let before = ledger.durable_seq();
    record(&ledger, decision, NOON);
    assert_eq!(ledger.durable_seq(), before + 1);
    record(&ledger, &tickets[65_540].0, NOON);
    assert_eq!(ledger.durable_seq(), before + 2);
    ledger.close();
    verify(dir.path());
}

#[test]
fn an_entry_that_does_not_fit_is_refused_and_nothing_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let good = mixed(1);
    let facts = good.facts_by_row();
    let entry = good.as_entry(&facts).unwrap();
    let long = "x".repeat(MAX_TEXT + 1);
    let many = [RowOutcome::Passed; 33];
    let other = DecisionId {
        ledger: LedgerId(!ledger.id().0),
        ..nobody()
    };
    let mut bad = [entry; 5];
    bad[0].campaign = &long;
    bad[1].outcomes = &many;
    bad[2].outcomes = &many[..15];
    bad[3].deciding_row = Some(16);
    bad[4].earlier = Some(other);
    for entry in &bad {
        let refused = ledger.append(entry, NOON).unwrap_err();
        assert!(
            matches!(
                refused,
                AppendError::TooLong { .. } | AppendError::Malformed(_)
            ),
            "{refused}"
        );
    }
    assert_eq!(ledger.pending(), 0);
    assert_eq!(
        append(&ledger, &good, NOON).unwrap().seq,
        7 + 1,
        "seven words, then the decision"
    );
}
