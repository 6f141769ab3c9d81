//! A whole ledger against whoever can write its files: what was changed is found and named.

use std::{
    fs,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use rusqlite::Connection;
use verzet::{
    clock::{Day, Micros},
    ledger::{Against, Finding, Head, Ledger, StoredDecision, verify as prove},
};

use crate::{
    sealing::{head, intact, started, verified},
    support::*,
};

/// In memory, where the system has a place for that: 10,000 changes are many.
fn quick() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

fn at(day: i64) -> Micros {
    Micros(NOON.0 + day * A_DAY)
}

fn day(n: i32) -> Day {
    Day(20_781 + n)
}

/// Three days, of which two are sealed.
pub fn three_days(dir: &Path) -> Vec<StoredDecision> {
    some_days(dir, 3, 6)
}

/// Days of some decisions, all sealed but the last.
fn some_days(dir: &Path, days: i64, decisions: u64) -> Vec<StoredDecision> {
    let mut all = Vec::new();
    for n in 0..days {
        let ledger = started(dir, at(n).0);
        for i in 0..decisions {
            all.push(record(&ledger, &mixed(n as u64 * decisions + i), at(n)));
        }
        let seal = || head(dir, day(n as i32 - 1)).is_none_or(|head| head.file.is_some());
        while !seal() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        ledger.close();
    }
    all
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        // The private key proves nothing and is proved by nothing but itself; the lock is empty.
        .filter(|path| !path.ends_with("key") && !path.ends_with("seal.lock"))
        .collect();
    files.sort();
    files
}

fn findings(dir: &Path) -> Vec<Finding> {
    verified(dir).findings
}

/// Changes a byte at a time, anywhere in any file: how often a record was named, and what was not found.
fn flip(from: &Path, rounds: std::ops::Range<u64>) -> (usize, Vec<String>) {
    let dir = quick();
    copy(from, dir.path());
    let files = files(dir.path());
    let sound: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    let total: usize = sound.iter().map(Vec::len).sum();
    let (mut missed, mut named) = (Vec::new(), 0);
    for round in rounds {
        let mut place = scatter(round) as usize % total;
        let mut file = 0;
        while place >= sound[file].len() {
            place -= sound[file].len();
            file += 1;
        }
        let byte = sound[file][place];
        let name = files[file].file_name().unwrap().to_str().unwrap();
        let open = fs::OpenOptions::new().write(true).open(&files[file]);
        let open = open.unwrap();
        let put = |byte: u8| open.write_all_at(&[byte], place as u64).unwrap();
        put(byte ^ 1 << (round % 8));
        match findings(dir.path()).first() {
            // `id` and `key.pub` put every part in doubt; else it is the file that is named.
            Some(first) if first.file == name || matches!(name, "id" | "key.pub") => {
                named += usize::from(first.record.is_some());
            }
            found => missed.push(format!("{name}:{place}: {found:?}")),
        }
        put(byte);
        if round % 100 == 0 {
            intact(dir.path());
        }
    }
    intact(dir.path());
    (named, missed)
}

/// 10,000 changes of a byte, each anywhere in any file of the ledger: all are found, and the file named.
#[test]
fn ten_thousand_changed_bytes_are_found() {
    let dir = quick();
    some_days(dir.path(), 2, 3);
    intact(dir.path());
    let halves = std::thread::scope(|scope| {
        let halves =
            [0..5_000, 5_000..10_000].map(|rounds| scope.spawn(|| flip(dir.path(), rounds)));
        halves.map(|half| half.join().unwrap())
    });
    let named: usize = halves.iter().map(|(named, _)| named).sum();
    println!("10,000 found, of which {named} with their record");
    let missed: Vec<_> = halves.into_iter().flat_map(|(_, missed)| missed).collect();
    assert_eq!(missed, [""; 0]);
}

/// What a ledger is changed with, and what is said of it.
struct Case {
    what: &'static str,
    /// Run on the part of this day, if it is not empty.
    sql: &'static str,
    day: i32,
    file: fn(&Path),
    says: &'static str,
}

const fn sql(what: &'static str, day: i32, sql: &'static str, says: &'static str) -> Case {
    let file = |_: &Path| {};
    Case {
        what,
        sql,
        day,
        file,
        says,
    }
}

const fn file(what: &'static str, file: fn(&Path), says: &'static str) -> Case {
    Case {
        what,
        sql: "",
        day: 0,
        file,
        says,
    }
}

/// `$2` and `$4` stand for decisions of the second day, `$3` for one of the third.
const CASES: &[Case] = &[
    sql("deleted", 1, "DELETE FROM record WHERE seq = $2", "2026-11-25.db: record $2: missing"),
    sql("deleted from the open part", 2, "DELETE FROM record WHERE seq = $3",
        "2026-11-26.db: record $3: missing"),
    sql("deleted with its group, and all behind renumbered", 1,
        "DELETE FROM record WHERE seq = $2; UPDATE record SET seq = seq - 1 WHERE seq > $2;
         UPDATE commit_group SET first_seq = first_seq - 1 WHERE first_seq > $2", "2026-11-25.db: record "),
    sql("inserted", 1, "UPDATE record SET seq = -seq WHERE seq > $2; UPDATE record SET seq = 1 - seq WHERE seq < 0;
         INSERT INTO record SELECT $2 + 1, public, personal FROM record WHERE seq = $2", "2026-11-25.db: record "),
    sql("inserted behind the end", 1,
        "INSERT INTO record SELECT (SELECT max(seq) FROM record) + 1, public, personal FROM record WHERE seq = $2",
        "2026-11-25.db: "),
    sql("swapped", 1, "UPDATE record SET seq = -1 WHERE seq = $2; UPDATE record SET seq = $2 WHERE seq = $2 - 1;
         UPDATE record SET seq = $2 - 1 WHERE seq = -1", "2026-11-25.db: record "),
    sql("personal parts swapped", 1,
        "UPDATE record SET personal = (SELECT personal FROM record WHERE seq = $4) WHERE seq = $2",
        "2026-11-25.db: record $2: a personal part that is not the one recorded"),
    sql("a sealed end cut off", 1,
        "DELETE FROM record WHERE seq >= (SELECT max(first_seq) FROM commit_group);
         DELETE FROM word WHERE seq >= (SELECT max(first_seq) FROM commit_group);
         DELETE FROM commit_group WHERE first_seq = (SELECT max(first_seq) FROM commit_group)",
        "its end is cut off"),
    sql("an open end cut off", 2,
        "DELETE FROM record WHERE seq >= (SELECT max(first_seq) FROM commit_group);
         DELETE FROM word WHERE seq >= (SELECT max(first_seq) FROM commit_group);
         DELETE FROM commit_group WHERE first_seq = (SELECT max(first_seq) FROM commit_group)",
        "its end is cut off"),
    sql("an end cut off up to the middle of a group", 2,
        "DELETE FROM record WHERE seq = (SELECT max(seq) FROM record)", "2026-11-26.db: record "),
    sql("erased without the eraser", 1, "UPDATE record SET personal = NULL WHERE seq = $2",
        "2026-11-25.db: the file is not the one signed"),
    sql("a table more", 1, "CREATE TABLE more (x)", "2026-11-25.db: the file is not the one signed"),
    sql("another day before", 1, "UPDATE meta SET value = '2026-11-23' WHERE key = 'previous'",
        "2026-11-25.db: it continues 2026-11-23, and not 2026-11-24"),
    file("a day gone", |dir| fs::remove_file(dir.join("2026-11-25.db")).unwrap(),
        "2026-11-25.db: the part is gone, and its head does not say that it was purged"),
    file("a day gone with its head", |dir| {
        fs::remove_file(dir.join("2026-11-25.db")).unwrap();
        fs::remove_file(dir.join("2026-11-25.head")).unwrap();
    }, "2026-11-26.db: it continues 2026-11-25, and that part is gone"),
    file("the first day gone with its head", |dir| {
        fs::remove_file(dir.join("2026-11-24.db")).unwrap();
        fs::remove_file(dir.join("2026-11-24.head")).unwrap();
    }, "2026-11-25.db: it continues 2026-11-24, and that part is gone"),
    file("a head gone", |dir| fs::remove_file(dir.join("2026-11-24.head")).unwrap(),
        "2026-11-24.head: the head is gone"),
    file("another day's head", |dir| {
        fs::copy(dir.join("2026-11-24.head"), dir.join("2026-11-25.head")).unwrap();
    }, "2026-11-25.head: the head of part 2026-11-24"),
    file("another day's part", |dir| {
        fs::copy(dir.join("2026-11-24.db"), dir.join("2026-11-25.db")).unwrap();
    }, "2026-11-25.db: the part of 2026-11-24 under another day's name"),
    file("a file cut short", |dir| {
        let file = fs::OpenOptions::new().write(true).open(dir.join("2026-11-25.db")).unwrap();
        file.set_len(file.metadata().unwrap().len() / 2).unwrap();
    }, "2026-11-25.db: "),
    file("a file with more behind", |dir| {
        let file = fs::OpenOptions::new().write(true).open(dir.join("2026-11-25.db")).unwrap();
        file.set_len(file.metadata().unwrap().len() + 4_096).unwrap();
    }, "2026-11-25.db: the file is not the one signed"),
    file("an empty file", |dir| fs::write(dir.join("2026-11-25.db"), "").unwrap(),
        "2026-11-25.db: a part that was never begun"),
    file("a log beside a sealed part", |dir| fs::write(dir.join("2026-11-25.db-wal"), "x").unwrap(),
        "2026-11-25.db: it was signed at rest, and SQLite's log lies beside it"),
    file("another name", |dir| fs::write(dir.join("id"), "00000000\n").unwrap(), "of another ledger"),
    file("no name", |dir| fs::remove_file(dir.join("id")).unwrap(), "id: missing"),
    file("no public key", |dir| fs::remove_file(dir.join("key.pub")).unwrap(),
        "signed with a key that is not the ledger's"),
];

#[test]
fn each_way_of_changing_it_is_found_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let all = three_days(dir.path());
    intact(dir.path());
    for case in CASES {
        let spoiled = tempfile::tempdir().unwrap();
        copy(dir.path(), spoiled.path());
        let fill = |text: &str| {
            text.replace("$2", &all[8].id.seq.to_string())
                .replace("$3", &all[15].id.seq.to_string())
                .replace("$4", &all[9].id.seq.to_string())
        };
        if !case.sql.is_empty() {
            let part = spoiled.path().join(format!("{}.db", day(case.day)));
            let conn = Connection::open(part).unwrap();
            conn.execute_batch(&fill(case.sql)).unwrap();
        }
        (case.file)(spoiled.path());
        let found = findings(spoiled.path());
        let says = fill(case.says);
        assert!(
            found
                .iter()
                .any(|finding| finding.to_string().contains(&says)),
            "{}: {says}: {found:?}",
            case.what
        );
    }
}

/// A day made anew with the product itself, its hashes and chain all sound among themselves.
fn forge(dir: &Path) -> (tempfile::TempDir, Head) {
    let forged = tempfile::tempdir().unwrap();
    for name in ["id", "2026-11-24.db", "2026-11-24.head"] {
        fs::copy(dir.join(name), forged.path().join(name)).unwrap();
    }
    let ledger = started(forged.path(), at(1).0);
    for n in 0..6 {
        record(&ledger, &mixed(90 + n), at(1));
    }
    ledger.close();
    let ledger: Ledger = started(forged.path(), at(2).0);
    while head(forged.path(), day(1)).is_none_or(|head| head.file.is_none()) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    ledger.close();
    let head = head(forged.path(), day(1)).unwrap();
    (forged, head)
}

#[test]
fn a_day_made_anew_is_found() {
    let dir = tempfile::tempdir().unwrap();
    three_days(dir.path());
    let key = head(dir.path(), day(1)).unwrap().key;
    let (forged, _) = forge(dir.path());
    let replace = |spoiled: &Path, names: &[&str]| {
        copy(dir.path(), spoiled);
        for name in names {
            fs::copy(forged.path().join(name), spoiled.join(name)).unwrap();
        }
    };
    let spoiled = tempfile::tempdir().unwrap();
    let says = |against: &Against, says: &str| {
        let found = prove(spoiled.path(), against, &mut |_| {}).unwrap();
        let hit = |finding: &Finding| finding.to_string().contains(says);
        assert!(found.findings.iter().any(hit), "{says}: {found:?}");
    };
    let own = Against::default();
    replace(spoiled.path(), &["2026-11-25.db"]);
    says(&own, "2026-11-25.db: record ");
    says(&own, "are not those signed at");
    replace(spoiled.path(), &["2026-11-25.db", "2026-11-25.head"]);
    says(
        &own,
        "2026-11-25.head: signed with a key that is not the ledger's",
    );
    // With the forger's key in its place the day after still does not continue it.
    replace(
        spoiled.path(),
        &["2026-11-25.db", "2026-11-25.head", "key", "key.pub"],
    );
    says(
        &own,
        "2026-11-24.head: signed with a key that is not the ledger's",
    );
    says(
        &own,
        "2026-11-26.db: it does not continue the chain of 2026-11-25",
    );
    // Whoever makes everything anew from some day on is found by the key that was kept elsewhere.
    fs::remove_file(spoiled.path().join("2026-11-26.db")).unwrap();
    fs::remove_file(spoiled.path().join("2026-11-26.head")).unwrap();
    let kept = Against {
        keys: vec![key],
        ..Against::default()
    };
    says(
        &kept,
        "2026-11-25.head: signed with a key that is not the ledger's",
    );
}

/// One who has the key can only be shown by heads kept elsewhere; so can one who puts back yesterday's files.
#[test]
fn heads_kept_elsewhere_show_what_the_ledger_itself_cannot() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = started(dir.path(), at(0).0);
    record(&ledger, &mixed(1), at(0));
    ledger.close();
    let old = tempfile::tempdir().unwrap();
    copy(dir.path(), old.path());
    let ledger = started(dir.path(), at(0).0);
    record(&ledger, &mixed(2), at(0));
    ledger.close();
    let kept = Against {
        heads: vec![head(dir.path(), day(0)).unwrap()],
        ..Against::default()
    };
    let of = |dir: &Path| prove(dir, &kept, &mut |_| {}).unwrap().findings;
    assert_eq!(of(dir.path()), []);
    assert_eq!(findings(old.path()), []);
    let found = of(old.path());
    assert!(found[0].what.contains("its end is cut off"), "{found:?}");
    fs::remove_file(old.path().join("2026-11-24.db")).unwrap();
    fs::remove_file(old.path().join("2026-11-24.head")).unwrap();
    assert_eq!(findings(old.path()), []);
    let found = of(old.path());
    assert!(
        found[0].what.contains("a head of it was kept elsewhere"),
        "{found:?}"
    );
    // A head kept from the first days stays good while the part grows and is sealed.
    let ledger = started(dir.path(), at(3).0);
    record(&ledger, &mixed(3), at(3));
    ledger.close();
    assert_eq!(of(dir.path()), []);
}
