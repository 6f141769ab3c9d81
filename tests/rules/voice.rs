//! Rows 7 to 16 of voice ("Telemarketing").

use crate::world::*;

fn at(row: usize, scene: &Scene, says: &str) {
    let answer = scene.ask(Q::default());
    assert_eq!(answer.says, says);
    assert_eq!(answer.decided_by, Some(row), "{answer:#?}");
}

fn from_source(source: &'static str) -> Q {
    Q {
        source,
        ..Q::default()
    }
}

/// "number source unknown, of another seller, or without a document that shows it lawful"
#[test]
fn row_07_blocks_a_source_that_is_not_known() {
    at(7, &Scene::new().from(""), "BLOCK SOURCE_NOT_LAWFUL");
    at(7, &Scene::new().from("gone"), "BLOCK SOURCE_NOT_LAWFUL");
}

/// "of another seller"
#[test]
fn row_07_blocks_a_source_of_another_seller() {
    at(7, &Scene::new().from("theirs"), "BLOCK SOURCE_NOT_LAWFUL");
}

/// "En heeft u hun gegevens rechtmatig gekregen": without a document that is not shown.
#[test]
fn row_07_blocks_a_source_without_a_document() {
    at(7, &Scene::new().from("bare"), "BLOCK SOURCE_NOT_LAWFUL");
}

/// "`channel`, `source_id` default to the campaign's": what the check names stands before it.
#[test]
fn row_07_blocks_an_unknown_source_of_the_check_though_the_campaigns_is_lawful() {
    for source in ["gone", "bare", "theirs", "LIST"] {
        let answer = Scene::new().ask(from_source(source));
        assert_eq!(answer.says, "BLOCK SOURCE_NOT_LAWFUL", "{source}");
    }
}

/// "`channel`, `source_id` default to the campaign's"
#[test]
fn row_07_passes_a_lawful_source_of_the_check_though_the_campaigns_is_not() {
    for campaigns in ["", "gone", "bare", "theirs"] {
        let answer = Scene::new().from(campaigns).ask(from_source("list"));
        assert_eq!(answer.says, "ALLOW NOT_REGISTERED", "{campaigns}");
    }
}

/// "First row that matches decides": neither a consent nor a purchase heals the source.
#[test]
fn row_07_comes_before_an_objection_a_consent_and_a_customer() {
    let scene = Scene::new().from("bare").bought("gas");
    at(
        7,
        &scene.clone().no(No::default()),
        "BLOCK SOURCE_NOT_LAWFUL",
    );
    at(
        7,
        &scene.clone().yes(Yes::default()),
        "BLOCK SOURCE_NOT_LAWFUL",
    );
    at(7, &scene, "BLOCK SOURCE_NOT_LAWFUL");
}

/// "Hebben zij dat gedaan, dan mag u hen niet meer bellen."
#[test]
fn row_08_blocks_while_an_objection_is_in_force() {
    let scene = Scene::new().no(No::default());
    at(8, &scene, "BLOCK OBJECTED");
    assert_eq!(scene.row(8), "DECIDED objection-1");
}

/// "U mag uw klant bellen … Tenzij diegene heeft aangegeven dit niet te willen."
#[test]
fn row_08_blocks_a_customer_who_objected() {
    at(
        8,
        &Scene::new().bought("gas").no(No::default()),
        "BLOCK OBJECTED",
    );
}

/// "a stop in force for this seller": also one to all sellers, but not one to another.
#[test]
fn row_08_heeds_a_no_to_this_seller_or_to_all_and_not_to_another() {
    let to = |seller| {
        Scene::new().no(No {
            seller,
            ..No::default()
        })
    };
    at(8, &to(""), "BLOCK OBJECTED");
    at(8, &to("noordlicht"), "BLOCK OBJECTED");
    at(16, &to("zonnig"), "ALLOW NOT_REGISTERED");
}

/// "for this … channel"
#[test]
fn row_08_heeds_a_no_for_voice_or_for_all_channels_and_not_for_others() {
    let over = |channels| {
        Scene::new().no(No {
            channels,
            ..No::default()
        })
    };
    at(8, &over("*"), "BLOCK OBJECTED");
    at(8, &over("VOICE"), "BLOCK OBJECTED");
    at(8, &over("EMAIL;VOICE"), "BLOCK OBJECTED");
    at(16, &over("SMS;EMAIL;APP;POST"), "ALLOW NOT_REGISTERED");
}

/// "(and, for a withdrawal, product)": an objection has no product, so it covers every offer.
#[test]
fn row_08_heeds_a_no_whatever_is_offered() {
    for products in ["gas", "sofa", "odd", "z-gas", "gas;sofa"] {
        at(
            8,
            &Scene::new().offers(products).no(No::default()),
            "BLOCK OBJECTED",
        );
    }
}

/// "no later consent that counts"
#[test]
fn row_08_passes_once_a_later_consent_counts() {
    let scene = Scene::new().no(No::default()).yes(Yes {
        granted: "2022-01-01T00:00:00Z",
        ..Yes::default()
    });
    at(9, &scene, "ALLOW CONSENT");
    assert_eq!(
        scene.row(8),
        "PASSED objection-1",
        "it names the stop that was lifted"
    );
}

/// "First row that matches decides": an older consent does not come before the objection.
#[test]
fn row_08_comes_before_an_older_consent_and_another_companys_offer() {
    at(
        8,
        &Scene::new().yes(Yes::default()).no(No::default()),
        "BLOCK OBJECTED",
    );
    at(
        8,
        &Scene::new().offers("z-gas").no(No::default()),
        "BLOCK OBJECTED",
    );
}

/// "a consent that counts"
#[test]
fn row_09_allows_a_stranger_who_consented() {
    at(9, &Scene::new().yes(Yes::default()), "ALLOW CONSENT");
    assert_eq!(Scene::new().yes(Yes::default()).row(9), "DECIDED consent-1");
}

/// "a consent that counts": from any lawful source, the seller's own files too.
#[test]
fn row_09_allows_a_consent_from_every_kind_of_source() {
    for source in ["customers", "house", "list", "public"] {
        at(
            9,
            &Scene::new().from(source).yes(Yes::default()),
            "ALLOW CONSENT",
        );
    }
}

/// "if the number is in the register …: that names the channel and each product"
#[test]
fn row_09_allows_a_registered_number_only_by_a_consent_that_names_channel_and_product() {
    let with = |channels, products| {
        Scene::new().in_register().yes(Yes {
            channels,
            products,
            ..Yes::default()
        })
    };
    at(9, &with("VOICE", "gas"), "ALLOW CONSENT");
    at(9, &with("VOICE;EMAIL", "sofa;gas"), "ALLOW CONSENT");
    at(15, &with("*", "gas"), "BLOCK REGISTERED");
    at(15, &with("VOICE", "*"), "BLOCK REGISTERED");
    at(15, &with("*", "*"), "BLOCK REGISTERED");
}

/// "or the copy is missing or too old"
#[test]
fn row_09_asks_for_a_naming_consent_where_the_copy_is_missing_or_too_old() {
    let general = Yes {
        channels: "*",
        products: "*",
        ..Yes::default()
    };
    let missing = Scene::new().without_register();
    let old = Scene::new().register_of("2026-10-26");
    for scene in [missing, old] {
        at(14, &scene.clone().yes(general), "BLOCK REGISTER_STALE");
        at(9, &scene.yes(Yes::default()), "ALLOW CONSENT");
    }
}

/// "U mag dus geen reclame (mee)sturen van een ander bedrijf": unless the consent names it.
#[test]
fn row_09_comes_before_another_companys_offer() {
    let scene = Scene::new().offers("z-gas").yes(Yes {
        products: "z-gas",
        ..Yes::default()
    });
    at(9, &scene, "ALLOW CONSENT");
    assert_eq!(scene.row(10), "WOULD_DECIDE z-gas");
}

/// "U mag dus geen reclame (mee)sturen van een ander bedrijf."
#[test]
fn row_10_blocks_an_offer_of_another_company() {
    let scene = Scene::new().offers("z-gas");
    at(10, &scene, "BLOCK OTHER_COMPANY_OFFER");
    assert_eq!(scene.row(10), "DECIDED z-gas");
}

/// "(mee)sturen": one item of another company spoils the offer, wherever it stands.
#[test]
fn row_10_blocks_a_mixed_offer_with_one_item_of_another_company() {
    for products in ["gas;z-gas", "z-gas;gas", "gas;power;z-sofa"] {
        at(
            10,
            &Scene::new().offers(products),
            "BLOCK OTHER_COMPANY_OFFER",
        );
    }
}

/// "First row that matches decides": a customer for whom the item would be similar is no exception.
#[test]
fn row_10_comes_before_a_customer_even_one_who_bought_that_product() {
    let scene = Scene::new().offers("z-gas").bought("z-gas");
    at(10, &scene, "BLOCK OTHER_COMPANY_OFFER");
    assert_eq!(scene.row(11), "WOULD_DECIDE relation-1");
}

/// A product nobody owns is not shown to be the seller's own.
#[test]
fn row_10_blocks_a_product_the_catalogue_does_not_know() {
    at(
        10,
        &Scene::new().offers("unheard-of"),
        "BLOCK OTHER_COMPANY_OFFER",
    );
}

/// "mag u deze persoon toch bellen met een aanbod voor uw eigen, gelijksoortige producten"
#[test]
fn row_11_allows_a_customer_a_similar_offer() {
    let scene = Scene::new().bought("power");
    at(11, &scene, "ALLOW CUSTOMER_SIMILAR");
    assert_eq!(scene.row(11), "DECIDED relation-1");
}

/// "(in the register or not)"; the copy may be old or missing too.
#[test]
fn row_11_allows_a_customer_in_the_register_and_without_a_fresh_copy() {
    let scene = Scene::new().bought("power");
    at(11, &scene.clone().in_register(), "ALLOW CUSTOMER_SIMILAR");
    at(
        11,
        &scene.clone().without_register(),
        "ALLOW CUSTOMER_SIMILAR",
    );
    at(
        11,
        &scene.register_of("2020-01-01"),
        "ALLOW CUSTOMER_SIMILAR",
    );
}

/// "customer": from whatever lawful source the number came.
#[test]
fn row_11_allows_a_customer_from_every_kind_of_source() {
    for source in ["customers", "house", "list", "public"] {
        at(
            11,
            &Scene::new().from(source).bought("gas"),
            "ALLOW CUSTOMER_SIMILAR",
        );
    }
}

/// "Of voor producten of diensten die heel anders zijn dan wat uw klant eerder bij u heeft gekocht."
#[test]
fn row_12_blocks_a_customer_an_offer_that_is_not_similar() {
    let scene = Scene::new().bought("sofa");
    at(12, &scene, "BLOCK PRODUCT_NOT_SIMILAR");
    assert_eq!(scene.row(12), "DECIDED gas");
    assert_eq!(scene.row(11), "PASSED gas");
}

/// "A mixed offer passes only if every item does."
#[test]
fn row_12_blocks_a_mixed_offer_with_one_item_that_is_not_similar() {
    for products in ["gas;sofa", "sofa;gas"] {
        let scene = Scene::new().bought("gas").offers(products);
        at(12, &scene, "BLOCK PRODUCT_NOT_SIMILAR");
        assert_eq!(scene.row(12), "DECIDED sofa");
    }
}

/// "Iemand is géén klant als diegene (nog) niets heeft gekocht"
#[test]
fn row_13_blocks_a_number_of_the_sellers_own_files_that_is_no_customers() {
    at(13, &Scene::new().from("customers"), "BLOCK NOT_A_CUSTOMER");
    at(13, &Scene::new().from("house"), "BLOCK NOT_A_CUSTOMER");
}

/// "(the trail names the relation that does not count: newsletter, survey, contest, account …)"
#[test]
fn row_13_names_the_relation_that_does_not_count() {
    for kind in [
        "NEWSLETTER",
        "SURVEY",
        "CONTEST",
        "ACCOUNT",
        "INQUIRY",
        "DONATION",
    ] {
        let scene = Scene::new().from("house").has(Has {
            kind,
            ..Has::default()
        });
        at(13, &scene, "BLOCK NOT_A_CUSTOMER");
        assert_eq!(scene.row(13), "DECIDED relation-1", "{kind}");
    }
    assert_eq!(Scene::new().from("house").row(13), "DECIDED");
}

/// "source is `CUSTOMER_FILE` or `HOUSE_FILE`": strangers from elsewhere go on to the register.
#[test]
fn row_13_is_not_asked_of_strangers_from_elsewhere_though_it_names_their_relation() {
    for source in ["list", "public"] {
        let scene = Scene::new().from(source).has(Has {
            kind: "NEWSLETTER",
            ..Has::default()
        });
        assert_eq!(scene.row(13), "NOT_ASKED relation-1", "{source}");
        at(16, &scene, "ALLOW NOT_REGISTERED");
    }
}

/// "First row that matches decides."
#[test]
fn row_13_comes_before_a_stale_register_and_a_hit() {
    at(
        13,
        &Scene::new().from("house").without_register(),
        "BLOCK NOT_A_CUSTOMER",
    );
    at(
        13,
        &Scene::new().from("house").in_register(),
        "BLOCK NOT_A_CUSTOMER",
    );
}
