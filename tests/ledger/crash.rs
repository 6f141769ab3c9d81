//! A process killed, a log cut short: what was told durable is there, whole, and the chain goes on.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use verzet::ledger::{DecisionId, Filter};

use crate::support::*;

const DIR: &str = "VERZET_TEST_LEDGER_DIR";

/// The victim of the test below; does nothing unless that started it.
#[test]
#[ignore = "run by a_killed_process_loses_nothing_it_had_answered"]
fn records_until_killed() {
    let Some(dir) = env::var_os(DIR) else {
        return;
    };
    let ledger = open(dir.as_ref());
    for n in 0.. {
        let tickets: Vec<_> = (0..1 + scatter(n) % 9)
            .map(|i| append(&ledger, &mixed(n * 10 + i), NOON).unwrap())
            .collect();
        for ticket in tickets {
            ledger.wait(ticket).unwrap();
            println!("answered {}", ticket.id);
        }
    }
}

#[test]
fn a_killed_process_loses_nothing_it_had_answered() {
    let dir = tempfile::tempdir().unwrap();
    let mut answered: Vec<DecisionId> = Vec::new();
    for round in 0..5usize {
        let mut victim = Command::new(env::current_exe().unwrap())
            .args([
                "--ignored",
                "--exact",
                "--nocapture",
                "crash::records_until_killed",
            ])
            .env(DIR, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines();
        let mut read = 0;
        for line in lines.by_ref() {
            let line = line.unwrap();
            let Some((_, id)) = line.split_once("answered ") else {
                continue;
            };
            answered.push(id.parse().unwrap());
            read += 1;
            if read == 40 + round * 77 {
                victim.kill().unwrap();
                break;
            }
        }
        // What was answered but not read before the kill.
        for line in lines.map_while(Result::ok) {
            let id = line.strip_prefix("answered ");
            answered.extend(id.and_then(|id| id.parse::<DecisionId>().ok()));
        }
        victim.wait().unwrap();
    }
    let ledger = open(dir.path());
    let mut reader = ledger.reader();
    for id in &answered {
        assert!(
            reader.get(*id).unwrap().is_some(),
            "{id} was answered and is gone"
        );
    }
    record(&ledger, &mixed(1), NOON);
    ledger.close();
    assert!(verify(dir.path())[0].decisions > answered.len() as u64);
}

/// The write-ahead log cut at many places, as a power cut may leave it.
#[test]
fn a_torn_log_is_read_up_to_its_last_whole_group() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let all: Vec<_> = (0..30).map(|n| record(&ledger, &mixed(n), NOON)).collect();
    // Below a checkpoint, so everything but the first page is in the log.
    let name = "2026-11-24.db";
    let read = |name: String| fs::read(dir.path().join(name)).unwrap();
    let (base, log) = (read(name.into()), read(format!("{name}-wal")));
    let id = read("id".into());
    ledger.close();
    let mut kept = Vec::new();
    for cut in (0..=log.len()).step_by(1_711).chain([log.len()]) {
        let image = tempfile::tempdir().unwrap();
        fs::write(image.path().join(name), &base).unwrap();
        fs::write(image.path().join(format!("{name}-wal")), &log[..cut]).unwrap();
        fs::write(image.path().join("id"), &id).unwrap();
        let ledger = open(image.path());
        let mut found = Vec::new();
        ledger
            .reader()
            .fold(&Filter::default(), &mut |d| found.push(d.clone()))
            .unwrap();
        assert_eq!(found, all[..found.len()]);
        kept.push(found.len());
        let next = record(&ledger, &mixed(77), NOON);
        ledger.close();
        assert_eq!(verify(image.path())[0].last_seq, next.id.seq);
    }
    assert!(
        kept.is_sorted() && kept[0] == 0 && *kept.last().unwrap() == 30,
        "{kept:?}"
    );
}
