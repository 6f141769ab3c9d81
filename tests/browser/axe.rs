//! axe-core on every page, in both languages, light and dark: it finds nothing.
//!
//! axe-core (MPL-2.0) is no part of this repository: `.ci/run` fetches it with npm into `target/axe`, and
//! `VERZET_AXE` names another place. Without it the test says so and passes, unless `VERZET_REQUIRE_PEERS=1`.

use std::path::PathBuf;

use serde_json::Value;
use verzet::access::Role;

use crate::driver::{Screen, Stage};

/// Every page that needs no more than its path.
pub(crate) const PAGES: [&str; 16] = [
    "/today",
    "/decisions?verdict=all",
    "/numbers",
    "/numbers/31610000002",
    "/complaint?number=31610000002",
    "/rules?number=0610000002&campaign=gas-customers",
    "/rules/nl-bmnr",
    "/similar",
    "/data/campaigns",
    "/data/sources",
    "/data/registers",
    "/data/imports",
    "/data/unclear",
    "/reports",
    "/changes",
    "/account",
];

fn source() -> Option<String> {
    let path = std::env::var_os("VERZET_AXE").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/axe/package/axe.min.js"),
        PathBuf::from,
    );
    let found = std::fs::read_to_string(&path).ok();
    if found.is_none() {
        assert!(
            std::env::var_os("VERZET_REQUIRE_PEERS").is_none_or(|v| v != "1"),
            "axe-core is not in {}: npm pack axe-core, and unpack it there",
            path.display()
        );
        eprintln!("skipped: axe-core is not in {}", path.display());
    }
    found
}

/// A site with something on every page.
pub(crate) async fn filled(stage: &Stage) {
    stage.account("officer", Role::Compliance, "*").await;
    for i in 1..30 {
        stage.site.check(
            &format!("06100000{i:02}"),
            "gas-customers",
            &format!("c{i}"),
            "agent-1",
        );
        stage.site.check(
            &format!("06300000{i:02}"),
            "gas-list",
            &format!("d{i}"),
            "agent-2",
        );
    }
    stage.site.counted();
    stage.sign_in("officer").await;
    stage.go("/numbers").await;
    stage.type_into("#stop-number", "06 100 0000").await;
    stage.click("button.stop").await;
    stage.go("/numbers").await;
    stage.type_into("#stop-number", "0610000002").await;
    stage.click("button.stop").await;
}

async fn finds_nothing(dark: bool) {
    let Some(axe) = source() else {
        return;
    };
    let Some(stage) = Stage::set(Screen {
        dark,
        narrow: false,
    })
    .await
    else {
        return;
    };
    filled(&stage).await;
    let decided = stage.site.check("0610000002", "gas-customers", "", "");
    let decision = format!("/decisions/{decided}");
    let mut paths: Vec<&str> = PAGES.to_vec();
    paths.extend([decision.as_str(), "/nothing"]);
    let mut found = Vec::new();
    for language in ["nl", "en"] {
        stage.speak(language).await;
        for path in &paths {
            stage.go(path).await;
            found.extend(violations(&stage, &axe, path).await);
        }
    }
    stage.sign_out().await;
    found.extend(violations(&stage, &axe, "/sign-in").await);
    stage.strike().await;
    assert!(found.is_empty(), "{found:#?}");
}

async fn violations(stage: &Stage, axe: &str, path: &str) -> Vec<String> {
    stage.script(axe).await;
    let run = "const done = arguments[arguments.length - 1]; \
        axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']}) \
        .then(r => done(r.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 3) \
        .map(n => n.html.slice(0, 160) + ' ' + (n.failureSummary || '').slice(0, 200)).join(' | '))));";
    let found = stage.client.execute_async(run, Vec::new()).await.unwrap();
    let list = found.as_array().cloned().unwrap_or_default();
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    list.iter()
        .map(|v| format!("{path}: {}", text(v)))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing_in_light() {
    finds_nothing(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing_in_dark() {
    finds_nothing(true).await;
}
