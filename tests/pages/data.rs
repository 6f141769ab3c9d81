//! `/data/…`: campaigns, sources, registers, imports, unclear objections.

use verzet::{access::Role, clock::Micros};

use crate::{common, site::Site};

#[tokio::test]
async fn bad_rows_of_an_import_are_told_by_file_line_and_column_without_what_they_said() {
    let site = Site::new();
    let folder = tempfile::tempdir().unwrap();
    let text = "number,region,person_id,seller_id,channels,recorded_at,source\n\
                061234,NL,,noordlicht,VOICE,2026-01-01T10:00:00Z,call\n\
                0612345678,NL,,nobody,VOICE,2026-01-01T10:00:00Z,call\n";
    std::fs::write(folder.path().join("objections.csv"), text).unwrap();
    common::import(&site.sidecar, folder.path(), Micros::system_now());
    let mut officer = site.officer().await;
    let page = officer.get("/data/imports").await.page();
    assert!(
        page.words().contains("objections.csv:3:"),
        "{}",
        page.words()
    );
    assert!(
        !page.text().contains("061234"),
        "a number stands in the record of an import"
    );
    // The rows are of any seller: who is bound to one sees counts only.
    let mut bound = site.person("one", Role::Supervisor, "waterpoort").await;
    let words = bound.get("/data/imports").await.page().words();
    assert!(!words.contains("objections.csv:3:"), "{words}");
}

#[tokio::test]
async fn an_unclear_objection_is_settled_and_then_in_force_on_the_number_meant() {
    let site = Site::new();
    let mut officer = site.officer().await;
    officer
        .submit(
            "/numbers",
            "/objections",
            &[("number", "06 100 0000"), ("seller", "noordlicht")],
        )
        .await;
    let page = officer.get("/data/unclear").await.page();
    assert!(
        page.words().contains("Nummer, zoals gegeven 06 100 0000"),
        "{}",
        page.words()
    );
    let action = page
        .text()
        .split("action=\"/data/unclear/")
        .nth(1)
        .unwrap()
        .to_owned();
    let id: u64 = action.split('"').next().unwrap().parse().unwrap();
    let to = format!("/data/unclear/{id}");

    let refused = officer
        .submit(
            "/data/unclear",
            &to,
            &[("number", "0610000002"), ("why", "")],
        )
        .await;
    assert!(refused.location().contains("problem=why"));
    let refused = officer
        .submit("/data/unclear", &to, &[("number", "x"), ("why", "y")])
        .await;
    assert!(refused.location().contains("problem=number"));

    let settled = officer
        .submit(
            "/data/unclear",
            &to,
            &[("number", "0610000002"), ("why", "called back")],
        )
        .await;
    let said = officer.get(settled.location()).await.page().words();
    assert!(
        said.contains(&format!("Onduidelijk verzet, nummer {id}, is beslist")),
        "{said}"
    );
    let decided = site.check("0610000002", "gas-customers", "", "");
    let words = officer
        .get(&format!("/decisions/{decided}"))
        .await
        .page()
        .words();
    assert!(words.contains("verzet aangetekend"), "{words}");
    let changes = officer
        .get("/changes?action=SettleUnclear")
        .await
        .page()
        .words();
    assert!(changes.contains("called back"), "{changes}");
}

#[tokio::test]
async fn a_stale_register_needs_a_person() {
    let site = Site::new();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "+31612345678\n").unwrap();
    let mut officer = site.officer().await;
    let words = officer.get("/data/registers").await.page().words();
    assert!(words.contains("recent genoeg"), "{words}");
}
