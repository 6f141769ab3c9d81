//! Post ("Reclamepost"): rows 1 to 10, then not a customer, not similar, and the recorded assessment.

use crate::world::*;

fn post() -> Scene {
    Scene::new()
        .by("POST")
        .campaign(|c| c.compatible = Some(true))
}

fn at(row: usize, scene: &Scene, says: &str) {
    let answer = scene.ask(Q::default());
    assert_eq!(answer.says, says);
    assert_eq!(answer.decided_by, Some(row), "{answer:#?}");
    assert_eq!(answer.trail.len(), 14);
}

/// "Post: 1–10"
#[test]
fn row_07_blocks_a_source_that_is_not_lawful() {
    for source in ["", "gone", "bare", "theirs"] {
        at(
            7,
            &post().from(source).bought("gas"),
            "BLOCK SOURCE_NOT_LAWFUL",
        );
    }
}

/// "Post: 1–10": an objection stands before the assessment.
#[test]
fn row_08_blocks_a_customer_who_objected_to_post() {
    for channels in ["*", "POST", "VOICE;POST"] {
        let scene = post().bought("gas").no(No {
            channels,
            ..No::default()
        });
        at(8, &scene, "BLOCK OBJECTED");
    }
}

/// "a stop in force for this … channel"
#[test]
fn row_08_passes_a_no_to_other_channels() {
    let scene = post().bought("gas").no(No {
        channels: "VOICE;SMS;EMAIL;APP",
        ..No::default()
    });
    at(13, &scene, "ALLOW COMPATIBLE_PURPOSE");
}

/// "Zo niet, dan heeft u toestemming nodig": and with one it needs no assessment, nor a customer.
#[test]
fn row_09_allows_a_consent_whatever_the_assessment() {
    for compatible in [None, Some(false), Some(true)] {
        let scene = post().campaign(|c| c.compatible = compatible).yes(Yes {
            channels: "POST",
            ..Yes::default()
        });
        at(9, &scene, "ALLOW CONSENT");
    }
}

/// Row 9 without a register clause: a general consent does, in the register or not.
#[test]
fn row_09_allows_a_general_consent_whatever_the_register_says() {
    let general = Yes {
        channels: "*",
        products: "*",
        ..Yes::default()
    };
    at(9, &post().in_register().yes(general), "ALLOW CONSENT");
    at(9, &post().without_register().yes(general), "ALLOW CONSENT");
}

/// "U mag dus geen reclame (mee)sturen van een ander bedrijf."
#[test]
fn row_10_blocks_an_offer_with_another_companys_product() {
    for products in ["z-gas", "gas;z-gas"] {
        let scene = post().offers(products).bought("gas").bought("z-gas");
        at(10, &scene, "BLOCK OTHER_COMPANY_OFFER");
    }
}

/// "not a customer → `NOT_A_CUSTOMER`", from whatever source; the trail names what he has instead.
#[test]
fn row_11_blocks_everybody_who_is_not_a_customer() {
    for source in ["customers", "house", "list", "public"] {
        at(11, &post().from(source), "BLOCK NOT_A_CUSTOMER");
    }
    let reader = post().has(Has {
        kind: "NEWSLETTER",
        ..Has::default()
    });
    at(11, &reader, "BLOCK NOT_A_CUSTOMER");
    assert_eq!(reader.row(11), "DECIDED relation-1");
}

/// "not similar → `PRODUCT_NOT_SIMILAR`", whatever the assessment
#[test]
fn row_12_blocks_a_customer_an_offer_that_is_not_similar() {
    at(12, &post().bought("sofa"), "BLOCK PRODUCT_NOT_SIMILAR");
    at(
        12,
        &post().bought("gas").offers("gas;sofa"),
        "BLOCK PRODUCT_NOT_SIMILAR",
    );
}

/// "Zo ja, dan mag u reclamepost sturen zonder hiervoor eerst om toestemming te vragen."
#[test]
fn row_13_allows_a_customer_where_the_purpose_was_assessed_compatible() {
    at(13, &post().bought("power"), "ALLOW COMPATIBLE_PURPOSE");
}

/// "Daarom moet u eerst toetsen": neither a no nor no assessment at all is a yes.
#[test]
fn row_14_blocks_a_customer_where_the_purpose_was_assessed_otherwise_or_not_at_all() {
    for compatible in [Some(false), None] {
        let scene = post()
            .bought("power")
            .campaign(|c| c.compatible = compatible);
        at(14, &scene, "BLOCK PURPOSE_NOT_COMPATIBLE");
    }
}

/// The register is for calls: post does not ask it, and the assessment is for post only.
#[test]
fn the_register_is_not_asked_for_post_nor_the_assessment_for_calls() {
    at(
        13,
        &post().bought("gas").in_register(),
        "ALLOW COMPATIBLE_PURPOSE",
    );
    let answer = post().in_register().ask(Q::default());
    assert!(!answer.trail.iter().any(|s| s.check.contains("Register")));
    let call = Scene::new()
        .bought("gas")
        .campaign(|c| c.compatible = Some(false));
    assert_eq!(call.says(), "ALLOW CUSTOMER_SIMILAR");
}

/// The channel of the check stands before the campaign's: the table asked is that of the channel.
#[test]
fn the_channel_of_the_check_decides_which_table_is_asked() {
    let scene = post().bought("gas");
    for (channel, says) in [
        ("", "ALLOW COMPATIBLE_PURPOSE"),
        ("POST", "ALLOW COMPATIBLE_PURPOSE"),
        ("VOICE", "ALLOW CUSTOMER_SIMILAR"),
        ("APP", "ALLOW CUSTOMER_SIMILAR"),
    ] {
        let q = Q {
            channel,
            ..Q::default()
        };
        assert_eq!(scene.ask(q).says, says, "{channel}");
    }
}
