//! Who is a customer.

use crate::world::*;

/// Not a customer is not asked for row 11, and in the seller's own file he stops at row 13.
fn is_customer(has: Has) -> bool {
    let scene = Scene::new().from("customers").has(has);
    let says = scene.says();
    match says.as_str() {
        "ALLOW CUSTOMER_SIMILAR" | "BLOCK PRODUCT_NOT_SIMILAR" => true,
        "BLOCK NOT_A_CUSTOMER" => {
            assert_eq!(scene.row(11), "NOT_ASKED");
            assert_eq!(scene.row(12), "NOT_ASKED");
            false
        }
        other => panic!("{other}"),
    }
}

/// "Iemand is een bestaande klant als deze persoon een product of dienst van u heeft gekocht."
#[test]
fn a_purchase_and_a_service_contract_make_a_customer() {
    for kind in ["PURCHASE", "SERVICE_CONTRACT"] {
        assert!(is_customer(Has {
            kind,
            ..Has::default()
        }));
    }
}

fn nothing_bought(kind: &'static str) -> Has {
    Has {
        kind,
        ..Has::default()
    }
}

/// "zich alleen maar heeft aangemeld voor uw nieuwsbrief"
#[test]
fn a_newsletter_makes_no_customer() {
    assert!(!is_customer(nothing_bought("NEWSLETTER")));
}

/// "een enquête heeft ingevuld"
#[test]
fn a_survey_makes_no_customer() {
    assert!(!is_customer(nothing_bought("SURVEY")));
}

/// "meegedaan heeft aan een prijsvraag of spel"
#[test]
fn a_contest_makes_no_customer() {
    assert!(!is_customer(nothing_bought("CONTEST")));
}

/// "of een gebruikersaccount heeft aangemaakt"
#[test]
fn an_account_makes_no_customer() {
    assert!(!is_customer(nothing_bought("ACCOUNT")));
}

/// "these do not, unless a regime says so": every kind but the two, even marked as paid.
#[test]
fn no_other_relation_makes_a_customer_even_one_marked_as_paid() {
    use verzet::facts::model::RelationKind;
    for kind in RelationKind::ALL {
        let makes_one = matches!(kind.word(), "PURCHASE" | "SERVICE_CONTRACT");
        assert_eq!(
            is_customer(nothing_bought(kind.word())),
            makes_one,
            "{kind}"
        );
    }
}

/// "en de klant om daarvoor te betalen": without an obligation to pay there is no customer.
#[test]
fn a_contract_that_does_not_oblige_to_pay_makes_no_customer() {
    for kind in ["PURCHASE", "SERVICE_CONTRACT"] {
        let free = Has {
            kind,
            paid: false,
            ..Has::default()
        };
        assert!(!is_customer(free));
    }
}

/// "waarin u verplicht bent of was": an ended contract still counts, however long ago.
#[test]
fn a_contract_that_ended_long_ago_still_makes_a_customer() {
    for (started, ended) in [
        ("2019-03-01", "2026-11-23"),
        ("2009-10-01", "2010-01-01"),
        ("1991-05-01", "1991-05-01"),
    ] {
        assert!(is_customer(Has {
            started,
            ended,
            kind: "SERVICE_CONTRACT",
            ..Has::default()
        }));
    }
}

/// "that has begun": "(nog) niets heeft gekocht".
#[test]
fn a_contract_that_begins_tomorrow_makes_no_customer_yet() {
    let starts = |started| Has {
        started,
        ..Has::default()
    };
    assert!(!is_customer(starts("2026-11-25")));
    assert!(is_customer(starts("2026-11-24")));
    assert!(is_customer(starts("2026-11-23")));
}

/// "Whole days are days of the jurisdiction's zone, both ends included."
#[test]
fn a_contract_begins_at_midnight_in_amsterdam() {
    let scene = Scene::new().from("customers").has(Has {
        started: "2026-11-24",
        ..Has::default()
    });
    assert_eq!(
        scene.says_at("2026-11-23T22:59:59.999999Z"),
        "BLOCK NOT_A_CUSTOMER"
    );
    assert_eq!(
        scene.says_at("2026-11-23T23:00:00Z"),
        "ALLOW CUSTOMER_SIMILAR"
    );
}

/// "a `PURCHASE` or `SERVICE_CONTRACT` with this seller"
#[test]
fn a_purchase_from_another_seller_makes_no_customer_of_this_one() {
    assert!(!is_customer(Has {
        seller: "zonnig",
        ..Has::default()
    }));
}

/// "A relation without a product makes a customer to whom nothing is similar."
#[test]
fn a_purchase_without_a_product_makes_a_customer_to_whom_nothing_is_similar() {
    let scene = Scene::new().bought("");
    for products in ["gas", "sofa", "odd"] {
        let answer = scene.clone().offers(products).ask(Q::default());
        assert_eq!(answer.says, "BLOCK PRODUCT_NOT_SIMILAR", "{products}");
    }
}

/// The same, in the register: being a customer does not open the main rule.
#[test]
fn a_customer_to_whom_nothing_is_similar_never_falls_to_the_main_rule() {
    assert_eq!(Scene::new().bought("").says(), "BLOCK PRODUCT_NOT_SIMILAR");
    assert_eq!(
        Scene::new().bought("sofa").says(),
        "BLOCK PRODUCT_NOT_SIMILAR"
    );
}

/// "has begun and under which the person owes or owed payment": one that counts among many is enough.
#[test]
fn one_relation_that_counts_among_others_that_do_not_is_enough() {
    let scene = Scene::new()
        .from("customers")
        .has(nothing_bought("NEWSLETTER"))
        .has(Has {
            paid: false,
            ..Has::default()
        })
        .bought("gas")
        .has(nothing_bought("ACCOUNT"));
    assert_eq!(scene.says(), "ALLOW CUSTOMER_SIMILAR");
    assert_eq!(scene.row(11), "DECIDED relation-3");
}

/// A free contract and a purchase do not add up: what was not paid for is not bought.
#[test]
fn a_free_product_is_not_among_what_was_bought() {
    let scene = Scene::new().bought("sofa").has(Has {
        paid: false,
        ..Has::default()
    });
    assert_eq!(scene.says(), "BLOCK PRODUCT_NOT_SIMILAR");
}

/// "that has begun": what is bought from tomorrow on is not yet something bought.
#[test]
fn a_product_of_a_contract_not_begun_is_not_among_what_was_bought() {
    let scene = Scene::new().bought("sofa").has(Has {
        started: "2026-11-25",
        ..Has::default()
    });
    assert_eq!(scene.says(), "BLOCK PRODUCT_NOT_SIMILAR");
}
