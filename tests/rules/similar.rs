//! Similar products: signed pairs, the same product, the taxonomy.

use crate::world::*;

const SIMILAR: &str = "ALLOW CUSTOMER_SIMILAR";
const NOT: &str = "BLOCK PRODUCT_NOT_SIMILAR";

/// What a buyer of the one is told about an offer of the other.
fn offer(bought: &'static str, offered: &'static str) -> Scene {
    Scene::new().bought(bought).offers(offered)
}

/// "Then the same product"
#[test]
fn the_same_product_is_similar() {
    for product in ["gas", "solar", "sofa"] {
        assert_eq!(offer(product, product).says(), SIMILAR, "{product}");
    }
}

/// "both categories are at most `similarity_level` steps (1) below the node where they meet"
#[test]
fn two_products_of_one_category_are_similar() {
    assert_eq!(offer("gas", "bio-gas").says(), SIMILAR);
    assert_eq!(offer("bio-gas", "gas").says(), SIMILAR);
}

/// "so siblings … are similar"
#[test]
fn siblings_are_similar() {
    assert_eq!(offer("power", "gas").says(), SIMILAR);
    assert_eq!(offer("gas", "power").says(), SIMILAR);
    assert_eq!(offer("bundle", "heat-pump").says(), SIMILAR);
}

/// "and parent and child, are similar"
#[test]
fn parent_and_child_are_similar_both_ways() {
    assert_eq!(offer("bundle", "gas").says(), SIMILAR);
    assert_eq!(offer("gas", "bundle").says(), SIMILAR);
    assert_eq!(offer("plan", "bundle").says(), SIMILAR);
}

/// "at most … (1)": two steps below the node where they meet are too many, on either side.
#[test]
fn grandparents_cousins_and_nieces_are_not_similar() {
    for (bought, offered) in [
        ("gas", "plan"),
        ("plan", "gas"),
        ("gas", "solar"),
        ("gas", "heat-pump"),
        ("heat-pump", "gas"),
    ] {
        assert_eq!(offer(bought, offered).says(), NOT, "{bought} {offered}");
    }
}

/// "two roots never meet"
#[test]
fn products_of_two_roots_are_not_similar() {
    for (bought, offered) in [("sofa", "hedge"), ("plan", "sofa"), ("sofa", "plan")] {
        assert_eq!(offer(bought, offered).says(), NOT, "{bought} {offered}");
    }
}

/// "A product without a category is similar only to itself."
#[test]
fn a_product_without_a_category_is_similar_only_to_itself() {
    assert_eq!(offer("odd", "odd").says(), SIMILAR);
    assert_eq!(offer("odd", "gas").says(), NOT);
    assert_eq!(offer("gas", "odd").says(), NOT);
}

/// "A listed pair … decides first: a `yes`"
#[test]
fn a_signed_yes_makes_what_is_far_similar() {
    let scene = offer("gas", "sofa").pair(("gas", "sofa", true, "2020-01-01", ""));
    assert_eq!(scene.says(), SIMILAR);
}

/// "(bought → offered, in that direction)"
#[test]
fn a_signed_yes_holds_in_its_direction_only() {
    let scene = offer("gas", "sofa").pair(("sofa", "gas", true, "2020-01-01", ""));
    assert_eq!(scene.says(), NOT);
}

/// "(bought → offered, in that direction)"
#[test]
fn a_signed_no_holds_in_its_direction_only() {
    let no = ("power", "gas", false, "2020-01-01", "");
    assert_eq!(offer("power", "gas").pair(no).says(), NOT);
    assert_eq!(offer("gas", "power").pair(no).says(), SIMILAR);
}

/// "a `yes` from `signed_on` through `expires_on`", days in Amsterdam, both included
#[test]
fn a_signed_yes_holds_from_the_day_it_is_signed_through_the_day_it_expires() {
    let scene = offer("gas", "sofa").pair(("gas", "sofa", true, "2026-11-10", "2026-11-20"));
    assert_eq!(scene.says_at("2026-11-09T22:59:59.999999Z"), NOT);
    assert_eq!(scene.says_at("2026-11-09T23:00:00Z"), SIMILAR);
    assert_eq!(scene.says_at("2026-11-20T22:59:59.999999Z"), SIMILAR);
    assert_eq!(scene.says_at("2026-11-20T23:00:00Z"), NOT);
}

/// "a `yes` from `signed_on` through `expires_on`": outside them the taxonomy is asked again.
#[test]
fn an_expired_yes_leaves_the_taxonomy_to_say() {
    let scene = offer("gas", "power").pair(("gas", "power", true, "2020-01-01", "2020-12-31"));
    assert_eq!(scene.says(), SIMILAR);
}

/// "a `no` from `signed_on`"
#[test]
fn a_signed_no_holds_from_the_day_it_is_signed() {
    let scene = offer("power", "gas").pair(("power", "gas", false, "2026-11-10", ""));
    assert_eq!(scene.says_at("2026-11-09T22:59:59.999999Z"), SIMILAR);
    assert_eq!(scene.says_at("2026-11-09T23:00:00Z"), NOT);
}

/// "and for good"
#[test]
fn a_signed_no_holds_for_good() {
    let scene = offer("power", "gas").pair(("power", "gas", false, "2020-01-01", ""));
    assert_eq!(scene.says(), NOT);
    let long_after = scene
        .register_of("2090-01-01")
        .says_at("2089-12-31T12:00:00Z");
    assert_eq!(long_after, NOT);
}

/// "for good": a yes signed for the same days does not undo a no.
#[test]
fn a_signed_no_stands_before_a_signed_yes_whichever_was_written_first() {
    let yes = ("power", "gas", true, "2021-01-01", "");
    let no = ("power", "gas", false, "2020-01-01", "");
    assert_eq!(offer("power", "gas").pair(yes).pair(no).says(), NOT);
    assert_eq!(offer("power", "gas").pair(no).pair(yes).says(), NOT);
}

/// "A listed pair … decides first": before the same product.
#[test]
fn a_signed_no_stands_before_the_same_product() {
    let scene = offer("gas", "gas").pair(("gas", "gas", false, "2020-01-01", ""));
    assert_eq!(scene.says(), NOT);
}

/// "(it binds its own pair, not other purchases)"
#[test]
fn a_signed_no_binds_its_own_pair_and_not_another_purchase() {
    let scene = offer("power", "gas").pair(("power", "gas", false, "2020-01-01", ""));
    assert_eq!(scene.clone().bought("bundle").says(), SIMILAR);
    assert_eq!(scene.bought("sofa").says(), NOT);
}

/// "looked up for each offered product against each product bought from this seller, one match is enough"
#[test]
fn one_match_among_what_was_bought_is_enough() {
    let scene = Scene::new().bought("sofa").bought("odd").bought("power");
    assert_eq!(scene.says(), SIMILAR);
    assert_eq!(scene.row(11), "DECIDED relation-3");
}

/// "each product bought from this seller"
#[test]
fn what_was_bought_from_another_seller_makes_nothing_similar() {
    let scene = Scene::new().bought("sofa").has(Has {
        seller: "zonnig",
        ..Has::default()
    });
    assert_eq!(scene.says(), NOT);
}

/// "each product bought from this seller": the goods of another company count if this seller sold them.
#[test]
fn another_companys_product_bought_from_this_seller_counts_as_bought() {
    assert_eq!(offer("z-gas", "gas").says(), SIMILAR);
}

/// "A mixed offer passes only if every item does": each by a purchase of its own.
#[test]
fn a_mixed_offer_passes_where_every_item_has_a_purchase_it_is_similar_to() {
    let scene = Scene::new().bought("gas").bought("sofa");
    assert_eq!(scene.clone().offers("power;sofa").says(), SIMILAR);
    assert_eq!(scene.clone().offers("power;sofa;hedge").says(), NOT);
    assert_eq!(scene.offers("hedge;power").says(), NOT);
}

/// "every item": the trail names the first item that is similar to nothing bought.
#[test]
fn the_trail_names_the_item_that_is_not_similar() {
    let scene = Scene::new().bought("gas").offers("power;hedge;sofa");
    assert_eq!(scene.row(11), "PASSED hedge");
    assert_eq!(scene.row(12), "DECIDED hedge");
}

/// The same judgement serves the digital channels and post.
#[test]
fn pairs_hold_on_every_channel() {
    let no = ("power", "gas", false, "2020-01-01", "");
    for channel in ["VOICE", "SMS", "EMAIL", "APP", "POST"] {
        let scene = offer("power", "gas").by(channel);
        assert_eq!(scene.pair(no).says(), NOT, "{channel}");
    }
}
