//! Facts and entries recorded one by one.

use verzet::{
    clock::{Day, Micros},
    facts::model::{FactId, FactKind},
    intake::{
        ConsentFields, ObjectionFields, Reading, RecordError, RelationFields, end_catalogue,
        end_relation, put_catalogue, record_consent, record_objection, record_relation,
        withdraw_consent,
    },
    number::Region,
    store::CatalogueKind,
};

use crate::common::*;

const YES: ConsentFields<'static> = ConsentFields {
    number: "0612345678",
    region: "",
    person_id: "p1",
    seller_id: "sun",
    channels: "VOICE",
    products: "p-power",
    granted_at: "2026-01-01T00:00:00Z",
    expires_at: "",
    withdrawn_at: "",
    evidence: "form-1",
};

const BOUGHT: RelationFields<'static> = RelationFields {
    number: "0612345678",
    region: "NL",
    person_id: "p1",
    seller_id: "sun",
    kind: "PURCHASE",
    product_id: "p-power",
    started_on: "2020-01-01",
    ended_on: "",
    paid: "yes",
};

/// Does something with all that recording takes.
macro_rules! with {
    ($world:ident, $record:ident, $fields:expr) => {{
        let catalogue = $world.catalogue();
        let with = Reading {
            default_region: Region::NL,
            received_at: $world.options.received_at,
            ids: &catalogue,
        };
        $record(&$fields, &with, &mut $world.store, &$world.symbols)
    }};
}

fn wrong(error: RecordError) -> Vec<String> {
    let RecordError::Fields(problems) = error else {
        panic!("{error}")
    };
    problems
        .iter()
        .map(|p| format!("{}: {}", p.field, p.what))
        .collect()
}

#[test]
fn an_objection_is_recorded_at_once_and_from_now() {
    let mut world = World::with_catalogue();
    let fields = ObjectionFields {
        number: "06 1234 5678",
        seller_id: "sun",
        channels: "VOICE;SMS",
        source: "CALL",
        ..Default::default()
    };
    let recorded = with!(world, record_objection, fields).unwrap();
    assert_eq!(recorded.revision, 2);
    assert_eq!(recorded.e164s, [number("+31612345678")]);
    assert!(!recorded.unclear);
    assert_eq!(recorded.delta.objections.len(), 1);
    let row = world.store.fact(recorded.fact_ids[0]).unwrap().unwrap();
    assert_eq!(
        (row.origin.as_str(), row.typed.as_str()),
        ("api", "06 1234 5678")
    );
    assert_eq!(world.objections()[0].1.in_force_from, at(NOW));

    // The same words later are another no: a consent may have come between.
    world.options.received_at = at("2026-11-25T09:00:00Z");
    with!(world, record_objection, fields).unwrap();
    assert_eq!(world.objections().len(), 2);
}

#[test]
fn an_objection_whose_number_cannot_be_read_is_kept_and_listed() {
    let mut world = World::with_catalogue();
    let fields = ObjectionFields {
        number: "nonsense",
        ..Default::default()
    };
    let recorded = with!(world, record_objection, fields).unwrap();
    assert_eq!((recorded.fact_ids.len(), recorded.unclear), (0, true));
    assert_eq!(
        recorded.unclear_id,
        Some(world.store.unclear(false).unwrap()[0].id)
    );
    assert!(
        world.unclear()[0].starts_with(": number=nonsense; recorded_at="),
        "{:?}",
        world.unclear()
    );

    let both = ObjectionFields {
        number: "4915123455751",
        region: "DE",
        ..Default::default()
    };
    let recorded = with!(world, record_objection, both).unwrap();
    assert_eq!(recorded.fact_ids.len(), 2);
    assert_eq!(
        recorded.e164s,
        [number("+494915123455751"), number("+4915123455751")]
    );
    assert!(recorded.unclear && recorded.unclear_id.is_some());
}

#[test]
fn wrong_fields_are_told_by_name_and_nothing_is_recorded() {
    let mut world = World::with_catalogue();
    let fields = ObjectionFields {
        seller_id: "moon",
        channels: "FAX",
        ..Default::default()
    };
    let told = wrong(with!(world, record_objection, fields).unwrap_err());
    assert_eq!(
        told,
        [
            "channels: \"FAX\" is not known here",
            "number: is empty, and so is person_id"
        ]
    );
    let fields = ConsentFields {
        number: "x",
        evidence: " ",
        products: "p-power;lost",
        ..YES
    };
    let told = wrong(with!(world, record_consent, fields).unwrap_err());
    assert_eq!(
        told,
        [
            "products: no product has the id \"lost\"",
            "evidence: is empty",
            "number: \"x\" is not a valid number in NL"
        ]
    );
    let fields = RelationFields {
        started_on: "",
        ..BOUGHT
    };
    assert_eq!(
        wrong(with!(world, record_relation, fields).unwrap_err()),
        ["started_on: is empty"]
    );
    assert_eq!((world.counts(), world.store.revision()), ((0, 0, 0), 1));
}

#[test]
fn withdrawing_a_consent_ends_it_and_records_it_withdrawn_in_one_change() {
    let mut world = World::with_catalogue();
    let given = with!(world, record_consent, YES).unwrap();
    let later = at("2031-01-01T00:00:00Z");
    let id = given.fact_ids[0];
    let gone = withdraw_consent(id, later, at(NOW), &mut world.store, &world.symbols).unwrap();
    assert_eq!(gone.revision, given.revision + 1);
    assert_eq!((gone.delta.consents.len(), gone.delta.ended.len()), (1, 1));
    let old = world.store.fact(id).unwrap().unwrap();
    assert_eq!(
        old.rev_until,
        Some(gone.revision),
        "ended, not updated in place"
    );
    let all = world.consents();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].1.id, gone.fact_ids[0]);
    assert_eq!(
        all[0].1.withdrawn_at,
        at(NOW),
        "in force from its receipt at the latest"
    );
    assert_eq!(all[0].1.granted_at, at("2026-01-01T00:00:00Z"));

    let again = withdraw_consent(
        all[0].1.id,
        at(NOW),
        at(NOW),
        &mut world.store,
        &world.symbols,
    );
    assert_eq!(again.unwrap().revision, gone.revision, "withdrawn already");
    let error =
        withdraw_consent(id, at(NOW), at(NOW), &mut world.store, &world.symbols).unwrap_err();
    assert!(matches!(error, RecordError::Ended { .. }), "{error}");
    let other = FactId::new(FactKind::Consent, 99);
    let error =
        withdraw_consent(other, at(NOW), at(NOW), &mut world.store, &world.symbols).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("there is no consent `consent-99`"),
        "{error}"
    );
    let other = FactId::new(FactKind::Relation, 1);
    assert!(withdraw_consent(other, at(NOW), at(NOW), &mut world.store, &world.symbols).is_err());
}

#[test]
fn a_consent_from_a_folder_can_be_withdrawn_and_stays_so() {
    let mut world = World::with_catalogue();
    let row = "4915123455751,DE,p1,sun,VOICE,p-power,2026-01-01T00:00:00Z,,,form-1\n";
    let file = format!("{CONSENTS}{row}");
    let imported = world.good(&[("consents.csv", &file)]);
    let id = imported.delta.consents[0].1.id;
    let gone = withdraw_consent(id, at(NOW), at(NOW), &mut world.store, &world.symbols).unwrap();
    assert_eq!(
        gone.e164s.len(),
        2,
        "a withdrawal is a stop: on both numbers its spelling may mean"
    );
    assert!(gone.unclear_id.is_some());

    // Tomorrow's folder still has the row: the yes comes back, the withdrawal stands beside it.
    world.good(&[]);
    let withdrawn = world
        .consents()
        .iter()
        .filter(|c| c.1.withdrawn_at != Micros::NEVER)
        .count();
    assert_eq!((world.consents().len(), withdrawn), (3, 2));
}

#[test]
fn ending_a_relation_ends_it_and_records_it_with_its_last_day() {
    let mut world = World::with_catalogue();
    let bought = with!(world, record_relation, BOUGHT).unwrap();
    let id = bought.fact_ids[0];
    let day = |text| Day::parse(text).unwrap();
    let early = end_relation(
        id,
        day("2019-01-01"),
        at(NOW),
        &mut world.store,
        &world.symbols,
    );
    assert_eq!(
        wrong(early.unwrap_err()),
        ["ended_on: 2019-01-01 is before the relation began, on 2020-01-01"]
    );
    let ended = end_relation(
        id,
        day("2026-11-01"),
        at(NOW),
        &mut world.store,
        &world.symbols,
    )
    .unwrap();
    assert_eq!(
        (ended.delta.relations.len(), ended.delta.ended.len()),
        (1, 1)
    );
    let all = world.relations();
    assert_eq!(all.len(), 1);
    assert_eq!(
        (all[0].1.id, all[0].1.ended_on),
        (ended.fact_ids[0], day("2026-11-01"))
    );
    let again = end_relation(
        ended.fact_ids[0],
        day("2026-11-01"),
        at(NOW),
        &mut world.store,
        &world.symbols,
    );
    assert_eq!(again.unwrap().revision, ended.revision);
}

#[test]
fn a_folder_leaves_facts_recorded_one_by_one_alone() {
    let mut world = World::with_catalogue();
    with!(world, record_relation, BOUGHT).unwrap();
    with!(world, record_consent, YES).unwrap();
    world.good(&[("relations.csv", RELATIONS), ("consents.csv", CONSENTS)]);
    assert_eq!(world.counts(), (1, 1, 0));
}

fn fields(text: &str) -> Vec<String> {
    text.split(',').map(str::to_owned).collect()
}

#[test]
fn catalogue_entries_are_put_together_or_not_at_all() {
    let mut world = World::with_catalogue();
    let rows = [
        (CatalogueKind::Product, fields("new,moon,energy,New")),
        (CatalogueKind::Seller, fields("moon,Moon BV")),
        (CatalogueKind::Campaign, fields("c2,moon,,voice,new,,,,,,")),
    ];
    let changed = put_catalogue(&rows, at(NOW), &mut world.store, &world.symbols).unwrap();
    assert!(changed.catalogue.unwrap().campaign("c2").is_some());
    let again = put_catalogue(&rows, at(NOW), &mut world.store, &world.symbols).unwrap();
    assert!(again.catalogue.is_none());
    assert_eq!(again.revision, changed.revision);

    let rows = [
        (CatalogueKind::Seller, fields("mars,Mars BV")),
        (CatalogueKind::Category, fields("energy,power,now a cycle")),
        (CatalogueKind::Product, fields("other,venus,,")),
    ];
    let error = put_catalogue(&rows, at(NOW), &mut world.store, &world.symbols).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("category \"energy\": parent_id: a cycle"),
        "{text}"
    );
    assert!(
        text.contains("product \"other\": seller_id: no seller has the id \"venus\""),
        "{text}"
    );
    assert_eq!(world.store.revision(), changed.revision);
    assert!(world.catalogue().seller("mars").is_none());

    let rows = [(CatalogueKind::Campaign, fields(",sun,,FAX,p-power,,,,,,"))];
    let error = put_catalogue(&rows, at(NOW), &mut world.store, &world.symbols).unwrap_err();
    assert_eq!(error.to_string().lines().count(), 2, "{error}");
}

#[test]
fn ending_what_others_rest_on_is_refused() {
    let mut world = World::with_catalogue();
    let ends = [(CatalogueKind::Source, "list")];
    let error = end_catalogue(&ends, at(NOW), &mut world.store, &world.symbols).unwrap_err();
    assert_eq!(
        error.to_string(),
        "campaign \"c1\": source_id: would be left without what it rests on: no source has the id \"list\"; \
         end it too, or change it first"
    );
    let ends = [
        (CatalogueKind::Source, "list"),
        (CatalogueKind::Campaign, "c1"),
        (CatalogueKind::Pair, "p-power;s-home"),
    ];
    let changed = end_catalogue(&ends, at(NOW), &mut world.store, &world.symbols).unwrap();
    let catalogue = changed.catalogue.unwrap();
    assert!(catalogue.source("list").is_none() && catalogue.pairs().count() == 0);
    let error = end_catalogue(&ends, at(NOW), &mut world.store, &world.symbols).unwrap_err();
    assert_eq!(error.to_string().matches("is not there").count(), 3);
}
