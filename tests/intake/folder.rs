//! A folder is one change set and the full state of its origin.

use std::path::Path;

use verzet::{
    clock::Day,
    facts::{
        model::{Channel, Products},
        symbols::Symbols,
    },
    intake::{FolderOptions, IntakeError, import_folder},
    number::Region,
    store::Store,
};

use crate::common::*;

#[test]
fn a_folder_is_one_change_set() {
    let mut world = World::new();
    let consent = "0612345678,,p1,sun,VOICE; sms,p-power ; s-home,2025-01-01T00:00:00Z,,,form-1\n";
    let objection = "0612345679,,,sea,voice,2025-01-01T00:00:00Z,CALL\n";
    let mut files = CATALOGUE.to_vec();
    let (relations, consents) = (relations(1..=3), format!("{CONSENTS}{consent}"));
    let objections = format!("{OBJECTIONS}{objection}");
    files.push(("relations.csv", &relations));
    files.push(("consents.csv", &consents));
    files.push(("objections.csv", &objections));
    let imported = world.good(&files);

    assert_eq!(imported.revision, 1);
    assert_eq!(world.store.revision(), 1);
    assert_eq!(imported.delta.len(), 5);
    assert!(imported.catalogue.unwrap().campaign("c1").is_some());
    assert_eq!(world.counts(), (3, 1, 1));
    let names: Vec<_> = imported
        .report
        .files
        .iter()
        .map(|f| f.file.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "sellers.csv",
            "categories.csv",
            "products.csv",
            "similar.csv",
            "sources.csv",
            "campaigns.csv",
            "objections.csv",
            "consents.csv",
            "relations.csv"
        ]
    );

    let (e164, relation) = world.relations()[0];
    assert_eq!(e164, number("+31612340001"));
    assert_eq!(relation.started_on, Day::parse("2020-01-01").unwrap());
    assert_eq!(relation.ended_on, Day::NEVER);
    assert!(relation.paid);
    assert_eq!(world.symbols.product_id(relation.product), "p-power");

    let (e164, consent) = world.consents().remove(0);
    assert_eq!(e164, number("+31612345678"));
    assert!(consent.channels.names(Channel::Sms) && !consent.channels.names(Channel::Post));
    let Products::Named(products) = &consent.products else {
        panic!("{consent:?}")
    };
    let products: Vec<_> = products
        .iter()
        .map(|p| world.symbols.product_id(*p))
        .collect();
    assert_eq!(products, ["p-power", "s-home"]);
    assert_eq!(world.symbols.persons.text(consent.person.0), "p1");

    let (e164, objection) = world.objections()[0];
    assert_eq!(e164, Some(number("+31612345679")));
    assert_eq!(world.symbols.seller_id(objection.seller), "sea");
}

#[test]
fn importing_the_same_folder_twice_changes_nothing() {
    let mut world = World::new();
    world.good(&CATALOGUE);
    let objections = format!("{OBJECTIONS}0612345678,,,,,,CALL\n4915123455751,DE,,,,,\n");
    let consents = format!(
        "{CONSENTS}0612345678,,,sun,VOICE,*,2025-01-01T00:00:00Z,,2025-02-01T00:00:00Z,f\n"
    );
    let files = [
        ("relations.csv", relations(1..=3)),
        ("objections.csv", objections),
        ("consents.csv", consents),
    ];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    world.good(&files);
    let before = (world.store.revision(), world.counts(), world.unclear());
    assert_eq!(before.1, (3, 1, 3));

    for _ in 0..2 {
        world.options.received_at.0 += 86_400_000_000;
        let again = world.import();
        assert!(again.applied);
        assert!(again.delta.is_empty());
        assert!(again.catalogue.is_none());
        assert_eq!(again.revision, before.0);
        assert_eq!(again.report.unclear, 0);
        assert_eq!(
            before,
            (world.store.revision(), world.counts(), world.unclear())
        );
        assert_eq!(file(&again, "relations.csv"), [3, 0, 3, 0, 0]);
        assert_eq!(file(&again, "objections.csv"), [2, 0, 2, 0, 0]);
        assert_eq!(file(&again, "consents.csv"), [1, 0, 1, 0, 0]);
        assert_eq!(file(&again, "sellers.csv"), [2, 0, 2, 0, 0]);
        world = world.reopen();
    }
}

#[test]
fn a_row_that_is_gone_is_ended_and_a_new_one_added() {
    let mut world = World::with_catalogue();
    world.good(&[("relations.csv", &relations(1..=20))]);
    let imported = world.good(&[("relations.csv", &relations(2..=21))]);
    assert_eq!(file(&imported, "relations.csv"), [20, 1, 19, 1, 0]);
    assert_eq!(imported.delta.ended[0].number, Some(number("+31612340001")));
    assert_eq!(imported.delta.relations[0].0, number("+31612340021"));
    assert_eq!(world.relations().len(), 20);
}

#[test]
fn a_changed_row_ends_the_old_fact_and_adds_the_new() {
    let mut world = World::with_catalogue();
    let row = "0612345678,NL,p1,sun,PURCHASE,p-power,2020-01-01,,yes\n";
    world.good(&[("relations.csv", &format!("{RELATIONS}{row}"))]);
    let row = "0612345678,NL,p1,sun,PURCHASE,p-power,2020-01-01,2024-05-05,yes\n";
    // The only row of the table: no shrink, since its number has another.
    let imported = world.good(&[("relations.csv", &format!("{RELATIONS}{row}"))]);
    assert_eq!(file(&imported, "relations.csv"), [1, 1, 0, 1, 0]);
    let all = world.relations();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].1.ended_on.to_string(), "2024-05-05");
    let old = world
        .store
        .fact(imported.delta.ended[0].id)
        .unwrap()
        .unwrap();
    assert_eq!(old.rev_until, Some(imported.revision));
}

#[test]
fn an_absent_file_changes_nothing() {
    let mut world = World::with_catalogue();
    world.good(&[("relations.csv", &relations(1..=3))]);
    world.clear();
    let imported = world.good(&[("objections.csv", &format!("{OBJECTIONS}0612345678,,,,,,\n"))]);
    assert_eq!(imported.report.files.len(), 1);
    assert_eq!(world.counts(), (3, 0, 1));
    assert!(world.catalogue().campaign("c1").is_some());
}

#[test]
fn each_origin_has_a_full_state_of_its_own() {
    let mut world = World::with_catalogue();
    world.good(&[("relations.csv", &relations(1..=3))]);
    world.options.origin = "shop".into();
    world.good(&[("relations.csv", &relations(3..=4))]);
    assert_eq!(world.relations().len(), 5);
    world.options.accept_shrink = true;
    world.good(&[("relations.csv", RELATIONS)]);
    assert_eq!(world.relations().len(), 3);
}

#[test]
fn two_equal_rows_in_one_file_are_one_fact() {
    let mut world = World::with_catalogue();
    let twice = format!("{RELATIONS}{}{}", relation(1), relation(1));
    let objections = format!("{OBJECTIONS}0612345678,,,,,,\n0612345678,nl, ,*,*,,\n");
    let imported = world.good(&[("relations.csv", &twice), ("objections.csv", &objections)]);
    assert_eq!(world.counts(), (1, 0, 1));
    assert_eq!(file(&imported, "relations.csv"), [2, 1, 1, 0, 0]);
    assert_eq!(file(&imported, "objections.csv"), [2, 1, 1, 0, 0]);
}

#[test]
fn each_row_is_read_in_its_own_region_else_the_default() {
    let mut world = World::with_catalogue();
    let rows = "0612345678,,,sun,PURCHASE,,2020-01-01,,yes\n\
                020 7183 8750,gb,,sun,PURCHASE,,2020-01-01,,yes\n\
                (202) 456-1111, US ,,sun,PURCHASE,,2020-01-01,,yes\n\
                +31612345670,US,,sun,PURCHASE,,2020-01-01,,yes\n";
    world.good(&[("relations.csv", &format!("{RELATIONS}{rows}"))]);
    let numbers: Vec<_> = world
        .relations()
        .iter()
        .map(|(n, _)| n.to_string())
        .collect();
    assert_eq!(
        numbers,
        [
            "+31612345678",
            "+442071838750",
            "+12024561111",
            "+31612345670"
        ]
    );

    world.clear();
    world.options.default_region = Region::parse("BE").unwrap();
    let row = "0470 12 34 56,,,,,,\n";
    world.good(&[("objections.csv", &format!("{OBJECTIONS}{row}"))]);
    assert_eq!(world.objections()[0].0, Some(number("+32470123456")));
}

#[test]
fn numbers_are_kept_as_typed() {
    let mut world = World::with_catalogue();
    let row = "\" +31 (0)6-12345678 \",,,sun,PURCHASE,,2020-01-01,,yes\n";
    let imported = world.good(&[("relations.csv", &format!("{RELATIONS}{row}"))]);
    let id = imported.delta.relations[0].1.id;
    let fact = world.store.fact(id).unwrap().unwrap();
    assert_eq!(fact.typed, " +31 (0)6-12345678 ");
    assert_eq!(fact.region, "NL");
    assert_eq!(fact.origin, "crm");
    assert_eq!(fact.received_at, at(NOW));
}

#[test]
fn blanks_and_the_case_of_words_do_not_matter_and_columns_stand_in_any_order() {
    let mut world = World::with_catalogue();
    let text = "paid , number,kind,seller_id,started_on,ended_on,product_id,person_id,region\r\n\
                 YES ,0612345678, purchase , sun , 2020-01-01 ,,p-power , p1 ,nl\r\n";
    world.good(&[("relations.csv", text)]);
    let same = "0612345678,NL,p1,sun,PURCHASE,p-power,2020-01-01,,yes\n";
    let again = world.good(&[("relations.csv", &format!("{RELATIONS}{same}"))]);
    assert!(again.delta.is_empty());
}

#[test]
fn unpaid_is_what_is_not_said_to_be_paid() {
    let mut world = World::with_catalogue();
    let row = "0612345678,,,sun,PURCHASE,,2020-01-01,,\n";
    world.good(&[("relations.csv", &format!("{RELATIONS}{row}"))]);
    assert!(!world.relations()[0].1.paid);
}

#[test]
fn the_worked_folders_import_without_a_problem() {
    for name in ["nl-bmnr", "nl-bmnr-stale"] {
        let dir = Path::new("tests/data").join(name);
        let data = tempfile::TempDir::new().unwrap();
        let symbols = Symbols::default();
        let mut store = Store::open(data.path(), &symbols).unwrap();
        let options = FolderOptions {
            origin: "crm".into(),
            skip_bad_rows: false,
            accept_shrink: false,
            default_region: Region::NL,
            received_at: at(NOW),
        };
        let mut last = (0, 0);
        let mut steps = Vec::new();
        let imported = import_folder(&dir, &options, &mut store, &symbols, &mut |p| {
            assert!(p.bytes_read >= last.0 && p.bytes_read <= p.bytes_total);
            last = (p.bytes_read, p.bytes_total);
            if steps.last() != Some(&p.step.to_owned()) {
                steps.push(p.step.to_owned());
            }
        })
        .unwrap();
        assert_eq!(problems(&imported), [""; 0], "{name}");
        assert!(imported.applied, "{name}: {:?}", imported.report.held);
        assert_eq!(last.0, last.1, "{name}");
        assert_eq!(steps.len(), 9, "{steps:?}");
        assert_eq!(
            imported.report.warnings.len(),
            1,
            "{:?}",
            imported.report.warnings
        );
        for file in &imported.report.files {
            let text = std::fs::read_to_string(dir.join(&file.file)).unwrap();
            assert_eq!(file.rows, text.lines().count() as u64 - 1, "{}", file.file);
        }
        let again = import_folder(&dir, &options, &mut store, &symbols, &mut |_| {}).unwrap();
        assert!(
            again.applied && again.delta.is_empty() && again.revision == 1,
            "{name}"
        );
    }
}

#[test]
fn a_folder_that_is_missing_or_holds_none_of_the_files_is_an_error() {
    let mut world = World::new();
    let error = world.try_import().unwrap_err();
    assert!(matches!(error, IntakeError::Empty { .. }));
    assert!(
        error.to_string().contains("sellers.csv, categories.csv"),
        "{error}"
    );

    let missing = world.path("missing");
    let error = import_folder(
        &missing,
        &world.options,
        &mut world.store,
        &world.symbols,
        &mut |_| {},
    )
    .unwrap_err();
    assert!(matches!(error, IntakeError::Folder { .. }));
}

#[test]
fn the_origin_of_single_facts_is_not_a_folders() {
    for origin in ["api", "", "a\nb"] {
        let mut world = World::new();
        world.write("sellers.csv", CATALOGUE[0].1);
        world.options.origin = origin.into();
        assert!(
            matches!(world.try_import(), Err(IntakeError::Origin(_))),
            "{origin:?}"
        );
    }
}
