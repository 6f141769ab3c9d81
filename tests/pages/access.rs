//! Who may open which page: from the table of roles, and never another seller's.

use verzet::access::{Action, Role};

use crate::site::{Browser, Site};

#[tokio::test]
async fn nobody_sees_a_page_without_signing_in() {
    let site = Site::new();
    let mut nobody = Browser::new(&site);
    for path in crate::tree::PAGES {
        let got = nobody.get(path).await;
        assert_eq!(got.status, 303, "{path}");
        assert!(
            got.location().starts_with("/sign-in"),
            "{path}: {}",
            got.location()
        );
    }
    for path in [
        "/objections",
        "/similar",
        "/data/unclear/1",
        "/rules/nl-2026/enforce",
        "/sign-out",
    ] {
        let got = nobody.post(path, &[("csrf", "x")]).await;
        assert_eq!(got.status, 303, "{path}");
        assert!(got.location().starts_with("/sign-in"), "{path}");
    }
}

/// Each page, the action it is, and whether the role has it.
#[tokio::test]
async fn each_role_opens_what_the_table_says() {
    let site = Site::new();
    let id = site.check("0610000002", "gas-customers", "", "");
    site.counted();
    let decision = format!("/decisions/{id}");
    let pages = [
        ("/today", Action::SeeToday),
        ("/decisions", Action::SeeDecisions),
        (decision.as_str(), Action::SeeDecision),
        ("/numbers/31610000002", Action::SeeNumber),
        ("/complaint", Action::SeeComplaint),
        ("/rules", Action::SeeRules),
        ("/rules/nl-bmnr", Action::SeeRules),
        ("/similar", Action::ListSimilarPairs),
        ("/data/campaigns", Action::ListCampaigns),
        ("/data/sources", Action::ListNumberSources),
        ("/data/registers", Action::ListSnapshots),
        ("/data/imports", Action::SeeImports),
        ("/data/unclear", Action::ListUnclear),
        ("/reports", Action::SeeReports),
        ("/decisions/export?format=csv", Action::ExportDecisions),
        ("/changes", Action::ListChanges),
    ];
    for role in Role::GIVEN {
        let sellers = if role.is_of_all_sellers() {
            "*"
        } else {
            "noordlicht"
        };
        let mut person = site.person(role.word(), *role, sellers).await;
        for (path, action) in pages {
            let may = action.grant(*role) != verzet::access::Grant::No;
            let got = person.get(path).await;
            let expected = if may { 200 } else { 403 };
            assert_eq!(got.status, expected, "{role} {path}");
        }
    }
}

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
