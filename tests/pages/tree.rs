//! Every page, in both languages, with little and with something on it: well formed, and with nothing that
//! the policy of content forbids.

use crate::site::{Browser, Site};

/// Every page that needs no more than its path.
pub(crate) const PAGES: [&str; 18] = [
    "/today",
    "/decisions",
    "/decisions?verdict=all",
    "/numbers",
    "/numbers/31610000002",
    "/complaint",
    "/complaint?number=31610000002",
    "/rules",
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

fn well_formed(path: &str, page: &str) {
    const VOID: [&str; 6] = ["meta", "link", "input", "br", "hr", "img"];
    let mut open: Vec<String> = Vec::new();
    let mut rest = page.strip_prefix("<!DOCTYPE html>").expect("a doctype");
    while let Some(at) = rest.find('<') {
        let end = rest[at..]
            .find('>')
            .unwrap_or_else(|| panic!("{path}: an open tag"))
            + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        let closes = tag.starts_with('/');
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric())
            .collect();
        if closes {
            assert_eq!(
                open.pop().as_deref(),
                Some(name.as_str()),
                "{path}: </{name}>"
            );
        } else if !VOID.contains(&name.as_str()) && !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{path}: {open:?} are not closed");
}

async fn every_page(browser: &mut Browser) {
    for language in ["nl", "en"] {
        browser.speak(language);
        for path in PAGES {
            let got = browser.get(path).await.page();
            let text = got.text();
            well_formed(path, &text);
            assert!(
                text.contains(&format!("<html lang=\"{language}\">")),
                "{path}"
            );
            assert_eq!(text.matches("<h1").count(), 1, "{path}: one first heading");
            for bad in [
                " style=",
                "<style",
                "javascript:",
                " onclick",
                "http://",
                "{{",
                "{%",
            ] {
                assert!(!text.contains(bad), "{path}: {bad}");
            }
            // A key that has no text is shown as itself.
            for key in [
                "decisions.",
                "number.",
                "today.",
                "data.",
                "rules.",
                "similar.",
                "app.",
                "reports.",
            ] {
                let shown = got.words();
                let found = shown.split(' ').find(|w| {
                    w.starts_with(key)
                        && !w.ends_with(".csv")
                        && w.len() > key.len()
                        && w.bytes()
                            .all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'.')
                });
                assert_eq!(found, None, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn every_page_is_sound_with_nothing_asked_yet() {
    let site = Site::new();
    every_page(&mut site.officer().await).await;
}

#[tokio::test]
async fn every_page_is_sound_with_something_on_it() {
    let site = Site::new();
    for i in 1..40 {
        site.check(
            &format!("06100000{i:02}"),
            "gas-customers",
            &format!("c{i}"),
            "agent-1",
        );
    }
    site.check("nonsense", "gas-list", "c-bad", "agent-2");
    site.check("0620000001", "gas-customers", "c-stop", "agent-2");
    site.counted();
    let mut officer = site.officer().await;
    officer
        .submit(
            "/numbers",
            "/objections",
            &[("number", "06 123"), ("seller", "noordlicht")],
        )
        .await;
    every_page(&mut officer).await;
}

#[tokio::test]
async fn an_address_that_is_no_page_says_so_in_words() {
    let site = Site::new();
    let mut officer = site.officer().await;
    for path in [
        "/nothing",
        "/decisions/x",
        "/numbers/12",
        "/rules/none",
        "/data/none",
    ] {
        let got = officer.get(path).await;
        assert_eq!(got.status, 404, "{path}");
        assert!(
            got.words().contains("Niet gevonden"),
            "{path}: {}",
            got.words()
        );
    }
}
