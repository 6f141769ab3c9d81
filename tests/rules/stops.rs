//! Withdrawals, and what lifts a stop.

use crate::world::*;

const OBJECTED: &str = "BLOCK OBJECTED";
/// Of a stranger from a list, about whom nothing else is known.
const NOTHING: &str = "ALLOW NOT_REGISTERED";
const CONSENT: &str = "ALLOW CONSENT";

const WITHDRAWN: &str = "2022-06-01T10:00:00Z";
const JUST_BEFORE: &str = "2022-06-01T09:59:59.999999Z";
const JUST_AFTER: &str = "2022-06-01T10:00:00.000001Z";

fn withdrawn() -> Yes {
    Yes {
        withdrawn: WITHDRAWN,
        ..Yes::default()
    }
}

fn objected() -> Scene {
    Scene::new().no(No {
        at: WITHDRAWN,
        ..No::default()
    })
}

fn granted(granted: &'static str) -> Yes {
    Yes {
        granted,
        ..Yes::default()
    }
}

/// "A withdrawal is from then on a no"
#[test]
fn a_withdrawal_is_a_no_from_then_on() {
    let scene = Scene::new().yes(withdrawn());
    assert_eq!(scene.says_at(JUST_BEFORE), CONSENT);
    assert_eq!(scene.says_at(WITHDRAWN), OBJECTED);
    assert_eq!(scene.says_at(JUST_AFTER), OBJECTED);
    assert_eq!(scene.says(), OBJECTED);
    assert_eq!(scene.row(8), "DECIDED consent-1");
}

/// "Tenzij diegene heeft aangegeven dit niet te willen": a customer who withdrew is not called.
#[test]
fn a_withdrawal_blocks_a_customer() {
    assert_eq!(Scene::new().bought("gas").yes(withdrawn()).says(), OBJECTED);
}

/// "in the scope of the yes: same seller"
#[test]
fn a_withdrawal_towards_another_seller_is_not_a_no_to_this_one() {
    let yes = Yes {
        seller: "zonnig",
        ..withdrawn()
    };
    assert_eq!(Scene::new().yes(yes).says(), NOTHING);
}

/// "same channels"
#[test]
fn a_withdrawal_is_a_no_over_the_channels_of_the_yes_only() {
    let over = |channels| Yes {
        channels,
        ..withdrawn()
    };
    assert_eq!(Scene::new().yes(over("*")).says(), OBJECTED);
    assert_eq!(Scene::new().yes(over("EMAIL;VOICE")).says(), OBJECTED);
    assert_eq!(Scene::new().yes(over("EMAIL")).says(), NOTHING);
}

/// "an offer with any of its products"
#[test]
fn a_withdrawal_is_a_no_to_an_offer_with_any_of_its_products() {
    let scene = |offered| {
        Scene::new().offers(offered).yes(Yes {
            products: "gas;sofa",
            ..withdrawn()
        })
    };
    for offered in ["gas", "sofa", "gas;hedge", "hedge;sofa"] {
        assert_eq!(scene(offered).says(), OBJECTED, "{offered}");
    }
    assert_eq!(scene("hedge").says(), NOTHING);
    assert_eq!(scene("power").says(), NOTHING, "similar is not named");
}

/// "`*` means all products *of that seller*": the no of a withdrawn `*` is as wide.
#[test]
fn a_withdrawal_of_all_products_is_a_no_to_any_own_product() {
    let scene = |offered| {
        Scene::new().offers(offered).yes(Yes {
            products: "*",
            ..withdrawn()
        })
    };
    for offered in ["gas", "odd", "z-gas;hedge"] {
        assert_eq!(scene(offered).says(), OBJECTED, "{offered}");
    }
    assert_eq!(scene("z-gas").says(), "BLOCK OTHER_COMPANY_OFFER");
}

/// "Expiry is not a no."
#[test]
fn an_expired_consent_is_not_a_no() {
    let yes = Yes {
        expires: WITHDRAWN,
        ..Yes::default()
    };
    assert_eq!(Scene::new().yes(yes).says(), NOTHING);
    let customer = Scene::new().yes(yes).bought("gas");
    assert_eq!(customer.says(), "ALLOW CUSTOMER_SIMILAR");
}

/// "A withdrawal is from then on a no": also of a consent that had expired by then.
#[test]
fn a_withdrawal_after_expiry_is_a_no() {
    let yes = Yes {
        expires: "2021-01-01T00:00:00Z",
        ..withdrawn()
    };
    assert_eq!(Scene::new().yes(yes).says(), OBJECTED);
}

/// "A withdrawal is a no": another consent, older than it, that still stands does not help.
#[test]
fn a_withdrawal_outweighs_another_consent_granted_before_it() {
    let scene = Scene::new().yes(withdrawn()).yes(granted(JUST_BEFORE));
    assert_eq!(scene.says(), OBJECTED);
}

/// "A stop is lifted … only by a consent that … was granted strictly after it."
#[test]
fn a_consent_granted_after_a_stop_lifts_it() {
    assert_eq!(objected().yes(granted(JUST_AFTER)).says(), CONSENT);
    let withdrawal = Scene::new().yes(withdrawn());
    assert_eq!(withdrawal.yes(granted(JUST_AFTER)).says(), CONSENT);
}

/// "strictly after it"
#[test]
fn a_consent_granted_at_the_same_moment_does_not_lift_a_stop() {
    assert_eq!(objected().yes(granted(WITHDRAWN)).says(), OBJECTED);
    let withdrawal = Scene::new().yes(withdrawn());
    assert_eq!(withdrawal.yes(granted(WITHDRAWN)).says(), OBJECTED);
}

/// "strictly after it"
#[test]
fn a_consent_granted_before_a_stop_does_not_lift_it() {
    assert_eq!(objected().yes(granted(JUST_BEFORE)).says(), OBJECTED);
}

/// "strictly after it": as instants, whatever the offset written.
#[test]
fn a_later_clock_time_at_the_same_instant_does_not_lift_a_stop() {
    let same = granted("2022-06-01T12:00:00+02:00");
    assert_eq!(objected().yes(same).says(), OBJECTED);
    let earlier = granted("2022-06-01T11:59:59+02:00");
    assert_eq!(objected().yes(earlier).says(), OBJECTED);
}

/// "only by a consent that counts for that check": not one for another channel, product or seller.
#[test]
fn a_consent_for_something_else_does_not_lift_a_stop() {
    let later = granted("2023-01-01T00:00:00Z");
    for yes in [
        Yes {
            channels: "EMAIL",
            ..later
        },
        Yes {
            products: "sofa",
            ..later
        },
        Yes {
            seller: "zonnig",
            ..later
        },
        Yes {
            number: OTHER_NUMBER,
            ..later
        },
        Yes {
            expires: "2024-01-01T00:00:00Z",
            ..later
        },
        granted(IN_A_MICROSECOND),
    ] {
        assert_eq!(objected().yes(yes).says(), OBJECTED, "{yes:?}");
    }
}

/// "that counts for that check": half of a mixed offer is not lifted by itself.
#[test]
fn a_consent_for_half_the_offer_does_not_lift_a_stop() {
    let scene = objected()
        .offers("gas;sofa")
        .yes(granted("2023-01-01T00:00:00Z"));
    assert_eq!(scene.says(), OBJECTED);
}

/// "lifted *for a check*": the same no still stands for another offer and another channel.
#[test]
fn a_stop_lifted_for_one_check_stands_for_the_others() {
    let scene = objected().yes(granted("2023-01-01T00:00:00Z"));
    assert_eq!(scene.says(), CONSENT);
    assert_eq!(scene.clone().offers("sofa").says(), OBJECTED);
    assert_eq!(scene.by("EMAIL").says(), OBJECTED);
}

/// "granted strictly after it": after each of several.
#[test]
fn a_consent_between_two_stops_lifts_neither_for_the_check() {
    let scene = objected().yes(granted("2023-01-01T00:00:00Z")).no(No {
        at: "2024-01-01T00:00:00Z",
        ..No::default()
    });
    assert_eq!(scene.says(), OBJECTED);
    assert_eq!(scene.row(8), "DECIDED objection-2");
    let lifted = scene.yes(granted("2025-01-01T00:00:00Z"));
    assert_eq!(lifted.says(), CONSENT);
}

/// "A withdrawal is from then on a no": a consent that lifted a stop and is withdrawn lifts nothing.
#[test]
fn withdrawing_the_consent_that_lifted_a_stop_blocks_again() {
    let scene = objected().yes(Yes {
        withdrawn: "2024-01-01T00:00:00Z",
        ..granted("2023-01-01T00:00:00Z")
    });
    assert_eq!(scene.says(), OBJECTED);
    assert_eq!(scene.row(8), "DECIDED consent-1");
}

/// "a consent that counts": once it expires, the stop it lifted is there again.
#[test]
fn a_stop_is_back_when_the_consent_that_lifted_it_expires() {
    let scene = objected().yes(Yes {
        expires: NOW,
        ..granted("2023-01-01T00:00:00Z")
    });
    assert_eq!(scene.says_at(A_MICROSECOND_AGO), CONSENT);
    assert_eq!(scene.says_at(NOW), OBJECTED);
}

/// "to one seller or to all": an express consent to this seller lifts a no to all, for this seller.
#[test]
fn a_no_to_all_sellers_is_lifted_by_a_later_consent_to_this_one() {
    let scene = Scene::new()
        .no(No {
            seller: "",
            ..No::default()
        })
        .yes(granted("2023-01-01T00:00:00Z"));
    assert_eq!(scene.says(), CONSENT);
}

/// A general consent "counts" (row 8), though where the register binds it does not allow (row 9).
#[test]
fn a_general_consent_lifts_a_stop_but_does_not_open_the_register() {
    let general = Yes {
        channels: "*",
        products: "*",
        ..granted("2023-01-01T00:00:00Z")
    };
    let scene = objected().in_register().yes(general);
    assert_eq!(scene.row(8), "PASSED objection-1");
    assert_eq!(scene.says(), "BLOCK REGISTERED");
    assert_eq!(scene.bought("gas").says(), "ALLOW CUSTOMER_SIMILAR");
}

/// "only by a consent": becoming a customer after an objection does not lift it.
#[test]
fn a_later_purchase_does_not_lift_a_stop() {
    let scene = objected().has(Has {
        started: "2026-01-01",
        ..Has::default()
    });
    assert_eq!(scene.says(), OBJECTED);
}
