//! Random small worlds and questions: few persons, products and moments, so that they meet.

use proptest::{prelude::*, sample::select};

use crate::world::*;

/// Moments around [`NOW`] and around each other; two are one instant written twice.
const MOMENTS: [&str; 9] = [
    "2020-05-01T10:00:00Z",
    "2022-06-01T10:00:00Z",
    "2022-06-01T10:00:00.000001Z",
    A_MICROSECOND_AGO,
    NOW,
    "2026-11-24T13:00:00+01:00",
    IN_A_MICROSECOND,
    "2026-11-24T23:00:00Z",
    "2030-01-01T00:00:00Z",
];

/// The first few of [`MOMENTS`] are past or now.
const PAST: usize = 6;

fn of(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    select(words)
}

fn never_or_a_moment() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just(""), 1 => of(&MOMENTS)]
}

fn number() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just(NUMBER), 1 => Just(OTHER_NUMBER)]
}

fn person() -> impl Strategy<Value = &'static str> {
    prop_oneof![2 => Just(""), 3 => of(&["anna", "bert"])]
}

fn seller() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just("noordlicht"), 1 => Just("zonnig")]
}

fn channels() -> impl Strategy<Value = &'static str> {
    of(&["*", "VOICE", "VOICE", "POST", "VOICE;EMAIL", "SMS;APP"])
}

pub(crate) fn has() -> impl Strategy<Value = Has> {
    let kinds = &[
        "PURCHASE",
        "PURCHASE",
        "SERVICE_CONTRACT",
        "NEWSLETTER",
        "ACCOUNT",
    ];
    let bought = &["", "gas", "power", "bundle", "sofa", "odd", "z-gas"];
    let days = &["2019-03-01", "2019-03-01", "2026-11-24", "2026-11-25"];
    let what = (of(kinds), of(bought), of(days), prop::bool::weighted(0.8));
    (number(), person(), seller(), what).prop_map(
        |(number, person, seller, (kind, product, started, paid))| Has {
            number,
            person,
            seller,
            kind,
            product,
            started,
            ended: "",
            paid,
        },
    )
}

/// Withdrawn or not.
pub(crate) fn yes() -> impl Strategy<Value = Yes> {
    let named = &["*", "gas", "gas", "gas;sofa", "z-gas", "gas;z-gas"];
    let times = (of(&MOMENTS), never_or_a_moment(), never_or_a_moment());
    (number(), person(), seller(), channels(), of(named), times).prop_map(
        |(number, person, seller, channels, products, (granted, expires, withdrawn))| Yes {
            number,
            person,
            seller,
            channels,
            products,
            granted,
            expires,
            withdrawn,
        },
    )
}

/// Withdrawn by [`NOW`].
pub(crate) fn withdrawn() -> impl Strategy<Value = Yes> {
    (yes(), of(&MOMENTS[..PAST])).prop_map(|(yes, withdrawn)| Yes { withdrawn, ..yes })
}

pub(crate) fn no() -> impl Strategy<Value = No> {
    let to = prop_oneof![3 => Just("noordlicht"), 1 => Just(""), 1 => Just("zonnig")];
    let on = prop_oneof![
        6 => (number(), person()),
        1 => (Just(""), of(&["anna", "bert"])),
    ];
    (on, to, channels(), of(&MOMENTS)).prop_map(|((number, person), seller, channels, at)| No {
        number,
        person,
        seller,
        channels,
        at,
    })
}

fn offer() -> impl Strategy<Value = Offer> {
    let purpose = prop_oneof![20 => Just("MARKETING"), 2 => Just("MIXED"), 1 => Just("SERVICE")];
    let channel = prop_oneof![6 => Just("VOICE"), 3 => of(&["SMS", "EMAIL", "POST", "POST"])];
    let offered = prop_oneof![
        4 => Just("gas"),
        3 => of(&["power", "sofa", "gas;sofa", "odd", "z-gas", "gas;z-gas"]),
    ];
    let ends = prop_oneof![9 => Just(""), 1 => of(&["2026-11-23", "2026-11-24"])];
    let compatible = select(vec![None, Some(false), Some(true)]);
    (purpose, channel, offered, source(), ends, compatible).prop_map(
        |(purpose, channel, products, source, ends, compatible)| Offer {
            purpose,
            channel,
            products,
            source,
            region: "NL",
            starts: "",
            ends,
            compatible,
        },
    )
}

fn source() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        10 => Just("list"),
        6 => of(&["public", "customers", "house"]),
        1 => of(&["", "gone", "bare", "theirs"]),
    ]
}

fn pair() -> impl Strategy<Value = Pair> {
    let product = || of(&["gas", "power", "sofa", "odd"]);
    let from = of(&["2020-01-01", "2026-11-24", "2026-11-25"]);
    (product(), product(), any::<bool>(), from)
        .prop_map(|(bought, offered, similar, from)| (bought, offered, similar, from, ""))
}

fn register() -> impl Strategy<Value = Option<(&'static str, Vec<&'static str>)>> {
    let as_of = of(&["2026-11-20", "2026-10-27", "2026-10-26", "2026-11-25"]);
    let listed = select(vec![vec![], vec![NUMBER], vec![OTHER_NUMBER]]);
    prop::option::weighted(0.9, (as_of, listed))
}

/// A world in which `nl-bmnr` is nearly always enforced.
pub(crate) fn scene() -> impl Strategy<Value = Scene> {
    let facts = (
        prop::collection::vec(has(), 0..4),
        prop::collection::vec(yes(), 0..4),
        prop::collection::vec(no(), 0..3),
    );
    let pairs = prop::collection::vec(pair(), 0..3);
    let chosen = prop_oneof![20 => Just(true), 1 => Just(false)];
    (facts, offer(), pairs, register(), chosen).prop_map(
        |((has, yes, no), offer, pairs, register, chosen)| {
            let mut scene = Scene {
                has,
                yes,
                no,
                offer,
                pairs,
                register,
                ..Scene::new()
            };
            if !chosen {
                scene.enforced.clear();
            }
            scene
        },
    )
}

/// A check now; nearly always of a valid number and a known campaign.
pub(crate) fn question() -> impl Strategy<Value = Q> {
    let number = prop_oneof![
        20 => Just(NUMBER),
        2 => Just(OTHER_NUMBER),
        1 => of(&["0612", "0900 1234", "+32470123456"]),
    ];
    let asked = prop_oneof![2 => Just(""), 1 => of(&["anna", "bert", "nobody"])];
    let named = prop_oneof![4 => Just(""), 1 => source()];
    let channel = prop_oneof![4 => Just(""), 1 => of(&["VOICE", "SMS", "EMAIL", "POST"])];
    let campaign = prop_oneof![20 => Just("offer"), 1 => Just("gone")];
    (number, asked, named, channel, campaign).prop_map(
        |(number, person, source, channel, campaign)| Q {
            number,
            person,
            source,
            channel,
            campaign,
            at: NOW,
        },
    )
}
