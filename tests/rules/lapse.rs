//! "The regime has lapsed and the product says so": the flag, and today's law beside it.

use verzet::clock::Day;

use crate::world::*;

fn at(at: &'static str) -> Q {
    Q { at, ..Q::default() }
}

/// "The Bel-me-niet Register was abolished on 2021-07-01": the day before is its last, in Amsterdam.
#[test]
fn nl_bmnr_is_lapsed_from_the_first_moment_of_july_2021() {
    let scene = Scene::new();
    assert!(!scene.ask(at("2021-06-30T21:59:59.999999Z")).lapsed);
    assert!(scene.ask(at("2021-06-30T22:00:00Z")).lapsed);
    assert!(scene.ask(at(NOW)).lapsed);
}

/// "Every regime carries its dates", both included
#[test]
fn nl_bmnr_was_the_law_from_october_2009_through_june_2021() {
    let regime = regime("nl-bmnr");
    for (text, law) in [
        ("2009-09-30", false),
        ("2009-10-01", true),
        ("2021-06-30", true),
        ("2021-07-01", false),
    ] {
        assert_eq!(regime.is_law_on(day(text, Day::NEVER)), law, "{text}");
    }
}

/// "stays selectable for ever": lapsed is a warning, the verdict stays.
#[test]
fn a_lapsed_regime_decides_as_it_always_did() {
    for (moment, lapsed) in [
        ("2020-11-24T12:00:00Z", false),
        (NOW, true),
        ("2050-01-01T12:00:00Z", true),
    ] {
        let scene = Scene::new().bought("power").register_of("2050-01-01");
        let answer = scene.ask(at(moment));
        assert_eq!(answer.says, "ALLOW CUSTOMER_SIMILAR", "{moment}");
        assert_eq!(answer.lapsed, lapsed, "{moment}");
    }
}

/// "a lapsed one puts a warning … in every answer": the text of the warning is in the pack.
#[test]
fn the_pack_says_why_it_lapsed() {
    let lapsed = regime("nl-bmnr").lapsed.clone().unwrap();
    for text in [&lapsed.nl, &lapsed.en] {
        assert!(text.contains("2021") && text.contains("2026"), "{text}");
    }
    assert!(regime("nl-2026").lapsed.is_none());
}

/// "the customer basis for voice ended on 2026-07-01"
#[test]
fn todays_law_blocks_a_customer_without_consent_whom_nl_bmnr_allows() {
    for scene in [
        Scene::new().bought("power"),
        Scene::new().bought("gas").from("customers"),
    ] {
        let answer = scene.ask(Q::default());
        assert_eq!(answer.says, "ALLOW CUSTOMER_SIMILAR");
        assert_eq!(answer.shadow, "nl-2026 BLOCK NO_CONSENT");
    }
}

/// "so that answers … also say what today's law would decide": of strangers.
#[test]
fn todays_law_blocks_a_stranger_whom_the_main_rule_allows() {
    let answer = Scene::new().ask(Q::default());
    assert_eq!(answer.says, "ALLOW NOT_REGISTERED");
    assert_eq!(answer.shadow, "nl-2026 BLOCK NO_CONSENT");
}

/// Today's law has no register: a consent does, general or not.
#[test]
fn todays_law_allows_by_a_consent_the_abolished_register_would_bind() {
    let general = Yes {
        channels: "*",
        products: "*",
        ..Yes::default()
    };
    let answer = Scene::new().in_register().yes(general).ask(Q::default());
    assert_eq!(answer.says, "BLOCK REGISTERED");
    assert_eq!(answer.shadow, "nl-2026 ALLOW CONSENT");
}

/// Where both agree the shadow says the same.
#[test]
fn todays_law_agrees_on_stops_consents_and_sources() {
    let agree = |scene: Scene| {
        let answer = scene.ask(Q::default());
        assert_eq!(answer.shadow, format!("nl-2026 {}", answer.says));
    };
    agree(Scene::new().bought("gas").no(No::default()));
    agree(Scene::new().yes(Yes::default()));
    agree(Scene::new().from("bare").yes(Yes::default()));
    agree(Scene::new().campaign(|c| c.purpose = "SERVICE"));
}

/// "evaluated beside it": the customer exception of the digital channels and of post still stands.
#[test]
fn todays_law_still_allows_a_customer_by_mail_and_post() {
    for channel in ["SMS", "EMAIL", "APP", "POST"] {
        let scene = Scene::new()
            .by(channel)
            .bought("power")
            .campaign(|c| c.compatible = Some(true));
        let answer = scene.ask(Q::default());
        assert!(answer.says.starts_with("ALLOW"), "{channel}");
        assert_eq!(
            answer.shadow,
            format!("nl-2026 {}", answer.says),
            "{channel}"
        );
    }
}

/// "(the law in force today)": since the first moment of 1 July 2026 in Amsterdam.
#[test]
fn todays_law_is_beside_it_from_the_day_it_came_into_force() {
    let scene = Scene::new().bought("power");
    assert_eq!(scene.ask(at("2026-06-30T21:59:59.999999Z")).shadow, "");
    let first = scene.ask(at("2026-06-30T22:00:00Z")).shadow;
    assert_eq!(first, "nl-2026 BLOCK NO_CONSENT");
}

/// A regime that is itself the law needs no shadow.
#[test]
fn no_shadow_stands_beside_a_regime_that_is_the_law() {
    let then = Scene::new().bought("power").ask(at("2020-11-24T12:00:00Z"));
    assert_eq!((then.shadow.as_str(), then.lapsed), ("", false));
    let mut scene = Scene::new().bought("power");
    scene.enforced = vec![Chosen::new(regime("nl-2026"), "", "")];
    let now = scene.ask(Q::default());
    assert_eq!(now.says, "BLOCK NO_CONSENT");
    assert_eq!((now.shadow.as_str(), now.lapsed), ("", false));
}

/// "without one `serve` refuses": where no regime is enforced nothing stands beside nothing.
#[test]
fn no_shadow_stands_where_no_regime_is_enforced() {
    let mut scene = Scene::new().yes(Yes::default());
    scene.enforced.clear();
    let answer = scene.ask(Q::default());
    assert_eq!(answer.says, "BLOCK NO_REGIME");
    assert_eq!((answer.shadow.as_str(), answer.lapsed), ("", false));
}
