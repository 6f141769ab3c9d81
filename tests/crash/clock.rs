//! A clock that is set back five minutes, and one that jumps a year ahead.

use tonic::{Code, transport::Channel};
use verzet::{
    clock::Micros,
    proto::v1::{self, Verdict, fact_service_client::FactServiceClient},
};

use crate::{
    disk::is_serving,
    examine::examine,
    faults::{Faults, Knob},
    load::{check, object},
    model::Model,
    process::{Place, runtime},
    world,
};

const FIVE_MINUTES: i64 = 300;
const A_YEAR: i64 = 365 * 86_400;

/// Records a consent that is about to end, and waits until it has.
pub(crate) async fn let_a_consent_end(model: &Model, channel: &Channel) {
    let at = |micros: i64| prost_types::Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: (micros.rem_euclid(1_000_000) * 1_000) as i32,
    };
    let now = Micros::system_now().0;
    let consent = v1::RecordConsentRequest {
        number: world::lapsed(),
        seller_id: "noordlicht".into(),
        channels: vec!["VOICE".into()],
        products: vec!["gas".into()],
        granted_at: Some(at(now - 86_400_000_000)),
        expires_at: Some(at(now + 1_000_000)),
        evidence: "form-1".into(),
        ..Default::default()
    };
    FactServiceClient::new(channel.clone())
        .record_consent(consent)
        .await
        .unwrap();
    loop {
        let answer = check(model, channel, world::CUSTOMERS, &world::lapsed())
            .await
            .unwrap();
        if answer.verdict() == Verdict::Block {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

#[test]
fn a_clock_set_back_refuses_and_what_has_ended_stays_ended() {
    let mut place = Place::new();
    let Some(faults) = Faults::below(&mut place) else {
        return;
    };
    runtime().block_on(async {
        world::fill(&place, 100);
        let (model, mut process) = (Model::default(), place.serve());
        let channel = process.connect().await;
        let gone = world::lapsed();
        let_a_consent_end(&model, &channel).await;
        for restart in [false, true] {
            faults.set(Knob::ClockSeconds, -FIVE_MINUTES);
            if restart {
                process.kill();
                process = place.serve();
            }
            let channel = process.connect().await;
            for number in [&gone, &world::customer(1)] {
                let told = check(&model, &channel, world::CUSTOMERS, number)
                    .await
                    .unwrap_err();
                assert_eq!(told.code(), Code::Unavailable);
                assert!(
                    told.message().contains("the clock was set back"),
                    "{told:?}"
                );
            }
            is_serving(&channel, false).await;
            // A no is taken in all the same, and is in force.
            object(&model, &channel, &world::customer(2 + u64::from(restart)))
                .await
                .unwrap();
            faults.none();
            is_serving(&channel, true).await;
            let answer = check(&model, &channel, world::CUSTOMERS, &world::customer(1)).await;
            assert_eq!(answer.unwrap().verdict(), Verdict::Allow);
        }
        examine(&model, &process.connect().await).await;
    });
}

#[test]
fn a_clock_that_jumps_a_year_is_not_followed() {
    let mut place = Place::new();
    let Some(faults) = Faults::below(&mut place) else {
        return;
    };
    runtime().block_on(async {
        world::fill(&place, 100);
        let (model, mut process) = (Model::default(), place.serve());
        let channel = process.connect().await;
        check(&model, &channel, world::CUSTOMERS, &world::customer(1))
            .await
            .unwrap();
        for restart in [false, true] {
            faults.set(Knob::ClockSeconds, A_YEAR);
            if restart {
                process.kill();
                process = place.serve();
            }
            let channel = process.connect().await;
            let told = check(&model, &channel, world::CUSTOMERS, &world::customer(1)).await;
            let told = told.unwrap_err();
            assert_eq!(told.code(), Code::Unavailable);
            assert!(
                told.message().contains("ahead of what it said before"),
                "{told:?}"
            );
            is_serving(&channel, false).await;
            // A no that comes now is in force now, not in a year.
            object(&model, &channel, &world::customer(2 + u64::from(restart)))
                .await
                .unwrap();
            faults.none();
            if restart {
                process.kill();
                process = place.serve();
            }
            let channel = process.connect().await;
            is_serving(&channel, true).await;
            examine(&model, &channel).await;
            let answer = check(&model, &channel, world::CUSTOMERS, &world::customer(1)).await;
            assert_eq!(answer.unwrap().verdict(), Verdict::Allow);
        }
        // Somebody looked at it, and it is right.
        faults.set(Knob::ClockSeconds, A_YEAR);
        drop(process);
        let process = place.try_serve(&["--accept-clock"]).unwrap();
        let channel = process.connect().await;
        let answer = check(&model, &channel, world::CUSTOMERS, &world::customer(1)).await;
        assert_eq!(answer.unwrap().verdict(), Verdict::Allow);
    });
}
