//! What holds for any input.

use proptest::prelude::*;
use verzet::{
    clock::Day,
    intake::{RegisterHeader, csv::write_row, import_register},
    number::Region,
};

use crate::common::*;

/// A row of relations whose fields may hold anything a CSV can.
fn row() -> impl Strategy<Value = [String; 9]> {
    let number = prop_oneof![
        8 => (0..40_u32).prop_map(|n| format!("+316123400{n:02}")),
        1 => Just("nonsense".to_owned()),
    ];
    let person = "[a-z,\"\n é]{0,4}";
    let kind = prop_oneof![8 => Just("PURCHASE"), 1 => Just("BOUGHT")];
    let start = prop_oneof![8 => Just("2020-01-01"), 1 => Just("2020-13-01")];
    (number, person, kind, start).prop_map(|(number, person, kind, start)| {
        let fields = [&number, "NL", &person, "sun", kind, "", start, "", "yes"];
        fields.map(str::to_owned)
    })
}

/// Whether a row is good, and what tells it apart.
fn judge(row: &[String; 9]) -> Option<(String, String)> {
    let bad = row[0] == "nonsense"
        || row[4] == "BOUGHT"
        || row[6] == "2020-13-01"
        || row[2].trim().chars().any(char::is_control);
    (!bad).then(|| (row[0].clone(), row[2].trim().to_owned()))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever two folders hold: after skipping bad rows, the store has the good rows of the last, each
    /// once, and importing it again changes nothing.
    #[test]
    fn the_store_has_the_good_rows_of_the_last_folder(
        folders in prop::collection::vec(prop::collection::vec(row(), 0..12), 1..3),
    ) {
        let mut world = World::with_catalogue();
        world.options.skip_bad_rows = true;
        world.options.accept_shrink = true;
        for rows in &folders {
            let mut text = RELATIONS.to_owned();
            for row in rows {
                write_row(&mut text, row.iter().map(String::as_str));
            }
            let imported = world.take(&[("relations.csv", &text)]);
            prop_assert!(imported.applied, "{:?}", imported.report);
            let mut want: Vec<_> = rows.iter().filter_map(judge).collect();
            want.sort();
            want.dedup();
            let mut got: Vec<_> = world
                .relations()
                .iter()
                .map(|(n, r)| (n.to_string(), world.symbols.persons.text(r.person.0)))
                .collect();
            got.sort();
            prop_assert_eq!(got, want);
            let again = world.import();
            prop_assert!(again.delta.is_empty());
            prop_assert_eq!(again.revision, imported.revision);
        }
    }

    /// No bytes panic, and none lose a stop that stands.
    #[test]
    fn any_bytes_are_told_or_taken(
        bytes in prop::collection::vec(
            prop::sample::select(&b"0612345678,\"\n\r;*sunVOICE\0\xff\xc3"[..]), 0..300),
        header in any::<bool>(),
    ) {
        let mut world = World::with_catalogue();
        world.good(&[("objections.csv", &format!("{OBJECTIONS}0612345678,,,,,,\n"))]);
        for (name, head) in [("objections.csv", OBJECTIONS), ("consents.csv", CONSENTS),
                             ("relations.csv", RELATIONS), ("sellers.csv", "seller_id,name\n")] {
            let mut content = if header { head.as_bytes().to_vec() } else { Vec::new() };
            content.extend(&bytes);
            world.write(name, content);
        }
        let imported = world.import();
        let report = &imported.report;
        let fine = report.problems.is_empty() && report.held.is_empty();
        prop_assert_eq!(imported.applied, fine, "{:?}", report);
        prop_assert!(!world.objections().is_empty());
    }

    #[test]
    fn any_bytes_of_a_register_are_refused_or_taken(
        bytes in prop::collection::vec(
            prop::sample::select(&b"+31612345678\n\r ,;<\xff\xef\xbb\xbf"[..]), 0..200),
    ) {
        let mut world = World::new();
        let header = RegisterHeader {
            register: "bmnr",
            as_of: Day(0),
            format: "",
            region: Region::NL,
            accept_shrink: false,
            file: "x",
            today: Day(1),
            received_at: at(NOW),
        };
        match import_register(&header, &bytes[..], &mut world.store, &world.symbols) {
            Ok(imported) => prop_assert!(!imported.copy.is_empty()),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}
