//! Rows 14 to 16 of voice: the register ("Uitzondering 2: Bel-Me-Niet-Register") and the main rule.

use crate::world::*;

const TODAY: &str = "2026-11-24";
/// 28 days before [`TODAY`].
const JUST_FRESH: &str = "2026-10-27";
const TOO_OLD: &str = "2026-10-26";

fn at(row: usize, scene: &Scene, says: &str) {
    let answer = scene.ask(Q::default());
    assert_eq!(answer.says, says);
    assert_eq!(answer.decided_by, Some(row), "{answer:#?}");
}

/// "dan moet u eerst controleren of diegene staat ingeschreven": without a copy that cannot be done.
#[test]
fn row_14_blocks_where_there_is_no_copy() {
    let scene = Scene::new().without_register();
    at(14, &scene, "BLOCK REGISTER_STALE");
    assert!(scene.ask(Q::default()).register_stale);
}

/// "its date more than 28 days ago"
#[test]
fn row_14_passes_a_copy_of_28_days_and_blocks_one_of_29() {
    let fresh = Scene::new().register_of(JUST_FRESH);
    at(16, &fresh, "ALLOW NOT_REGISTERED");
    assert!(!fresh.ask(Q::default()).register_stale);
    let old = Scene::new().register_of(TOO_OLD);
    at(14, &old, "BLOCK REGISTER_STALE");
    assert!(old.ask(Q::default()).register_stale);
}

/// "Whole days are days of the jurisdiction's zone": a copy ages at midnight in Amsterdam.
#[test]
fn row_14_a_copy_grows_too_old_at_midnight_in_amsterdam() {
    let scene = Scene::new().register_of(JUST_FRESH);
    let at_22_59 = scene.says_at("2026-11-24T22:59:59.999999Z");
    assert_eq!(at_22_59, "ALLOW NOT_REGISTERED");
    let at_23_00 = scene.says_at("2026-11-24T23:00:00Z");
    assert_eq!(at_23_00, "BLOCK REGISTER_STALE");
}

/// The same where the clocks went forward within the 28 days, and midnight is at 22:00 UTC.
#[test]
fn row_14_counts_days_and_not_hours_over_a_change_of_the_clocks() {
    let spring = Scene::new().register_of("2026-03-10");
    assert_eq!(
        spring.says_at("2026-04-07T21:59:59.999999Z"),
        "ALLOW NOT_REGISTERED"
    );
    assert_eq!(
        spring.says_at("2026-04-07T22:00:00Z"),
        "BLOCK REGISTER_STALE"
    );
    let autumn = Scene::new().register_of("2026-10-10");
    assert_eq!(
        autumn.says_at("2026-11-07T22:59:59.999999Z"),
        "ALLOW NOT_REGISTERED"
    );
    assert_eq!(
        autumn.says_at("2026-11-07T23:00:00Z"),
        "BLOCK REGISTER_STALE"
    );
}

/// "A copy taken after the moment asked about counts as fresh."
#[test]
fn row_14_a_copy_of_later_than_the_moment_asked_about_is_fresh() {
    at(16, &Scene::new().register_of(TODAY), "ALLOW NOT_REGISTERED");
    at(
        16,
        &Scene::new().register_of("2026-11-25"),
        "ALLOW NOT_REGISTERED",
    );
    at(
        16,
        &Scene::new().register_of("2031-01-01"),
        "ALLOW NOT_REGISTERED",
    );
    at(
        15,
        &Scene::new().register_of("2031-01-01").in_register(),
        "BLOCK REGISTERED",
    );
}

/// "First row that matches decides": an old copy is not believed, even where it lists the number.
#[test]
fn row_14_comes_before_a_hit_in_the_old_copy() {
    let scene = Scene::new().register_of(TOO_OLD).in_register();
    at(14, &scene, "BLOCK REGISTER_STALE");
    assert_eq!(scene.row(15), "WOULD_DECIDE listed");
}

/// "The register is asked only for numbers of people who are not customers"
#[test]
fn row_14_is_not_asked_for_customers() {
    for product in ["power", "sofa"] {
        let scene = Scene::new().without_register().bought(product);
        assert_eq!(scene.row(14), "NOT_ASKED");
    }
}

/// "from a `THIRD_PARTY_LIST` or `PUBLIC` source"
#[test]
fn row_14_is_asked_only_of_numbers_from_a_list_or_a_public_directory() {
    for (source, row) in [
        ("customers", "NOT_ASKED"),
        ("house", "NOT_ASKED"),
        ("list", "WOULD_DECIDE"),
        ("public", "WOULD_DECIDE"),
    ] {
        // An objection decides, so that the row shows by itself.
        let scene = Scene::new()
            .from(source)
            .without_register()
            .no(No::default());
        assert_eq!(scene.row(14), row, "{source}");
    }
}

/// "Zo ja, dan mag u diegene niet bellen."
#[test]
fn row_15_blocks_a_number_in_the_register() {
    for source in ["list", "public"] {
        let scene = Scene::new().from(source).in_register();
        at(15, &scene, "BLOCK REGISTERED");
        assert_eq!(scene.row(15), "DECIDED listed");
    }
}

/// "in the register": that number, and not its neighbour.
#[test]
fn row_15_passes_a_number_that_is_not_the_one_listed() {
    let mut scene = Scene::new().in_register();
    scene.register = Some((
        "2026-11-20",
        vec![OTHER_NUMBER, "+31612345677", "+31612345679"],
    ));
    at(16, &scene, "ALLOW NOT_REGISTERED");
    assert_eq!(scene.row(15), "PASSED not listed");
}

/// "the trail says for everyone whether the number was in it": a customer's membership is shown.
#[test]
fn row_15_is_not_asked_for_a_customer_but_shows_that_he_is_listed() {
    let scene = Scene::new().bought("gas");
    assert_eq!(scene.clone().in_register().row(15), "NOT_ASKED listed");
    assert_eq!(scene.row(15), "NOT_ASKED not listed");
}

/// "the trail says for everyone whether the number was in it": and for those in the own files.
#[test]
fn row_15_is_not_asked_for_the_own_files_but_shows_the_membership() {
    for source in ["customers", "house"] {
        let scene = Scene::new().from(source);
        assert_eq!(scene.clone().in_register().row(15), "NOT_ASKED listed");
        assert_eq!(scene.row(15), "NOT_ASKED not listed");
    }
}

/// "the trail says for everyone …": without a copy nobody knows.
#[test]
fn row_15_is_unknown_without_a_copy_for_strangers_and_customers() {
    assert_eq!(Scene::new().without_register().row(15), "UNKNOWN");
    let customer = Scene::new().bought("gas").without_register();
    assert_eq!(customer.row(15), "UNKNOWN");
}

/// "Hierop is één uitzondering … een bestaande klant": somebody with a newsletter is none.
#[test]
fn row_15_blocks_a_registered_newsletter_reader_from_a_list() {
    let scene = Scene::new().in_register().has(Has {
        kind: "NEWSLETTER",
        ..Has::default()
    });
    at(15, &scene, "BLOCK REGISTERED");
}

/// "dan is de hoofdregel dat u geen toestemming nodig heeft om deze mensen te bellen"
#[test]
fn row_16_allows_a_stranger_lawfully_obtained_who_did_not_object_and_is_not_listed() {
    for source in ["list", "public"] {
        at(16, &Scene::new().from(source), "ALLOW NOT_REGISTERED");
    }
}

/// The main rule asks neither about similarity nor for a category: it is for strangers.
#[test]
fn row_16_allows_a_stranger_any_own_offer() {
    for products in ["sofa", "odd", "gas;sofa;hedge"] {
        at(16, &Scene::new().offers(products), "ALLOW NOT_REGISTERED");
    }
}
