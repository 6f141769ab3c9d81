//! Days, restarts and time.

use std::fs;

use verzet::{
    clock::Micros,
    ledger::{AppendError, Filter, Health, Ledger, LedgerError, LedgerOptions, StoredDecision},
};

use crate::support::*;

#[test]
fn a_day_is_a_part_and_the_chain_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let mut all = Vec::new();
    for n in 0..40 {
        let now = Micros(NOON.0 + n as i64 * A_DAY / 10);
        all.push(record(&ledger, &mixed(n), now));
    }
    // A group over midnight: taken at once, written as two.
    let midnight = 1_795_512_600_000_000 / A_DAY * A_DAY + 30 * A_DAY;
    let tickets: Vec<_> = (0..20)
        .map(|n| append(&ledger, &mixed(100 + n), Micros(midnight - 10 + n as i64)).unwrap())
        .collect();
    for (n, ticket) in (0..).zip(&tickets) {
        ledger.wait(*ticket).unwrap();
        all.push(as_stored(&mixed(100 + n), *ticket));
    }
    assert_eq!(all[0].id.to_string()[..8], *"20261124");
    assert_eq!(all.last().unwrap().id.to_string()[..8], *"20261224");
    ledger.close();
    let parts = verify(dir.path());
    let days: Vec<_> = parts.iter().map(|part| part.day.to_string()).collect();
    assert_eq!(
        days,
        [
            "2026-11-24",
            "2026-11-25",
            "2026-11-26",
            "2026-11-27",
            "2026-11-28",
            "2026-12-23",
            "2026-12-24"
        ]
    );
    assert_eq!((parts[0].first_seq, &*parts[0].previous), (1, ""));
    let names = fs::read_dir(dir.path()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files = names.filter(|name| name.contains(".db")).count();
    assert_eq!(files, parts.len(), "a finished part is one file");
    let mut read = Vec::new();
    let visit = &mut |d: &StoredDecision| read.push(d.clone());
    ledger.reader().fold(&Filter::default(), visit).unwrap();
    assert_eq!(read, all);
}

#[test]
fn a_restart_goes_on_where_it_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let (mut all, mut id) = (Vec::new(), None);
    for n in 0..12 {
        let ledger = open(dir.path());
        assert_eq!(*id.get_or_insert(ledger.id()), ledger.id());
        assert_eq!(ledger.last_revision(), all.last().map_or(0, |_| 900));
        assert_eq!(
            ledger.durable_seq(),
            all.last().map_or(0, |d: &StoredDecision| d.id.seq)
        );
        let mut decision = mixed(5);
        decision.revision = 900 - n;
        all.push(record(
            &ledger,
            &decision,
            Micros(NOON.0 + n as i64 * A_DAY / 4),
        ));
    }
    let mut read = Vec::new();
    open(dir.path())
        .reader()
        .fold(&Filter::default(), &mut |d| read.push(d.clone()))
        .unwrap();
    assert_eq!(read, all);
    // Three days: the words of a decision are recorded once in each.
    let parts = verify(dir.path());
    assert_eq!(parts.len(), 4);
    assert_eq!(
        parts
            .iter()
            .map(|p| p.last_seq + 1 - p.first_seq - p.decisions)
            .sum::<u64>(),
        4 * 7
    );
}

#[test]
fn ledger_time_never_runs_back() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let ahead = record(&ledger, &mixed(1), Micros(NOON.0 + A_DAY));
    let behind = record(&ledger, &mixed(2), NOON);
    assert_eq!((behind.at, behind.id.day), (ahead.at, ahead.id.day));
    drop(ledger);
    let ledger = open(dir.path());
    assert_eq!(ledger.last_at(), ahead.at);
    assert_eq!(record(&ledger, &mixed(3), NOON).at, ahead.at);
    for wild in [Micros(-1), Micros::NEVER] {
        let refused = append(&ledger, &mixed(3), wild).unwrap_err();
        assert!(matches!(refused, AppendError::Clock(_)), "{refused}");
    }
    assert_eq!(record(&ledger, &mixed(4), NOON).at, ahead.at);
}

#[test]
fn closing_writes_what_waits_and_takes_nothing_more() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let tickets: Vec<_> = (0..500)
        .map(|n| append(&ledger, &mixed(n), NOON).unwrap())
        .collect();
    ledger.close();
    ledger.close();
    assert_eq!(ledger.health(), Health::Closed);
    assert_eq!(
        append(&ledger, &mixed(0), NOON),
        Err(AppendError::Failed("it is closed".into()))
    );
    for ticket in &tickets {
        ledger.wait(*ticket).unwrap();
    }
    assert_eq!(verify(dir.path())[0].decisions, 500);
}

#[test]
fn dropping_writes_what_waits() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    for n in 0..500 {
        append(&ledger, &mixed(n), NOON).unwrap();
    }
    drop(ledger);
    assert_eq!(verify(dir.path())[0].decisions, 500);
}

#[test]
fn a_lost_id_file_is_made_again_from_the_parts() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let id = record(&ledger, &mixed(1), NOON).id;
    drop(ledger);
    fs::remove_file(dir.path().join("id")).unwrap();
    assert_eq!(open(dir.path()).id(), id.ledger);
    assert_eq!(
        fs::read_to_string(dir.path().join("id")).unwrap(),
        format!("{}\n", id.ledger)
    );
}

#[test]
fn parts_of_another_ledger_are_refused() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    record(&open(one.path()), &mixed(1), NOON);
    record(&open(other.path()), &mixed(1), Micros(NOON.0 + A_DAY));
    fs::copy(
        other.path().join("2026-11-25.db"),
        one.path().join("2026-11-25.db"),
    )
    .unwrap();
    let refused = Ledger::open(one.path(), LedgerOptions::default()).unwrap_err();
    assert!(
        matches!(refused, LedgerError::OtherLedger { .. }),
        "{refused}"
    );
}

#[test]
fn the_newest_part_is_read_from_a_copy_alone() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let ledger = open(dir.path());
    record(&ledger, &mixed(1), NOON);
    let second = record(&ledger, &mixed(2), Micros(NOON.0 + A_DAY));
    drop(ledger);
    // Retention dropped the first day: numbers and chain go on all the same.
    fs::copy(
        dir.path().join("2026-11-25.db"),
        copy.path().join("2026-11-25.db"),
    )
    .unwrap();
    let ledger = open(copy.path());
    assert_eq!(ledger.id(), second.id.ledger);
    let third = record(&ledger, &mixed(2), NOON);
    assert_eq!(third.id.seq, second.id.seq + 1, "its words are known");
    ledger.close();
    verify(copy.path());
}
