//! Time: instants compare as instants, whole days are days in Amsterdam.

use crate::world::*;

/// "Instants are UTC microseconds"
#[test]
fn an_objection_is_in_force_from_the_microsecond_it_is_recorded() {
    let scene = |at| {
        Scene::new().no(No {
            at,
            ..No::default()
        })
    };
    assert_eq!(scene(A_MICROSECOND_AGO).says(), "BLOCK OBJECTED");
    assert_eq!(scene(NOW).says(), "BLOCK OBJECTED");
    assert_eq!(scene(IN_A_MICROSECOND).says(), "ALLOW NOT_REGISTERED");
}

/// "compare as instants, whatever the offset written"
#[test]
fn an_instant_is_the_same_whatever_the_offset_written() {
    for at in [
        "2026-11-24T13:00:00+01:00",
        "2026-11-24T07:00:00-05:00",
        "2026-11-25T01:00:00+13:00",
    ] {
        let objected = Scene::new().no(No {
            at,
            ..No::default()
        });
        assert_eq!(objected.says(), "BLOCK OBJECTED", "{at}");
        assert_eq!(
            objected.says_at(A_MICROSECOND_AGO),
            "ALLOW NOT_REGISTERED",
            "{at}"
        );
        assert_eq!(objected.says_at(at), "BLOCK OBJECTED", "{at}");
        let expired = Scene::new().from("house").yes(Yes {
            expires: at,
            ..Yes::default()
        });
        assert_eq!(expired.says(), "BLOCK NOT_A_CUSTOMER", "{at}");
        assert_eq!(expired.says_at(A_MICROSECOND_AGO), "ALLOW CONSENT", "{at}");
    }
}

fn on(first: &'static str, last: &'static str) -> Scene {
    Scene::new()
        .register_of("2030-01-01")
        .campaign(|c| (c.starts, c.ends) = (first, last))
}

fn runs(scene: &Scene, from: &'static str, until: [&'static str; 2], before: &'static str) {
    assert_eq!(
        scene.says_at(before),
        "BLOCK CAMPAIGN_NOT_RUNNING",
        "{before}"
    );
    assert_eq!(scene.says_at(from), "ALLOW NOT_REGISTERED", "{from}");
    let [last, after] = until;
    assert_eq!(scene.says_at(last), "ALLOW NOT_REGISTERED", "{last}");
    assert_eq!(
        scene.says_at(after),
        "BLOCK CAMPAIGN_NOT_RUNNING",
        "{after}"
    );
}

/// "Whole days are days of the jurisdiction's zone": in winter from 23:00 to 23:00 UTC.
#[test]
fn a_winter_day_lasts_from_23_00_to_23_00_utc() {
    runs(
        &on("2026-01-15", "2026-01-15"),
        "2026-01-14T23:00:00Z",
        ["2026-01-15T22:59:59.999999Z", "2026-01-15T23:00:00Z"],
        "2026-01-14T22:59:59.999999Z",
    );
}

/// "Whole days are days of the jurisdiction's zone": in summer from 22:00 to 22:00 UTC.
#[test]
fn a_summer_day_lasts_from_22_00_to_22_00_utc() {
    runs(
        &on("2026-07-15", "2026-07-15"),
        "2026-07-14T22:00:00Z",
        ["2026-07-15T21:59:59.999999Z", "2026-07-15T22:00:00Z"],
        "2026-07-14T21:59:59.999999Z",
    );
}

/// The day the clocks go forward has 23 hours.
#[test]
fn the_day_the_clocks_go_forward_lasts_23_hours() {
    runs(
        &on("2026-03-29", "2026-03-29"),
        "2026-03-28T23:00:00Z",
        ["2026-03-29T21:59:59.999999Z", "2026-03-29T22:00:00Z"],
        "2026-03-28T22:59:59.999999Z",
    );
}

/// The day the clocks go back has 25 hours, and the hour that comes twice belongs to it both times.
#[test]
fn the_day_the_clocks_go_back_lasts_25_hours() {
    let scene = on("2026-10-25", "2026-10-25");
    runs(
        &scene,
        "2026-10-24T22:00:00Z",
        ["2026-10-25T22:59:59.999999Z", "2026-10-25T23:00:00Z"],
        "2026-10-24T21:59:59.999999Z",
    );
    assert_eq!(
        scene.says_at("2026-10-25T00:30:00Z"),
        "ALLOW NOT_REGISTERED"
    );
    assert_eq!(
        scene.says_at("2026-10-25T01:30:00Z"),
        "ALLOW NOT_REGISTERED"
    );
}

/// "both ends included": a leap day, and the turn of the year.
#[test]
fn a_leap_day_and_new_years_eve_are_days_like_others() {
    runs(
        &on("2028-02-29", "2028-02-29"),
        "2028-02-28T23:00:00Z",
        ["2028-02-29T22:59:59.999999Z", "2028-02-29T23:00:00Z"],
        "2028-02-28T22:59:59.999999Z",
    );
    runs(
        &on("2026-12-31", "2027-01-01"),
        "2026-12-30T23:00:00Z",
        ["2027-01-01T22:59:59.999999Z", "2027-01-01T23:00:00Z"],
        "2026-12-30T22:59:59.999999Z",
    );
}

/// "days of the jurisdiction's zone": every rule of whole days changes at the same midnight.
#[test]
fn campaign_contract_pair_and_regime_all_begin_at_the_same_midnight() {
    let [before, from] = ["2026-11-23T22:59:59.999999Z", "2026-11-23T23:00:00Z"];
    let day = "2026-11-24";
    let campaign = Scene::new().campaign(|c| c.starts = day);
    let contract = Scene::new().from("house").has(Has {
        started: day,
        ..Has::default()
    });
    let pair = Scene::new()
        .bought("sofa")
        .pair(("sofa", "gas", true, day, ""));
    let mut chosen = Scene::new();
    chosen.enforced[0].from = day;
    for scene in [campaign, contract, pair, chosen] {
        assert!(scene.says_at(before).starts_with("BLOCK"), "{scene:?}");
        assert!(scene.says_at(from).starts_with("ALLOW"), "{scene:?}");
    }
}
