//! Passing over bad rows, and the guard against a cut export.

use std::fs;

use crate::common::*;

const BAD: &str = "nonsense,NL,,sun,PURCHASE,p-power,2020-01-01,,yes\n";

#[test]
fn skipping_bad_rows_applies_the_rest_and_writes_them_beside_the_file() {
    let mut world = World::with_catalogue();
    world.options.skip_bad_rows = true;
    let rows = format!(
        "{}{BAD}0612345678,NL,\"p,\"\"1\",moon,BOUGHT,,2020-01-01,,yes\nx,y\n",
        relations(1..=20)
    );
    let imported = world.take(&[("relations.csv", &rows)]);
    assert!(imported.applied);
    assert_eq!(problems(&imported).len(), 4);
    assert_eq!(file(&imported, "relations.csv"), [23, 20, 0, 0, 3]);
    assert_eq!(world.relations().len(), 20);
    let path = world.path("relations.rejected.csv");
    assert_eq!(imported.report.rejected_files, std::slice::from_ref(&path));
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "number,region,person_id,seller_id,kind,product_id,started_on,ended_on,paid,problem\n\
         nonsense,NL,,sun,PURCHASE,p-power,2020-01-01,,yes,\"number: \"\"nonsense\"\" is not a valid number in NL\"\n\
         0612345678,NL,\"p,\"\"1\",moon,BOUGHT,,2020-01-01,,yes,\"seller_id: no seller has the id \"\"moon\"\"; \
         kind: \"\"BOUGHT\"\" is not known here\"\n\
         \"x,y\",,,,,,,,,\"the row has 2 fields, but the header 9\"\n"
    );
    assert_eq!(imported.report.warnings, [""; 0]);

    // Its own file is not taken for an unknown one, and goes when nothing is rejected any more.
    let imported = world.good(&[("relations.csv", &relations(1..=20))]);
    assert_eq!(imported.report.warnings, [""; 0]);
    assert!(!path.exists());
}

#[test]
fn rejected_objections_wait_for_a_person_as_well() {
    let mut world = World::with_catalogue();
    world.options.skip_bad_rows = true;
    let rows = format!("{OBJECTIONS}nonsense,,,,,,\n0612345678,,,,,,\n");
    let imported = world.take(&[
        ("objections.csv", &rows),
        ("relations.csv", &relations(1..=2)),
    ]);
    assert!(imported.applied);
    assert_eq!(imported.report.unclear, 1);
    assert_eq!(world.counts(), (2, 0, 1));
    assert_eq!(
        imported.report.rejected_files,
        [world.path("objections.rejected.csv")]
    );
}

#[test]
fn skipping_bad_catalogue_rows_skips_what_rests_on_them_too() {
    let mut world = World::new();
    world.options.skip_bad_rows = true;
    let mut files = CATALOGUE.to_vec();
    files[2].1 = "product_id,seller_id,category_id,name\np-power,sun,pwr,Power\ns-home,sea,,Home\n";
    let relations = format!(
        "{}0612345678,,,sun,PURCHASE,,2020-01-01,,yes\n",
        relations(1..=2)
    );
    files.push(("relations.csv", &relations));
    let imported = world.take(&files);
    assert!(imported.applied, "{:?}", imported.report.held);
    let catalogue = imported.catalogue.as_ref().unwrap();
    assert!(catalogue.product("p-power").is_none());
    assert!(
        catalogue.campaign("c1").is_none(),
        "it offers what is not there"
    );
    assert!(catalogue.product("s-home").is_some());
    assert_eq!(
        world.relations().len(),
        1,
        "two of them name what is not there"
    );
    assert_eq!(file(&imported, "products.csv"), [2, 1, 0, 0, 1]);
    assert_eq!(imported.report.rejected_files.len(), 4);
}

#[test]
fn a_bad_pair_that_may_say_no_cannot_be_passed_over() {
    let head = "bought_product_id,offered_product_id,similar,signed_by,signed_on,expires_on,note\n";
    let mut world = World::with_catalogue();
    world.options.skip_bad_rows = true;
    world.options.accept_shrink = true;
    let yes = format!("{head}p-power,p-gas,yes,,2020-01-01,,\n");
    assert!(world.take(&[("similar.csv", &yes)]).applied);
    for row in [
        "p-power,p-gas,no,jo,2020-01-01,2021-01-01,\n",
        "p-power,p-gas,nee,jo,2020-01-01,,\n",
    ] {
        let imported = world.take(&[("similar.csv", &format!("{head}{row}"))]);
        assert!(!imported.applied);
        assert_eq!(imported.report.held.len(), 1, "{:?}", imported.report.held);
    }
}

#[test]
fn a_file_that_cannot_be_taken_as_a_whole_is_not_passed_over() {
    let mut world = World::with_catalogue();
    world.options.skip_bad_rows = true;
    world.good(&[("relations.csv", &relations(1..=3))]);
    let imported = world.take(&[
        ("relations.csv", "number,region\n"),
        ("objections.csv", &format!("{OBJECTIONS}0612345678,,,,,,\n")),
    ]);
    assert!(!imported.applied);
    assert!(imported.report.held[0].starts_with("relations.csv: cannot be taken in as a whole"));
    assert_eq!(world.counts(), (3, 0, 1));
}

#[test]
fn a_file_that_would_end_more_than_a_tenth_is_held() {
    let mut world = World::with_catalogue();
    world.good(&[("relations.csv", &relations(1..=20))]);
    let imported = world.take(&[
        ("relations.csv", &relations(4..=20)),
        ("objections.csv", &format!("{OBJECTIONS}0612345678,,,,,,\n")),
    ]);
    assert!(!imported.applied);
    assert_eq!(
        imported.report.held,
        [
            "relations.csv: 3 of the 20 rows of origin `crm` would end, more than 10 %; see whether the \
          export is whole, then accept the shrink"
        ]
    );
    assert_eq!(world.counts(), (20, 0, 1));

    world.options.accept_shrink = true;
    let imported = world.good(&[]);
    assert_eq!(file(&imported, "relations.csv"), [17, 0, 17, 3, 0]);

    // Just a tenth is not more than a tenth.
    let mut world = World::with_catalogue();
    world.good(&[("relations.csv", &relations(1..=20))]);
    world.good(&[("relations.csv", &relations(3..=20))]);
}

#[test]
fn rejected_rows_count_as_gone() {
    let mut world = World::with_catalogue();
    world.good(&[("relations.csv", &relations(1..=20))]);
    world.options.skip_bad_rows = true;
    let rows = format!("{}{}", relations(4..=20), BAD.repeat(3));
    let imported = world.take(&[("relations.csv", &rows)]);
    assert!(!imported.applied);
    assert_eq!(imported.report.held.len(), 1);
    assert!(!world.path("relations.rejected.csv").exists());
}

#[test]
fn each_table_is_guarded() {
    let mut world = World::with_catalogue();
    let row = "0612345678,,,sun,VOICE,*,2025-01-01T00:00:00Z,,,f\n";
    world.good(&[("consents.csv", &format!("{CONSENTS}{row}"))]);
    let imported = world.take(&[
        ("consents.csv", CONSENTS),
        ("sources.csv", "source_id,seller_id,kind,lawful_basis_document,obtained_on\n"),
        (
            "campaigns.csv",
            "campaign_id,seller_id,purpose,channel,products,source_id,region,starts_on,ends_on,caller_ids,\
             purpose_compatible\n",
        ),
    ]);
    assert!(!imported.applied);
    let held: Vec<_> = imported
        .report
        .held
        .iter()
        .map(|h| h.split(':').next().unwrap())
        .collect();
    assert_eq!(held[..2], ["sources.csv", "campaigns.csv"]);
    world.options.accept_shrink = true;
    assert!(world.good(&[]).catalogue.unwrap().campaign("c1").is_none());
    assert_eq!(world.counts(), (0, 0, 0));
}

#[test]
fn rejected_rows_that_cannot_be_written_hold_the_folder_but_not_its_stops() {
    let mut world = World::with_catalogue();
    world.options.skip_bad_rows = true;
    // Where the rejected rows are to be written stands a directory.
    fs::create_dir_all(world.path("relations.rejected.csv/x")).unwrap();
    let imported = world.take(&[
        ("relations.csv", &format!("{}{BAD}", relations(1..=20))),
        ("objections.csv", &format!("{OBJECTIONS}0612345678,,,,,,\n")),
    ]);
    assert!(!imported.applied);
    let held = &imported.report.held[0];
    assert!(held.starts_with("cannot write rejected rows to"), "{held}");
    assert_eq!(world.counts(), (0, 0, 1));
}
