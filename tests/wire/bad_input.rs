//! Bad input and what it gets: a question always gets a recorded verdict, anything else
//! `INVALID_ARGUMENT` naming each field.

use tonic::Code;
use tonic_types::StatusExt;
use verzet::proto::v1;

use crate::{Served, dial};

#[tokio::test]
async fn a_number_in_any_state_gets_a_recorded_verdict_and_never_an_error() {
    let served = Served::start().await;
    let mut checks = served.checks();
    let long = "6".repeat(10_240);
    let cases = [
        ("", ""),
        ("abc", ""),
        ("06", ""),
        ("061234567890123456", ""),
        ("112", ""),
        (
            "\u{ff10}\u{ff16}\u{ff11}\u{ff10}\u{ff10}\u{ff10}\u{ff10}\u{ff10}\u{ff10}\u{ff12}",
            "+31610000002",
        ),
        ("06\u{a0}10\u{a0}00\u{a0}00\u{a0}02", "+31610000002"),
        ("0610000002 ext 12", "+31610000002"),
        ("tel:+31-6-1000-0002", "+31610000002"),
        ("+31\u{0}610000002", ""),
        (&long, ""),
    ];
    for (typed, e164) in cases {
        let answer = checks
            .check(dial(typed, "gas-customers"))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(answer.e164, e164, "{typed:.40}");
        assert!(!answer.decision_id.is_empty(), "{typed:.40}");
        if e164.is_empty() {
            assert_eq!(answer.reason(), v1::Reason::InvalidNumber, "{typed:.40}");
            assert_eq!(answer.verdict(), v1::Verdict::Block);
            assert_eq!(answer.lead_action(), v1::LeadAction::FixNumber);
        }
    }
    served.stop().await;
}

#[tokio::test]
async fn what_is_unknown_is_a_recorded_block() {
    let served = Served::start().await;
    let mut checks = served.checks();
    let mut reason = async |r: v1::CheckRequest| {
        let answer = checks.check(r).await.unwrap().into_inner();
        assert_eq!(answer.verdict(), v1::Verdict::Block);
        assert!(!answer.decision_id.is_empty());
        answer.reason()
    };
    assert_eq!(
        reason(dial("0610000002", "nope")).await,
        v1::Reason::UnknownCampaign
    );
    assert_eq!(
        reason(dial("+32470123456", "gas-list")).await,
        v1::Reason::NoRegime
    );
    let source = v1::CheckRequest {
        source_id: "nope".into(),
        ..dial("0610000002", "gas-customers")
    };
    assert_eq!(reason(source).await, v1::Reason::SourceNotLawful);
    let person = v1::CheckRequest {
        person_id: "somebody-else".into(),
        ..dial("0610000002", "gas-customers")
    };
    assert_eq!(reason(person).await, v1::Reason::NotACustomer);
    served.stop().await;
}

#[tokio::test]
async fn a_request_that_is_no_question_names_every_field() {
    let served = Served::start().await;
    let id = "x".repeat(257);
    let bad = v1::CheckRequest {
        number: "6".repeat(10_241),
        region: "Holland".into(),
        campaign_id: id.clone(),
        channel: 99,
        call_id: id.clone(),
        agent_id: id.clone(),
        caller_id: id.clone(),
        person_id: id.clone(),
        source_id: id,
        intent: 7,
        as_of: Some(prost_types::Timestamp::default()),
        ..Default::default()
    };
    let error = served.checks().check(bad).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    let details = error.get_details_bad_request().unwrap();
    let mut fields: Vec<_> = details
        .field_violations
        .iter()
        .map(|v| v.field.as_str())
        .collect();
    fields.sort_unstable();
    let want = [
        "agent_id",
        "as_of",
        "call_id",
        "caller_id",
        "campaign_id",
        "channel",
        "intent",
        "number",
        "person_id",
        "region",
        "source_id",
    ];
    assert_eq!(fields, want);
    served.stop().await;
}

#[tokio::test]
async fn a_batch_has_one_to_a_thousand_numbers() {
    let served = Served::start().await;
    let mut checks = served.checks();
    let batch = |n: usize| v1::CheckBatchRequest {
        campaign_id: "gas-customers".into(),
        items: (0..n)
            .map(|i| v1::BatchItem {
                number: format!("06{:08}", 10_000_000 + i),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    };
    for n in [0, 1_001] {
        let error = checks.check_batch(batch(n)).await.unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
        assert_eq!(
            error.get_details_bad_request().unwrap().field_violations[0].field,
            "items"
        );
    }
    let answers = checks
        .check_batch(batch(1_000))
        .await
        .unwrap()
        .into_inner()
        .responses;
    assert_eq!(answers.len(), 1_000);
    assert!(answers.iter().all(|a| !a.decision_id.is_empty()));
    assert!(answers.iter().any(|a| a.verdict() == v1::Verdict::Allow));
    for a in &answers {
        assert!(
            a.valid_until.is_none(),
            "a precheck is never a permission to dial"
        );
        if a.verdict() == v1::Verdict::Allow {
            assert_eq!(a.lead_action(), v1::LeadAction::Unspecified);
        }
    }
    served.stop().await;
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused_and_the_connection_lives_on() {
    let served = Served::start().await;
    let big = dial(&"6".repeat(2 << 20), "gas-customers");
    let error = served.checks().check(big).await.unwrap_err();
    assert_eq!(error.code(), Code::OutOfRange);
    let answer = served
        .checks()
        .check(dial("0610000002", "gas-customers"))
        .await;
    assert!(answer.is_ok());
    served.stop().await;
}

#[tokio::test]
async fn a_deadline_that_has_passed_is_an_error_and_no_permission() {
    let served = Served::start().await;
    let mut late = tonic::Request::new(v1::CheckRequest {
        min_revision: u64::MAX,
        ..dial("0610000002", "gas-customers")
    });
    late.set_timeout(std::time::Duration::from_millis(20));
    match served.checks().check(late).await {
        Ok(answer) => assert_eq!(answer.into_inner().reason(), v1::Reason::FactsBehind),
        Err(error) => assert!(
            matches!(error.code(), Code::DeadlineExceeded | Code::Cancelled),
            "{error:?}"
        ),
    }
    served.stop().await;
}
