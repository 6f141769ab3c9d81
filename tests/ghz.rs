//! A real ghz against the real sidecar, through server reflection, with the files of `bench/ghz`: every
//! call is OK, and every question asked stands in the ledger once.
//!
//! Without ghz the test says so and passes; with `VERZET_REQUIRE_PEERS=1` it fails instead.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../benches/serve/folder.rs"]
mod folder;
#[path = "../benches/serve/mix.rs"]
mod mix;
#[path = "../benches/serve/numbers.rs"]
mod numbers;
#[path = "../benches/serve/process.rs"]
#[allow(dead_code)] // The id is for figures.
mod process;
#[path = "../benches/serve/sidecar.rs"]
#[allow(dead_code)]
mod sidecar;

use std::{
    collections::{BTreeMap, HashSet},
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use verzet::proto::v1::{
    Decision, ListDecisionsRequest, Reason, Verdict, report_service_client::ReportServiceClient,
};

/// Questions in the files: the shares are exact in every multiple of twenty.
const ROWS: usize = 400;

fn run() -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/ghz/run"))
}

/// The release binary where `VERZET_RELEASE_BIN` names it, else the one of this build.
fn binary() -> PathBuf {
    std::env::var_os("VERZET_RELEASE_BIN").map_or_else(
        || PathBuf::from(env!("CARGO_BIN_EXE_verzet")),
        PathBuf::from,
    )
}

/// Says why not where there is no ghz.
fn is_there() -> bool {
    let found = run()
        .arg("which")
        .output()
        .expect("bench/ghz/run cannot be run");
    if found.status.success() {
        return true;
    }
    let why = String::from_utf8_lossy(&found.stderr).into_owned();
    assert_eq!(found.status.code(), Some(3), "{why}");
    assert!(
        std::env::var_os("VERZET_REQUIRE_PEERS").is_none_or(|v| v != "1"),
        "VERZET_REQUIRE_PEERS=1, and {why}"
    );
    // Past the test runner, which keeps what a passing test prints to itself.
    let _ = write!(std::io::stderr(), "skipped: {why}");
    false
}

/// Runs ghz, and gives its report.
fn ghz(kind: &str, calls: usize, addr: SocketAddr, numbers: &Path) -> Value {
    let calls = calls.to_string();
    let output = run()
        .env("GHZ_NUMBERS", numbers)
        .args([kind, &addr.to_string(), "-n", &calls, "-O", "json"])
        .output()
        .unwrap();
    let (told, wrong) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "{kind}: {}\n{told}\n{wrong}",
        output.status
    );
    serde_json::from_str(&told).unwrap_or_else(|e| panic!("{kind}: {e}\n{told}\n{wrong}"))
}

/// Every decision in the ledger.
fn decisions(addr: SocketAddr) -> Vec<Decision> {
    let rt = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    rt.block_on(async {
        let mut reports = ReportServiceClient::connect(format!("http://{addr}"))
            .await
            .unwrap();
        let (mut all, mut page_token) = (Vec::new(), String::new());
        loop {
            let page = ListDecisionsRequest {
                page_size: 1_000,
                page_token,
                ..Default::default()
            };
            let page = reports.list_decisions(page).await.unwrap().into_inner();
            all.extend(page.decisions);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return all;
            }
        }
    })
}

#[test]
fn every_call_of_ghz_is_answered_and_recorded() {
    if !is_there() {
        return;
    }
    let binary = binary();
    let binary = binary.as_path();
    let work = tempfile::tempdir().unwrap();
    let data = work.path().join("data");
    let up = sidecar::serve_with(binary, &data, &[("VERZET_LIMITS_QUEUE_WAIT", "10s")]).unwrap();
    let mix = mix::Mix::of(folder::Folder::sample(None).unwrap()).unwrap();
    let files = work.path().join("ghz");
    numbers::write(&mix, &files, ROWS).unwrap();

    // The sample has lived a month already.
    let there = decisions(up.addr).len();
    let mut asked = 0;
    for (kind, calls, questions_a_call) in [
        ("unary", 1_000, 1),
        ("batch", 8, numbers::BATCH),
        ("stream", 5, numbers::STREAM),
    ] {
        let report = ghz(kind, calls, up.addr, &files);
        assert_eq!(report["count"], calls, "{kind}: {report}");
        assert_eq!(
            report["statusCodeDistribution"],
            serde_json::json!({ "OK": calls }),
            "{kind}"
        );

        let before = asked;
        asked += calls * questions_a_call;
        let recorded = decisions(up.addr);
        assert_eq!(
            recorded.len(),
            there + asked,
            "{kind}: every question is recorded once"
        );
        let mut seen = BTreeMap::<Reason, usize>::new();
        for decision in &recorded[..asked - before] {
            assert_eq!(decision.campaign_id, mix.campaign_id);
            assert_ne!(decision.verdict(), Verdict::Unspecified);
            *seen.entry(decision.reason()).or_default() += 1;
        }
        let of = |reason| seen.get(&reason).copied().unwrap_or(0);
        assert_eq!(
            of(Reason::InvalidNumber),
            (asked - before) / 20,
            "{kind}: {seen:?}"
        );
        assert!(
            of(Reason::Objected) >= (asked - before) / 20,
            "{kind}: {seen:?}"
        );
        for reason in [Reason::CustomerSimilar, Reason::NotRegistered] {
            assert!(of(reason) > 0, "{kind}: {reason:?} never, but {seen:?}");
        }
        for misfit in [
            Reason::UnknownCampaign,
            Reason::NoRegime,
            Reason::SourceNotLawful,
        ] {
            assert_eq!(of(misfit), 0, "{kind}: {seen:?}");
        }
        let call_ids: HashSet<_> = recorded[..asked].iter().map(|d| &d.call_id).collect();
        assert_eq!(call_ids.len(), asked, "{kind}: every call_id is new");
    }
}

#[test]
fn calls_that_fail_are_told() {
    if !is_there() {
        return;
    }
    let binary = binary();
    let binary = binary.as_path();
    let work = tempfile::tempdir().unwrap();
    let data = work.path().join("data");
    let up = sidecar::serve(binary, &data).unwrap();
    // Not a question: a channel that is not in the enum.
    std::fs::write(
        work.path().join("unary.json"),
        r#"[{"number": "+31612345678", "channel": 99}]"#,
    )
    .unwrap();
    for format in ["summary", "json", "pretty"] {
        let output = run()
            .env("GHZ_NUMBERS", work.path())
            .args(["unary", &up.addr.to_string(), "-n", "10", "-O", format])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{format}: {output:?}");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains("some calls failed"), "{format}: {told}");
    }
}
