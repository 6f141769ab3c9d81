//! A disk that fails: everybody who waits is told, nothing durable is lost, no number is there twice.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, ffi};
use verzet::ledger::{AppendError, Filter, Health, Ledger, LedgerError, LedgerOptions, Seam};

use crate::support::*;

/// A disk that can be switched off.
#[derive(Default)]
pub struct Disk {
    pub no_open: AtomicBool,
    pub no_commit: AtomicBool,
    pub liar: AtomicBool,
    pub full: AtomicBool,
    /// Holds every commit while it is locked.
    pub gate: Mutex<()>,
}

fn broken() -> rusqlite::Error {
    let code = ffi::Error {
        code: ErrorCode::SystemIoFailure,
        extended_code: ffi::SQLITE_IOERR_FSYNC,
    };
    rusqlite::Error::SqliteFailure(code, Some("disk I/O error".into()))
}

fn check(switch: &AtomicBool) -> rusqlite::Result<()> {
    match switch.load(Ordering::SeqCst) {
        true => Err(broken()),
        false => Ok(()),
    }
}

impl Seam for Disk {
    fn opened(&self, part: &Connection) -> rusqlite::Result<()> {
        check(&self.no_open)?;
        if self.full.load(Ordering::SeqCst) {
            // SQLite's own SQLITE_FULL: no page may be added.
            part.pragma_update(None, "max_page_count", 1)?;
        }
        Ok(())
    }

    fn before_commit(&self, _: u64, _: u64) -> rusqlite::Result<()> {
        drop(self.gate.lock().unwrap());
        check(&self.no_commit)
    }

    fn after_commit(&self, _: u64, _: u64) -> rusqlite::Result<()> {
        check(&self.liar)
    }
}

pub fn open_on(disk: &Arc<Disk>, dir: &std::path::Path) -> Ledger {
    let options = LedgerOptions {
        retry: Duration::from_millis(5),
        seam: Some(disk.clone()),
        max_pending: 2_000,
        ..LedgerOptions::default()
    };
    Ledger::open(dir, options).unwrap()
}

/// Until the ledger goes on by itself.
pub fn until_writable(ledger: &Ledger) {
    while ledger.health() != Health::Writable {
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_failed_commit_is_told_and_the_ledger_goes_on_by_itself() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), Arc::new(Disk::default()));
    let ledger = open_on(&disk, dir.path());
    let first = record(&ledger, &mixed(1), NOON);

    let held = disk.gate.lock().unwrap();
    disk.no_commit.store(true, Ordering::SeqCst);
    disk.no_open.store(true, Ordering::SeqCst);
    let lost: Vec<_> = (2..30)
        .map(|n| append(&ledger, &mixed(n), NOON).unwrap())
        .collect();
    drop(held);
    for ticket in &lost {
        let told = ledger.wait(*ticket).unwrap_err();
        assert!(
            matches!(&told, LedgerError::Lost(why) if why.contains("disk I/O error")),
            "{told}"
        );
    }
    let Err(AppendError::Failed(why)) = append(&ledger, &mixed(2), NOON) else {
        panic!("it cannot be written");
    };
    assert!(
        why.contains("2026-11-24.db") && why.contains("disk I/O error"),
        "{why}"
    );
    assert_eq!(ledger.health(), Health::Failed(why));
    assert_eq!((ledger.pending(), ledger.durable_seq()), (0, first.id.seq));
    // Reading goes on.
    assert_eq!(ledger.reader().get(first.id).unwrap(), Some(first.clone()));

    disk.no_commit.store(false, Ordering::SeqCst);
    disk.no_open.store(false, Ordering::SeqCst);
    until_writable(&ledger);
    let next = record(&ledger, &mixed(50), NOON);
    // The numbers of what was lost are given again; the tickets stay lost.
    assert!(lost.iter().any(|ticket| ticket.seq == next.id.seq));
    for ticket in &lost {
        assert!(ledger.wait(*ticket).is_err());
    }
    let mut read = Vec::new();
    ledger
        .reader()
        .fold(&Filter::default(), &mut |d| read.push(d.clone()))
        .unwrap();
    assert_eq!(read, [first, next]);
    ledger.close();
    verify(dir.path());
}

#[test]
fn a_commit_that_was_written_but_reported_failed_is_kept() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), Arc::new(Disk::default()));
    let ledger = open_on(&disk, dir.path());
    record(&ledger, &mixed(1), NOON);
    disk.liar.store(true, Ordering::SeqCst);
    let unsure = append(&ledger, &mixed(2), NOON).unwrap();
    assert!(ledger.wait(unsure).is_err());
    disk.liar.store(false, Ordering::SeqCst);
    until_writable(&ledger);
    let next = record(&ledger, &mixed(2), NOON);
    assert_eq!(next.id.seq, unsure.seq + 1);
    assert_eq!(
        ledger.reader().get(unsure.id).unwrap(),
        Some(as_stored(&mixed(2), unsure))
    );
    ledger.close();
    assert_eq!(verify(dir.path())[0].decisions, 3);
}

#[test]
fn a_new_ledger_or_day_that_cannot_be_begun_is_begun_later() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), Arc::new(Disk::default()));
    let ledger = open_on(&disk, dir.path());
    let mut recorded = Vec::new();
    for (n, day) in (0..3).zip(0..) {
        let now = verzet::clock::Micros(NOON.0 + day * A_DAY);
        for switch in [&disk.no_open, &disk.no_commit] {
            switch.store(true, Ordering::SeqCst);
            let lost = append(&ledger, &mixed(n), now).unwrap();
            assert!(ledger.wait(lost).is_err());
            switch.store(false, Ordering::SeqCst);
            until_writable(&ledger);
        }
        recorded.push(record(&ledger, &mixed(n), now));
    }
    ledger.close();
    let parts = verify(dir.path());
    assert_eq!(parts.len(), 3);
    assert_eq!(parts[2].last_seq, recorded[2].id.seq);
}

#[test]
fn a_full_disk_is_named_and_left_behind_when_there_is_space() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), Arc::new(Disk::default()));
    let ledger = open_on(&disk, dir.path());
    record(&ledger, &mixed(0), NOON);
    drop(ledger);
    disk.full.store(true, Ordering::SeqCst);
    let ledger = open_on(&disk, dir.path());
    // The pages that are there still take some.
    let (mut fitted, mut n) = (1, 0);
    let told = loop {
        n += 1;
        let ticket = append(&ledger, &mixed(n), NOON).unwrap();
        match ledger.wait(ticket) {
            Ok(()) => fitted += 1,
            Err(e) => break e.to_string(),
        }
    };
    assert!(told.contains("the disk is full; free some space"), "{told}");
    // It is tried again and again, and stays failed.
    std::thread::sleep(Duration::from_millis(50));
    let Health::Failed(why) = ledger.health() else {
        panic!("still full");
    };
    assert!(why.contains("the disk is full"), "{why}");
    disk.full.store(false, Ordering::SeqCst);
    until_writable(&ledger);
    for n in 0..100 {
        record(&ledger, &mixed(n), NOON);
    }
    ledger.close();
    assert_eq!(verify(dir.path())[0].decisions, fitted + 100);
}

#[test]
fn a_ledger_closed_while_it_fails_leaves_nobody_waiting() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), Arc::new(Disk::default()));
    let ledger = open_on(&disk, dir.path());
    disk.no_commit.store(true, Ordering::SeqCst);
    disk.no_open.store(true, Ordering::SeqCst);
    let lost = append(&ledger, &mixed(1), NOON).unwrap();
    assert!(ledger.wait(lost).is_err());
    ledger.close();
    assert_eq!(ledger.health(), Health::Closed);
    assert!(ledger.wait(lost).is_err());
}

#[test]
fn more_than_may_wait_is_refused_as_busy() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), Arc::new(Disk::default()));
    let ledger = open_on(&disk, dir.path());
    let held = disk.gate.lock().unwrap();
    let tickets: Vec<_> = (0..2_000)
        .map(|n| append(&ledger, &mixed(n), NOON).unwrap())
        .collect();
    assert_eq!(
        append(&ledger, &mixed(0), NOON),
        Err(AppendError::Busy(2_000))
    );
    assert_eq!(ledger.pending(), 2_000);
    drop(held);
    for ticket in tickets {
        ledger.wait(ticket).unwrap();
    }
    record(&ledger, &mixed(0), NOON);
}

#[test]
fn an_eraser_at_work_does_not_fail_the_writer() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let first = record(&ledger, &mixed(1), NOON);
    let eraser = Connection::open(dir.path().join("2026-11-24.db")).unwrap();
    eraser.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = append(&ledger, &mixed(2), NOON).unwrap();
    eraser
        .execute(
            "UPDATE record SET personal = NULL WHERE seq = ?1",
            [first.id.seq as i64],
        )
        .unwrap();
    eraser.execute_batch("COMMIT").unwrap();
    ledger.wait(waiting).unwrap();
    assert_eq!(
        ledger.reader().get(first.id).unwrap().unwrap().personal,
        None
    );
}

/// What a failed sync left in the log must be written to the part before anything follows it there, and
/// a reader can be in the way of that.
#[test]
fn a_reader_that_holds_the_log_only_delays_the_recovery() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), Arc::new(Disk::default()));
    let ledger = open_on(&disk, dir.path());
    let first = record(&ledger, &mixed(1), NOON);
    let reader = Connection::open(dir.path().join("2026-11-24.db")).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let count = || reader.query_row("SELECT count(*) FROM record", [], |r| r.get::<_, i64>(0));
    let before = count().unwrap();
    record(&ledger, &mixed(2), NOON);
    disk.no_commit.store(true, Ordering::SeqCst);
    let lost = append(&ledger, &mixed(3), NOON).unwrap();
    ledger.wait(lost).unwrap_err();
    disk.no_commit.store(false, Ordering::SeqCst);
    let held =
        |health| matches!(health, Health::Failed(why) if why.contains("a reader holds its log"));
    while !held(ledger.health()) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(count().unwrap(), before, "the reader's snapshot stands");
    reader.execute_batch("COMMIT").unwrap();
    until_writable(&ledger);
    record(&ledger, &mixed(4), NOON);
    assert_eq!(ledger.reader().get(first.id).unwrap(), Some(first));
    ledger.close();
    assert_eq!(verify(dir.path())[0].decisions, 3);
}
