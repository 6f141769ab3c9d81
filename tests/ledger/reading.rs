//! Lists and sums: what they find is what a plain search finds.

use std::{
    collections::HashSet,
    fs,
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering},
};

use verzet::{
    clock::Micros,
    ledger::{DecisionId, Filter, Ledger, LedgerId, Reader, RecentCall, StoredDecision},
    number::E164,
    policy::verdict::{Reason, Verdict},
};

use crate::support::*;

/// Two and a half thousand decisions over three days.
fn filled(ledger: &Ledger) -> Vec<StoredDecision> {
    let (mut all, mut last) = (Vec::new(), None);
    for n in 0..2_500u64 {
        let mut decision = mixed(n);
        let personal = decision.personal.as_mut().unwrap();
        personal.e164 = personal
            .e164
            .map(|_| E164::from_digits(31_612_345_600 + scatter(n) % 40).unwrap());
        personal.call_id = if n % 5 == 0 {
            String::new()
        } else {
            format!("call-{}", n % 600)
        };
        personal.agent_id = format!("agent-{}", n % 9);
        let ticket = append(ledger, &decision, Micros(NOON.0 + n as i64 * A_DAY / 1_000)).unwrap();
        all.push(as_stored(&decision, ticket));
        last = Some(ticket);
    }
    ledger.wait(last.unwrap()).unwrap();
    all
}

fn admits(filter: &Filter, d: &StoredDecision) -> bool {
    let p = d.personal.as_ref();
    filter.from.is_none_or(|t| d.at >= t)
        && filter.until.is_none_or(|t| d.at < t)
        && filter.campaign.as_ref().is_none_or(|c| **c == *d.campaign)
        && filter.seller.as_ref().is_none_or(|s| **s == *d.seller)
        && filter.verdict.is_none_or(|v| v == d.verdict)
        && filter.reason.is_none_or(|r| r == d.reason)
        && filter
            .e164
            .is_none_or(|e| p.is_some_and(|p| p.e164 == Some(e)))
        && filter
            .call_id
            .as_ref()
            .is_none_or(|c| p.is_some_and(|p| p.call_id == *c))
        && filter
            .agent_id
            .as_ref()
            .is_none_or(|a| p.is_some_and(|p| p.agent_id == *a))
        && filter.decision.is_none_or(|id| id == d.id)
}

fn pages(reader: &mut Reader, filter: &Filter, limit: usize) -> Vec<StoredDecision> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = reader.list(filter, before, limit).unwrap();
        assert!(page.decisions.len() <= limit);
        all.extend(page.decisions);
        match page.next {
            Some(next) => before = Some(next),
            None => return all,
        }
    }
}

#[test]
fn pages_and_sums_find_what_a_plain_search_finds() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let all = filled(&ledger);
    let mut reader = ledger.reader();
    let sample = &all[1_234];
    let none = Filter::default();
    let exact = Some(sample.at);
    let filters = [
        none.clone(),
        Filter {
            from: exact,
            ..none.clone()
        },
        Filter {
            until: exact,
            ..none.clone()
        },
        Filter {
            from: exact,
            until: Some(Micros(sample.at.0 + 1)),
            ..none.clone()
        },
        Filter {
            from: Some(Micros(sample.at.0 + 1)),
            until: exact,
            ..none.clone()
        },
        Filter {
            from: Some(Micros(NOON.0 + A_DAY / 2)),
            until: Some(Micros(NOON.0 + 3 * A_DAY / 2)),
            ..none.clone()
        },
        Filter {
            from: Some(Micros(NOON.0 - 9 * A_DAY)),
            until: Some(Micros(NOON.0 + 99 * A_DAY)),
            ..none.clone()
        },
        Filter {
            from: Some(Micros(NOON.0 + 99 * A_DAY)),
            ..none.clone()
        },
        Filter {
            campaign: Some(sample.campaign.to_string()),
            ..none.clone()
        },
        Filter {
            campaign: Some("never".into()),
            ..none.clone()
        },
        Filter {
            campaign: Some(String::new()),
            ..none.clone()
        },
        Filter {
            seller: Some("seller-1".into()),
            verdict: Some(Verdict::Block),
            ..none.clone()
        },
        Filter {
            reason: Some(Reason::Objected),
            ..none.clone()
        },
        Filter {
            e164: E164::from_digits(31_612_345_607),
            ..none.clone()
        },
        Filter {
            call_id: Some("call-7".into()),
            ..none.clone()
        },
        Filter {
            agent_id: Some("agent-3".into()),
            from: exact,
            ..none.clone()
        },
        Filter {
            decision: Some(sample.id),
            ..none.clone()
        },
        Filter {
            decision: Some(sample.id),
            verdict: Some(Verdict::Defer),
            ..none.clone()
        },
        Filter {
            decision: Some(DecisionId {
                day: all[0].id.day,
                ..sample.id
            }),
            ..none.clone()
        },
        Filter {
            decision: Some(DecisionId {
                ledger: LedgerId(!ledger.id().0),
                ..sample.id
            }),
            ..none.clone()
        },
    ];
    for filter in filters {
        let expected: Vec<_> = all.iter().filter(|d| admits(&filter, d)).cloned().collect();
        let mut folded = Vec::new();
        reader
            .fold(&filter, &mut |d| folded.push(d.clone()))
            .unwrap();
        assert!(
            folded == expected,
            "{filter:?}: {} not {}",
            folded.len(),
            expected.len()
        );
        for limit in [1, 7, 100, 5_000] {
            if limit == 1 && expected.len() > 300 {
                continue;
            }
            let mut listed = pages(&mut reader, &filter, limit);
            listed.reverse();
            assert!(
                listed == expected,
                "{filter:?} by {limit}: {}",
                listed.len()
            );
        }
    }
    assert_eq!(reader.list(&none, None, 0).unwrap().decisions, []);
    assert_eq!(reader.list(&none, Some(1), 10).unwrap().decisions, []);
    assert_eq!(
        reader.list(&none, Some(u64::MAX), 1).unwrap().decisions,
        all[2_499..]
    );
}

#[test]
fn a_visit_ends_when_the_visitor_has_enough() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let all = filled(&ledger);
    let mut seen = Vec::new();
    let mut visit = |d: &StoredDecision| {
        seen.push(d.id);
        if seen.len() == 900 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    ledger
        .reader()
        .visit(&Filter::default(), &mut visit)
        .unwrap();
    assert_eq!(seen, all[..900].iter().map(|d| d.id).collect::<Vec<_>>());
}

#[test]
fn recent_calls_come_newest_first() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let all = filled(&ledger);
    let expected: Vec<_> = all
        .iter()
        .rev()
        .filter_map(|d| {
            let call = &d.personal.as_ref().unwrap().call_id;
            (!call.is_empty()).then(|| RecentCall {
                call_id: call.clone(),
                seller: d.seller.to_string(),
                id: d.id,
            })
        })
        .collect();
    let mut reader = ledger.reader();
    assert_eq!(reader.recent_calls(usize::MAX).unwrap(), expected);
    assert_eq!(reader.recent_calls(0).unwrap(), []);
    for max in [1, 100, 1_300] {
        let some = reader.recent_calls(max).unwrap();
        assert_eq!(some, expected[..some.len()]);
        let oldest = all.last().unwrap().id.seq - max as u64;
        assert!(expected[some.len()].id.seq <= oldest && some.len() <= max);
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let mut reader = ledger.reader();
    let id = DecisionId {
        ledger: ledger.id(),
        ..nobody()
    };
    assert_eq!(reader.get(id).unwrap(), None);
    assert_eq!(
        reader.list(&Filter::default(), None, 9).unwrap().decisions,
        []
    );
    assert_eq!(reader.recent_calls(9).unwrap(), []);
    let there = record(&ledger, &mixed(1), NOON);
    for missing in [
        DecisionId { seq: 1, ..there.id }, // a word
        DecisionId {
            seq: there.id.seq + 1,
            ..there.id
        },
        DecisionId {
            seq: u64::MAX,
            ..there.id
        },
        DecisionId {
            ledger: LedgerId(!there.id.ledger.0),
            ..there.id
        },
        DecisionId {
            day: verzet::clock::Day(there.id.day.0 + 1),
            ..there.id
        },
    ] {
        assert_eq!(reader.get(missing).unwrap(), None, "{missing}");
    }
    assert_eq!(reader.get(there.id).unwrap(), Some(there));
}

#[test]
fn a_part_that_retention_dropped_is_gone_for_readers_that_had_it_open() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let first = record(&ledger, &mixed(1), NOON);
    let mut reader = ledger.reader();
    assert!(reader.get(first.id).unwrap().is_some());
    let second = record(&ledger, &mixed(2), Micros(NOON.0 + A_DAY));
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(dir.path().join(format!("2026-11-24.db{end}")));
    }
    assert_eq!(reader.get(first.id).unwrap(), None);
    assert_eq!(
        reader.list(&Filter::default(), None, 9).unwrap().decisions,
        [second]
    );
}

/// Two readers read all the time; the writer must come through, and they must see a growing beginning
/// of what is recorded, each record once.
#[test]
fn readers_beside_the_writer_see_whole_records_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    record(&ledger, &mixed(0), NOON);
    let done = AtomicBool::new(false);
    let rounds = std::thread::scope(|scope| {
        let read = || {
            let mut reader = ledger.reader();
            let (mut rounds, mut before) = (0, 0);
            while !done.load(Ordering::SeqCst) || rounds == 0 {
                let durable = ledger.durable_seq();
                let (mut last, mut count) = (0, 0);
                let mut visit = |d: &StoredDecision| {
                    assert!(d.id.seq > last);
                    assert_eq!(*d.seller, *mixed(d.revision).seller);
                    (last, count) = (d.id.seq, count + 1);
                };
                reader.fold(&Filter::default(), &mut visit).unwrap();
                assert!(last >= durable && count >= before);
                (rounds, before) = (rounds + 1, count);
                let page = reader.list(&Filter::default(), None, 20).unwrap();
                assert!(page.decisions.is_sorted_by(|a, b| a.id.seq > b.id.seq));
            }
            rounds
        };
        let readers = [scope.spawn(read), scope.spawn(read)];
        for n in 0..3_000u64 {
            let mut decision = mixed(n);
            decision.revision = n;
            let ticket = append(
                &ledger,
                &decision,
                Micros(NOON.0 + n as i64 * A_DAY / 2_000),
            )
            .unwrap();
            if n % 3 == 0 {
                ledger.wait(ticket).unwrap();
            }
        }
        done.store(true, Ordering::SeqCst);
        readers.map(|reader| reader.join().unwrap())
    });
    assert!(rounds.iter().all(|rounds| *rounds > 0));
    ledger.close();
    let parts = verify(dir.path());
    assert_eq!(parts.iter().map(|p| p.decisions).sum::<u64>(), 3_001);
    let ids: HashSet<_> = parts.iter().map(|p| p.ledger).collect();
    assert_eq!(ids.len(), 1);
}

#[test]
fn a_ledger_that_cannot_be_reached_is_an_error_and_never_an_empty_one() {
    let dir = tempfile::tempdir().unwrap();
    let (here, away) = (dir.path().join("ledger"), dir.path().join("away"));
    fs::create_dir(&here).unwrap();
    let ledger = open(&here);
    let all = filled(&ledger);
    let mut reader = ledger.reader();
    let last = all.last().unwrap().id;
    fs::rename(&here, &away).unwrap();
    reader.get(last).unwrap_err();
    reader.list(&Filter::default(), None, 10).unwrap_err();
    fs::rename(&away, &here).unwrap();
    assert!(reader.get(last).unwrap().is_some());
    let page = reader.list(&Filter::default(), None, 10).unwrap();
    assert_eq!(page.decisions.len(), 10);
}
