//! `/rules` and `/rules/{id}`.

use verzet::access::Role;

use crate::site::Site;

#[tokio::test]
async fn a_question_is_tried_without_a_record() {
    let site = Site::new();
    let before = site.sidecar.ledger.durable_seq();
    let mut officer = site.officer().await;
    let words = officer
        .get("/rules?number=0610000002&campaign=gas-customers&at=2025-05-01T10:00")
        .await
        .page()
        .words();
    assert!(words.contains("Er is niets vastgelegd."), "{words}");
    assert!(words.contains("1 mei 2025 om 10:00"), "{words}");
    assert_eq!(site.sidecar.ledger.durable_seq(), before);
}

#[tokio::test]
async fn enforcing_is_a_recorded_choice_of_who_may() {
    let site = Site::new();
    let mut officer = site.officer().await;
    let sent = officer
        .submit(
            "/rules/nl-2026",
            "/rules/nl-2026/enforce",
            &[("why", "the law since July")],
        )
        .await;
    let words = officer.get(sent.location()).await.page().words();
    assert!(words.contains("Gekozen; dit geldt nu."), "{words}");
    assert!(words.contains("the law since July"), "{words}");
    let regime = site.sidecar.packs.get("nl-2026").unwrap().clone();
    assert!(
        site.sidecar
            .world()
            .enforced
            .is_enforced(&regime, site.now())
    );

    let mut auditor = site.person("auditor", Role::Auditor, "*").await;
    let page = auditor.get("/rules/nl-2026").await.page();
    assert!(!page.text().contains("/rules/nl-2026/enforce"));
}

#[tokio::test]
async fn every_row_has_its_words_and_its_source() {
    let site = Site::new();
    let mut officer = site.officer().await;
    for regime in site.sidecar.packs.iter() {
        let words = officer
            .get(&format!("/rules/{}", regime.id))
            .await
            .page()
            .words();
        for channel in regime.channels() {
            for row in &regime.table(channel).unwrap().rows {
                assert!(
                    words.contains(row.text.nl.trim()),
                    "{}: {}",
                    regime.id,
                    row.text.nl
                );
            }
        }
    }
}
