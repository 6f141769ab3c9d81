//! A scripted try of the OWASP top ten (2021) at the pages. What another file tests is named there.
//!
//! A06 (components) is `cargo deny` in `.ci/run`; of A10 (requests made by the server) there is only the
//! provider of the settings, whose address nobody can give (`provider.rs`).

use axum::{
    body::Body,
    http::{Request, header},
};
use verzet::access::{Role, SessionLimits};

use crate::site::{Browser, PASSWORD, Site, csrf_of};

const SCRIPT: &str = "\"><script>alert(1)</script>";

/// A01: paths that climb, addresses of others' things. Other sellers' data: `access.rs`.
#[tokio::test]
async fn a01_nothing_is_reached_by_its_path_alone() {
    let site = Site::new();
    let mut officer = site.officer().await;
    for path in [
        "/assets/..%2f..%2fCargo.toml",
        "/assets/%2e%2e/Cargo.toml",
        "/assets/verzet.css",
        "/decisions/..%2f..%2fetc%2fpasswd",
        "/rules/..%2fnl-bmnr",
    ] {
        assert_eq!(officer.get(path).await.status, 404, "{path}");
    }
}

/// A02: cookies no script reads and no other site sends.
#[tokio::test]
async fn a02_the_session_is_in_a_cookie_that_is_guarded() {
    let site = Site::new();
    let first = site.sidecar.access.first_account().unwrap().unwrap();
    let mut browser = Browser::new(&site);
    let got = browser
        .post(
            "/sign-in",
            &[("name", first.0), ("password", first.1.show())],
        )
        .await;
    let set = got.headers[header::SET_COOKIE].to_str().unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!got.text().contains(first.1.show()));
}

/// A03: what is typed is shown as typed, and never run.
#[tokio::test]
async fn a03_what_is_typed_is_never_run() {
    let site = Site::new();
    let id = site.check(SCRIPT, SCRIPT, SCRIPT, SCRIPT);
    site.check("0610000002", "gas-customers", SCRIPT, SCRIPT);
    site.counted();
    let mut officer = site.officer().await;
    officer
        .submit(
            "/numbers",
            "/objections",
            &[("number", "0610000002"), ("seller", ""), ("source", SCRIPT)],
        )
        .await;
    officer
        .submit(
            "/numbers",
            "/objections",
            &[("number", SCRIPT), ("seller", ""), ("source", SCRIPT)],
        )
        .await;
    let q = crate::site::escaped(SCRIPT);
    let quote = crate::site::escaped("' OR 1=1; DROP TABLE change; --");
    for path in [
        format!("/decisions/{id}"),
        format!("/decisions?verdict=all&agent={q}&campaign={q}&source={q}&seller={q}&reason={q}"),
        format!("/decisions?verdict={q}&order={q}&after={q}&shadow={q}"),
        format!("/decisions?number={q}&from={q}"),
        format!("/numbers?number={q}"),
        "/numbers/31610000002".to_owned(),
        format!("/numbers/31610000002?recorded={q}&after={q}"),
        format!("/complaint?number=0610000002&person={q}&date={q}"),
        format!("/rules?number={q}&campaign=gas-customers&source={q}&at={q}"),
        format!("/similar?seller={q}&done={q}&problem={q}"),
        format!("/data/unclear?all={q}&settled={q}&problem={q}"),
        format!("/changes?who={q}&action={q}&key={q}&before={q}"),
        format!("/changes?who={quote}&key={quote}"),
        format!("/sign-in?next={q}"),
        format!("/{q}"),
    ] {
        for language in ["nl", "en"] {
            officer.speak(language);
            let text = officer.get(&path).await.text();
            assert!(!text.contains("<script>alert"), "{path}");
            assert!(!text.contains("\"><script"), "{path}");
        }
    }
    // The record is still there.
    assert!(officer.get("/changes").await.page().text().contains("<tr>"));
}

/// A03: a header cannot be split by what is put into an address.
#[tokio::test]
async fn a03_no_header_is_made_by_an_address() {
    let site = Site::new();
    let mut browser = Browser::new(&site);
    for back in ["%0d%0aSet-Cookie:x=y", "%0aX:y", "/today%0d%0aX:y"] {
        let got = browser.get(&format!("/language/en?back={back}")).await;
        assert!(got.headers.get("x").is_none());
        let cookies = got.headers.get_all(header::SET_COOKIE).iter();
        assert!(
            cookies
                .map(|c| c.to_str().unwrap())
                .all(|c| c.starts_with("verzet_language="))
        );
    }
}

/// A04: every form that changes something needs the value of its page. The second person: `similar.rs`.
#[tokio::test]
async fn a04_no_form_is_taken_without_the_value_of_its_page() {
    let site = Site::new();
    let mut officer = site.officer().await;
    let mut other = site.person("other", Role::Compliance, "*").await;
    let foreign = csrf_of(&other.get("/account").await.text());
    let revision = site.sidecar.world().revision;
    for path in [
        "/objections",
        "/similar",
        "/similar/1",
        "/data/unclear/1",
        "/rules/nl-2026/enforce",
        "/complaint/letter.pdf",
        "/account/second-factor",
        "/sign-out",
        "/password",
    ] {
        for csrf in ["", "x", foreign.as_str()] {
            let got = officer
                .post(
                    path,
                    &[("csrf", csrf), ("number", "0610000002"), ("why", "x")],
                )
                .await;
            assert_eq!(got.status, 403, "{path}");
        }
        // And none that a browser says another site sent.
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site")
            .body(Body::from("number=0610000002"))
            .unwrap();
        assert_eq!(officer.send(request).await.status, 403, "{path}");
    }
    assert_eq!(site.sidecar.world().revision, revision);
    assert_eq!(officer.get("/today").await.status, 200, "still signed in");
}

/// A05: the headers of every answer, errors and redirects among them; nothing kept that is personal.
#[tokio::test]
async fn a05_every_answer_has_the_headers() {
    let site = Site::new();
    let mut officer = site.officer().await;
    let mut nobody = Browser::new(&site);
    for got in [
        officer.get("/today").await,
        officer.get("/nothing").await,
        officer.get("/numbers/31610000002").await,
        officer.post("/objections", &[]).await,
        nobody.get("/today").await,
        nobody.get("/sign-in").await,
    ] {
        let header = |name: &str| got.headers[name].to_str().unwrap().to_owned();
        let csp = header("content-security-policy");
        assert!(
            csp.contains("default-src 'none'") && csp.contains("script-src 'self'"),
            "{csp}"
        );
        assert!(!csp.contains("unsafe") && !csp.contains('*'), "{csp}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("cache-control"), "no-store");
        assert!(got.headers.get("server").is_none());
    }
    let css = officer.get("/today").await.text();
    let css = css
        .split("rel=\"stylesheet\" href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let kept = officer.get(css).await.page();
    assert!(
        kept.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
}

/// A05: methods and bodies no page has.
#[tokio::test]
async fn a05_what_no_page_takes_is_refused_without_a_trace_of_the_code() {
    let site = Site::new();
    let mut officer = site.officer().await;
    for method in ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "POST"] {
        let request = Request::builder()
            .method(method)
            .uri("/today")
            .body(Body::empty())
            .unwrap();
        let got = officer.send(request).await;
        assert!(got.status.is_client_error(), "{method}: {}", got.status);
        assert!(!got.text().contains(".rs"), "{method}");
    }
    let long = "x".repeat(300 * 1024);
    let got = officer.post("/objections", &[("number", &long)]).await;
    assert!(got.status.is_client_error());
    let odd = Request::post("/objections")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(&b"number=%ff%fe&csrf=\xff"[..]))
        .unwrap();
    assert_eq!(officer.send(odd).await.status, 400);
}

/// A07: guessing is slowed, whoever is guessed; a session that ended opens nothing; a new one is new.
#[tokio::test]
async fn a07_sign_in_cannot_be_guessed_and_ends_when_it_ends() {
    let site = Site::new();
    let mut officer = site.officer().await;
    let mut guess = Browser::new(&site);
    let mut texts = Vec::new();
    for name in ["officer", "nobody-of-that-name"] {
        let got = guess
            .post("/sign-in", &[("name", name), ("password", "wrong")])
            .await;
        assert_eq!(got.status, 401);
        texts.push(got.words().replace(name, ""));
    }
    assert_eq!(texts[0], texts[1], "who has an account can be told");
    let mut waited = false;
    for _ in 0..12 {
        let got = guess
            .post("/sign-in", &[("name", "officer"), ("password", "wrong")])
            .await;
        waited |= got.words().contains("Te veel pogingen");
    }
    assert!(waited);
    // Fixation: a cookie brought along is not taken over.
    let mut fixed = Browser::new(&site);
    fixed
        .cookies
        .insert("verzet".into(), "chosen-by-another".into());
    assert_eq!(fixed.get("/today").await.status, 303);
    // Signing out ends it here, not only in the browser.
    let kept = officer.cookies.clone();
    let out = officer.submit("/account", "/sign-out", &[]).await;
    assert_eq!(out.status, 303);
    officer.cookies = kept;
    assert_eq!(officer.get("/today").await.status, 303);
}

/// A07: a session ends by itself.
#[tokio::test]
async fn a07_a_session_ends_by_itself() {
    let site = Site::new();
    let mut officer = site.officer().await;
    assert_eq!(officer.get("/today").await.status, 200);
    site.sidecar.access.set_session_limits(SessionLimits {
        idle: std::time::Duration::ZERO,
        absolute: std::time::Duration::ZERO,
    });
    let got = officer.get("/decisions?verdict=all").await;
    assert_eq!(got.location(), "/sign-in?next=/decisions%3Fverdict%3Dall");
    site.sidecar
        .access
        .set_session_limits(SessionLimits::default());
    let back = officer
        .post(
            "/sign-in",
            &[
                ("name", "officer"),
                ("password", PASSWORD),
                ("next", "/decisions?verdict=all"),
            ],
        )
        .await;
    assert_eq!(back.location(), "/decisions?verdict=all");
}

/// A08: nothing is loaded from elsewhere, so nothing from elsewhere can change a page.
#[tokio::test]
async fn a08_nothing_is_loaded_from_elsewhere() {
    let site = Site::new();
    let mut officer = site.officer().await;
    for path in crate::tree::PAGES {
        let text = officer.get(path).await.page().text();
        for attribute in ["src=\"", "href=\"", "action=\""] {
            for part in text.split(attribute).skip(1) {
                let to = part.split('"').next().unwrap();
                let own = (to.starts_with('/') && !to.starts_with("//"))
                    || to.starts_with('#')
                    || to.starts_with("otpauth:");
                assert!(own, "{path}: {attribute}{to}");
            }
        }
    }
}

/// A09: a look at a person is recorded before it is shown; who signs a pair, settles, enforces: their files.
#[tokio::test]
async fn a09_looks_at_people_are_on_record() {
    let site = Site::new();
    site.check("0610000002", "gas-customers", "", "");
    site.counted();
    let mut officer = site.officer().await;
    officer.get("/numbers/31610000002").await.page();
    officer.get("/complaint?number=0610000002").await.page();
    officer
        .get("/rules?number=0610000002&campaign=gas-customers")
        .await
        .page();
    let all = site
        .sidecar
        .access
        .changes
        .list(&verzet::access::Sellers::All, &Default::default(), 100)
        .unwrap();
    for action in ["SeeNumber", "SeeComplaint", "TryRules"] {
        let found = all.iter().find(|row| row.action == action);
        assert_eq!(
            found.map(|row| row.key.as_str()),
            Some("+31610000002"),
            "{action}"
        );
    }
}

/// A10 and open redirects: one is never sent elsewhere.
#[tokio::test]
async fn a10_one_is_never_sent_elsewhere() {
    let site = Site::new();
    let mut officer = site.officer().await;
    for to in [
        "https://example.org",
        "//example.org",
        "/\\example.org",
        "javascript:alert(1)",
    ] {
        let q = crate::site::escaped(to);
        let got = officer.get(&format!("/language/en?back={q}")).await;
        assert!(
            got.location().starts_with('/') && !got.location().starts_with("//"),
            "{to}"
        );
        let got = officer
            .post(
                "/sign-in",
                &[("name", "officer"), ("password", PASSWORD), ("next", to)],
            )
            .await;
        assert_eq!(got.location(), "/", "{to}");
    }
}
