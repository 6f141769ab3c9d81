//! The trail: every row in order, the first that decides, and what each found.

use verzet::policy::RowOutcome::{Decided, NotAsked, Passed, Unknown, WouldDecide};

use crate::world::*;

/// One scene for each reason of each table, with its channel.
fn scenes() -> Vec<(Scene, Q)> {
    let mut all = vec![];
    for channel in ["VOICE", "SMS", "EMAIL", "APP", "POST"] {
        let plain = Scene::new().by(channel);
        let yes = Yes {
            channels: channel,
            ..Yes::default()
        };
        let mut chosen = vec![
            plain.clone(),
            plain.clone().campaign(|c| c.ends = "2026-11-23"),
            plain.clone().campaign(|c| c.purpose = "RESEARCH"),
            plain.clone().from("bare"),
            plain.clone().no(No::default()),
            plain.clone().yes(yes),
            plain.clone().no(No::default()).yes(Yes {
                granted: NOW,
                ..yes
            }),
            plain.clone().offers("z-gas"),
            plain.clone().bought("power"),
            plain.clone().bought("sofa"),
            plain.clone().from("house"),
            plain.clone().without_register(),
            plain.clone().in_register(),
            plain
                .clone()
                .bought("gas")
                .campaign(|c| c.compatible = Some(true)),
            plain.clone(),
        ];
        if let Some(last) = chosen.last_mut() {
            last.enforced.clear();
        }
        all.extend(chosen.into_iter().map(|scene| (scene, Q::default())));
        for (number, campaign, channel) in [
            ("0612", "offer", ""),
            ("0900 1234", "offer", ""),
            (NUMBER, "gone", ""),
            (NUMBER, "gone", channel),
            ("0612", "gone", ""),
            ("0612", "gone", channel),
        ] {
            let q = Q {
                number,
                campaign,
                channel,
                ..Q::default()
            };
            all.push((plain.clone(), q));
        }
    }
    all
}

/// "**every** row of the regime's table in order"
#[test]
fn every_row_of_the_table_is_on_the_trail_in_the_packs_order() {
    let regime = regime("nl-bmnr");
    for channel in verzet::facts::model::Channel::ALL {
        let table = regime.table(*channel).unwrap();
        let written: Vec<_> = table.rows.iter().map(|r| r.check.name()).collect();
        let answer = Scene::new().by(channel.word()).ask(Q::default());
        let shown: Vec<_> = answer.trail.iter().map(|s| s.check).collect();
        assert_eq!(shown, written, "{channel}");
    }
}

/// "every row …, with … the legal source": none is without one, in either language.
#[test]
fn every_row_carries_a_legal_source_and_a_text_in_both_languages() {
    let regime = regime("nl-bmnr");
    for channel in regime.channels() {
        for row in &regime.table(channel).unwrap().rows {
            let texts = [&row.source, &row.text.nl, &row.text.en];
            assert!(texts.iter().all(|t| !t.trim().is_empty()), "{row:?}");
        }
    }
}

/// "the first that decides gives the verdict"
#[test]
fn exactly_one_row_decides_and_the_verdict_and_reason_are_its_own() {
    for (scene, q) in scenes() {
        let answer = scene.ask(q);
        let decided: Vec<_> = (answer.trail.iter().zip(1..))
            .filter(|(s, _)| s.outcome == Decided)
            .collect();
        assert_eq!(decided.len(), 1, "{answer:#?}");
        let (step, number) = decided[0];
        assert_eq!(answer.decided_by, Some(number));
        assert_eq!(step.gives, answer.says);
    }
}

/// "the first that decides": nothing before it matched.
#[test]
fn no_row_before_the_one_that_decided_would_decide() {
    for (scene, q) in scenes() {
        let answer = scene.ask(q);
        let before = &answer.trail[..answer.decided_by.unwrap() - 1];
        assert!(
            before.iter().all(|s| s.outcome != WouldDecide),
            "{answer:#?}"
        );
    }
}

/// "`WOULD_DECIDE`": the rows after it that match show what would decide without it.
#[test]
fn every_later_row_that_matches_would_decide() {
    let scene = Scene::new()
        .from("house")
        .offers("z-gas;sofa")
        .in_register()
        .register_of("2026-01-01")
        .no(No::default())
        .campaign(|c| {
            c.ends = "2026-11-23";
            c.purpose = "SERVICE";
        });
    let q = Q {
        source: "bare",
        ..Q::default()
    };
    let answer = scene.ask(q);
    let outcomes: Vec<_> = (1..=16).map(|n| answer.row(n)).collect();
    assert_eq!(
        outcomes,
        [
            "PASSED",
            "PASSED",
            "DECIDED",
            "PASSED",
            "PASSED",
            "WOULD_DECIDE",
            "WOULD_DECIDE",
            "WOULD_DECIDE objection-1",
            "PASSED",
            "WOULD_DECIDE z-gas",
            "NOT_ASKED",
            "NOT_ASKED",
            "NOT_ASKED",
            "WOULD_DECIDE",
            "WOULD_DECIDE listed",
            "WOULD_DECIDE",
        ]
    );
}

/// The last row of every table matches everyone whose number and campaign are known.
#[test]
fn the_last_row_always_would_decide_if_no_other_did() {
    for (scene, q) in scenes() {
        let answer = scene.ask(q);
        let last = answer.trail.last().unwrap();
        if last.check == "Otherwise" && answer.decided_by > Some(2) {
            assert!(matches!(last.outcome, Decided | WouldDecide), "{answer:#?}");
        }
    }
}

/// "`UNKNOWN`": without a number nothing else can be known.
#[test]
fn every_other_row_is_unknown_where_the_number_is_not_valid() {
    for channel in ["VOICE", "SMS", "POST"] {
        let q = Q {
            number: "0612",
            ..Q::default()
        };
        let scene = Scene::new().by(channel).bought("gas").no(No::default());
        let answer = scene.ask(q);
        assert_eq!(answer.row(1), "DECIDED");
        assert!(answer.trail[1..].iter().all(|s| s.outcome == Unknown));
        assert!(answer.trail.iter().all(|s| s.found.is_empty()));
    }
}

/// "`UNKNOWN`": without a campaign nobody knows on whose behalf, about what, or by which source.
#[test]
fn every_later_row_is_unknown_where_the_campaign_is() {
    let q = Q {
        campaign: "gone",
        channel: "VOICE",
        ..Q::default()
    };
    let answer = Scene::new().no(No::default()).ask(q);
    assert_eq!(answer.trail.len(), 16);
    assert_eq!([answer.row(1), answer.row(2)], ["PASSED", "DECIDED"]);
    assert!(answer.trail[2..].iter().all(|s| s.outcome == Unknown));
}

/// With neither campaign nor channel no table is meant: the rows of the question are all there is.
#[test]
fn only_the_question_is_asked_where_neither_campaign_nor_channel_is_known() {
    let q = Q {
        campaign: "gone",
        ..Q::default()
    };
    assert_eq!(Scene::new().ask(q).trail.len(), 6);
}

/// "`e164` is returned whenever the number is valid, whatever the verdict."
#[test]
fn e164_is_returned_with_every_verdict_of_a_valid_number_and_never_without_one() {
    for (scene, q) in scenes() {
        let answer = scene.ask(q);
        let valid = answer.row(1) == "PASSED";
        assert_eq!(!answer.e164.is_empty(), valid, "{answer:#?}");
        assert_eq!(answer.says == "BLOCK INVALID_NUMBER", !valid);
    }
}

/// "the trail says for everyone whether the number was in it"
#[test]
fn every_trail_of_a_call_says_whether_the_number_was_in_the_register() {
    for (scene, q) in scenes() {
        let answer = scene.ask(q);
        let Some(hit) = answer.trail.iter().find(|s| s.check == "RegisterHit") else {
            continue;
        };
        let listed = match hit.outcome {
            Unknown => "",
            _ if scene.register.as_ref().is_some_and(|r| r.1.is_empty()) => "not listed",
            _ => "listed",
        };
        assert_eq!(hit.found, listed, "{answer:#?}");
    }
}

/// A customer's trail: register rows not asked, with what was found, and no word of "not a customer".
#[test]
fn the_whole_trail_of_a_registered_customer() {
    let answer = Scene::new().in_register().bought("gas").ask(Q::default());
    let outcomes: Vec<_> = answer.trail.iter().map(|s| s.outcome).collect();
    let mut expected = vec![Passed; 10];
    expected.extend([Decided, Passed, Passed, NotAsked, NotAsked, WouldDecide]);
    assert_eq!(outcomes, expected);
    assert_eq!(answer.row(11), "DECIDED relation-1");
    assert_eq!(answer.row(13), "PASSED relation-1");
    assert_eq!(answer.row(15), "NOT_ASKED listed");
}
