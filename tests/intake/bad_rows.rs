//! Every way a row of facts can be wrong, each told with its place and what to do.

use crate::common::*;

/// The problems of one relation row, given as its fields.
fn relation_row(row: &str) -> Vec<String> {
    rows("relations.csv", RELATIONS, row)
}

fn consent_row(row: &str) -> Vec<String> {
    rows("consents.csv", CONSENTS, row)
}

fn rows(name: &str, head: &str, row: &str) -> Vec<String> {
    let mut world = World::with_catalogue();
    let imported = world.take(&[(name, &format!("{head}{row}\n"))]);
    assert!(!imported.applied);
    assert_eq!(world.counts().0, 0);
    let place = format!("{name}:2:");
    let strip = |p: &String| p.strip_prefix(&place).unwrap().to_owned();
    problems(&imported).iter().map(strip).collect()
}

#[test]
fn a_permit_needs_a_number() {
    let want = ["1: number: is empty; it is needed"];
    assert_eq!(relation_row(" ,NL,p1,sun,PURCHASE,,2020-01-01,,yes"), want);
    assert_eq!(
        consent_row(",NL,p1,sun,VOICE,*,2020-01-01T00:00:00Z,,,f"),
        want
    );
}

#[test]
fn an_invalid_number_is_a_bad_row_for_permits() {
    let got = relation_row("0612,BE,,sun,PURCHASE,,2020-01-01,,yes");
    assert_eq!(
        got,
        [
            "1: number: \"0612\" is not a valid number in BE; write it with its country code, such as \
          +31201234567, or give its region"
        ]
    );
    assert_eq!(
        consent_row("0612,,,sun,VOICE,*,2020-01-01T00:00:00Z,,,f").len(),
        1
    );
}

#[test]
fn a_relation_needs_its_start_kind_and_seller() {
    assert_eq!(
        relation_row("0612345678,,,,,,,,"),
        [
            "14: seller_id: is empty; it is needed",
            "15: kind: is empty; it is needed",
            "17: started_on: is empty; it is needed",
        ]
    );
}

#[test]
fn a_consent_needs_all_but_its_ends() {
    assert_eq!(
        consent_row("0612345678,,,,,,,,,"),
        [
            "14: seller_id: is empty; it is needed",
            "15: channels: is empty; it is needed",
            "16: products: is empty; it is needed",
            "17: granted_at: is empty; it is needed",
            "20: evidence: is empty; name what proves the yes: a form, a recording, a page",
        ]
    );
}

#[test]
fn unknown_sellers_and_products_are_bad_rows() {
    assert_eq!(
        relation_row("0612345678,,,snu,PURCHASE,p-powr,2020-01-01,,yes"),
        [
            "14: seller_id: no seller has the id \"snu\"; did you mean \"sun\"?",
            "27: product_id: no product has the id \"p-powr\"; did you mean \"p-power\"?",
        ]
    );
    assert_eq!(
        consent_row("0612345678,,,*,VOICE,p-power;other;*,2020-01-01T00:00:00Z,,,f"),
        [
            "14: seller_id: no seller has the id \"*\"; add it to sellers.csv",
            "22: products: `*` stands beside named products; write `*` alone for all of the seller's own, \
             and another company's in a row of their own",
        ]
    );
}

#[test]
fn bad_words_list_the_words() {
    let got = relation_row("0612345678,,,sun,PURCHASES,,2020-01-01,,ja");
    assert!(got[0].starts_with(
        "18: kind: \"PURCHASES\" is not known here; did you mean PURCHASE? It can be"
    ));
    assert!(
        got[0].ends_with("INQUIRY, DONATION, VOLUNTEER, EVENT_VISIT, OTHER"),
        "{got:?}"
    );
    assert_eq!(
        got[1],
        "41: paid: \"ja\" is not known here; write one of yes, no"
    );
    let got = consent_row("0612345678,,,sun,VOICE;PHONE,*,2020-01-01T00:00:00Z,,,f");
    assert_eq!(
        got,
        ["18: channels: \"PHONE\" is not known here; write one of VOICE, SMS, EMAIL, APP, POST"]
    );
}

#[test]
fn bad_dates_and_times_say_how_to_write_them() {
    assert_eq!(
        relation_row("0612345678,,,sun,PURCHASE,,01-02-2020,2020-02-30,yes"),
        [
            "28: started_on: \"01-02-2020\" is not a date; write YYYY-MM-DD, such as 2026-11-24",
            "39: ended_on: \"2020-02-30\" is not a date; write YYYY-MM-DD, such as 2026-11-24",
        ]
    );
    let got = consent_row("0612345678,,,sun,VOICE,*,2020-01-01T00:00:00,2021-01-01,,f");
    let hint = "write RFC 3339 with an offset, such as 2026-11-24T09:30:00+01:00";
    assert_eq!(
        got,
        [
            format!("26: granted_at: \"2020-01-01T00:00:00\" is not a time; {hint}"),
            format!("46: expires_at: \"2021-01-01\" is not a time; {hint}"),
        ]
    );
}

#[test]
fn a_relation_that_ends_before_it_starts_is_a_bad_row() {
    assert_eq!(
        relation_row("0612345678,,,sun,PURCHASE,,2020-01-02,2020-01-01,yes"),
        ["39: ended_on: 2020-01-01 is before started_on, 2020-01-02; mend either"]
    );
}

#[test]
fn ids_over_256_bytes_are_bad() {
    let long = "é".repeat(129);
    let got = relation_row(&format!("0612345678,,{long},sun,PURCHASE,,2020-01-01,,yes"));
    assert_eq!(got.len(), 1);
    assert!(got[0].starts_with("13: person_id: \"ééé"), "{got:?}");
    assert!(
        got[0].ends_with("is longer than 256 bytes; use a shorter id"),
        "{got:?}"
    );
}

#[test]
fn regions_are_two_letters() {
    assert_eq!(
        relation_row("0612345678,NLD,,sun,PURCHASE,,2020-01-01,,yes"),
        ["12: region: \"NLD\" is not an ISO 3166 region; write two letters, such as NL"]
    );
}

#[test]
fn a_wrong_number_of_fields_is_told_where_it_shows() {
    assert_eq!(
        relation_row("0612345678,NL,,sun,PURCHASE,,2020-01-01,,yes,more"),
        [
            "46: the row has 10 fields, but the header 9; look for a comma too many or too few; quote fields \
          with commas in them"
        ]
    );
    assert!(relation_row("0612345678")[0].starts_with("11: the row has 1 fields"));
}

#[test]
fn every_problem_of_a_row_is_told_and_of_every_row() {
    let row = "x,NLD,,moon,BOUGHT,lost,1,2,maybe\n";
    let mut world = World::with_catalogue();
    let imported = world.take(&[("relations.csv", &format!("{RELATIONS}{}", row.repeat(3)))]);
    let problems = problems(&imported);
    assert_eq!(problems.len(), 3 * 7);
    for (i, problem) in problems.iter().enumerate() {
        assert!(
            problem.starts_with(&format!("relations.csv:{}:", 2 + i / 7)),
            "{problem}"
        );
    }
    assert_eq!(file(&imported, "relations.csv")[4], 3);
}
