//! Who is meant: the number, and perhaps a person.

use crate::world::*;

const OBJECTED: &str = "BLOCK OBJECTED";
const STRANGER: &str = "ALLOW NOT_REGISTERED";

/// A no of Anna's, recorded on another number.
fn elsewhere() -> No {
    No {
        number: OTHER_NUMBER,
        person: "anna",
        ..No::default()
    }
}

/// A no of Anna's without a number.
fn by_person_only() -> No {
    No {
        number: "",
        person: "anna",
        ..No::default()
    }
}

/// A newsletter: ties a person to the number and gives no right to anything.
fn ties(person: &'static str) -> Has {
    Has {
        person,
        kind: "NEWSLETTER",
        ..Has::default()
    }
}

fn withdrawn_elsewhere() -> Yes {
    Yes {
        number: OTHER_NUMBER,
        person: "anna",
        withdrawn: "2022-01-01T00:00:00Z",
        ..Yes::default()
    }
}

/// "A **stop** counts if it is on the number": whoever the row and the check name.
#[test]
fn an_objection_on_the_number_counts_whoever_is_named() {
    for person in ["", "anna"] {
        let scene = Scene::new().no(No {
            person,
            ..No::default()
        });
        for asked in ["", "anna", "bert"] {
            assert_eq!(scene.says_of(asked), OBJECTED, "{person:?} {asked:?}");
        }
    }
}

/// "A **stop** counts if it is on the number": a withdrawal too.
#[test]
fn a_withdrawal_on_the_number_counts_whoever_is_named() {
    let scene = Scene::new().yes(Yes {
        number: NUMBER,
        ..withdrawn_elsewhere()
    });
    for asked in ["", "anna", "bert"] {
        assert_eq!(scene.says_of(asked), OBJECTED, "{asked:?}");
    }
}

/// "or on a person meant: the one given": on whatever number it was recorded.
#[test]
fn a_stop_of_the_person_named_counts_though_recorded_on_another_number() {
    let scene = Scene::new().no(elsewhere());
    assert_eq!(scene.says_of("anna"), OBJECTED);
    let scene = Scene::new().yes(withdrawn_elsewhere());
    assert_eq!(scene.says_of("anna"), OBJECTED);
}

/// "an objection needs a number or a person"
#[test]
fn an_objection_of_a_person_without_a_number_counts_on_any_number() {
    let scene = Scene::new().no(by_person_only());
    for number in [NUMBER, OTHER_NUMBER, "+31201234567"] {
        let q = Q {
            number,
            person: "anna",
            ..Q::default()
        };
        let answer = scene.ask(q);
        assert_eq!(answer.says, OBJECTED, "{number}");
        assert_eq!(answer.row(8), "DECIDED objection-1");
    }
}

/// "else every person any row ties to the number": by a relation.
#[test]
fn a_stop_of_a_person_a_relation_ties_to_the_number_counts() {
    for no in [elsewhere(), by_person_only()] {
        let scene = Scene::new().no(no);
        assert_eq!(scene.says(), STRANGER, "nothing ties Anna to the number");
        assert_eq!(scene.has(ties("anna")).says(), OBJECTED);
    }
}

/// "else every person any row ties to the number": by a consent, even one that does not count.
#[test]
fn a_stop_of_a_person_a_consent_ties_to_the_number_counts() {
    let scene = Scene::new().no(by_person_only()).yes(Yes {
        person: "anna",
        channels: "POST",
        expires: "2020-06-01T00:00:00Z",
        ..Yes::default()
    });
    assert_eq!(scene.says(), OBJECTED);
}

/// "any row": by an objection, even one over another channel.
#[test]
fn a_stop_of_a_person_an_objection_ties_to_the_number_counts() {
    let scene = Scene::new().no(by_person_only()).no(No {
        person: "anna",
        channels: "POST",
        ..No::default()
    });
    assert_eq!(scene.says(), OBJECTED);
}

/// "any row": also one of another seller.
#[test]
fn a_stop_of_a_person_another_sellers_row_ties_to_the_number_counts() {
    let scene = Scene::new().no(by_person_only()).has(Has {
        seller: "zonnig",
        ..ties("anna")
    });
    assert_eq!(scene.says(), OBJECTED);
}

/// "every person": each of several tied to the number.
#[test]
fn a_stop_of_any_of_several_persons_on_the_number_counts_where_none_is_named() {
    let scene = Scene::new()
        .has(ties("bert"))
        .has(ties("anna"))
        .has(ties("carl"))
        .no(elsewhere());
    assert_eq!(scene.says(), OBJECTED);
}

/// "the one given, else …": another person on the number than the one named is not meant.
#[test]
fn a_stop_of_another_person_recorded_elsewhere_does_not_count_where_one_is_named() {
    for no in [elsewhere(), by_person_only()] {
        let scene = Scene::new().has(ties("anna")).has(ties("bert")).no(no);
        assert_eq!(scene.says_of("bert"), STRANGER);
        assert_eq!(scene.says_of("anna"), OBJECTED);
    }
}

/// "the one given": a person nobody has heard of has no stops; those on the number count.
#[test]
fn a_person_of_whom_nothing_is_known_has_only_the_stops_on_the_number() {
    let scene = Scene::new().has(ties("anna")).no(by_person_only());
    assert_eq!(scene.says_of("nobody"), STRANGER);
    assert_eq!(scene.no(No::default()).says_of("nobody"), OBJECTED);
}

/// "A **permit** counts if it is on the number, unless the check and the row name different persons."
#[test]
fn a_consent_does_not_count_where_the_check_names_another_person() {
    let of = |person| {
        Scene::new().from("house").yes(Yes {
            person,
            ..Yes::default()
        })
    };
    assert_eq!(of("anna").says_of("anna"), "ALLOW CONSENT");
    assert_eq!(of("anna").says_of("bert"), "BLOCK NOT_A_CUSTOMER");
    assert_eq!(of("anna").says_of("nobody"), "BLOCK NOT_A_CUSTOMER");
}

/// "unless the check *and* the row name different persons": one that names none agrees with all.
#[test]
fn a_permit_counts_where_the_check_or_the_row_names_nobody() {
    let of = |person| {
        Scene::new().from("house").yes(Yes {
            person,
            ..Yes::default()
        })
    };
    assert_eq!(of("anna").says_of(""), "ALLOW CONSENT");
    assert_eq!(of("").says_of("anna"), "ALLOW CONSENT");
    assert_eq!(of("").says_of("nobody"), "ALLOW CONSENT");
    let customer = |person| {
        Scene::new().from("house").has(Has {
            person,
            ..Has::default()
        })
    };
    assert_eq!(customer("anna").says_of(""), "ALLOW CUSTOMER_SIMILAR");
    assert_eq!(customer("").says_of("anna"), "ALLOW CUSTOMER_SIMILAR");
}

/// "unless the check and the row name different persons": the house-mate of a customer is a stranger.
#[test]
fn a_purchase_does_not_count_where_the_check_names_another_person() {
    let scene = Scene::new().has(Has {
        person: "anna",
        ..Has::default()
    });
    assert_eq!(scene.says_of("anna"), "ALLOW CUSTOMER_SIMILAR");
    assert_eq!(scene.says_of("bert"), STRANGER);
    assert_eq!(scene.in_register().says_of("bert"), "BLOCK REGISTERED");
}

/// "A **permit** counts if it is on the number": a person's purchase on another number is not one here.
#[test]
fn a_purchase_of_the_person_on_another_number_does_not_count() {
    let scene = Scene::new().has(Has {
        number: OTHER_NUMBER,
        person: "anna",
        ..Has::default()
    });
    assert_eq!(scene.says_of("anna"), STRANGER);
    let q = Q {
        number: OTHER_NUMBER,
        ..Q::default()
    };
    assert_eq!(scene.ask(q).says, "ALLOW CUSTOMER_SIMILAR");
}

/// "A stop is lifted … only by a consent that counts for that check": not by another person's.
#[test]
fn another_persons_consent_does_not_lift_a_stop() {
    let scene = Scene::new().no(No::default()).yes(Yes {
        person: "anna",
        granted: "2023-01-01T00:00:00Z",
        ..Yes::default()
    });
    assert_eq!(scene.says_of("bert"), OBJECTED);
    assert_eq!(scene.says_of("anna"), "ALLOW CONSENT");
    assert_eq!(scene.says_of(""), "ALLOW CONSENT");
}

/// A stop of a person on another number is lifted as any other is.
#[test]
fn a_consent_on_the_number_lifts_a_stop_of_the_person_recorded_elsewhere() {
    let scene = Scene::new().no(elsewhere()).yes(Yes {
        person: "anna",
        granted: "2023-01-01T00:00:00Z",
        ..Yes::default()
    });
    assert_eq!(scene.says_of("anna"), "ALLOW CONSENT");
    assert_eq!(scene.says(), "ALLOW CONSENT");
}

/// "Several persons known and none given: a warning."
#[test]
fn several_persons_and_none_named_give_a_warning() {
    let scene = Scene::new().has(ties("anna")).yes(Yes {
        person: "bert",
        channels: "POST",
        ..Yes::default()
    });
    let warns = |scene: &Scene, person| {
        let q = Q {
            person,
            ..Q::default()
        };
        scene.ask(q).several_persons
    };
    assert!(warns(&scene, ""));
    assert!(!warns(&scene, "anna"));
    assert!(!warns(&scene, "nobody"));
    let one = Scene::new()
        .has(ties("anna"))
        .has(ties("anna"))
        .has(ties(""));
    assert!(!warns(&one, ""));
    assert!(!warns(&Scene::new(), ""));
}

/// "the operator's own id of a person, one namespace per installation"
#[test]
fn a_persons_stop_counts_whichever_sellers_rows_name_him() {
    let scene = Scene::new()
        .has(Has {
            seller: "zonnig",
            ..ties("anna")
        })
        .no(No {
            seller: "",
            ..elsewhere()
        });
    assert_eq!(scene.says(), OBJECTED);
}

/// "for this seller, channel (and, for a withdrawal, product)": a stop of the person no less.
#[test]
fn a_stop_of_the_person_must_be_for_this_seller_channel_and_moment() {
    for no in [
        No {
            seller: "zonnig",
            ..elsewhere()
        },
        No {
            channels: "EMAIL",
            ..elsewhere()
        },
        No {
            at: IN_A_MICROSECOND,
            ..elsewhere()
        },
    ] {
        assert_eq!(Scene::new().no(no).says_of("anna"), STRANGER, "{no:?}");
    }
    let other_product = Yes {
        products: "sofa",
        ..withdrawn_elsewhere()
    };
    let scene = Scene::new().yes(other_product);
    assert_eq!(scene.says_of("anna"), STRANGER);
}
