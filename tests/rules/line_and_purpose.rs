//! Rows 5 and 6: the kind of line, and the purpose of the campaign.

use std::sync::Arc;

use verzet::{
    number::{self, LineType, Region},
    policy::Regime,
};

use crate::world::*;

const CHANNELS: [&str; 5] = ["VOICE", "SMS", "EMAIL", "APP", "POST"];

fn of_number(number: &'static str) -> Q {
    Q {
        number,
        ..Q::default()
    }
}

/// `nl-bmnr` as if it were for another country, to reach line types the Dutch plan does not have.
fn for_country(country: &str) -> Arc<Regime> {
    let mut regime = (*regime("nl-bmnr")).clone();
    regime.country = Region::parse(country).unwrap();
    Arc::new(regime)
}

fn line_type(typed: &str) -> LineType {
    number::read(typed, Region::NL).unwrap().line_type
}

/// "voice or SMS to a line type not callable (toll-free, premium, shared cost, pager, voicemail)"
#[test]
fn row_05_blocks_voice_and_sms_to_dutch_lines_nobody_should_call() {
    use LineType::*;
    for (number, kind) in [
        ("0800 1234", TollFree),
        ("0900 1234", PremiumRate),
        ("0906 1234", PremiumRate),
        ("0909 1234", PremiumRate),
        ("0662345678", Pager),
    ] {
        assert_eq!(line_type(number), kind, "{number}");
        for channel in ["VOICE", "SMS"] {
            let answer = Scene::new().by(channel).ask(of_number(number));
            assert_eq!(
                answer.says, "BLOCK LINE_TYPE_NOT_CALLABLE",
                "{number} {channel}"
            );
            assert_eq!(answer.decided_by, Some(5));
            assert!(!answer.e164.is_empty(), "a valid number is returned");
        }
    }
}

/// "(… shared cost … voicemail)": kinds the Dutch plan does not have.
#[test]
fn row_05_blocks_shared_cost_and_voicemail_where_a_plan_has_them() {
    let scene = Scene::new().enforce(for_country("DE"), "", "");
    for (number, kind) in [
        ("+491801234567", LineType::SharedCost),
        ("+491779912345678", LineType::Voicemail),
    ] {
        assert_eq!(line_type(number), kind, "{number}");
        let answer = scene.ask(of_number(number));
        assert_eq!(answer.says, "BLOCK LINE_TYPE_NOT_CALLABLE", "{number}");
    }
    assert_eq!(
        scene.ask(of_number("+4915112345678")).says,
        "ALLOW NOT_REGISTERED"
    );
}

/// "voice or SMS": an e-mail, a message in an app or a letter does not ring a line.
#[test]
fn row_05_is_not_asked_for_email_app_and_post() {
    for channel in ["EMAIL", "APP", "POST"] {
        let scene = Scene::new().by(channel).yes(Yes {
            number: "0900 1234",
            channels: channel,
            ..Yes::default()
        });
        let answer = scene.ask(of_number("0900 1234"));
        assert_eq!(answer.row(5), "NOT_ASKED", "{channel}");
        assert_eq!(answer.says, "ALLOW CONSENT", "{channel}");
    }
}

/// "(toll-free, premium, shared cost, pager, voicemail)": and no others.
#[test]
fn row_05_passes_every_other_kind_of_line() {
    use LineType::*;
    for (number, kind) in [
        ("0201234567", FixedLine),
        ("0612345678", Mobile),
        ("0851234567", Voip),
        ("0881234567", Uan),
    ] {
        assert_eq!(line_type(number), kind, "{number}");
        let answer = Scene::new().ask(of_number(number));
        assert_eq!(answer.row(5), "PASSED", "{number}");
        assert_eq!(answer.says, "ALLOW NOT_REGISTERED", "{number}");
    }
}

/// "First row that matches decides": the line type stands before the purpose, and before a consent.
#[test]
fn row_05_comes_before_the_purpose_and_before_a_consent() {
    let scene = Scene::new().campaign(|c| c.purpose = "SERVICE").yes(Yes {
        number: "0900 1234",
        ..Yes::default()
    });
    let answer = scene.ask(of_number("0900 1234"));
    assert_eq!(answer.says, "BLOCK LINE_TYPE_NOT_CALLABLE");
    assert_eq!(answer.row(6), "WOULD_DECIDE");
    assert_eq!(answer.row(9), "WOULD_DECIDE consent-1");
}

/// "purpose is not marketing"
#[test]
fn row_06_blocks_service_and_research_on_every_channel() {
    for purpose in ["SERVICE", "RESEARCH"] {
        for channel in CHANNELS {
            let scene = Scene::new()
                .by(channel)
                .bought("gas")
                .campaign(|c| c.purpose = purpose);
            let answer = scene.ask(Q::default());
            assert_eq!(
                answer.says, "BLOCK PURPOSE_NOT_COVERED",
                "{purpose} {channel}"
            );
            assert_eq!(answer.decided_by, Some(6));
        }
    }
}

/// "(empty or mixed is marketing)"; how an empty one is read is tested where folders are.
#[test]
fn row_06_passes_a_mixed_purpose_as_marketing() {
    let scene = Scene::new().campaign(|c| c.purpose = "MIXED");
    assert_eq!(scene.row(6), "PASSED");
    assert_eq!(scene.says(), "ALLOW NOT_REGISTERED");
}

/// "First row that matches decides."
#[test]
fn row_06_comes_before_the_source_and_an_objection() {
    let scene = Scene::new()
        .from("bare")
        .no(No::default())
        .campaign(|c| c.purpose = "SERVICE");
    let answer = scene.ask(Q::default());
    assert_eq!(answer.says, "BLOCK PURPOSE_NOT_COVERED");
    assert_eq!(answer.row(7), "WOULD_DECIDE");
    assert_eq!(answer.row(8), "WOULD_DECIDE objection-1");
}
