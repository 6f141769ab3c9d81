//! Never another seller's, and never a number for who sees none; each route with each role is in `roles`.

use verzet::access::Role;

use crate::site::Site;

#[tokio::test]
async fn nothing_of_another_seller_is_seen() {
    let site = Site::new();
    // A customer of noordlicht, with an objection to it.
    let id = site.check(
        "0610000002",
        "gas-customers",
        "call-of-noordlicht",
        "agent-n",
    );
    let mut officer = site.officer().await;
    officer
        .submit(
            "/numbers",
            "/objections",
            &[("number", "0610000002"), ("seller", "noordlicht")],
        )
        .await;
    officer
        .submit(
            "/numbers",
            "/objections",
            &[("number", "06 55"), ("seller", "noordlicht")],
        )
        .await;
    site.counted();
    let mut other = site.person("other", Role::Supervisor, "waterpoort").await;
    let mut own = site.person("own", Role::Supervisor, "noordlicht").await;

    assert_eq!(other.get(&format!("/decisions/{id}")).await.status, 404);
    assert_eq!(own.get(&format!("/decisions/{id}")).await.status, 200);
    for path in crate::tree::PAGES {
        if path == "/rules" || path.starts_with("/rules/") {
            continue;
        }
        let got = other.get(path).await;
        assert_eq!(got.status, 200, "{path}");
        let text = got.text().to_lowercase();
        assert!(!text.contains("noordlicht"), "{path}: {}", got.words());
        assert!(!text.contains("agent-n"), "{path}");
    }
    // What is not there and what is not theirs are the same answer.
    let there = other.get(&format!("/decisions/{id}")).await;
    let never = other.get("/decisions/20200101-00000000-1").await;
    assert_eq!(there.status, never.status);
    assert_eq!(other.get("/similar?seller=noordlicht").await.status, 404);
    assert_eq!(other.get("/similar?seller=no-such").await.status, 404);
    // Nor can it be changed.
    let sent = other
        .submit(
            "/numbers",
            "/objections",
            &[("number", "0610000009"), ("seller", "noordlicht")],
        )
        .await;
    assert_eq!(sent.status, 403);
    let sent = other
        .submit(
            "/numbers",
            "/objections",
            &[("number", "0610000009"), ("seller", "")],
        )
        .await;
    assert_eq!(sent.status, 403);
    let unclear = own.get("/data/unclear").await.page().text();
    let id = unclear
        .split("action=\"/data/unclear/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let sent = other
        .submit("/account", &format!("/data/unclear/{id}"), &[("why", "x")])
        .await;
    assert_eq!(sent.status, 404);
}

#[tokio::test]
async fn an_operator_sees_no_number_in_clear() {
    let site = Site::new();
    let id = site.check("0610000002", "gas-customers", "call-9", "agent-9");
    site.counted();
    let mut operator = site.person("op", Role::Operator, "*").await;
    for path in ["/decisions?verdict=all", &format!("/decisions/{id}")] {
        let text = operator.get(path).await.page().text();
        assert!(!text.contains("610000002"), "{path}");
    }
}
