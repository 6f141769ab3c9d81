//! `/similar`: the matrix and the two signatures.

use verzet::access::Role;

use crate::site::Site;

const YES: [(&str, &str); 6] = [
    ("seller", "noordlicht"),
    ("bought", "gas"),
    ("offered", "solar"),
    ("similar", "yes"),
    ("expires", "2090-01-01"),
    ("note", "same roof"),
];

fn is_similar(site: &Site) -> bool {
    let world = site.sidecar.world();
    let sym = |id: &str| world.catalogue.product(id).unwrap().sym;
    let today = site.sidecar.home.zone.day(site.now());
    world
        .catalogue
        .similarity(sym("gas"), sym("solar"), today, 1)
        .is_similar()
}

#[tokio::test]
async fn a_yes_counts_when_a_second_person_signs() {
    let site = Site::new();
    let mut first = site.person("first", Role::Supervisor, "noordlicht").await;
    let mut second = site.person("second", Role::Supervisor, "noordlicht").await;
    let mut other = site.person("other", Role::Supervisor, "waterpoort").await;
    assert!(!is_similar(&site));
    let sent = first
        .submit("/similar?seller=noordlicht", "/similar", &YES)
        .await;
    assert!(
        sent.location().contains("done=waits"),
        "{}",
        sent.location()
    );
    assert!(!is_similar(&site));

    let page = second.get("/similar?seller=noordlicht").await.page().text();
    let id = page
        .split("action=\"/similar/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let to = format!("/similar/{id}");
    // Not the first again, and nobody of another seller.
    let again = first.submit("/similar", &to, &[("answer", "sign")]).await;
    assert!(again.location().contains("problem=same"));
    let foreign = other.submit("/account", &to, &[("answer", "sign")]).await;
    assert_eq!(foreign.status, 404);
    assert!(!is_similar(&site));

    let signed = second.submit("/similar", &to, &[("answer", "sign")]).await;
    assert!(
        signed.location().contains("done=confirmed"),
        "{}",
        signed.location()
    );
    assert!(is_similar(&site));
    let words = second
        .get("/similar?seller=noordlicht")
        .await
        .page()
        .words();
    assert!(words.contains("first, second"), "{words}");
    // Once is enough.
    assert_eq!(
        second
            .submit("/account", &to, &[("answer", "sign")])
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_no_counts_at_once_and_a_refused_yes_never() {
    let site = Site::new();
    let mut one = site.person("one", Role::Supervisor, "noordlicht").await;
    let mut no = YES.to_vec();
    no[3] = ("similar", "no");
    let sent = one.submit("/similar", "/similar", &no).await;
    assert!(
        sent.location().contains("done=signed"),
        "{}",
        sent.location()
    );
    for (field, value, problem) in [
        ("note", "", "note"),
        ("expires", "2020-01-01", "day"),
        ("offered", "buildings", "product"),
        ("offered", "gas", "product"),
    ] {
        let fields: Vec<_> = YES
            .iter()
            .map(|(n, v)| (*n, if *n == field { value } else { *v }))
            .collect();
        let sent = one.submit("/similar", "/similar", &fields).await;
        assert!(
            sent.location().contains(&format!("problem={problem}")),
            "{}",
            sent.location()
        );
    }
}
