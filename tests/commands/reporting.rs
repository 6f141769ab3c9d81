//! The reports beyond counts of decisions, on the sample's month: as JSON, CSV and tables.

use serde_json::Value;

use crate::{field, json, sidecar::Dir};

/// The objects of a list.
fn lines(stdout: &str) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap();
    stdout.lines().map(parse).collect()
}

fn sum(rows: &[Value], name: &str) -> u64 {
    rows.iter().map(|row| row[name].as_u64().unwrap()).sum()
}

#[test]
fn what_officers_ask_beyond_counts_is_answered_on_the_command_line() {
    let dir = Dir::new();
    let _sidecar = dir.serve(&["--sample"]).expect("the sample serves");
    let report = |args: &[&str]| {
        let ended = dir.run(&[&["report"], args].concat());
        assert_eq!(ended.code, Some(0), "{args:?}: {ended:?}");
        ended
    };
    let rows = |args: &[&str]| lines(&report(&[args, &["--json"]].concat()).stdout);

    // One more objection is one more received, in force at once, of the seller it was made to.
    let before = rows(&["objections"]);
    assert!(sum(&before, "late") > 0, "{before:?}");
    let theirs = rows(&["objections", "--seller", "waterpoort"]);
    let said = dir.run(&[
        "objection",
        "record",
        "0610000002",
        "--seller",
        "noordlicht",
    ]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let after = rows(&["objections"]);
    assert_eq!(sum(&after, "received"), sum(&before, "received") + 1);
    assert_eq!(sum(&after, "late"), sum(&before, "late"));
    assert_eq!(rows(&["objections", "--seller", "waterpoort"]), theirs);
    assert!(sum(&theirs, "received") < sum(&before, "received"));
    let shown = report(&["objections", "--from", "2020-01-01"]);
    assert!(
        shown.stdout.starts_with("day         received  "),
        "{shown:?}"
    );
    let told = format!(
        "objections received: {}, of which ",
        sum(&after, "received")
    );
    assert!(shown.stderr.starts_with(&told), "{shown:?}");
    assert_eq!(report(&["objections", "--to", "2020-01-01"]).stdout, "");

    let ended = rows(&["ended", "--months", "12"]);
    assert!(sum(&ended, "calls") > 20, "{ended:?}");
    assert!(
        ended
            .iter()
            .all(|r| r["relations"].as_u64() <= r["calls"].as_u64())
    );
    assert!(sum(&rows(&["ended"]), "calls") <= sum(&ended, "calls"));
    assert_eq!(rows(&["ended", "--months", "1200"]), [] as [Value; 0]);
    let of_one = rows(&["ended", "--months", "12", "--seller", "waterpoort"]);
    assert!(of_one.iter().all(|r| r["seller_id"] == "waterpoort"));

    let expiring = rows(&["expiring", "--limit", "0"]);
    let (pairs, consents): (Vec<_>, Vec<_>) = expiring.iter().partition(|r| r["kind"] == "pair");
    assert!(
        pairs.iter().any(|p| p["offered_product_id"] == "solar"),
        "{pairs:?}"
    );
    assert!(consents.len() > 5, "{consents:?}");
    assert!(consents.is_sorted_by_key(|c| c["expires_at"].as_str()));
    let fewer = rows(&["expiring", "--limit", "3"]);
    assert_eq!(fewer.len(), pairs.len() + 3);
    assert!(rows(&["expiring", "--days", "1"]).len() < expiring.len());
    assert_eq!(rows(&["expiring", "--seller", "nobody"]), [] as [Value; 0]);
    let shown = report(&["expiring", "--limit", "3"]);
    assert!(shown.stderr.contains("there are more"), "{shown:?}");

    let sources = rows(&["sources"]);
    let against: Vec<_> = sources
        .iter()
        .map(|r| r["against_per_mille"].as_u64())
        .collect();
    assert!(
        against.is_sorted_by(|a, b| a >= b) && against[0] > Some(0),
        "{sources:?}"
    );
    let summed = json(&report(&[
        "summary",
        "--group-by",
        "regime",
        "--json",
        "--regime",
        "nl-bmnr",
    ]));
    let of_regime = rows(&["sources", "--regime", "nl-bmnr"]);
    assert_eq!(sum(&of_regime, "count"), summed["count"].as_u64().unwrap());
    for row in &of_regime {
        let reasons = row["reasons"].as_object().unwrap().values();
        let of_all: u64 = reasons.map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(Some(of_all), row["count"].as_u64(), "{row}");
    }

    let forbidden = rows(&["forbidden", "--regime", "nl-bmnr"]);
    assert_eq!(
        sum(&forbidden, "forbidden_today"),
        summed["forbidden_today"].as_u64().unwrap()
    );
    assert!(sum(&forbidden, "forbidden_today") > 0);
    let shown = report(&["forbidden"]);
    assert!(field(&shown, "seller").is_some(), "{shown:?}");

    for (name, heading) in [
        ("objections", "day,received,median,longest,late"),
        ("ended", "seller,campaign,calls,contracts,longest_ended"),
        ("expiring", "ends,kind,seller,number,channels,products"),
        (
            "sources",
            "seller,source,count,allowed,blocked,deferred,against,reasons",
        ),
        (
            "forbidden",
            "seller,campaign,regime,allowed,forbidden_today,share",
        ),
    ] {
        let csv = report(&[name, "--csv"]);
        assert_eq!(csv.stdout.lines().next(), Some(heading), "{name}");
        assert_eq!(csv.stderr, "", "{name}");
    }
}
