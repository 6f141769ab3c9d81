//! `/numbers`, `/numbers/{digits}`, `/objections` and `/complaint`.

use verzet::access::Role;

use crate::site::{Site, csrf_of};

#[tokio::test]
async fn a_number_is_found_however_it_is_typed() {
    let site = Site::new();
    let mut officer = site.officer().await;
    for typed in [
        "0610000002",
        "06 10 00 00 02",
        "+31 (0)6 10000002",
        "0031610000002",
    ] {
        let got = officer
            .get(&format!("/numbers?number={}", crate::site::escaped(typed)))
            .await;
        assert_eq!(
            (got.status.as_u16(), got.location()),
            (303, "/numbers/31610000002"),
            "{typed}"
        );
    }
    let got = officer.get("/numbers?number=12").await.page();
    assert!(got.words().contains("“12” is geen geldig telefoonnummer"));
}

#[tokio::test]
async fn an_objection_is_in_force_for_the_next_check_with_its_revision() {
    let site = Site::new();
    let mut agent = site.person("agent-1", Role::Agent, "noordlicht").await;
    let before = site.sidecar.world().revision;
    let sent = agent
        .submit(
            "/numbers",
            "/objections",
            &[("number", "0610000002"), ("seller", "noordlicht")],
        )
        .await;
    assert_eq!(sent.status, 303);
    let said = agent.get(sent.location()).await.page().words();
    assert!(said.contains("Vastgelegd en van kracht:"), "{said}");
    assert!(
        said.contains(&format!("Wijziging {}.", before + 1)),
        "{said}"
    );
    let id = site.check("0610000002", "gas-customers", "", "");
    let mut officer = site.officer().await;
    let words = officer
        .get(&format!("/decisions/{id}"))
        .await
        .page()
        .words();
    assert!(
        words.contains("verzet aangetekend tegen elk soort contact"),
        "{words}"
    );
    // An agent sees no numbers.
    assert_eq!(agent.get("/numbers/31610000002").await.status, 403);
}

#[tokio::test]
async fn the_line_of_a_number_has_checks_facts_and_registers_newest_first() {
    let site = Site::new();
    let id = site.check("0610000002", "gas-customers", "", "");
    site.counted();
    let mut officer = site.officer().await;
    officer
        .submit(
            "/numbers/31610000002",
            "/objections",
            &[("number", "+31610000002"), ("seller", "")],
        )
        .await;
    let page = officer.get("/numbers/31610000002").await.page();
    let (text, words) = (page.text(), page.words());
    let (stop, check, relation) = (
        text.find("class=\"stop\"").unwrap(),
        text.find(&format!("/decisions/{id}")).unwrap(),
        text.find("relation-").unwrap(),
    );
    assert!(stop < check && check < relation);
    assert!(
        words.contains("het Bel-me-niet Register staat er niet in"),
        "{words}"
    );
    // Looking at a person is on record.
    let changes = officer
        .get("/changes?action=SeeNumber")
        .await
        .page()
        .words();
    assert!(changes.contains("+31610000002"), "{changes}");
}

#[tokio::test]
async fn a_complaint_gives_the_file_and_a_letter_that_can_be_edited() {
    let site = Site::new();
    site.check("0610000002", "gas-customers", "", "agent-3");
    site.counted();
    let mut officer = site.officer().await;
    let page = officer.get("/complaint?number=06%2010000002").await.page();
    let words = page.words();
    assert!(words.contains("Is dit nummer gebeld?"), "{words}");
    assert!(words.contains("agent-3"), "{words}");
    assert!(words.contains("Geachte heer, mevrouw,"), "{words}");
    let csrf = csrf_of(&page.text());
    let pdf = officer
        .post(
            "/complaint/letter.pdf",
            &[
                ("csrf", &csrf),
                ("number", "+31610000002"),
                ("letter", "Beste mevrouw,\n\neen eigen tekst"),
            ],
        )
        .await
        .page();
    assert_eq!(pdf.headers["content-type"], "application/pdf");
    assert!(pdf.body.starts_with(b"%PDF-"));
    assert!(pdf.text().contains("een eigen tekst"));
}
