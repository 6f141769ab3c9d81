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

#[tokio::test]
async fn what_changed_from_one_regime_to_the_next_is_told_row_by_row_in_both_languages() {
    let site = Site::new();
    let mut officer = site.officer().await;
    let said = [
        (
            "nl",
            [
                "De eerste waren de wet tot en met 30 juni 2021, de tweede vanaf 1 juli 2026.",
                "Voor 1 juli 2021 tot en met 30 juni 2026 zijn hier geen regels.",
                "vervallen Klant, en alles wat wordt aangeboden lijkt op iets wat is gekocht. (ten hoogste 1 stap",
                "Hoeft niet meer: Het register noemen en inschrijving aanbieden",
                "gewijzigd een ander antwoord De hoofdregel",
            ],
        ),
        (
            "en",
            [
                "The first were the law through 30 June 2021, the second from 1 July 2026.",
                "For 1 July 2021 through 30 June 2026 there are no rules here.",
                "gone A customer, and everything offered is similar to something bought. (at most 1 step",
                "Need no longer: Mention the register and offer entry in it",
                "changed another answer The main rule",
            ],
        ),
    ];
    for (language, sentences) in said {
        officer.speak(language);
        // Told where it came and where it went, the same words.
        for regime in ["nl-bmnr", "nl-2026"] {
            let page = officer.get(&format!("/rules/{regime}")).await.page();
            let words = page.words();
            assert_eq!(page.text().matches("id=\"changed-").count(), 1, "{regime}");
            for sentence in sentences {
                assert!(words.contains(sentence), "{sentence}: {words}");
            }
            // Rows that both have stay out of it: they are in the table above, once for each channel.
            let invalid = ["Het nummer is geen geldig", "The number is not a valid"];
            let tables = page.text().matches("scope=\"col\" class=\"right\"").count();
            let told: usize = invalid.iter().map(|t| words.matches(t).count()).sum();
            assert_eq!(told, tables, "{words}");
        }
    }
}
