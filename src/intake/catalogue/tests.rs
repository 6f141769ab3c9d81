#![allow(clippy::unwrap_used)]
use super::*;
use crate::facts::catalogue::Catalogue;

/// Rows as `kind: fields separated by commas`.
fn rows(text: &str) -> Vec<CatalogueRow> {
    let row = |line: &str| {
        let (kind, fields) = line.split_once(':').unwrap();
        let fields: Vec<String> = fields.split(',').map(|f| f.trim().to_owned()).collect();
        CatalogueRow {
            kind: CatalogueKind::parse(kind.trim()).unwrap(),
            origin: "crm".into(),
            key: fields[0].clone(),
            fields,
        }
    };
    text.trim().lines().map(row).collect()
}

const BASE: &str = "seller: s, S
    seller: t, T
    category: root, ,
    category: a, root,
    category: b, root,
    product: p, s, a,
    product: q, s, b,
    product: r, t, ,
    source: list, s, PUBLIC, ROPA-1, 2020-01-01";

fn read(more: &str) -> Result<CatalogueRows, Vec<String>> {
    let text = format!("{BASE}\n{more}");
    catalogue_from_rows(&rows(&text), &Symbols::default())
        .map_err(|p| p.iter().map(ToString::to_string).collect())
}

fn problem(more: &str) -> String {
    let mut problems = read(more).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

#[test]
fn sound_rows_make_a_catalogue() {
    let rows = read(
        "pair: p, q, yes, jo, 2020-01-01, 2021-01-01, note
         pair: p, q, no, jo, 2021-01-02, , note
         campaign: c, s, marketing, voice, p;q ; p, list, nl, 2020-01-01, , +31201234567;+31201234568, yes",
    )
    .unwrap();
    let catalogue = Catalogue::build(rows);
    let campaign = catalogue.campaign("c").unwrap();
    assert_eq!(campaign.products.len(), 2);
    assert_eq!(campaign.caller_ids.len(), 2);
    assert_eq!(campaign.purpose_compatible, Some(true));
    assert_eq!(campaign.ends_on, Day::NEVER);
    assert_eq!(catalogue.pairs().count(), 2);
}

#[test]
fn a_campaign_of_all_products_offers_every_own_product_of_its_seller() {
    let rows = read("campaign: c, s, , VOICE, *, list, , , , ,").unwrap();
    let catalogue = Catalogue::build(rows);
    let offered = &catalogue.campaign("c").unwrap().products;
    let own = ["p", "q"].map(|p| catalogue.product(p).unwrap().sym);
    assert_eq!(&offered[..], own);
}

#[test]
fn unknown_references_are_told_with_the_nearest() {
    let got = read(
        "product: x, sx, ,
         product: y, s, rot,
         pair: p, zzz, yes, jo, 2020-01-01, ,
         source: other, , PUBLIC, , 
         campaign: c, s, , VOICE, p;unknown, lists, , , , ,",
    )
    .unwrap_err();
    let want = [
        "source \"other\": seller_id: is empty; it is needed",
        "product \"x\": seller_id: no seller has the id \"sx\"; add it to sellers.csv",
        "product \"y\": category_id: no category has the id \"rot\"; did you mean \"root\"?",
        "pair \"p;zzz;2020-01-01\": offered_product_id: no product has the id \"zzz\"; add it to products.csv",
        "campaign \"c\": products: no product has the id \"unknown\"; add it to products.csv",
        "campaign \"c\": source_id: no source has the id \"lists\"; did you mean \"list\"?",
    ];
    assert_eq!(got, want);
}

#[test]
fn an_id_twice_is_told_once() {
    let got = problem("seller: s, Other");
    assert_eq!(
        got,
        "seller \"s\": seller_id: \"s\" is there twice, first on that of origin \"crm\"; keep one"
    );
}

#[test]
fn a_category_that_is_its_own_parent_is_told() {
    assert!(problem("category: x, x,").contains("\"x\" is its own parent"));
}

#[test]
fn a_cycle_is_told_once_with_its_members() {
    let got = problem(
        "category: leaf, x,
         category: x, y,
         category: y, z,
         category: z, x,",
    );
    assert!(got.contains("a cycle: x > y > z > x"), "{got}");
}

#[test]
fn a_yes_and_a_no_that_hold_on_the_same_day_are_a_contradiction() {
    for rows in [
        "pair: p, q, yes, jo, 2020-01-01, ,
         pair: p, q, no, jo, 2021-01-01, ,",
        "pair: p, q, no, jo, 2021-01-01, ,
         pair: p, q, yes, jo, 2020-01-01, 2021-01-01,",
        "pair: p, q, no, jo, 2021-01-01, ,
         pair: p, q, yes, jo, 2021-01-01, 2022-01-01,",
        "pair: p, q, no, jo, 2021-01-01, ,
         pair: p, q, yes, jo, 2025-01-01, ,",
    ] {
        let got = problem(rows);
        assert!(got.contains("similar: a yes for"), "{got}");
    }
    // The other direction is another judgement, and so is a yes that has run out.
    assert!(
        read(
            "pair: p, q, yes, jo, 2020-01-01, 2020-12-31,
         pair: p, q, no, jo, 2021-01-01, ,
         pair: q, p, yes, jo, 2021-01-01, ,"
        )
        .is_ok()
    );
}

#[test]
fn an_unsigned_pair_an_expiring_no_and_one_that_expires_before_it_is_signed_are_told() {
    assert!(problem("pair: p, q, yes, , 2020-01-01, ,").contains("signed_by: is empty"));
    assert!(problem("pair: p, q, yes, jo, , ,").contains("signed_on: is empty"));
    assert!(problem("pair: p, q, no, jo, 2020-01-01, 2021-01-01,").contains("does not expire"));
    let early = problem("pair: p, q, yes, jo, 2020-01-02, 2020-01-01,");
    assert!(
        early.contains("2020-01-01 is before signed_on, 2020-01-02"),
        "{early}"
    );
    assert!(problem("pair: p, q, maybe, jo, 2020-01-01, ,").contains("yes, no"));
}

#[test]
fn only_service_and_research_offer_nothing() {
    assert!(problem("campaign: c, s, , VOICE, , list, , , , ,").contains("products: is empty"));
    assert!(problem("campaign: c, s, MIXED, VOICE, , list, , , , ,").contains("products"));
    assert!(read("campaign: c, s, service, VOICE, , list, , , , ,").is_ok());
    assert!(read("campaign: c, s, RESEARCH, VOICE, , list, , , , ,").is_ok());
}

#[test]
fn a_campaign_that_ends_before_it_starts_is_told() {
    let got = problem("campaign: c, s, , VOICE, p, list, , 2020-01-02, 2020-01-01, ,");
    assert!(got.contains("2020-01-01 is before starts_on"), "{got}");
}

#[test]
fn every_wrong_field_of_a_row_is_told() {
    let got = read("campaign: , s, SELLING, PHONE, p, list, XXX, 1-1-2020, , , maybe").unwrap_err();
    let fields: Vec<_> = got.iter().map(|p| p.split(": ").nth(1).unwrap()).collect();
    assert_eq!(
        fields,
        [
            "campaign_id",
            "purpose",
            "channel",
            "region",
            "starts_on",
            "purpose_compatible"
        ]
    );
}

#[test]
fn ids_cannot_be_what_lists_are_made_of() {
    assert!(problem("product: *, s, ,").contains("cannot be an id"));
    assert!(problem("product: a;b, s, ,").contains("cannot be an id"));
}

#[test]
fn what_is_normalised_reads_the_same_again() {
    let text = format!(
        "{BASE}\npair: p, q, YES, jo, 2020-01-01, ,\ncampaign: c, s, service, voice, q; p, list, nl, , , 1; 2, NO"
    );
    for row in rows(&text) {
        let mut told = Told::default();
        let entry = Entry::read(row.kind, &|i| row.fields[i].as_str(), &mut told).unwrap();
        let fields = entry.fields();
        let again = Entry::read(row.kind, &|i| fields[i].as_str(), &mut told).unwrap();
        assert_eq!(again, entry);
        assert_eq!(again.fields(), fields);
    }
}
