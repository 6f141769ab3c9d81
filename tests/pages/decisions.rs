//! `/decisions` and `/decisions/{id}`.

use crate::site::Site;

#[tokio::test]
async fn a_blocked_call_is_found_and_says_why_in_both_languages() {
    let site = Site::new();
    let mut officer = site.officer().await;
    let sent = officer
        .submit(
            "/numbers",
            "/objections",
            &[
                ("number", "06 1000 0002"),
                ("seller", "noordlicht"),
                ("channel", "VOICE"),
                ("source", "in the call"),
            ],
        )
        .await;
    assert_eq!(sent.status, 303);
    let id = site.check("0610000002", "gas-customers", "call-1", "agent-7");
    site.counted();

    let list = officer.get("/decisions").await.page();
    assert!(list.text().contains(&format!("/decisions/{id}")));
    assert!(list.words().contains("agent-7"));

    let page = officer.get(&format!("/decisions/{id}")).await.page();
    let words = page.words();
    let today = site.sidecar.home.zone.day(site.now()).date();
    assert!(
        words.contains("is bij Noordlicht Energie verzet aangetekend tegen telefoongesprekken."),
        "{words}"
    );
    assert!(
        words.contains(&format!("Geblokkeerd: op {} ", today.day())),
        "{words}"
    );
    assert!(words.contains("Alleen een nieuwe, uitdrukkelijke toestemming"));
    assert!(words.contains("recht van verzet"), "the source of law");

    officer.speak("en");
    let words = officer
        .get(&format!("/decisions/{id}"))
        .await
        .page()
        .words();
    assert!(
        words.contains("an objection to telephone calls was made with Noordlicht Energie."),
        "{words}"
    );
}

#[tokio::test]
async fn every_reason_the_sample_can_give_is_told_from_its_facts() {
    let site = Site::new();
    let mut officer = site.officer().await;
    officer.speak("en");
    // The first relation of the sample that is a purchase of power; see sample/people.rs.
    let cases = [
        (
            "nonsense",
            "gas-customers",
            "“nonsense” is not a valid telephone number",
        ),
        (
            "0610000002",
            "no-such",
            "the campaign “no-such” was not known",
        ),
        ("0610000002", "gas-2023", "was over after 31 December 2023"),
        ("0800 1234567", "gas-customers", "toll-free number"),
        ("0610000002", "meter-reading", "is service on a contract"),
        ("0612345678", "gas-old-list", "no document is recorded"),
        ("0620000001", "gas-customers", "objection"),
        (
            "+31630000000",
            "gas-list",
            "was in the Bel-me-niet Register (copy of",
        ),
        (
            "0612345679",
            "gas-list",
            "it was not in the Bel-me-niet Register (copy of",
        ),
        (
            "0612345679",
            "gas-customers",
            "no purchase or paid service with Noordlicht Energie",
        ),
    ];
    for (number, campaign, expected) in cases {
        let id = site.check(number, campaign, "", "");
        let words = officer
            .get(&format!("/decisions/{id}"))
            .await
            .page()
            .words();
        assert!(words.contains(expected), "{number} {campaign}: {words}");
        assert!(
            !words.contains('{'),
            "{number} {campaign}: a name without a value: {words}"
        );
    }
}

#[tokio::test]
async fn the_figures_of_today_add_up_and_lead_to_their_rows() {
    let site = Site::new();
    for i in 1..=30 {
        site.check(&format!("06100000{i:02}"), "gas-customers", "", "");
    }
    for i in 1..=5 {
        site.check(&format!("062000000{i}"), "gas-customers", "", "");
    }
    site.counted();
    let mut officer = site.officer().await;
    let today = officer.get("/today").await.page();
    let text = today.text();
    let figures: Vec<u64> = text
        .split("class=\"big\"><a href=\"")
        .skip(1)
        .map(|part| {
            let shown = part.split('>').nth(1).unwrap();
            shown
                .split('<')
                .next()
                .unwrap()
                .replace('.', "")
                .parse()
                .unwrap()
        })
        .collect();
    assert_eq!(figures.len(), 4);
    assert_eq!(figures[0], 35);
    assert_eq!(figures[0], figures[1] + figures[2] + figures[3]);
    let blocked = text.split("class=\"big\"><a href=\"").nth(3).unwrap();
    let link = blocked.split('"').next().unwrap().replace("&#38;", "&");
    let rows = officer.get(&link).await.page();
    let lines = rows.text().matches("<a href=\"/decisions/").count() as u64;
    assert_eq!(lines, figures[2]);
}

#[tokio::test]
async fn a_list_is_paged_by_key_and_loses_nothing() {
    let site = Site::new();
    let mut ids = Vec::new();
    for i in 0..120 {
        ids.push(
            site.check("nonsense", "gas-customers", &format!("c{i}"), "")
                .to_string(),
        );
    }
    site.counted();
    let mut officer = site.officer().await;
    for order in ["", "oldest"] {
        let mut seen = Vec::new();
        let mut path = Some(format!("/decisions?order={order}"));
        while let Some(at) = path {
            let text = officer.get(&at).await.page().text();
            for part in text.split("<a href=\"/decisions/").skip(1) {
                seen.push(part.split('"').next().unwrap().to_owned());
            }
            path = text
                .split("rel=\"next\" href=\"")
                .nth(1)
                .map(|rest| rest.split('"').next().unwrap().replace("&#38;", "&"));
        }
        if order.is_empty() {
            seen.reverse();
        }
        assert_eq!(seen, ids, "{order}");
    }
}

#[tokio::test]
async fn a_selection_that_cannot_be_read_says_so() {
    let site = Site::new();
    let mut officer = site.officer().await;
    for (query, words) in [
        ("from=2026-02-30", "Een van de datums is niet te lezen"),
        ("from=2026-03-01&until=2026-02-01", "ligt vóór de eerste"),
        ("number=12", "geen geldig telefoonnummer"),
    ] {
        let got = officer.get(&format!("/decisions?{query}")).await.page();
        assert!(got.words().contains(words), "{query}: {}", got.words());
    }
}
