//! Decisions made again on the command line: beside a running sidecar, on a directory at rest, damaged.

use std::fs;

use serde_json::Value;

use super::{
    common, field, json,
    sidecar::{Dir, Ended},
};

/// A sample with some checks asked, and what was answered: ids, by reason.
fn asked(dir: &Dir) -> Vec<(String, String)> {
    // Without its month: every decision here is one of these.
    let settings = common::settings(&dir.path().join("verzet-data"));
    let bare = verzet::sidecar::Sidecar::open(settings).unwrap();
    verzet::sample::install(&bare).unwrap();
    drop(bare);
    let _sidecar = dir.serve(&[]).expect("the sample serves");
    for (number, campaign) in [
        ("0610000002", "gas-customers"),
        ("0620000001", "gas-customers"),
        ("0630000097", "gas-list"),
        ("0640000001", "gas-list"),
        ("nonsense", "gas-list"),
        ("0640000001", "no-such-campaign"),
    ] {
        let check = dir.run(&["check", number, "--campaign", campaign, "--json"]);
        assert!(matches!(check.code, Some(0 | 3)), "{check:?}");
    }
    let dry = [
        "check",
        "0610000002",
        "--campaign",
        "gas-customers",
        "--dry-run",
    ];
    assert_eq!(dir.run(&dry).code, Some(0));
    let list = dir.run(&["report", "list", "--json"]);
    let decisions: Vec<_> = lines(&list)
        .iter()
        .map(|d| {
            let text = |key: &str| d[key].as_str().unwrap().to_owned();
            (text("decision_id"), text("reason"))
        })
        .collect();
    assert_eq!(decisions.len(), 6, "{list:?}");
    // Beside the sidecar that runs.
    for (id, _) in &decisions {
        let replay = dir.run(&["replay", id]);
        assert_eq!(replay.code, Some(0), "{replay:?}");
        assert_eq!(replay.stdout, format!("{id}: the same\n"));
    }
    decisions
}

fn lines(ended: &Ended) -> Vec<Value> {
    let lines = ended.stdout.lines();
    lines.map(|l| serde_json::from_str(l).unwrap()).collect()
}

fn today(dir: &Dir) -> String {
    let check = dir.run(&["report", "list", "--json", "--limit", "1"]);
    let at = json(&check)["decided_at"].as_str().unwrap().to_owned();
    let zone = verzet::clock::Zone::named("Europe/Amsterdam").unwrap();
    zone.day(verzet::clock::Micros::parse(&at).unwrap())
        .to_string()
}

#[test]
fn a_decision_and_a_day_are_made_again() {
    let dir = Dir::new();
    let decisions = asked(&dir);
    let day = today(&dir);
    let whole = dir.run(&["replay", "--day", &day]);
    assert_eq!(whole.code, Some(0), "{whole:?}");
    assert_eq!(field(&whole, "decisions"), Some("6"));
    assert_eq!(field(&whole, "same"), Some("6"));
    assert!(whole.stderr.contains("6 decisions in "), "{whole:?}");
    let sums = json(&dir.run(&["replay", "--day", &day, "--json"]));
    assert_eq!((&sums["same"], &sums["differs"]), (&6.into(), &0.into()));

    let none = dir.run(&["replay", "--day", "2020-01-01"]);
    assert_eq!((none.code, field(&none, "decisions")), (Some(0), Some("0")));
    let unknown = dir.run(&["replay", "20200101-00000000-1"]);
    assert_eq!(unknown.code, Some(1), "{unknown:?}");
    assert!(
        unknown.stderr.contains("there is no decision"),
        "{unknown:?}"
    );
    for wrong in [&["replay"][..], &["replay", "7"], &["replay", "--day", "x"]] {
        assert_eq!(dir.run(wrong).code, Some(2), "{wrong:?}");
    }
    let elsewhere = dir.run(&["--data-dir", "nowhere", "replay", "--day", &day]);
    assert_eq!(elsewhere.code, Some(6), "{elsewhere:?}");
    assert!(!dir.path().join("nowhere").exists());

    // A relation is changed behind its back, then removed.
    let of = |reason: &str| {
        let found = decisions.iter().find(|d| d.1 == reason);
        found.unwrap_or_else(|| panic!("{decisions:?}")).0.clone()
    };
    let victim = of("CUSTOMER_SIMILAR");
    let facts = rusqlite::Connection::open(dir.path().join("verzet-data/facts.db")).unwrap();
    facts.execute("UPDATE relation SET paid = 0", []).unwrap();
    let differs = dir.run(&["replay", &victim]);
    assert_eq!(differs.code, Some(7), "{differs:?}");
    assert!(
        differs.stdout.contains(
            "differs: row 11 (CustomerSimilar), outcome: recorded DECIDED, now NOT_ASKED"
        ),
        "{differs:?}"
    );
    let whole = dir.run(&["replay", "--day", &day]);
    assert_eq!(whole.code, Some(7), "{whole:?}");
    assert!(whole.stdout.contains(&victim), "{whole:?}");
    // And from the index by number, if upkeep has put it there: one that names what is gone is damage.
    facts
        .execute_batch("DELETE FROM relation; DELETE FROM fact_number WHERE fact & 3 = 0")
        .unwrap();
    let gone = json(&dir.run(&["replay", &victim, "--json"]));
    assert_eq!(gone["outcome"], "GONE");
    let ended = dir.run(&["replay", "--day", &day, "--json"]);
    assert_eq!(ended.code, Some(8), "{ended:?}");
    let all = lines(&ended);
    assert_eq!(all.last().unwrap()["gone_by_kind"]["fact"], 1);
    assert_eq!(all[0]["decision_id"], victim.as_str());
}

#[test]
fn another_pack_is_asked_the_questions_of_a_day() {
    let dir = Dir::new();
    asked(&dir);
    let day = today(&dir);
    let pack = dir.run(&["policy", "show", "nl-2026", "--pack"]);
    dir.write("law.toml", &pack.stdout);
    let diff = dir.run(&[
        "policy",
        "diff",
        "--candidate",
        "law.toml",
        "--day",
        &day,
        "--rows",
        "--out",
        "out.csv",
    ]);
    assert_eq!(diff.code, Some(0), "{diff:?}");
    let sum = diff
        .stdout
        .lines()
        .find(|l| l.starts_with("ALLOW") && l.contains("NOT_REGISTERED"))
        .unwrap_or_else(|| panic!("{diff:?}"));
    let words: Vec<_> = sum.split_whitespace().collect();
    assert_eq!(
        words,
        [
            "ALLOW",
            "NOT_REGISTERED",
            "BLOCK",
            "NO_CONSENT",
            "1",
            "changes"
        ]
    );
    let csv = fs::read_to_string(dir.path().join("out.csv")).unwrap();
    let rows: Vec<_> = csv.lines().collect();
    assert!(rows[0].starts_with("decision_id,decided_at,campaign_id,number,"));
    assert!(
        rows.iter()
            .any(|r| r.contains(",gas-list,+31640000001,ALLOW,NOT_REGISTERED,BLOCK,NO_CONSENT,")),
        "{csv}"
    );
    let counts = lines(&dir.run(&[
        "policy",
        "diff",
        "--candidate",
        "law.toml",
        "--day",
        &day,
        "--json",
    ]));
    let all: u64 = counts.iter().map(|c| c["count"].as_u64().unwrap()).sum();
    assert_eq!(all, 6, "{counts:?}");

    dir.write("bad.toml", "id = \"x\"\n");
    let bad = dir.run(&["policy", "diff", "--candidate", "bad.toml", "--day", &day]);
    assert_eq!(bad.code, Some(2), "{bad:?}");
    assert!(
        bad.stderr.contains("the candidate is not a sound pack"),
        "{bad:?}"
    );
}
