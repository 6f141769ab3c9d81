//! SMS, e-mail and app ("Digitale direct marketing"): rows 1 to 12, then `BLOCK NOT_A_CUSTOMER`.

use crate::world::*;

const DIGITAL: [&str; 3] = ["SMS", "EMAIL", "APP"];

fn each(row: usize, says: &str, scene: impl Fn(&'static str) -> Scene) {
    for channel in DIGITAL {
        let answer = scene(channel).by(channel).ask(Q::default());
        assert_eq!(answer.says, says, "{channel}");
        assert_eq!(answer.decided_by, Some(row), "{channel} {answer:#?}");
        assert_eq!(answer.trail.len(), 13, "{channel}");
    }
}

fn yes(channels: &'static str) -> Yes {
    Yes {
        channels,
        ..Yes::default()
    }
}

/// "1–12": the source must be lawful here too.
#[test]
fn row_07_blocks_a_source_that_is_not_lawful() {
    for source in ["", "gone", "bare", "theirs"] {
        each(7, "BLOCK SOURCE_NOT_LAWFUL", |c| {
            Scene::new().from(source).bought("gas").yes(yes(c))
        });
    }
}

/// "Tenzij diegene heeft aangegeven dit niet te willen."
#[test]
fn row_08_blocks_a_customer_who_objected_over_that_channel_or_all() {
    each(8, "BLOCK OBJECTED", |c| {
        Scene::new().bought("gas").no(No {
            channels: c,
            ..No::default()
        })
    });
    each(8, "BLOCK OBJECTED", |_| {
        Scene::new().bought("gas").no(No::default())
    });
}

/// "a stop in force for this … channel": a no to calls is not a no to mail.
#[test]
fn row_08_passes_a_no_to_calls_only() {
    each(11, "ALLOW CUSTOMER_SIMILAR", |_| {
        Scene::new().bought("gas").no(No {
            channels: "VOICE;POST",
            ..No::default()
        })
    });
}

/// "a consent that counts"
#[test]
fn row_09_allows_anybody_who_consented_to_that_channel() {
    for source in ["customers", "house", "list", "public"] {
        each(9, "ALLOW CONSENT", |c| {
            Scene::new().from(source).yes(yes(c))
        });
    }
}

/// "naming the channel (or `*`)"
#[test]
fn row_09_passes_over_a_consent_to_another_channel() {
    each(13, "BLOCK NOT_A_CUSTOMER", |_| {
        Scene::new().yes(yes("VOICE;POST"))
    });
}

/// "(9 without its register clause)": a general consent does, in the register or not.
#[test]
fn row_09_allows_a_general_consent_whatever_the_register_says() {
    let general = Yes {
        channels: "*",
        products: "*",
        ..Yes::default()
    };
    each(9, "ALLOW CONSENT", |_| {
        Scene::new().in_register().yes(general)
    });
    each(9, "ALLOW CONSENT", |_| {
        Scene::new().without_register().yes(general)
    });
    each(9, "ALLOW CONSENT", |_| {
        Scene::new().register_of("2011-01-01").yes(general)
    });
}

/// "U mag dus geen reclame (mee)sturen van een ander bedrijf."
#[test]
fn row_10_blocks_an_offer_with_another_companys_product() {
    for products in ["z-gas", "gas;z-gas"] {
        each(10, "BLOCK OTHER_COMPANY_OFFER", |_| {
            Scene::new().offers(products).bought("gas").bought("z-gas")
        });
    }
}

/// "U mag uw klant benaderen via bijvoorbeeld e-mail, sms of app zonder hiervoor eerst toestemming te vragen."
#[test]
fn row_11_allows_a_customer_a_similar_offer_in_the_register_or_not() {
    each(11, "ALLOW CUSTOMER_SIMILAR", |_| {
        Scene::new().bought("power")
    });
    each(11, "ALLOW CUSTOMER_SIMILAR", |_| {
        Scene::new().bought("power").in_register()
    });
    each(11, "ALLOW CUSTOMER_SIMILAR", |_| {
        Scene::new().bought("power").without_register()
    });
}

/// "Of voor producten of diensten die heel anders zijn dan wat uw klant eerder bij u heeft gekocht."
#[test]
fn row_12_blocks_a_customer_an_offer_that_is_not_similar() {
    each(12, "BLOCK PRODUCT_NOT_SIMILAR", |_| {
        Scene::new().bought("sofa")
    });
    each(12, "BLOCK PRODUCT_NOT_SIMILAR", |_| {
        Scene::new().bought("gas").offers("gas;sofa")
    });
}

/// "direct marketing zonder toestemming … alléén mag als diegene daadwerkelijk klant van u is"
#[test]
fn row_13_blocks_everybody_else_from_whatever_source() {
    for source in ["customers", "house", "list", "public"] {
        each(13, "BLOCK NOT_A_CUSTOMER", |_| Scene::new().from(source));
    }
}

/// "(nog) niets heeft gekocht … maar zich alleen maar heeft aangemeld voor uw nieuwsbrief, een enquête …"
#[test]
fn row_13_blocks_those_who_only_signed_up_filled_in_took_part_or_made_an_account() {
    for kind in ["NEWSLETTER", "SURVEY", "CONTEST", "ACCOUNT"] {
        each(13, "BLOCK NOT_A_CUSTOMER", |_| {
            Scene::new().from("house").has(Has {
                kind,
                ..Has::default()
            })
        });
    }
}

/// The register is for calls: no row of these tables asks it.
#[test]
fn no_row_asks_the_register() {
    for channel in DIGITAL {
        let answer = Scene::new().by(channel).in_register().ask(Q::default());
        let asks = |s: &Step| s.check.contains("Register") || s.found.contains("listed");
        assert!(!answer.trail.iter().any(asks), "{channel}");
    }
}
