//! Stops are only ever added, whatever happens to the rest.

use verzet::{clock::Micros, facts::model::ChannelSet};

use crate::common::*;

fn objections(rows: &str) -> String {
    format!("{OBJECTIONS}{rows}")
}

fn consents(rows: &str) -> String {
    format!("{CONSENTS}{rows}")
}

#[test]
fn objections_are_never_ended() {
    let mut world = World::with_catalogue();
    world.good(&[(
        "objections.csv",
        &objections("0612345678,,,,,,\n0612345679,,,,,,\n"),
    )]);
    let imported = world.good(&[("objections.csv", OBJECTIONS)]);
    assert_eq!(file(&imported, "objections.csv"), [0, 0, 0, 0, 0]);
    assert_eq!(world.objections().len(), 2);
}

#[test]
fn a_consent_exported_again_as_withdrawn_leaves_no_valid_twin() {
    let mut world = World::with_catalogue();
    let yes = "0612345678,,,sun,VOICE,p-power,2025-01-01T00:00:00Z,,,form-1\n";
    world.good(&[("consents.csv", &consents(yes))]);
    let no = "0612345678,,,sun,VOICE,p-power,2025-01-01T00:00:00Z,,2026-01-01T00:00:00Z,form-1\n";
    let imported = world.good(&[("consents.csv", &consents(no))]);
    assert_eq!(file(&imported, "consents.csv"), [1, 1, 0, 1, 0]);
    let all = world.consents();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].1.withdrawn_at, at("2026-01-01T00:00:00Z"));
}

#[test]
fn a_withdrawal_stays_when_its_row_goes() {
    let mut world = World::with_catalogue();
    let no = "0612345678,,,sun,VOICE,p-power,2025-01-01T00:00:00Z,,2026-01-01T00:00:00Z,form-1\n";
    world.good(&[("consents.csv", &consents(no))]);
    let imported = world.good(&[("consents.csv", CONSENTS)]);
    assert!(imported.delta.is_empty());
    assert_eq!(world.consents().len(), 1);
}

#[test]
fn a_withdrawal_exported_again_without_its_date_stays_too() {
    let mut world = World::with_catalogue();
    let no = "0612345678,,,sun,VOICE,p-power,2025-01-01T00:00:00Z,,2026-01-01T00:00:00Z,form-1\n";
    world.good(&[("consents.csv", &consents(no))]);
    let yes = "0612345678,,,sun,VOICE,p-power,2025-01-01T00:00:00Z,,,form-1\n";
    world.good(&[("consents.csv", &consents(yes))]);
    let withdrawn = |c: &&(_, verzet::facts::model::Consent)| c.1.withdrawn_at != Micros::NEVER;
    let all = world.consents();
    assert_eq!((all.len(), all.iter().filter(withdrawn).count()), (2, 1));
}

#[test]
fn a_bad_row_holds_the_folder_but_not_its_stops() {
    let mut world = World::with_catalogue();
    world.good(&[("relations.csv", &relations(1..=3))]);
    let before = world.store.revision();
    let rows = "0612345678,,,sun,VOICE,p-power,2025-01-01T00:00:00Z,,,form-1\n\
                0612345679,,,sun,VOICE,p-power,2025-01-01T00:00:00Z,,2026-01-01T00:00:00Z,form-2\n";
    let imported = world.take(&[
        (
            "relations.csv",
            &format!(
                "{}nonsense,,,sun,PURCHASE,,2020-01-01,,yes\n",
                relations(1..=5)
            ),
        ),
        ("consents.csv", &consents(rows)),
        ("objections.csv", &objections("0612345670,,,,,,\n")),
    ]);
    assert!(!imported.applied);
    let problems = problems(&imported);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].starts_with("relations.csv:7:1: number: \"nonsense\""),
        "{problems:?}"
    );
    assert_eq!(imported.revision, before + 1);
    assert_eq!(world.counts(), (3, 1, 1));
    assert_eq!(world.consents()[0].0, number("+31612345679"));
    assert_eq!(imported.delta.len(), 2);
    assert_eq!(file(&imported, "relations.csv"), [6, 0, 0, 0, 1]);
    assert_eq!(file(&imported, "consents.csv"), [2, 1, 0, 0, 0]);
    assert_eq!(file(&imported, "objections.csv"), [1, 1, 0, 0, 0]);

    // Again, the stops are there: no revision is used.
    let again = world.import();
    assert!(!again.applied);
    assert_eq!(again.revision, before + 1);
    assert!(again.delta.is_empty());

    // Mended, the rest follows, and the stops are not taken twice.
    let imported = world.good(&[("relations.csv", &relations(1..=5))]);
    assert_eq!(world.counts(), (5, 2, 1));
    assert_eq!(file(&imported, "consents.csv"), [2, 1, 1, 0, 0]);
}

#[test]
fn stops_of_a_held_first_folder_are_in_force_for_the_sellers_it_names() {
    let mut world = World::new();
    let mut files = CATALOGUE.to_vec();
    let objections = objections("0612345678,,,sea,,,\n");
    let relations = format!("{RELATIONS}0612345679,,,sun,BOUGHT,,2020-01-01,,yes\n");
    files.push(("objections.csv", &objections));
    files.push(("relations.csv", &relations));
    let imported = world.take(&files);
    assert!(!imported.applied);
    assert!(imported.catalogue.is_none());
    assert_eq!(world.store.catalogue_rows().unwrap(), []);
    let (_, objection) = world.objections()[0];
    assert_eq!(world.symbols.seller_id(objection.seller), "sea");
    assert_eq!(world.unclear(), [""; 0]);

    // The same seller, once its folder is whole; also after a restart.
    let mut world = world.reopen();
    std::fs::remove_file(world.path("relations.csv")).unwrap();
    world.good(&[]);
    assert_eq!(
        world.catalogue().seller("sea").unwrap().sym,
        world.objections()[0].1.seller
    );
}

#[test]
fn a_stop_outlives_the_seller_it_names() {
    let mut world = World::with_catalogue();
    world.good(&[("objections.csv", &objections("0612345678,,,sea,,,\n"))]);
    world.options.accept_shrink = true;
    let files = [
        ("sellers.csv", "seller_id,name\nsun,Sun BV\n"),
        (
            "products.csv",
            "product_id,seller_id,category_id,name\np-power,sun,power,Power\n",
        ),
        (
            "similar.csv",
            "bought_product_id,offered_product_id,similar,signed_by,signed_on,expires_on,note\n",
        ),
    ];
    // The old objection is there again, and a new one that names the seller that is gone.
    let two = objections("0612345678,,,sea,,,\n0612345679,,,sea,,,\n");
    world.good(&files);
    let imported = world.good(&[("objections.csv", &two)]);
    assert_eq!(file(&imported, "objections.csv"), [2, 1, 1, 0, 0]);
}

#[test]
fn objection_rows_that_cannot_be_read_wait_for_a_person() {
    let mut world = World::with_catalogue();
    let rows = "nonsense,,,sun,VOICE,2025-01-01T00:00:00Z,CALL\n\
                0612345678,,,moon,,,CALL\n\
                0612345678,,,sun,FAX,,CALL\n\
                0612345678,,,sun,,yesterday,CALL\n\
                ,,,sun,,,CALL\n\
                0612345678,,sun,,,CALL\n\
                06\"12345678,,,sun,,,CALL\n\
                0612345670,,,sun,,,CALL\n";
    let imported = world.take(&[("objections.csv", &objections(rows))]);
    assert!(!imported.applied);
    assert_eq!(imported.report.unclear, 7);
    assert_eq!(file(&imported, "objections.csv"), [8, 1, 0, 0, 7]);
    assert_eq!(world.objections().len(), 1);
    let starts: Vec<_> = problems(&imported)
        .iter()
        .map(|p| p.split_once(';').unwrap().0.to_owned())
        .collect();
    assert_eq!(
        starts,
        [
            "objections.csv:2:1: number: \"nonsense\" is not a valid number in NL",
            "objections.csv:3:14: seller_id: no seller has the id \"moon\"",
            "objections.csv:4:18: channels: \"FAX\" is not known here",
            "objections.csv:5:19: recorded_at: \"yesterday\" is not a time",
            "objections.csv:6:1: number: is empty, and so is person_id",
            "objections.csv:7:23: the row has 6 fields, but the header 7",
            "objections.csv:8:3: a quote inside a field",
        ]
    );
    let unclear = world.unclear();
    assert!(
        unclear[0].starts_with(
            "objections.csv:2:1: number=nonsense; seller_id=sun; channels=VOICE; \
             recorded_at=2025-01-01T00:00:00Z; source=CALL: the number cannot be read"
        ),
        "{unclear:#?}"
    );
    assert!(
        unclear[6].contains("06\"12345678,,,sun,,,CALL"),
        "{unclear:#?}"
    );

    // Again, they are in the queue already, also when they stand elsewhere in the file.
    let moved = format!("{OBJECTIONS}0612345671,,,,,,\n{rows}");
    let again = world.take(&[("objections.csv", &moved)]);
    assert_eq!(again.report.unclear, 0);
    assert_eq!(world.unclear(), unclear);
}

#[test]
fn an_unreadable_stop_that_a_person_has_seen_to_holds_nothing_back() {
    let mut world = World::with_catalogue();
    let rows = objections("nonsense,,,sun,,,CALL\nx,y\n");
    assert!(!world.take(&[("objections.csv", &rows)]).applied);
    let ids: Vec<_> = world
        .store
        .unclear(false)
        .unwrap()
        .iter()
        .map(|u| u.id)
        .collect();
    assert_eq!(ids.len(), 2);
    let mut change = world.store.begin("api", at(NOW)).unwrap();
    for id in ids {
        assert!(
            change
                .settle_unclear(id, "jo", "asked; recorded as +31612345678")
                .unwrap()
        );
    }
    change.commit(&world.symbols).unwrap();

    let imported = world.good(&[]);
    assert_eq!(file(&imported, "objections.csv"), [2, 0, 2, 0, 0]);
    assert_eq!(world.unclear(), [""; 0]);
}

#[test]
fn a_stop_whose_number_is_read_two_ways_is_in_force_on_both_and_listed() {
    let mut world = World::with_catalogue();
    let rows = objections("4915123455751,DE,,sun,,,CALL\n");
    let imported = world.good(&[("objections.csv", &rows)]);
    let both = [number("+494915123455751"), number("+4915123455751")];
    let numbers: Vec<_> = world.objections().iter().map(|(n, _)| n.unwrap()).collect();
    assert_eq!(numbers, both);
    assert_eq!(imported.report.unclear, 1);
    let unclear = world.unclear();
    assert!(
        unclear[0].contains("+494915123455751 and as +4915123455751"),
        "{unclear:?}"
    );
    assert!(
        unclear[0].ends_with(": +494915123455751 +4915123455751"),
        "{unclear:?}"
    );
}

#[test]
fn a_stop_that_only_the_second_reader_reads_is_in_force_on_that_and_listed() {
    let mut world = World::with_catalogue();
    let rows = objections("61212345624,NL,,sun,,,CALL\n");
    let imported = world.good(&[("objections.csv", &rows)]);
    assert_eq!(world.objections()[0].0, Some(number("+3161212345624")));
    assert_eq!(imported.report.unclear, 1);
    let again = world.good(&[]);
    assert_eq!(again.report.unclear, 0);
    assert_eq!(file(&again, "objections.csv"), [1, 0, 1, 0, 0]);
}

#[test]
fn a_withdrawal_is_taken_in_as_a_stop() {
    let mut world = World::with_catalogue();
    let end = "sun,VOICE,*,2025-01-01T00:00:00Z,,2026-01-01T00:00:00Z,form-1\n";
    let rows = format!("4915123455751,DE,,{end}61212345624,NL,,{end}nonsense,NL,,{end}");
    let imported = world.take(&[("consents.csv", &consents(&rows))]);
    assert_eq!(problems(&imported).len(), 1);
    let numbers: Vec<_> = world
        .consents()
        .iter()
        .map(|(n, _)| n.to_string())
        .collect();
    assert_eq!(
        numbers,
        ["+494915123455751", "+4915123455751", "+3161212345624"]
    );
    assert_eq!(imported.report.unclear, 3);
    assert_eq!(world.import().report.unclear, 0);
}

#[test]
fn an_unreadable_withdrawal_waits_for_a_person_too() {
    let mut world = World::with_catalogue();
    let rows = "0612345678,,,sun,VOICE,lost,2025-01-01T00:00:00Z,,2026-01-01T00:00:00Z,f\n\
                0612345678,,,sun,VOICE,p-gas,2025-01-01T00:00:00Z,,last year,f\n\
                0612345678,,,sun,VOICE,lost,2025-01-01T00:00:00Z,,,f\n";
    let imported = world.take(&[("consents.csv", &consents(rows))]);
    assert_eq!(problems(&imported).len(), 3);
    assert_eq!(imported.report.unclear, 2);
}

#[test]
fn an_unreadable_number_still_stops_the_person() {
    let mut world = World::with_catalogue();
    let rows = objections("nonsense,,p7,sun,,,CALL\n");
    let imported = world.take(&[("objections.csv", &rows)]);
    assert!(!imported.applied);
    let (number, objection) = world.objections()[0];
    assert_eq!(number, None);
    assert_eq!(world.symbols.persons.text(objection.person.0), "p7");
    assert_eq!(imported.report.unclear, 1);
    // The number is still to be mended: the row stays bad, and is not recorded twice.
    let again = world.import();
    assert!(!again.applied && again.delta.is_empty());
    assert_eq!(problems(&again).len(), 1);
}

#[test]
fn an_omission_widens_an_objection() {
    let mut world = World::with_catalogue();
    world.good(&[(
        "objections.csv",
        &objections("0612345678,,,,,,\n,,p1,*,*,,\n"),
    )]);
    for (_, objection) in world.objections() {
        assert_eq!(objection.seller.0, 0);
        assert_eq!(objection.channels, ChannelSet::ALL);
    }
    assert_eq!(world.objections()[1].0, None);
}

#[test]
fn a_stop_is_in_force_from_its_receipt_at_the_latest() {
    let mut world = World::with_catalogue();
    let rows = "0612345671,,,,,2020-01-01T01:00:00+01:00,\n\
                0612345672,,,,,2031-01-01T00:00:00Z,\n\
                0612345673,,,,,,\n";
    let no = "0612345671,,,sun,VOICE,*,2025-01-01T00:00:00Z,,2026-01-01T00:00:00Z,f\n\
              0612345672,,,sun,VOICE,*,2025-01-01T00:00:00Z,,2032-01-01T00:00:00Z,f\n";
    world.good(&[
        ("objections.csv", &objections(rows)),
        ("consents.csv", &consents(no)),
    ]);
    let from: Vec<_> = world
        .objections()
        .iter()
        .map(|o| o.1.in_force_from)
        .collect();
    assert_eq!(from, [at("2020-01-01T00:00:00Z"), at(NOW), at(NOW)]);
    let withdrawn: Vec<_> = world.consents().iter().map(|c| c.1.withdrawn_at).collect();
    assert_eq!(withdrawn, [at("2026-01-01T00:00:00Z"), at(NOW)]);

    // A later import of the same rows does not move it.
    world.options.received_at = at("2027-01-01T00:00:00Z");
    assert!(world.good(&[]).delta.is_empty());
}

#[test]
fn missing_columns_that_only_describe_do_not_keep_stops_waiting() {
    let mut world = World::with_catalogue();
    let text = "number,seller_id,channels,recorded_at\n0612345678,sun,VOICE,2025-01-01T00:00:00Z\n";
    let imported = world.take(&[("objections.csv", text)]);
    assert!(!imported.applied);
    assert_eq!(problems(&imported).len(), 3);
    assert_eq!(world.objections().len(), 1);

    // Without a column whose omission would widen every objection, none is taken.
    let text =
        "number,region,person_id,seler_id,channels,recorded_at,source\n0612345679,,,sun,,,\n";
    let problem = world.bad("objections.csv", text);
    assert!(problem.contains("did you mean `seller_id`?"), "{problem}");
    assert_eq!(world.objections().len(), 1);
}
