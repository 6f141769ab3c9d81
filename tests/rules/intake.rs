//! The rules that hold where facts come in: a real folder, taken in by a real sidecar.

use std::{fs, path::Path, sync::Arc};

use verzet::{
    clock::{Day, Micros},
    intake::Imported,
    sidecar::Sidecar,
};

use crate::{
    common,
    world::{A_MICROSECOND_AGO, IN_A_MICROSECOND, NOW, Q, ask_world},
};

const CONSENTS: &str = "number,region,person_id,seller_id,channels,products,granted_at,expires_at,withdrawn_at,evidence\n";
const OBJECTIONS: &str = "number,region,person_id,seller_id,channels,recorded_at,source\n";
const SIMILAR: &str =
    "bought_product_id,offered_product_id,similar,signed_by,signed_on,expires_on,note\n";
const RELATIONS: &str =
    "number,region,person_id,seller_id,kind,product_id,started_on,ended_on,paid\n";

/// A folder whose campaign `offer` is of this purpose, with a file more.
fn folder(dir: &Path, purpose: &str, files: &[(&str, &str, &str)]) {
    let campaign = format!(
        "campaign_id,seller_id,purpose,channel,products,source_id,region,starts_on,ends_on,caller_ids,purpose_compatible\n\
         offer,noordlicht,{purpose},VOICE,gas,list,NL,2015-01-01,,,\n"
    );
    let write = |name: &str, text: &str| fs::write(dir.join(name), text).unwrap();
    write(
        "sellers.csv",
        "seller_id,name\nnoordlicht,Noordlicht BV\nzonnig,Zonnig BV\n",
    );
    write(
        "categories.csv",
        "category_id,parent_id,name\nenergy,,Energy\npower,energy,Power\ngas,energy,Gas\n",
    );
    write(
        "products.csv",
        "product_id,seller_id,category_id,name\npower,noordlicht,power,Power\ngas,noordlicht,gas,Gas\n",
    );
    write(
        "sources.csv",
        "source_id,seller_id,kind,lawful_basis_document,obtained_on\nlist,noordlicht,THIRD_PARTY_LIST,ROPA-3,\n",
    );
    write("campaigns.csv", &campaign);
    for (name, header, rows) in files {
        write(name, &format!("{header}{rows}\n"));
    }
}

struct TakenIn {
    sidecar: Arc<Sidecar>,
    imported: Imported,
    _dir: tempfile::TempDir,
}

/// Takes it in, received at [`NOW`], with an empty register of that day.
fn taken_in(purpose: &str, files: &[(&str, &str, &str)]) -> TakenIn {
    let dir = tempfile::tempdir().unwrap();
    let crm = dir.path().join("crm");
    fs::create_dir(&crm).unwrap();
    folder(&crm, purpose, files);
    fs::write(dir.path().join("bmnr.txt"), "0201234567\n").unwrap();
    let sidecar = common::sidecar(&dir.path().join("data"));
    let imported = common::import(&sidecar, &crm, Micros::parse(NOW).unwrap());
    common::import_register(
        &sidecar,
        &dir.path().join("bmnr.txt"),
        Day::parse("2026-11-24").unwrap(),
    );
    TakenIn {
        sidecar,
        imported,
        _dir: dir,
    }
}

impl TakenIn {
    fn ask(&self, q: Q) -> String {
        assert!(self.imported.applied, "{:?}", self.imported.report);
        ask_world(&self.sidecar.world(), &self.sidecar.packs, &q).says
    }

    fn at(&self, at: &'static str) -> String {
        self.ask(Q { at, ..Q::default() })
    }

    /// Refused as a whole, for one problem in that field.
    fn refused(&self, file: &str, field: &str) {
        assert!(!self.imported.applied);
        let found: Vec<_> = (self.imported.report.problems.iter())
            .map(|p| (p.file.as_str(), p.field.as_str()))
            .collect();
        assert_eq!(found, [(file, field)], "{:?}", self.imported.report);
    }
}

fn objections(rows: &str) -> TakenIn {
    taken_in("MARKETING", &[("objections.csv", OBJECTIONS, rows)])
}

fn consents(rows: &str) -> TakenIn {
    taken_in("MARKETING", &[("consents.csv", CONSENTS, rows)])
}

fn pairs(rows: &str) -> TakenIn {
    taken_in("MARKETING", &[("similar.csv", SIMILAR, rows)])
}

/// "A stop stamped later than its receipt is in force from its receipt."
#[test]
fn an_objection_stamped_later_than_its_receipt_is_in_force_from_its_receipt() {
    let world = objections("0612345678,NL,,noordlicht,,2031-01-01T00:00:00Z,CALL");
    assert_eq!(world.at(A_MICROSECOND_AGO), "ALLOW NOT_REGISTERED");
    assert_eq!(world.at(NOW), "BLOCK OBJECTED");
}

/// "in force from the moment it is recorded": one stamped before its receipt, from its stamp.
#[test]
fn an_objection_stamped_before_its_receipt_is_in_force_from_its_stamp() {
    let world = objections("0612345678,NL,,noordlicht,,2026-11-24T12:59:59.999999+01:00,CALL");
    assert_eq!(
        world.at("2026-11-24T11:59:59.999998Z"),
        "ALLOW NOT_REGISTERED"
    );
    assert_eq!(world.at(A_MICROSECOND_AGO), "BLOCK OBJECTED");
}

/// "A stop stamped later than its receipt": a withdrawal is a stop.
#[test]
fn a_withdrawal_stamped_later_than_its_receipt_is_in_force_from_its_receipt() {
    let world = consents(
        "0612345678,NL,,noordlicht,VOICE,gas,2020-01-01T00:00:00Z,,2031-01-01T00:00:00Z,form-1",
    );
    assert_eq!(world.at(A_MICROSECOND_AGO), "ALLOW CONSENT");
    assert_eq!(world.at(NOW), "BLOCK OBJECTED");
    assert_eq!(world.at(IN_A_MICROSECOND), "BLOCK OBJECTED");
}

/// A permit stamped later is no stop: it waits for its moment.
#[test]
fn a_consent_stamped_later_than_its_receipt_counts_from_its_stamp() {
    let world = consents("0612345678,NL,,noordlicht,VOICE,gas,2026-11-24T13:00:00Z,,,form-1");
    assert_eq!(
        world.at("2026-11-24T12:59:59.999999Z"),
        "ALLOW NOT_REGISTERED"
    );
    assert_eq!(world.at("2026-11-24T13:00:00Z"), "ALLOW CONSENT");
}

/// "An empty `channels` or `seller_id` of an objection means all": an omission widens a stop.
#[test]
fn an_objection_without_seller_and_channels_is_to_all_over_all() {
    let world = objections("0612345678,NL,,,,2021-01-01T00:00:00Z,CALL");
    for channel in ["VOICE", "SMS", "EMAIL", "APP", "POST"] {
        let q = Q {
            channel,
            ..Q::default()
        };
        assert_eq!(world.ask(q), "BLOCK OBJECTED", "{channel}");
    }
}

/// "of a consent it is a bad row": "a permit counts only where it is proved".
#[test]
fn a_consent_without_channels_is_refused() {
    let world = consents("0612345678,NL,,noordlicht,,gas,2020-01-01T00:00:00Z,,,form-1");
    world.refused("consents.csv", "channels");
}

/// "(empty or mixed is marketing)"
#[test]
fn an_empty_purpose_is_marketing() {
    for purpose in ["", "MARKETING", "MIXED", " mixed "] {
        let world = taken_in(purpose, &[]);
        assert_eq!(
            world.ask(Q::default()),
            "ALLOW NOT_REGISTERED",
            "{purpose:?}"
        );
    }
    let world = taken_in("SERVICE", &[]);
    assert_eq!(world.ask(Q::default()), "BLOCK PURPOSE_NOT_COVERED");
}

/// "`paid=yes` means the contract obliges to pay, settled or not"
#[test]
fn a_relation_that_obliges_to_pay_makes_a_customer_and_one_that_does_not_makes_none() {
    let with = |paid: &str| {
        let row = format!("0612345678,NL,,noordlicht,PURCHASE,power,2019-03-01,,{paid}");
        taken_in("MARKETING", &[("relations.csv", RELATIONS, &row)])
    };
    assert_eq!(with("yes").ask(Q::default()), "ALLOW CUSTOMER_SIMILAR");
    assert_eq!(with("no").ask(Q::default()), "ALLOW NOT_REGISTERED");
}

/// "unsigned … rows are refused at intake"
#[test]
fn an_unsigned_pair_is_refused() {
    pairs("power,gas,yes,,2020-01-01,,").refused("similar.csv", "signed_by");
    pairs("power,gas,yes,compliance,,,").refused("similar.csv", "signed_on");
}

/// "contradictory … rows are refused at intake"
#[test]
fn a_pair_with_a_yes_and_a_no_for_one_day_is_refused() {
    pairs("power,gas,yes,compliance,2020-01-01,,\npower,gas,no,compliance,2021-01-01,,")
        .refused("similar.csv", "similar");
    let one_day_apart =
        "power,gas,yes,compliance,2020-01-01,2020-12-31,\npower,gas,no,compliance,2021-01-01,,";
    assert!(pairs(one_day_apart).imported.applied);
    let both_ways = "power,gas,yes,compliance,2020-01-01,,\ngas,power,no,compliance,2020-01-01,,";
    assert!(pairs(both_ways).imported.applied);
}

/// "or expiring-`no` rows are refused at intake"
#[test]
fn a_no_that_expires_is_refused() {
    pairs("power,gas,no,compliance,2020-01-01,2020-12-31,").refused("similar.csv", "expires_on");
    assert!(
        pairs("power,gas,no,compliance,2020-01-01,,")
            .imported
            .applied
    );
}
