//! Files that are broken as a whole: told once, with what to do.

use std::{fs, io::Write};

use crate::common::*;

#[test]
fn a_byte_order_mark_and_crlf_are_fine() {
    let mut world = World::with_catalogue();
    let text = format!("\u{feff}{}", relations(1..=2)).replace('\n', "\r\n");
    world.good(&[("relations.csv", &text)]);
    assert_eq!(world.relations().len(), 2);
}

#[test]
fn utf_16_is_told_once() {
    let mut world = World::with_catalogue();
    let text = format!("\u{feff}{}", relations(1..=50));
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let problem = world.bad("relations.csv", bytes);
    assert_eq!(
        problem,
        "relations.csv:1:1: the file is UTF-16; save it as UTF-8"
    );
}

#[test]
fn rows_that_are_not_utf_8_are_told_with_their_place() {
    let mut world = World::with_catalogue();
    let mut bytes = relations(1..=2).into_bytes();
    bytes.extend(b"+31612340003,NL,caf\xe9,sun,PURCHASE,,2020-01-01,,yes\n");
    let problem = world.bad("relations.csv", bytes);
    assert_eq!(
        problem,
        "relations.csv:4:20: not UTF-8; save the file as UTF-8"
    );
}

#[test]
fn nul_bytes_are_told() {
    let mut world = World::with_catalogue();
    let text = format!(
        "{}+31612340003\0,NL,,sun,PURCHASE,,2020-01-01,,yes\n",
        relations(1..=2)
    );
    let problem = world.bad("relations.csv", text);
    assert_eq!(
        problem,
        "relations.csv:4:13: a NUL byte; save the file as UTF-8 text"
    );
}

#[test]
fn missing_unknown_and_double_columns_are_told() {
    let mut world = World::with_catalogue();
    let text = "number,region,person,seller_id,kind,product_id,start_on,ended_on,paid,paid\n\
                0612345678,,,sun,PURCHASE,,2020-01-01,,yes,yes\n";
    let imported = world.take(&[("relations.csv", text)]);
    assert!(!imported.applied);
    assert_eq!(
        problems(&imported),
        [
            "relations.csv:1:71: paid: the column is there twice; keep one",
            "relations.csv:1:15: \"person\" is not a column of this file; did you mean `person_id`?",
            "relations.csv:1:48: \"start_on\" is not a column of this file; did you mean `started_on`?",
        ]
    );
    let text = relations(1..=2).replace(",paid", "").replace(",yes", "");
    let problem = world.bad("relations.csv", text);
    assert_eq!(
        problem,
        "relations.csv:1:70: paid: the column is missing; add it; its fields may be empty"
    );
    let text = relations(1..=2).replace("paid", "price");
    world.write("relations.csv", text);
    assert_eq!(
        problems(&world.import()),
        [
            "relations.csv:1:71: \"price\" is not a column of this file; remove it; the columns are number, \
             region, person_id, seller_id, kind, product_id, started_on, ended_on, paid",
            "relations.csv:1:76: paid: the column is missing; add it; its fields may be empty",
        ]
    );
    world.clear();
    let text = CATALOGUE[0].1.replace("name", "nmae");
    let problem = world.bad("sellers.csv", &text);
    assert!(problem.ends_with("did you mean `name`?"), "{problem}");
}

#[test]
fn columns_separated_by_semicolons_are_one_problem() {
    let mut world = World::with_catalogue();
    let text = relations(1..=5).replace(',', ";");
    let problem = world.bad("relations.csv", text);
    assert!(
        problem.ends_with("write commas between the fields"),
        "{problem}"
    );
}

#[test]
fn an_empty_file_is_told() {
    let mut world = World::with_catalogue();
    for (name, content) in [("relations.csv", ""), ("sellers.csv", "\u{feff}\n\n")] {
        let problem = world.bad(name, content);
        assert!(
            problem.contains("the file is empty; the first line names the columns: "),
            "{problem}"
        );
        world.clear();
    }
}

#[test]
fn a_broken_catalogue_file_does_not_blame_the_rows_that_rest_on_it() {
    let mut world = World::new();
    let relations = relations(1..=100);
    let mut files = CATALOGUE.to_vec();
    files[0].1 = "seller,name\nsun,Sun BV\n";
    files.push(("relations.csv", &relations));
    let imported = world.take(&files);
    assert_eq!(problems(&imported).len(), 1, "{:?}", problems(&imported));

    // Nor does one bad row of it.
    files[0].1 = "seller_id,name\nsun,Sun BV,\n";
    let imported = world.take(&files);
    assert_eq!(problems(&imported).len(), 1, "{:?}", problems(&imported));
}

#[test]
fn quotes_left_open_and_text_after_a_quote_are_told_with_their_place() {
    let mut world = World::with_catalogue();
    let bad = "0612345678,NL,\"p1,sun,PURCHASE,,2020-01-01,,yes\n";
    let problem = world.bad("relations.csv", format!("{}{bad}", relations(1..=2)));
    assert!(
        problem.starts_with("relations.csv:4:15: a quote is left open"),
        "{problem}"
    );

    let bad = "0612345678,NL,\"p1\"x,sun,PURCHASE,,2020-01-01,,yes\n";
    let problem = world.bad("relations.csv", format!("{RELATIONS}{bad}{}", relation(1)));
    assert!(
        problem.starts_with("relations.csv:2:19: text after a closing quote"),
        "{problem}"
    );

    // Rows after an open quote are still read: of 1,003 rows one is bad.
    let bad = "0612345678,NL,\"p1,sun,PURCHASE,,2020-01-01,,yes\n";
    let text = format!(
        "{RELATIONS}{}{bad}{}",
        relation(1),
        relations(2..=1_002).replace(RELATIONS, "")
    );
    world.write("relations.csv", text);
    let imported = world.import();
    assert_eq!(file(&imported, "relations.csv"), [1_003, 0, 0, 0, 1]);
}

#[test]
fn a_line_over_a_mebibyte_is_one_problem() {
    let mut world = World::with_catalogue();
    let mut out = fs::File::create(world.path("relations.csv")).unwrap();
    out.write_all(relations(1..=2).as_bytes()).unwrap();
    for _ in 0..64 {
        out.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    out.write_all(format!("\n{}", relation(3)).as_bytes())
        .unwrap();
    drop(out);
    let imported = world.import();
    let problems = problems(&imported);
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].starts_with("relations.csv:4:1: the row is longer than 1 MiB"),
        "{problems:?}"
    );
    assert_eq!(file(&imported, "relations.csv"), [4, 0, 0, 0, 1]);
}

#[test]
fn what_is_not_a_file_is_told() {
    let mut world = World::with_catalogue();
    fs::create_dir(world.path("relations.csv")).unwrap();
    world.write("objections.csv", format!("{OBJECTIONS}0612345678,,,,,,\n"));
    let imported = world.import();
    assert!(!imported.applied);
    assert_eq!(
        problems(&imported),
        ["relations.csv: is not a file; put the file in its place"]
    );
    assert_eq!(world.objections().len(), 1);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_opened_is_told() {
    let mut world = World::with_catalogue();
    world.write("objections.csv", OBJECTIONS);
    std::os::unix::fs::symlink("nowhere", world.path("relations.csv")).unwrap();
    let imported = world.import();
    assert!(!imported.applied);
    let problem = &problems(&imported)[0];
    assert!(
        problem.starts_with("relations.csv: cannot be opened: "),
        "{problem}"
    );
}

#[test]
fn an_unknown_csv_file_is_a_warning_with_the_name_that_was_meant() {
    let mut world = World::with_catalogue();
    let imported = world.good(&[
        ("relation.csv", &relations(1..=2)),
        ("sellers.csv", CATALOGUE[0].1),
        ("cases.csv", "x\n"),
        ("README.txt", "x\n"),
        ("relations.rejected.csv", "x\n"),
    ]);
    assert_eq!(imported.report.warnings.len(), 2);
    assert!(
        imported.report.warnings[0]
            .starts_with("cases.csv: not taken in; it is none of sellers.csv")
    );
    assert_eq!(
        imported.report.warnings[1],
        "relation.csv: not taken in; did you mean relations.csv?"
    );
    assert_eq!(world.relations().len(), 0);
}

#[test]
fn ten_thousand_problems_are_listed_and_the_rest_counted() {
    let mut world = World::with_catalogue();
    let row = "nonsense,,,sun,PURCHASE,,2020-01-01,,yes\n";
    let imported = world.take(&[(
        "relations.csv",
        &format!("{RELATIONS}{}", row.repeat(10_500)),
    )]);
    let problems = problems(&imported);
    assert_eq!(problems.len(), 10_001);
    assert_eq!(
        problems[10_000],
        "500 more problems are not listed; mend these first"
    );
    assert_eq!(file(&imported, "relations.csv"), [10_500, 0, 0, 0, 10_500]);
}
