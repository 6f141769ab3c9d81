//! Rows 1 to 4: number, campaign, days and regime, for all channels.

use crate::world::*;

const CHANNELS: [&str; 5] = ["VOICE", "SMS", "EMAIL", "APP", "POST"];

fn of_number(number: &'static str) -> Q {
    Q {
        number,
        ..Q::default()
    }
}

/// "not a valid number (libphonenumber)"
#[test]
fn row_01_blocks_a_number_that_is_not_valid() {
    for number in [
        "",
        "0612",
        "hello",
        "+31 6",
        "+999123456789",
        "0612345678901",
    ] {
        let answer = Scene::new().ask(of_number(number));
        assert_eq!(answer.says, "BLOCK INVALID_NUMBER", "{number}");
        assert_eq!(answer.e164, "", "{number}");
        assert_eq!(answer.decided_by, Some(1));
    }
}

/// "not a valid number (libphonenumber)": any spelling of a valid one passes.
#[test]
fn row_01_passes_a_valid_number_however_it_is_typed() {
    for number in [
        "0612345678",
        "+31 6 1234 5678",
        "0031-612345678",
        "06-12345678",
    ] {
        let answer = Scene::new().ask(of_number(number));
        assert_eq!(answer.row(1), "PASSED", "{number}");
        assert_eq!(answer.e164, NUMBER, "{number}");
    }
}

/// "all regimes, all channels"
#[test]
fn row_01_blocks_an_invalid_number_on_every_channel() {
    for channel in CHANNELS {
        let answer = Scene::new().by(channel).ask(of_number("0612"));
        assert_eq!(answer.says, "BLOCK INVALID_NUMBER", "{channel}");
    }
}

/// "First row that matches decides."
#[test]
fn row_01_comes_before_an_unknown_campaign() {
    let q = Q {
        campaign: "gone",
        ..of_number("0612")
    };
    assert_eq!(Scene::new().ask(q).says, "BLOCK INVALID_NUMBER");
}

/// "campaign unknown"
#[test]
fn row_02_blocks_an_unknown_campaign() {
    for campaign in ["", "gone", "OFFER", "offer "] {
        for channel in ["", "VOICE", "POST"] {
            let q = Q {
                campaign,
                channel,
                ..Q::default()
            };
            let answer = Scene::new().ask(q);
            assert_eq!(answer.says, "BLOCK UNKNOWN_CAMPAIGN", "{campaign:?}");
            assert_eq!(answer.decided_by, Some(2));
            assert_eq!(answer.e164, NUMBER);
        }
    }
}

/// "Whatever cannot be known … is never `ALLOW`": not even for a customer who consented.
#[test]
fn row_02_blocks_an_unknown_campaign_whatever_is_known_of_the_number() {
    let scene = Scene::new().bought("gas").yes(Yes::default());
    let q = Q {
        campaign: "gone",
        channel: "VOICE",
        source: "list",
        ..Q::default()
    };
    assert_eq!(scene.ask(q).says, "BLOCK UNKNOWN_CAMPAIGN");
}

fn november() -> Scene {
    Scene::new().campaign(|c| (c.starts, c.ends) = ("2026-11-10", "2026-11-20"))
}

/// "campaign not running on this day (both ends included)"
#[test]
fn row_03_blocks_until_the_first_day_begins_in_amsterdam() {
    let last_moment = november().says_at("2026-11-09T22:59:59.999999Z");
    assert_eq!(last_moment, "BLOCK CAMPAIGN_NOT_RUNNING");
    let first_moment = november().says_at("2026-11-09T23:00:00Z");
    assert_eq!(first_moment, "ALLOW NOT_REGISTERED");
}

/// "campaign not running on this day (both ends included)"
#[test]
fn row_03_blocks_from_the_moment_the_last_day_ends_in_amsterdam() {
    let last_moment = november().says_at("2026-11-20T22:59:59.999999Z");
    assert_eq!(last_moment, "ALLOW NOT_REGISTERED");
    let after = november().says_at("2026-11-20T23:00:00Z");
    assert_eq!(after, "BLOCK CAMPAIGN_NOT_RUNNING");
}

/// "both ends included": a campaign of one day runs that day.
#[test]
fn row_03_lets_a_campaign_of_one_day_run_that_day_only() {
    let scene = |day| Scene::new().campaign(|c| (c.starts, c.ends) = (day, day));
    assert_eq!(scene("2026-11-24").says(), "ALLOW NOT_REGISTERED");
    assert_eq!(scene("2026-11-23").says(), "BLOCK CAMPAIGN_NOT_RUNNING");
    assert_eq!(scene("2026-11-25").says(), "BLOCK CAMPAIGN_NOT_RUNNING");
}

/// "all regimes, all channels"
#[test]
fn row_03_holds_on_every_channel_and_for_customers_too() {
    for channel in CHANNELS {
        let scene = november().by(channel).bought("gas").yes(Yes {
            channels: "*",
            ..Yes::default()
        });
        assert_eq!(scene.says(), "BLOCK CAMPAIGN_NOT_RUNNING", "{channel}");
    }
}

/// "First row that matches decides."
#[test]
fn row_03_comes_before_a_missing_regime() {
    let mut scene = november();
    scene.enforced.clear();
    let answer = scene.ask(Q::default());
    assert_eq!(answer.says, "BLOCK CAMPAIGN_NOT_RUNNING");
    assert_eq!(answer.row(4), "WOULD_DECIDE");
}

/// "no regime is enforced": a recorded choice, never a silent default.
#[test]
fn row_04_blocks_where_no_regime_was_chosen() {
    let mut scene = Scene::new().bought("gas").yes(Yes::default());
    scene.enforced.clear();
    for channel in CHANNELS {
        let q = Q {
            channel,
            ..Q::default()
        };
        let answer = scene.ask(q);
        assert_eq!(answer.says, "BLOCK NO_REGIME", "{channel}");
        assert_eq!(answer.decided_by, Some(4));
        assert_eq!(answer.e164, NUMBER);
    }
}

/// "for the number's country": the country is the number's own, not the campaign's region.
#[test]
fn row_04_blocks_a_number_of_another_country() {
    for number in [
        "+32470123456",
        "+4915112345678",
        "+447400123456",
        "+80012345678",
    ] {
        let answer = Scene::new().ask(of_number(number));
        assert_eq!(answer.says, "BLOCK NO_REGIME", "{number}");
        assert_eq!(answer.e164, number);
    }
}

/// "and this channel"
#[test]
fn row_04_blocks_a_channel_the_enforced_regime_does_not_cover() {
    let pack = r#"
        id = "nl-post-only"
        country = "NL"
        zone = "Europe/Amsterdam"
        semantics = 1
        in_force_from = "2009-10-01"
        title = { nl = "Alleen post", en = "Post only" }
        [[table]]
        channels = ["POST"]
        [[table.row]]
        check = "Otherwise"
        verdict = "ALLOW"
        reason = "CONSENT"
        source = "made up for this test"
        text = { nl = "Altijd.", en = "Always." }
    "#;
    let mut packs = PACKS.clone();
    packs.add("post-only.toml", pack).unwrap();
    let mut scene = Scene::new();
    scene.enforced = vec![Chosen::new(
        packs.get("nl-post-only").unwrap().clone(),
        "",
        "",
    )];
    let by = |channel| {
        let q = Q {
            channel,
            ..Q::default()
        };
        ask_world(&scene.world(), &packs, &q).says
    };
    assert_eq!(by("POST"), "ALLOW CONSENT");
    assert_eq!(by("VOICE"), "BLOCK NO_REGIME");
    assert_eq!(by("EMAIL"), "BLOCK NO_REGIME");
}

/// "and date": the days of the choice are days in Amsterdam, both ends included.
#[test]
fn row_04_blocks_outside_the_days_a_regime_was_chosen_for() {
    let mut scene = Scene::new();
    scene.enforced = vec![Chosen::new(regime("nl-bmnr"), "2026-11-10", "2026-11-20")];
    assert_eq!(
        scene.says_at("2026-11-09T22:59:59.999999Z"),
        "BLOCK NO_REGIME"
    );
    assert_eq!(
        scene.says_at("2026-11-09T23:00:00Z"),
        "ALLOW NOT_REGISTERED"
    );
    assert_eq!(
        scene.says_at("2026-11-20T22:59:59.999999Z"),
        "ALLOW NOT_REGISTERED"
    );
    assert_eq!(scene.says_at("2026-11-20T23:00:00Z"), "BLOCK NO_REGIME");
}

/// "Which regime is enforced is a recorded choice": a newer choice stands before an older one.
#[test]
fn row_04_the_newest_choice_decides_and_the_older_one_holds_outside_its_days() {
    let scene = Scene::new()
        .bought("gas")
        .enforce(regime("nl-2026"), "2026-11-24", "2026-11-24");
    assert_eq!(scene.says(), "BLOCK NO_CONSENT");
    assert_eq!(
        scene.says_at("2026-11-25T12:00:00Z"),
        "ALLOW CUSTOMER_SIMILAR"
    );
}

/// "First row that matches decides."
#[test]
fn row_04_comes_before_the_line_type() {
    let mut scene = Scene::new();
    scene.enforced.clear();
    let answer = scene.ask(of_number("0800 1234"));
    assert_eq!(answer.says, "BLOCK NO_REGIME");
    assert_eq!(answer.row(5), "WOULD_DECIDE");
}
