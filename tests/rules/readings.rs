//! The readings we chose, (a) to (d), each with the case that tells it from the other reading.

use crate::world::*;

/// (a) "'in alle gevallen … uw klant' governs … every customer": a customer is worse off than a stranger.
#[test]
fn reading_a_a_customer_is_not_called_about_something_different_though_a_stranger_is() {
    let stranger = Scene::new();
    assert_eq!(stranger.says(), "ALLOW NOT_REGISTERED");
    assert_eq!(stranger.bought("sofa").says(), "BLOCK PRODUCT_NOT_SIMILAR");
}

/// (a) "governs everyone in the seller's own files": though not in the register.
#[test]
fn reading_a_nobody_of_the_own_files_is_called_under_the_main_rule() {
    for source in ["customers", "house"] {
        let scene = Scene::new().from(source);
        assert_eq!(scene.says(), "BLOCK NOT_A_CUSTOMER", "{source}");
        assert_eq!(scene.row(16), "WOULD_DECIDE", "{source}");
    }
}

/// (a) "the main rule only strangers from elsewhere"
#[test]
fn reading_a_a_newsletter_reader_from_a_list_is_a_stranger_from_elsewhere() {
    let reader = Scene::new().has(Has {
        kind: "NEWSLETTER",
        ..Has::default()
    });
    assert_eq!(reader.says(), "ALLOW NOT_REGISTERED");
    assert_eq!(reader.from("house").says(), "BLOCK NOT_A_CUSTOMER");
}

/// (b) "a consent that names voice and the product is a call asked for and passes"
#[test]
fn reading_b_a_consent_that_names_voice_and_the_product_passes_the_register() {
    let scene = Scene::new().in_register().yes(Yes::default());
    assert_eq!(scene.says(), "ALLOW CONSENT");
    assert_eq!(scene.row(15), "WOULD_DECIDE listed");
}

/// (b) "a general one does not"
#[test]
fn reading_b_a_general_consent_does_not_pass_the_register() {
    for (channels, products) in [("*", "gas"), ("VOICE", "*"), ("*", "*")] {
        let scene = Scene::new().in_register().yes(Yes {
            channels,
            products,
            ..Yes::default()
        });
        assert_eq!(scene.says(), "BLOCK REGISTERED", "{channels} {products}");
        assert_eq!(scene.row(9), "PASSED consent-1", "the trail names it");
    }
}

/// (b) The clause is the register's: a general consent does where the number is not in it.
#[test]
fn reading_b_a_general_consent_does_where_a_fresh_copy_does_not_list_the_number() {
    let scene = Scene::new().yes(Yes {
        channels: "*",
        products: "*",
        ..Yes::default()
    });
    assert_eq!(scene.says(), "ALLOW CONSENT");
    let day = "2026-10-27";
    assert_eq!(scene.clone().register_of(day).says(), "ALLOW CONSENT");
    let too_old = scene.register_of("2026-10-26");
    assert_eq!(too_old.says(), "BLOCK REGISTER_STALE");
}

/// (b) "the seed names one exception to the register, the customer"
#[test]
fn reading_b_a_general_consent_takes_nothing_from_a_customer_in_the_register() {
    let scene = Scene::new().in_register().bought("gas").yes(Yes {
        channels: "*",
        products: "*",
        ..Yes::default()
    });
    assert_eq!(scene.says(), "ALLOW CUSTOMER_SIMILAR");
}

/// (b) From the own files too: a general consent of a registered non-customer ends at row 13.
#[test]
fn reading_b_a_registered_number_of_the_own_files_needs_a_naming_consent_as_well() {
    let general = Yes {
        channels: "*",
        ..Yes::default()
    };
    let scene = Scene::new().from("house").in_register();
    assert_eq!(scene.clone().yes(general).says(), "BLOCK NOT_A_CUSTOMER");
    assert_eq!(scene.yes(Yes::default()).says(), "ALLOW CONSENT");
}

/// (c) "the withdrawal rule": who took back his yes is worse off than who never gave one.
#[test]
fn reading_c_who_withdrew_is_not_called_though_who_never_consented_is() {
    let stranger = Scene::new();
    assert_eq!(stranger.says(), "ALLOW NOT_REGISTERED");
    let withdrew = stranger.yes(Yes {
        withdrawn: "2022-01-01T00:00:00Z",
        ..Yes::default()
    });
    assert_eq!(withdrew.says(), "BLOCK OBJECTED");
    assert_eq!(withdrew.offers("sofa").says(), "ALLOW NOT_REGISTERED");
}

/// (c) "Expiry is not a no."
#[test]
fn reading_c_who_let_his_consent_expire_is_as_one_who_never_gave_it() {
    let expired = Scene::new().yes(Yes {
        expires: "2022-01-01T00:00:00Z",
        ..Yes::default()
    });
    assert_eq!(expired.says(), "ALLOW NOT_REGISTERED");
}

/// (d) "the person rule": stops are read widely and permits narrowly for the same pair of persons.
#[test]
fn reading_d_a_row_of_another_person_on_the_number_stops_but_does_not_permit() {
    let permit = Scene::new().from("house").has(Has {
        person: "anna",
        ..Has::default()
    });
    assert_eq!(permit.says_of("bert"), "BLOCK NOT_A_CUSTOMER");
    let stop = permit.clone().no(No {
        person: "anna",
        ..No::default()
    });
    assert_eq!(stop.says_of("bert"), "BLOCK OBJECTED");
}

/// (d) A stop follows the person to other numbers; a permit does not.
#[test]
fn reading_d_a_stop_follows_the_person_and_a_permit_stays_on_its_number() {
    let there = OTHER_NUMBER;
    let stop = Scene::new().no(No {
        number: there,
        person: "anna",
        ..No::default()
    });
    assert_eq!(stop.says_of("anna"), "BLOCK OBJECTED");
    let permit = Scene::new().from("house").yes(Yes {
        number: there,
        person: "anna",
        ..Yes::default()
    });
    assert_eq!(permit.says_of("anna"), "BLOCK NOT_A_CUSTOMER");
}

/// "to be shown as such to users": the pack carries all four, in both languages.
#[test]
fn the_pack_shows_the_four_readings_in_both_languages() {
    let regime = regime("nl-bmnr");
    assert_eq!(regime.readings.len(), 4);
    for (reading, letter) in regime.readings.iter().zip(["(a)", "(b)", "(c)", "(d)"]) {
        assert!(reading.nl.starts_with(letter), "{reading:?}");
        assert!(reading.en.starts_with(letter), "{reading:?}");
    }
}
