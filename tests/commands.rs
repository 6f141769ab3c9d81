//! The commands on a sidecar: a running one, and one a command starts for itself.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "support/sidecar.rs"]
mod sidecar;

#[path = "commands/feeding.rs"]
mod feeding;
#[path = "commands/proving.rs"]
mod proving;
#[path = "commands/replaying.rs"]
mod replaying;
#[path = "commands/reporting.rs"]
mod reporting;

use std::{fs, io::Write, os::unix::net::UnixListener, path::Path, process::Stdio};

use serde_json::Value;
use sidecar::{Dir, Ended};

/// The worked set of regime `nl-bmnr`.
const WORKED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/nl-bmnr");

/// The number and campaign of the sample's first check.
const NUMBER: &str = "0610000002";
const CAMPAIGN: &str = "gas-customers";

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|e| panic!("{e}: {ended:?}"))
}

/// The value of a `name  value` line.
fn field<'a>(ended: &'a Ended, name: &str) -> Option<&'a str> {
    ended
        .stdout
        .lines()
        .find_map(|l| l.strip_prefix(name)?.strip_prefix(' '))
        .map(str::trim)
}

#[test]
fn from_a_bare_directory_to_the_first_check() {
    let dir = Dir::new();
    // Each step tells the next one; no sidecar runs.
    let told = |ended: &Ended| {
        let next = ended
            .stderr
            .lines()
            .find_map(|l| l.strip_prefix("next: verzet "));
        next.unwrap_or_else(|| panic!("no next step: {ended:?}"))
            .to_owned()
    };
    let list = dir.run(&["policy", "list"]);
    assert_eq!(
        (list.code, told(&list).as_str()),
        (
            Some(0),
            r#"policy enforce nl-bmnr --by "your name" --why "…""#
        )
    );
    let enforce = dir.run(&[
        "policy",
        "enforce",
        "nl-bmnr",
        "--by",
        "a tester",
        "--why",
        "the test's own reason",
    ]);
    assert_eq!(enforce.code, Some(0), "{enforce:?}");
    assert_eq!(field(&enforce, "enforced"), Some("nl-bmnr"));
    assert_eq!(field(&enforce, "why"), Some("the test's own reason"));
    assert!(
        enforce
            .stderr
            .starts_with("warning: This is no longer the law"),
        "{enforce:?}"
    );
    assert_eq!(told(&enforce), "serve");
    let import = dir.run(&["import", WORKED]);
    assert_eq!(import.code, Some(0), "{import:?}");
    assert!(
        import.stdout.starts_with(
            "file             rows  added  unchanged  ended  bad\n\
         sellers.csv         3      3          0      0    0\n"
        ),
        "{import:?}"
    );
    assert!(
        import.stdout.ends_with("applied, revision 2\n"),
        "{import:?}"
    );
    assert_eq!(
        told(&import),
        "register import REGISTER FILE --as-of YYYY-MM-DD"
    );
    let file = format!("{WORKED}/bmnr.txt");
    let register = dir.run(&["register", "import", "bmnr", &file, "--as-of", "2020-01-01"]);
    assert_eq!(register.code, Some(0), "{register:?}");
    assert_eq!(field(&register, "numbers"), Some("517"));
    assert_eq!(
        told(&register),
        "check NUMBER --campaign c000-noordlicht --explain"
    );
    let check = dir.run(&[
        "check",
        "0612345678",
        "--campaign",
        "c000-noordlicht",
        "--explain",
    ]);
    assert_eq!(check.code, Some(3), "{check:?}");
    assert_eq!(field(&check, "verdict"), Some("BLOCK"));
    assert_eq!(field(&check, "number"), Some("+31612345678 (MOBILE)"));
    assert!(check.stdout.contains("\nrow  outcome  check "), "{check:?}");
    // Nothing is left running, and a sidecar serves what the commands brought.
    let sidecar = dir.serve(&[]).expect("a regime is enforced");
    assert!(sidecar.socket.exists());
    let summary = dir.run(&["report", "summary", "--json"]);
    assert_eq!(json(&summary)["count"], 1);
}

#[test]
fn an_objection_from_the_shell_is_seen_by_the_next_check() {
    let dir = Dir::new();
    let _sidecar = dir.serve(&["--sample"]).expect("the sample serves");
    let check = |more: &[&str]| {
        dir.run(&[&["check", NUMBER, "--campaign", CAMPAIGN, "--json"], more].concat())
    };
    let before = check(&[]);
    assert_eq!(before.code, Some(0), "{before:?}");
    assert_eq!(json(&before)["verdict"], "ALLOW");
    assert_eq!(json(&before)["warnings"][0], "REGIME_LAPSED");
    assert_eq!(json(&before)["shadow"]["regime"], "nl-2026");
    let dry = check(&["--as-of", "2025-06-01T12:00:00+02:00"]);
    assert_eq!(
        (&json(&dry)["decision_id"], &json(&dry)["durability"]),
        (&Value::Null, &Value::Null)
    );

    let said = dir.run(&[
        "objection",
        "record",
        NUMBER,
        "--channels",
        "voice",
        "--json",
    ]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(json(&said)["e164"][0], "+31610000002");
    let after = check(&["--explain"]);
    assert_eq!(after.code, Some(3), "{after:?}");
    assert_eq!(json(&after)["reason"], "OBJECTED");
    let decided = json(&after)["trail"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["outcome"] == "DECIDED")
        .cloned();
    assert_eq!(decided.unwrap()["fact_id"], json(&said)["fact_id"]);

    let id = json(&after)["decision_id"].as_str().unwrap().to_owned();
    let listed = dir.run(&["report", "list", "--decision", &id, "--json"]);
    assert_eq!(json(&listed)["number"], NUMBER);
    assert_eq!(json(&listed)["intent"], "PRECHECK");
    let blocked = dir.run(&[
        "report",
        "list",
        "--verdict",
        "block",
        "--number",
        NUMBER,
        "--json",
    ]);
    assert_eq!(blocked.stdout.lines().count(), 1, "{blocked:?}");
    let first = dir.run(&["report", "list", "--limit", "1"]);
    assert_eq!(first.stderr, "there are more; --limit 0 lists all\n");
    let summary = dir.run(&[
        "report",
        "summary",
        "--group-by",
        "verdict",
        "--number",
        NUMBER,
    ]);
    assert_eq!(
        summary.stdout,
        "verdict  count  allowed  blocked  deferred\n\
         ALLOW        1        1        0         0\n\
         BLOCK        1        0        1         0\n"
    );
}

#[test]
fn a_list_is_scrubbed_in_its_own_order() {
    let dir = Dir::new();
    let _sidecar = dir.serve(&["--sample"]).expect("the sample serves");
    let mut list = "name,number,region\n".to_owned();
    for i in 0..2_500 {
        let region = ["", "NL", "BE"][i % 3];
        list.push_str(&format!("\"row, {i}\",06{:08},{region}\n", 10_000_000 + i));
    }
    dir.write("list.csv", &list);
    let scrub = [
        "scrub",
        "list.csv",
        "--campaign",
        CAMPAIGN,
        "--out",
        "out.csv",
        "--json",
    ];
    let done = dir.run(&scrub);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(json(&done)["numbers"], 2_500);
    let out = fs::read_to_string(dir.path().join("out.csv")).unwrap();
    assert_eq!(out.lines().count(), 2_501);
    let mut blocked_abroad = 0;
    for (before, after) in list.lines().zip(out.lines()) {
        let added = after
            .strip_prefix(before)
            .unwrap_or_else(|| panic!("{before} became {after}"));
        let added: Vec<_> = added.split(',').collect();
        assert_eq!(added.len(), 5, "{after}");
        // 06 is no number in Belgium.
        if before.ends_with(",BE") {
            assert_eq!(
                added[1..],
                ["BLOCK", "INVALID_NUMBER", "", "FIX_NUMBER"],
                "{after}"
            );
            blocked_abroad += 1;
        }
    }
    assert_eq!(blocked_abroad, 833);
    let line = out.lines().find(|l| l.starts_with("\"row, 2\"")).unwrap();
    assert_eq!(
        line,
        "\"row, 2\",0610000002,BE,BLOCK,INVALID_NUMBER,,FIX_NUMBER"
    );
    let recorded = dir.run(&[
        "report",
        "summary",
        "--group-by",
        "campaign",
        "--intent",
        "precheck",
        "--json",
    ]);
    assert_eq!(json(&recorded)["count"], 2_500);
    let names: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn a_socket_left_by_a_killed_sidecar_is_no_obstacle() {
    let dir = Dir::new();
    drop(dir.serve(&["--sample"]).expect("the sample serves"));
    let socket = dir.path().join("verzet-data/verzet.sock");
    let _ = fs::remove_file(&socket);
    // Bound and closed without being removed, as by a kill.
    drop(UnixListener::bind(&socket).unwrap());
    let check = dir.run(&["check", NUMBER, "--campaign", CAMPAIGN]);
    assert_eq!(check.code, Some(0), "{check:?}");
}

#[test]
fn commands_at_the_same_time_wait_for_each_other() {
    let dir = Dir::new();
    assert_eq!(
        dir.run(&[
            "policy", "enforce", "nl-bmnr", "--by", "a tester", "--why", "a test"
        ])
        .code,
        Some(0)
    );
    let children: Vec<_> = (0..4)
        .map(|i| {
            let number = format!("06100000{i:02}");
            dir.command(&["objection", "record", &number])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let ended: Ended = child.wait_with_output().unwrap().into();
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
}

#[test]
fn a_command_asks_over_tcp_where_it_is_told_to() {
    let dir = Dir::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let mut sidecar = dir
        .serve_on(&free, &["--sample"])
        .expect("the sample serves");
    let other = Dir::new();
    let check = other.run(&["check", NUMBER, "--campaign", CAMPAIGN, "--address", &free]);
    assert_eq!(check.code, Some(0), "{check:?}");
    assert_eq!(fs::read_dir(other.path()).unwrap().count(), 0);
    // The port is taken: told with the place it was set.
    let second = other
        .serve_on(&free, &["--sample"])
        .err()
        .expect("the port is in use");
    assert_eq!(second.code, Some(2), "{second:?}");
    assert!(
        second.stderr.contains(&format!(
            "flag --listen: listen: {free} is in use by another program; stop the other program, or \
             choose another port"
        )),
        "{second:?}"
    );
    assert!(sidecar.ended().is_none());
}

#[test]
fn what_is_no_question_is_code_2_with_every_field() {
    let dir = Dir::new();
    let _sidecar = dir.serve(&["--sample"]).expect("the sample serves");
    let long = "x".repeat(257);
    let wrong = dir.run(&["check", NUMBER, "--campaign", &long, "--region", "Holland"]);
    assert_eq!(
        (wrong.code, wrong.stdout.as_str()),
        (Some(2), ""),
        "{wrong:?}"
    );
    for part in ["error: check: ", "\n  campaign_id: ", "\n  region: "] {
        assert!(wrong.stderr.contains(part), "{part:?}: {wrong:?}");
    }
}

#[test]
fn a_damaged_or_foreign_directory_is_told_of_and_left_alone() {
    let dir = Dir::new();
    fs::create_dir(dir.path().join("verzet-data")).unwrap();
    let file = dir.path().join("verzet-data/facts.db");
    fs::File::create(&file)
        .unwrap()
        .write_all(b"not a database")
        .unwrap();
    let list = dir.run(&["policy", "list"]);
    assert_eq!((list.code, list.stdout.as_str()), (Some(1), ""), "{list:?}");
    assert!(list.stderr.contains("facts.db` is damaged"), "{list:?}");
    assert_eq!(fs::read(&file).unwrap(), b"not a database");
    dir.write("plain", "");
    let plain = dir.run(&["policy", "list", "--data-dir", "plain"]);
    assert_eq!(plain.code, Some(6));
    assert_eq!(
        plain.stderr,
        "error: no directory: plain; hint: name the data directory with --data-dir\n"
    );
    assert!(Path::new(&dir.path().join("plain")).is_file());
}
