//! The doctor: well, and with each thing broken in turn.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::Value;
use verzet::{
    clock::Micros,
    policy::Intent,
    sidecar::{Ask, Query, Sidecar},
};

use super::{common, served::Served, sidecar::Dir};

struct Seen {
    code: Option<i32>,
    findings: Vec<Value>,
}

impl Seen {
    fn states(&self, area: &str) -> Vec<&str> {
        let of = self.findings.iter().filter(|f| f["area"] == area);
        of.map(|f| f["state"].as_str().unwrap()).collect()
    }

    /// The finding that must be mended in an area.
    fn to_mend(&self, area: &str) -> &str {
        let of = |f: &&Value| f["area"] == area && f["state"] == "mend";
        let found = self.findings.iter().find(of);
        let found = found.unwrap_or_else(|| panic!("nothing of {area}: {:?}", self.findings));
        assert!(!found["mend"].as_str().unwrap().is_empty(), "{found}");
        found["found"].as_str().unwrap()
    }
}

fn look(dir: &Dir, settings: &[(&str, &str)]) -> Seen {
    let mut command = dir.command(&["doctor", "--json"]);
    for (name, value) in settings {
        command.env(name, value);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let findings = text.lines().map(|l| serde_json::from_str(l).unwrap());
    Seen {
        code: output.status.code(),
        findings: findings.collect(),
    }
}

#[test]
fn a_sound_installation_is_well_running_or_not() {
    let dir = Dir::new();
    assert_eq!(
        look(&dir, &[]).to_mend("directory"),
        "verzet-data is not there"
    );
    let mut served = Served::start(&dir, &["--sample"], &[]);
    served.wait_for(|log| log.contains("metrics are served"));
    let metrics = served.field("address");
    let seen = look(&dir, &[("VERZET_METRICS_LISTEN", &metrics)]);
    assert_eq!(seen.code, Some(0), "{:?}", seen.findings);
    for area in [
        "rights", "limits", "clock", "facts", "register", "ledger", "sidecar", "metrics",
    ] {
        assert_eq!(seen.states(area), ["ok"], "{area}: {:?}", seen.findings);
    }
    // What lapsed is said, and does not fail.
    assert_eq!(seen.states("regime"), ["warn"]);
    assert!(seen.states("disk").len() >= 3);
    served.stop();
    let seen = look(&dir, &[]);
    assert_eq!(seen.code, Some(0), "{:?}", seen.findings);
    let left: Vec<_> = fs::read_dir(dir.path().join("verzet-data"))
        .unwrap()
        .flatten()
        .collect();
    assert!(
        left.iter()
            .all(|e| !e.file_name().to_string_lossy().contains("probe")),
        "{left:?}"
    );
    let told = dir.run(&["doctor", "--quick"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.stdout.contains("ok    facts"), "{told:?}");
    assert!(
        told.stderr
            .contains("no longer the law; hint: see `verzet policy list`"),
        "{told:?}"
    );
}

#[test]
fn each_thing_that_is_broken_is_named_with_how_to_mend_it() {
    let dir = Dir::new();
    Served::start(&dir, &["--sample"], &[]).stop();
    let data = dir.path().join("verzet-data");

    let seen = look(&dir, &[("VERZET_LIMITS_CONNECTIONS", "65536")]);
    if verzet::process::most_descriptors().is_some_and(|most| most < 65_536) {
        assert!(
            seen.to_mend("limits").contains("files"),
            "{:?}",
            seen.findings
        );
    }

    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(look(&dir, &[]).states("rights"), ["warn"]);
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).unwrap();

    let registers = data.join("registers");
    // The newest copy is the one in force.
    let copies = fs::read_dir(&registers).unwrap().flatten();
    let named = |name: &str| name.starts_with("bmnr-");
    let copies = copies.filter(|e| e.file_name().to_str().is_some_and(named));
    let copy = copies.map(|e| e.path()).max().unwrap();
    let bytes = fs::read(&copy).unwrap();
    fs::write(&copy, &bytes[1..]).unwrap();
    let seen = look(&dir, &[]);
    assert_eq!(seen.code, Some(1));
    assert!(
        seen.to_mend("register").contains("is damaged"),
        "{:?}",
        seen.findings
    );
    fs::remove_file(&copy).unwrap();
    assert!(
        look(&dir, &[])
            .to_mend("register")
            .contains("counts as missing")
    );
    fs::write(&copy, &bytes).unwrap();
    assert_eq!(look(&dir, &[]).code, Some(0));

    // Facts of before the last decision.
    let copied = |name: &str| {
        let copy = dir.run(&["backup", name]);
        assert_eq!(copy.code, Some(0), "{copy:?}");
        fs::read(dir.path().join(name).join("facts.db")).unwrap()
    };
    let put = |bytes: &[u8]| {
        for log in ["facts.db-wal", "facts.db-shm"] {
            let _ = fs::remove_file(data.join(log));
        }
        fs::write(data.join("facts.db"), bytes).unwrap();
    };
    let old = copied("old");
    dir.run(&["objection", "record", "0610000002"]);
    dir.run(&["check", "0610000002", "--campaign", "gas-customers"]);
    assert_eq!(look(&dir, &[]).code, Some(0));
    let new = copied("new");
    put(&old);
    let seen = look(&dir, &[]);
    assert!(
        seen.to_mend("ledger").contains("stops may be missing"),
        "{:?}",
        seen.findings
    );

    // A page of the facts, then the whole file.
    let mut torn = new.clone();
    let middle = torn.len() / 2;
    torn[middle..middle + 4096].fill(0xa5);
    put(&torn);
    assert!(!look(&dir, &[]).to_mend("facts").is_empty());
    fs::remove_file(data.join("facts.db")).unwrap();
    assert_eq!(look(&dir, &[]).to_mend("facts"), "facts.db is not there");
    put(&new);

    // A byte of the ledger's newest part, as plain as its copy is.
    let parts = fs::read_dir(dir.path().join("new/ledger"))
        .unwrap()
        .flatten();
    let part = parts
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "db"));
    let copy = part.max().unwrap();
    let part = data.join("ledger").join(copy.file_name().unwrap());
    let sound = fs::read(&copy).unwrap();
    for log in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{log}", part.display()));
    }
    let mut torn = sound.clone();
    let at = torn.windows(6).rposition(|w| w == b"gas-cu").unwrap();
    torn[at] ^= 1;
    fs::write(&part, torn).unwrap();
    assert!(!look(&dir, &[]).to_mend("ledger").is_empty());
    fs::write(&part, sound).unwrap();
    assert_eq!(look(&dir, &[]).code, Some(0));
}

#[test]
fn a_clock_behind_the_ledger_and_a_directory_without_a_regime_are_told() {
    let dir = Dir::new();
    let data = dir.path().join("verzet-data");
    let sidecar = Sidecar::open(common::settings(&data)).unwrap();
    // A decision of an hour from now, as after a clock that was ahead.
    let at = Micros(Micros::system_now().0 + 3_600_000_000);
    let query = Query {
        ask: Ask {
            number: "12",
            region: None,
            campaign_id: "none",
            channel: None,
            person_id: "",
            source_id: "",
            at,
        },
        region: "",
        call_id: "",
        agent_id: "",
        caller_id: "",
        intent: Intent::Dial,
        dry_run: false,
        min_revision: 0,
        behind: false,
    };
    let ((), ticket) = sidecar.check(&query, |_, _| ()).unwrap();
    sidecar.ledger.wait(ticket.unwrap()).unwrap();
    drop(sidecar);
    let seen = look(&dir, &[]);
    assert_eq!(seen.code, Some(1));
    assert!(seen.to_mend("clock").contains("was set back"));
    assert_eq!(
        seen.to_mend("regime"),
        "none is enforced: every check blocks"
    );
}
