//! When a consent counts.

use crate::world::*;

const COUNTS: &str = "ALLOW CONSENT";
/// Of a number in the seller's own file, about whom nothing else is known.
const DOES_NOT: &str = "BLOCK NOT_A_CUSTOMER";

fn with(yes: Yes) -> Scene {
    Scene::new().from("house").yes(yes)
}

fn granted(granted: &'static str) -> Yes {
    Yes {
        granted,
        ..Yes::default()
    }
}

/// "when `granted_at <= now`"
#[test]
fn a_consent_counts_from_the_moment_it_is_granted() {
    assert_eq!(with(granted(A_MICROSECOND_AGO)).says(), COUNTS);
    assert_eq!(with(granted(NOW)).says(), COUNTS);
    assert_eq!(with(granted(IN_A_MICROSECOND)).says(), DOES_NOT);
}

/// "before `expires_at`"
#[test]
fn a_consent_counts_until_just_before_it_expires() {
    let expires = |expires| Yes {
        expires,
        ..Yes::default()
    };
    assert_eq!(with(expires(IN_A_MICROSECOND)).says(), COUNTS);
    assert_eq!(with(expires(NOW)).says(), DOES_NOT);
    assert_eq!(with(expires(A_MICROSECOND_AGO)).says(), DOES_NOT);
}

/// "and `withdrawn_at`"
#[test]
fn a_consent_counts_until_just_before_it_is_withdrawn() {
    let withdrawn = |withdrawn| Yes {
        withdrawn,
        ..Yes::default()
    };
    assert_eq!(with(withdrawn(IN_A_MICROSECOND)).says(), COUNTS);
    assert_eq!(with(withdrawn(NOW)).says(), "BLOCK OBJECTED");
    assert_eq!(with(withdrawn(A_MICROSECOND_AGO)).says(), "BLOCK OBJECTED");
}

/// "granted_at <= now, before expires_at": one granted and expired at the same moment never counts.
#[test]
fn a_consent_of_no_length_never_counts() {
    let yes = Yes {
        granted: NOW,
        expires: NOW,
        ..Yes::default()
    };
    assert_eq!(with(yes).says(), DOES_NOT);
}

/// "for its seller"
#[test]
fn a_consent_to_another_seller_does_not_count() {
    let yes = Yes {
        seller: "zonnig",
        ..Yes::default()
    };
    assert_eq!(with(yes).says(), DOES_NOT);
    let general = Yes {
        channels: "*",
        products: "*",
        ..yes
    };
    assert_eq!(with(general).says(), DOES_NOT);
}

/// "naming the channel (or `*`)"
#[test]
fn a_consent_counts_only_for_a_channel_it_names_or_for_all() {
    let over = |channels| Yes {
        channels,
        ..Yes::default()
    };
    assert_eq!(with(over("VOICE")).says(), COUNTS);
    assert_eq!(with(over("APP;VOICE")).says(), COUNTS);
    assert_eq!(with(over("*")).says(), COUNTS);
    assert_eq!(with(over("SMS;EMAIL;APP;POST")).says(), DOES_NOT);
}

/// "naming … every offered product"
#[test]
fn a_consent_counts_only_if_it_names_every_offered_product() {
    let to = |products| Yes {
        products,
        ..Yes::default()
    };
    assert_eq!(with(to("gas")).says(), COUNTS);
    assert_eq!(with(to("sofa;gas")).says(), COUNTS);
    assert_eq!(with(to("power")).says(), DOES_NOT, "similar is not named");
    assert_eq!(with(to("gas")).offers("gas;sofa").says(), DOES_NOT);
    assert_eq!(with(to("gas;sofa;odd")).offers("gas;sofa").says(), COUNTS);
}

/// "`*` means all products *of that seller*"
#[test]
fn a_consent_for_all_products_counts_for_every_own_product() {
    let all = Yes {
        products: "*",
        ..Yes::default()
    };
    for offered in ["gas", "sofa", "odd", "gas;sofa;odd"] {
        assert_eq!(with(all).offers(offered).says(), COUNTS, "{offered}");
    }
}

/// "another company's must be named"
#[test]
fn a_consent_for_all_products_does_not_count_for_another_companys() {
    let to = |products| Yes {
        products,
        ..Yes::default()
    };
    let refused = "BLOCK OTHER_COMPANY_OFFER";
    assert_eq!(with(to("*")).offers("z-gas").says(), refused);
    assert_eq!(with(to("*")).offers("gas;z-gas").says(), refused);
    assert_eq!(with(to("z-gas")).offers("z-gas").says(), COUNTS);
    assert_eq!(with(to("gas;z-gas")).offers("gas;z-gas").says(), COUNTS);
}

/// "One consent covers the whole offer; two do not add up."
#[test]
fn two_consents_do_not_add_up_to_a_mixed_offer() {
    let to = |products| Yes {
        products,
        ..Yes::default()
    };
    let two = with(to("gas")).yes(to("sofa")).offers("gas;sofa");
    assert_eq!(two.says(), DOES_NOT);
    assert_eq!(two.yes(to("gas;sofa")).says(), COUNTS);
}

/// "two do not add up": nor do one for the channel and one for the product.
#[test]
fn two_consents_do_not_add_up_over_channel_and_product() {
    let scene = with(Yes {
        channels: "EMAIL",
        ..Yes::default()
    })
    .yes(Yes {
        products: "sofa",
        ..Yes::default()
    });
    assert_eq!(scene.says(), DOES_NOT);
}

/// "One consent covers the whole offer": where the register binds, one must name it all as well.
#[test]
fn two_consents_do_not_add_up_where_the_register_binds() {
    let scene = Scene::new()
        .in_register()
        .yes(Yes {
            channels: "*",
            ..Yes::default()
        })
        .yes(Yes {
            products: "*",
            ..Yes::default()
        });
    assert_eq!(scene.says(), "BLOCK REGISTERED");
    assert_eq!(scene.yes(Yes::default()).says(), COUNTS);
}

/// "A permit counts if it is on the number"
#[test]
fn a_consent_on_another_number_does_not_count() {
    let yes = Yes {
        number: OTHER_NUMBER,
        person: "anna",
        ..Yes::default()
    };
    assert_eq!(with(yes).says(), DOES_NOT);
    assert_eq!(with(yes).says_of("anna"), DOES_NOT);
}

/// "a consent that counts": one is enough among others that do not.
#[test]
fn one_consent_that_counts_among_others_is_enough() {
    let scene = with(granted("2030-01-01T00:00:00Z"))
        .yes(Yes {
            expires: "2021-01-01T00:00:00Z",
            ..Yes::default()
        })
        .yes(Yes {
            channels: "EMAIL",
            ..Yes::default()
        })
        .yes(Yes::default());
    assert_eq!(scene.says(), COUNTS);
    assert_eq!(scene.row(9), "DECIDED consent-4");
}
