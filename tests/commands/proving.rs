//! The ledger's commands, beside a running sidecar and without one.

use std::{
    fs,
    os::unix::fs::{FileExt, PermissionsExt},
    path::Path,
};

use parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::Field,
};
use serde_json::Value;

use super::{json, sidecar::Dir};

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

fn check(dir: &Dir, number: &str) -> Value {
    let checked = dir.run(&["check", number, "--campaign", "c", "--json"]);
    json(&checked)
}

fn enforce(dir: &Dir) {
    let enforce = [
        "policy", "enforce", "nl-bmnr", "--by", "a tester", "--why", "a test",
    ];
    assert_eq!(dir.run(&enforce).code, Some(0));
}

/// Decisions made beside a running sidecar, proved, exported, forgotten.
#[test]
fn a_decision_is_proved_on_a_machine_that_has_nothing_else() {
    let dir = Dir::new();
    enforce(&dir);
    let sidecar = dir.serve(&[]).expect("a regime is enforced");
    let asked = ["0610000002", "0610000003", "0610000001", "=1+1,2"].map(|n| check(&dir, n));
    let id = asked[0]["decision_id"].as_str().unwrap();
    // Signed within ten seconds.
    let prove = |out: &str| dir.run(&["ledger", "prove", id, "--out", out]);
    let proved = loop {
        let proved = prove("first.proof");
        if proved.code == Some(0) {
            break proved;
        }
        assert!(proved.stderr.contains(": not signed yet: "), "{proved:?}");
        std::thread::sleep(std::time::Duration::from_millis(200));
    };
    let key = json(&dir.run(&["ledger", "key", "--json"]))["key"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        proved.stderr,
        format!("next: verzet ledger check-proof first.proof --key {key}\n")
    );
    let file = dir.path().join("first.proof");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let elsewhere = Dir::new();
    let check_proof = |path: &Path, key: &str, more: &[&str]| {
        let args = [
            "ledger",
            "check-proof",
            path.to_str().unwrap(),
            "--key",
            key,
        ];
        elsewhere.run(&[&args, more].concat())
    };
    let checked = check_proof(&file, &key, &["--json"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let decision = &json(&checked)["decision"];
    assert_eq!(decision["decision_id"], id);
    assert_eq!(decision["e164"], "+31610000002");
    assert_eq!(decision["verdict"], asked[0]["verdict"]);
    assert_eq!(decision["trail"][1]["outcome"], "DECIDED", "{decision}");
    let text = check_proof(&file, &key, &[]);
    assert!(text.stdout.starts_with("holds: signed at "), "{text:?}");
    assert!(!text.stdout.contains("0610000003"), "{text:?}");
    let other_key = check_proof(&file, &"0".repeat(64), &[]);
    assert_eq!(other_key.code, Some(7), "{other_key:?}");
    let mut changed = fs::read(&file).unwrap();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    elsewhere.write("changed", "");
    fs::write(elsewhere.path().join("changed"), changed).unwrap();
    assert_eq!(
        check_proof(&elsewhere.path().join("changed"), &key, &[]).code,
        Some(7)
    );

    let verified = dir.run(&["ledger", "verify", "--json", "--key", &key]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    let verified = json(&verified);
    assert_eq!(verified["intact"], true);
    assert_eq!(verified["parts"][0]["decisions"], 4);
    let heads = dir.run(&["ledger", "heads", "--json"]).stdout;
    assert_eq!(lines(&heads)[0]["kind"], "checkpoint");
    dir.write("heads.jsonl", &heads);

    exported(&dir);

    // Forgotten beside the running sidecar; the next check about the number is another matter.
    let asks = dir.run(&["ledger", "erase", "--number", "06 10000002"]);
    assert_eq!(asks.code, Some(2), "{asks:?}");
    let erased = dir.run(&[
        "ledger",
        "erase",
        "--number",
        "06 10000002",
        "--yes",
        "--json",
    ]);
    assert_eq!(json(&erased)["records"], 1, "{erased:?}");
    assert_eq!(prove("after.proof").code, Some(0));
    let after = check_proof(&dir.path().join("after.proof"), &key, &["--json"]);
    assert_eq!(json(&after)["erased"], true, "{after:?}");
    assert_eq!(json(&after)["decision"]["e164"], Value::Null);
    assert_eq!(json(&after)["decision"]["verdict"], asked[0]["verdict"]);
    assert_eq!(check_proof(&file, &key, &[]).code, Some(0));
    check(&dir, "0610000002");
    drop(sidecar);
    // Killed, it is as sound.
    let verified = dir.run(&["ledger", "verify", "--key", &key, "--heads", "heads.jsonl"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert!(verified.stdout.ends_with(" records\n"), "{verified:?}");
    let nothing = dir.run(&["ledger", "purge", "--before", "2999-01-01", "--json"]);
    assert_eq!(json(&nothing)["parts"], Value::Array(vec![]), "{nothing:?}");
}

/// The same decisions in the three formats.
fn exported(dir: &Dir) {
    let csv = dir.run(&["ledger", "export", "--format", "csv"]);
    assert_eq!(csv.code, Some(0), "{csv:?}");
    let rows: Vec<_> = csv.stdout.split_terminator("\r\n").collect();
    assert_eq!(rows.len(), 5, "{csv:?}");
    assert!(rows[0].starts_with("decision_id,decided_at,"), "{csv:?}");
    assert!(rows[1].contains(",+31610000002,"), "{csv:?}");
    assert!(rows[4].contains(",\"'=1+1,2\","), "{csv:?}");
    let jsonl = dir.run(&["ledger", "export", "--format", "jsonl"]);
    let objects = lines(&jsonl.stdout);
    assert_eq!(objects.len(), 4);
    assert_eq!(objects[3]["number"], "=1+1,2");
    assert_eq!(objects[3]["e164"], Value::Null);
    let to = [
        "ledger",
        "export",
        "--format",
        "parquet",
        "--out",
        "all.parquet",
    ];
    let written = dir.run(&to);
    assert_eq!(written.stderr, "decisions written: 4\n");
    let file = fs::File::open(dir.path().join("all.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let rows: Vec<_> = reader
        .get_row_iter(None)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(rows.len(), 4);
    for (row, object) in rows.iter().zip(&objects) {
        let members = object.as_object().unwrap();
        assert_eq!(row.len(), members.len());
        for (name, field) in row.get_column_iter() {
            let expected = &members[name];
            match field {
                Field::Null => assert_eq!(expected, &Value::Null, "{name}"),
                Field::Str(text) => assert_eq!(expected, text, "{name}"),
                Field::Long(n) => assert_eq!(expected, n, "{name}"),
                Field::Bool(yes) => assert_eq!(expected, yes, "{name}"),
                Field::TimestampMicros(at) => {
                    let text = verzet::clock::Micros(*at).to_string();
                    assert_eq!(expected, &text, "{name}");
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }
    let long_ago = [
        "ledger",
        "export",
        "--format",
        "jsonl",
        "--to",
        "2020-01-01",
    ];
    assert_eq!(dir.run(&long_ago).stdout, "");
}

/// Without a sidecar; the part at rest is bound to the byte.
#[test]
fn what_was_changed_is_code_7_and_named() {
    let dir = Dir::new();
    let none = dir.run(&["ledger", "verify"]);
    assert_eq!(none.code, Some(6), "{none:?}");
    let enforce = [
        "policy", "enforce", "nl-bmnr", "--by", "a tester", "--why", "a test",
    ];
    assert_eq!(dir.run(&enforce).code, Some(0));
    for number in ["0610000002", "0610000003"] {
        dir.run(&["check", number, "--campaign", "c", "--json"]);
    }
    let sound = dir.run(&["ledger", "verify"]);
    assert_eq!(sound.code, Some(0), "{sound:?}");
    let ledger = dir.path().join("verzet-data/ledger");
    let last = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(ledger.join(name)).unwrap()).unwrap()
    };
    assert_eq!(last("verified.json")["intact"], true);
    let part = fs::read_dir(&ledger)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "db"))
        .unwrap();
    let file = fs::OpenOptions::new().write(true).open(&part).unwrap();
    // A byte of a page's unused middle.
    file.write_all_at(&[9], 4_096 + 600).unwrap();
    let changed = dir.run(&["ledger", "verify"]);
    assert_eq!(changed.code, Some(7), "{changed:?}");
    let name = part.file_name().unwrap().to_str().unwrap();
    let says = format!("\n{name}: the file is not the one signed at ");
    assert!(changed.stdout.contains(&says), "{changed:?}");
    assert_eq!(last("verified.json")["intact"], false);
    file.write_all_at(&[0], 4_096 + 600).unwrap();
    assert_eq!(dir.run(&["ledger", "verify"]).code, Some(0));
    fs::remove_file(&part).unwrap();
    let gone = dir.run(&["ledger", "verify", "--json"]);
    assert_eq!(gone.code, Some(7), "{gone:?}");
    assert_eq!(json(&gone)["findings"][0]["file"], name);
}
