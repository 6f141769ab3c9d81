//! What is shipped to run and watch it names only what there is.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use verzet::metrics::{
    Cause, ClockStep, ConnectionRefused, FailClosed, Shed,
    names::{self, Kind},
};

fn shipped(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every word of a text that could be a metric's name.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
    words
        .filter(|w| w.starts_with("verzet_") || w.starts_with("process_"))
        .map(str::to_owned)
        .collect()
}

/// The names Prometheus knows: of a histogram its three series.
fn known() -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for m in names::ALL {
        match m.kind {
            Kind::Histogram => {
                known.extend(["bucket", "sum", "count"].map(|s| format!("{}_{s}", m.name)));
            }
            _ => {
                known.insert(m.name.to_owned());
            }
        }
    }
    known
}

const RULES: &str = "deploy/prometheus/verzet.rules.yml";
const DASHBOARD: &str = "deploy/grafana/verzet.json";

#[test]
fn rules_and_dashboard_rest_on_metrics_there_are() {
    for file in [RULES, DASHBOARD] {
        // A histogram as a whole has a name in words only: what is asked of Prometheus is a series.
        let text = shipped(file);
        let asked: String = text.lines().filter(|l| l.contains("expr")).collect();
        assert!(named(&asked).len() > 10, "{file}");
        let unknown: Vec<_> = named(&asked).difference(&known()).cloned().collect();
        assert!(unknown.is_empty(), "{file}: {unknown:?}");
        let mut said = known();
        said.extend(names::ALL.iter().map(|m| m.name.to_owned()));
        let unknown: Vec<_> = named(&text).difference(&said).cloned().collect();
        assert!(unknown.is_empty(), "{file}: {unknown:?}");
    }
}

/// The pages of the documentation, and what stands in the front.
fn pages() -> Vec<(String, String)> {
    let docs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut pages = vec![("README.md".to_owned(), shipped("README.md"))];
    for entry in fs::read_dir(docs).unwrap().flatten() {
        let name = format!("docs/{}", entry.file_name().into_string().unwrap());
        if name.ends_with(".md") {
            pages.push((name.clone(), shipped(&name)));
        }
    }
    assert!(pages.len() > 15, "{}", pages.len());
    pages
}

/// The values of a label that is a closed set.
fn values(metric: &str, label: &str) -> Option<Vec<&'static str>> {
    fn words<C: Cause>() -> Option<Vec<&'static str>> {
        Some(C::all().iter().map(|c| c.label()).collect())
    }
    match (metric, label) {
        ("verzet_shed_total", "cause") => words::<Shed>(),
        ("verzet_fail_closed_total", "cause") => {
            let blocked = names::BLOCKED_FOR.iter().map(|(_, word)| *word);
            Some(words::<FailClosed>()?.into_iter().chain(blocked).collect())
        }
        ("verzet_connections_refused_total", "cause") => words::<ConnectionRefused>(),
        ("verzet_clock_steps_total", "direction") => words::<ClockStep>(),
        _ => None,
    }
}

#[test]
fn pages_and_alerts_name_metrics_labels_and_alerts_there_are() {
    let rules = shipped(RULES);
    let alerts: BTreeSet<_> = rules
        .lines()
        .filter_map(|l| l.trim().strip_prefix("- alert: "))
        .collect();
    let mut said = known();
    said.extend(names::ALL.iter().map(|m| m.name.to_owned()));
    let (mut named_metrics, mut labelled) = (BTreeSet::new(), 0);
    let all = pages()
        .into_iter()
        .chain([(RULES.to_owned(), rules.clone())]);
    for (page, text) in all {
        let found = named(&text);
        let unknown: Vec<_> = found.difference(&said).collect();
        assert!(unknown.is_empty(), "{page}: {unknown:?}");
        named_metrics.extend(found);
        // As in `name{label="value"}`: the metric has the label, and a closed set the value.
        for (before, after) in text.match_indices('{').map(|(i, _)| text.split_at(i)) {
            let start = before.rfind(|c: char| !(c.is_ascii_lowercase() || c == '_'));
            let name = &before[start.map_or(0, |i| i + 1)..];
            let metric = names::ALL.iter().find(|m| {
                name == m.name || name.strip_prefix(m.name).is_some_and(|s| s == "_bucket")
            });
            let (Some(metric), Some((selector, _))) = (metric, after[1..].split_once('}')) else {
                continue;
            };
            for pair in selector.split(',') {
                let (label, value) = pair.split_once('=').unwrap_or((pair, ""));
                let label = label.trim_end_matches(['!', '~']);
                let is_own = metric.labels.contains(&label) || ["le", "job"].contains(&label);
                assert!(is_own, "{page}: {name} has no label {label}");
                labelled += 1;
                let value = value.trim_start_matches('~').trim_matches('"');
                for word in value.split('|').filter(|w| !w.is_empty()) {
                    let there = values(metric.name, label).is_none_or(|all| all.contains(&word));
                    assert!(there, "{page}: {name} has no {label} `{word}`");
                }
            }
        }
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        let is_alert = |w: &&str| {
            w.len() > 6
                && w.starts_with("Verzet")
                && w[6..].starts_with(|c: char| c.is_ascii_uppercase())
        };
        for word in words.filter(is_alert) {
            assert!(alerts.contains(word), "{page}: there is no alert {word}");
        }
    }
    assert!(
        named_metrics.len() > 30 && labelled > 5,
        "{named_metrics:?} {labelled}"
    );
}

#[test]
fn every_alert_says_what_it_means_and_the_page_what_to_do() {
    let (rules, page) = (shipped(RULES), shipped("docs/operate.md"));
    let blocks: Vec<_> = rules.split("- alert: ").skip(1).collect();
    assert!(blocks.len() > 10);
    for block in blocks {
        let name = block.lines().next().unwrap();
        for needed in ["expr:", "severity:", "summary:", "do:"] {
            assert!(block.contains(needed), "{name} has no {needed}");
        }
        assert!(
            page.contains(&format!("`{name}`")),
            "docs/operate.md does not have {name}"
        );
    }
    let alerts: BTreeSet<_> = rules
        .lines()
        .filter_map(|l| l.trim().strip_prefix("- alert: "))
        .collect();
    let told = page
        .lines()
        .filter_map(|l| l.strip_prefix("| `Verzet")?.split('`').next());
    for name in told {
        let name = format!("Verzet{name}");
        assert!(
            alerts.contains(name.as_str()),
            "docs/operate.md has {name}, the rules do not"
        );
    }
}

#[test]
fn the_dashboard_is_json_with_a_question_in_every_panel() {
    let dashboard: serde_json::Value = serde_json::from_str(&shipped(DASHBOARD)).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    for panel in panels.iter().filter(|p| p["type"] != "row") {
        assert!(panel["title"].is_string(), "{panel}");
        let asked = panel["targets"][0]["expr"].as_str().unwrap();
        assert!(!named(asked).is_empty(), "{panel}");
    }
}

#[test]
fn settings_in_what_is_shipped_are_settings() {
    let variables: BTreeSet<_> = verzet::config::SETTINGS
        .iter()
        .map(|s| s.variable())
        .collect();
    for file in [
        "deploy/verzet.service",
        "deploy/Containerfile",
        "deploy/kubernetes/sidecar.yaml",
        "deploy/kubernetes/service.yaml",
    ] {
        let text = shipped(file);
        let words = text.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
        for word in words.filter(|w| w.starts_with("VERZET_")) {
            assert!(variables.contains(word), "{file}: {word}");
        }
    }
}

/// Whether it is a directory with files in it, at any depth, that a build may read.
fn holds_sources(dir: &Path) -> bool {
    fs::read_dir(dir).is_ok_and(|mut entries| {
        entries.any(|entry| {
            let path = entry.unwrap().path();
            let kind = path.extension().and_then(|e| e.to_str()).unwrap_or("");
            ["rs", "proto", "toml", "html", "css", "js"].contains(&kind) || holds_sources(&path)
        })
    })
}

#[test]
fn the_image_is_built_of_all_that_is_compiled() {
    let (file, ignored) = (
        shipped("deploy/Containerfile"),
        shipped("deploy/Containerfile.dockerignore"),
    );
    // A new directory is one or the other: say which.
    let not_compiled = ["bench", "deploy", "docs", "fuzz", "target", "tests"];
    for entry in fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let passing = name.starts_with('.') || not_compiled.contains(&name.as_str());
        // `serve --sample` leaves a data directory here, and others may leave other things.
        if !passing && holds_sources(&entry.path()) {
            assert!(file.contains(&format!("\nCOPY {name} {name}\n")), "{name}");
            assert!(ignored.lines().any(|l| l == format!("!{name}")), "{name}");
        }
    }
}
