//! What the log says, and what it does not.

use std::{collections::BTreeSet, fs};

use super::{common::worked, served::Served, sidecar::Dir};

/// The digits of every number and the ids of every person in the worked set.
fn personal() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in ["relations.csv", "consents.csv", "objections.csv"] {
        let text = fs::read_to_string(worked("nl-bmnr").join(file)).unwrap();
        for line in text.lines().skip(1) {
            let mut fields = line.split(',');
            let digits: String = fields
                .next()
                .unwrap()
                .chars()
                .filter(char::is_ascii_digit)
                .collect();
            // The end of a number is the same in every spelling.
            if digits.len() >= 8 {
                found.insert(digits[digits.len() - 6..].to_owned());
            }
        }
    }
    assert!(found.len() > 1_000);
    found
}

/// Drives every way in that takes a number, and gives the log.
fn traffic(level: &str, format: &str) -> String {
    let dir = Dir::new();
    let worked = worked("nl-bmnr").display().to_string();
    let run = |args: &[&str]| {
        let ended = dir.run(args);
        assert!(matches!(ended.code, Some(0 | 3 | 5)), "{args:?}: {ended:?}");
        ended
    };
    let why = ["--by", "a test", "--why", "a test"];
    run(&[&["policy", "enforce", "nl-bmnr"], &why[..]].concat());
    let served = Served::start(
        &dir,
        &[],
        &[("VERZET_LOG_LEVEL", level), ("VERZET_LOG_FORMAT", format)],
    );
    run(&["import", &worked]);
    let register = format!("{worked}/bmnr.txt");
    run(&[
        "register",
        "import",
        "bmnr",
        &register,
        "--as-of",
        "2020-01-01",
    ]);
    for number in ["0612345678", "+31614880791", "abc 0687654321"] {
        let asked = [
            "check",
            number,
            "--campaign",
            "c000-noordlicht",
            "--person",
            "person-4711",
            "--call",
            "call-4712",
            "--agent",
            "agent-4713",
            "--caller-id",
            "+31851234567",
            "--explain",
        ];
        run(&asked);
    }
    run(&[
        "objection",
        "record",
        "0645678901",
        "--person",
        "person-4714",
    ]);
    run(&["objection", "record", "not a number 0634567890"]);
    dir.write("list.csv", "number\n0612345678\n31614880791\n06123\n");
    run(&[
        "scrub",
        "list.csv",
        "--campaign",
        "c000-noordlicht",
        "--out",
        "out.csv",
    ]);
    // A folder with a row that cannot be read.
    fs::create_dir(dir.path().join("bad")).unwrap();
    dir.write(
        "bad/objections.csv",
        "number,region,person_id,seller_id,channels,recorded_at,source\n\
         0656789012 x,NL,person-4715,,,2026-01-01T00:00:00Z,CALL\n\
         0656789013,NL,person-4716,,,yesterday,CALL\n",
    );
    run(&["import", "bad"]);
    served.stop()
}

fn nothing_personal(log: &str) {
    let mut personal = personal();
    let typed = [
        "345678",
        "880791",
        "654321",
        "678901",
        "567890",
        "789012",
        "789013",
        "234567",
        "person-47",
        "call-47",
        "agent-47",
    ];
    personal.extend(typed.map(str::to_owned));
    for line in log.lines() {
        // How long the start took has as many digits.
        let is_duration = |f: &str| f.contains("seconds=") || f.contains("\"seconds\":");
        let fields = line.split(|c: char| c.is_whitespace() || c == ',');
        let words = fields
            .filter(|f| !is_duration(f))
            .flat_map(|f| f.split(['"', '=']));
        // A time has six digits too, and a decision's name a number of its own.
        for word in words.filter(|w| !w.starts_with("2026-") && !w.starts_with("2027-")) {
            let told = personal.iter().find(|p| word.contains(p.as_str()));
            assert_eq!(told, None, "{line}");
        }
    }
}

#[test]
fn nothing_personal_is_written_even_when_it_says_how() {
    for level in ["debug", "trace"] {
        let log = traffic(level, "text");
        // It does say what was decided, with the number masked.
        let decided = log.lines().filter(|l| l.contains(" decided ")).count();
        assert_eq!(decided, 6, "{log}");
        assert!(log.contains("number=061*****78"), "{log}");
        assert!(log.contains("a folder was taken in"), "{log}");
        nothing_personal(&log);
    }
}

#[test]
fn lines_for_machines_are_json_with_the_same_sentences_and_fields() {
    let log = traffic("info", "json");
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}")))
        .collect();
    let find = |message: &str| {
        let found = lines.iter().find(|l| l["message"] == message);
        found.unwrap_or_else(|| panic!("no `{message}`: {log}"))
    };
    assert!(find("serving")["revision"].is_u64());
    assert_eq!(find("a folder was taken in")["origin"], "crm");
    assert_eq!(
        find(
            "the first account was made; its one-time password is in the file until it is changed"
        )["account"],
        "admin"
    );
    assert!(find("metrics are served")["address"].is_string());
    assert!(lines.iter().all(|l| l["message"] != "decided"), "{log}");
    nothing_personal(&log);
}
