//! Facts recorded one by one: seen by the very next check, on any connection.

use tonic::Code;
use tonic::transport::Channel;
use tonic_types::StatusExt;
use verzet::proto::v1::{self, check_service_client::CheckServiceClient};

use crate::{Served, dial};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_objection_is_seen_by_the_very_next_check_on_any_connection() {
    let served = Served::start().await;
    let addr = format!(
        "http://{}",
        served.server.as_ref().unwrap().listening.unwrap()
    );
    let mut others = Vec::new();
    for _ in 0..4 {
        let channel = Channel::from_shared(addr.clone())
            .unwrap()
            .connect()
            .await
            .unwrap();
        others.push(CheckServiceClient::new(channel));
    }
    for i in 0..300 {
        let number = format!("06{:08}", 45_000_000 + i);
        let before = others[i % 4]
            .check(dial(&number, "gas-list"))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(before.reason(), v1::Reason::NotRegistered);
        let recorded = served
            .facts()
            .record_objection(v1::RecordObjectionRequest {
                number: number.clone(),
                source: "CALL".into(),
                ..Default::default()
            })
            .await
            .unwrap()
            .into_inner();
        assert!(!recorded.unclear);
        let other = &mut others[(i + 1) % 4];
        let after = other
            .check(dial(&number, "gas-list"))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(after.reason(), v1::Reason::Objected);
        assert!(after.revision >= recorded.revision);
    }
    drop(others);
    served.stop().await;
}

#[tokio::test]
async fn a_consent_allows_until_it_is_withdrawn_and_then_is_a_no() {
    let served = Served::start().await;
    let (mut checks, mut facts) = (served.checks(), served.facts());
    let number = "0645000001";
    let consent = facts
        .record_consent(v1::RecordConsentRequest {
            number: number.into(),
            seller_id: "noordlicht".into(),
            channels: vec!["VOICE".into()],
            products: vec!["gas".into()],
            granted_at: Some(prost_types::Timestamp {
                seconds: 1_700_000_000,
                nanos: 0,
            }),
            evidence: "form-1".into(),
            ..Default::default()
        })
        .await
        .unwrap()
        .into_inner();
    assert!(consent.fact_id.starts_with("consent-"));
    let asked = v1::CheckRequest {
        min_revision: consent.revision,
        ..dial(number, "gas-list")
    };
    let answer = checks.check(asked).await.unwrap().into_inner();
    assert_eq!(answer.reason(), v1::Reason::Consent);
    assert!(answer.valid_until.is_some());
    assert_eq!(answer.lead_action(), v1::LeadAction::Dial);
    assert!(!answer.obligations.is_empty());

    let withdrawn = facts
        .withdraw_consent(v1::WithdrawConsentRequest {
            fact_id: consent.fact_id.clone(),
            withdrawn_at: None,
        })
        .await
        .unwrap()
        .into_inner();
    assert_ne!(withdrawn.fact_id, consent.fact_id, "never updated in place");
    let answer = checks
        .check(dial(number, "gas-list"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.reason(), v1::Reason::Objected);

    let missing = facts
        .withdraw_consent(v1::WithdrawConsentRequest {
            fact_id: "consent-999999".into(),
            withdrawn_at: None,
        })
        .await
        .unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
    served.stop().await;
}

#[tokio::test]
async fn a_relation_makes_a_customer_and_stays_one_when_it_ends() {
    let served = Served::start().await;
    let (mut checks, mut facts) = (served.checks(), served.facts());
    let relation = facts
        .record_relation(v1::RecordRelationRequest {
            number: "0645000002".into(),
            seller_id: "noordlicht".into(),
            kind: "purchase".into(),
            product_id: "power".into(),
            started_on: "2024-05-05".into(),
            paid: "yes".into(),
            ..Default::default()
        })
        .await
        .unwrap()
        .into_inner();
    let answer = checks
        .check(dial("0645000002", "gas-customers"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.reason(), v1::Reason::CustomerSimilar);
    facts
        .end_relation(v1::EndRelationRequest {
            fact_id: relation.fact_id,
            ended_on: "2025-01-01".into(),
        })
        .await
        .unwrap();
    let answer = checks
        .check(dial("0645000002", "gas-customers"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        answer.reason(),
        v1::Reason::CustomerSimilar,
        "are or were obliged to pay"
    );
    served.stop().await;
}

#[tokio::test]
async fn an_unreadable_objection_is_kept_and_listed_until_a_person_settles_it() {
    let served = Served::start().await;
    let mut facts = served.facts();
    let recorded = facts
        .record_objection(v1::RecordObjectionRequest {
            number: "zes nul een".into(),
            ..Default::default()
        })
        .await
        .unwrap()
        .into_inner();
    assert!(recorded.unclear);
    assert!(
        recorded.fact_id.starts_with("unclear-"),
        "{}",
        recorded.fact_id
    );
    let list = facts
        .list_unclear(v1::ListUnclearRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(list.unclear.len(), 1);
    let settle = v1::SettleUnclearRequest {
        unclear_id: recorded.fact_id.clone(),
        settled_by: "an officer".into(),
        settlement: "called back, number noted".into(),
    };
    facts.settle_unclear(settle.clone()).await.unwrap();
    let list = facts
        .list_unclear(v1::ListUnclearRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert!(list.unclear.is_empty());
    assert_eq!(
        facts.settle_unclear(settle).await.unwrap_err().code(),
        Code::NotFound
    );
    served.stop().await;
}

#[tokio::test]
async fn wrong_fields_are_all_named() {
    let served = Served::start().await;
    let error = served
        .facts()
        .record_consent(v1::RecordConsentRequest {
            number: "12".into(),
            seller_id: "nobody".into(),
            channels: vec!["FAX".into()],
            products: vec!["nothing".into()],
            ..Default::default()
        })
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    let details = error.get_details_bad_request().unwrap();
    let fields: Vec<_> = details
        .field_violations
        .iter()
        .map(|v| v.field.as_str())
        .collect();
    for field in [
        "number",
        "seller_id",
        "channels",
        "products",
        "granted_at",
        "evidence",
    ] {
        assert!(fields.contains(&field), "{field} of {fields:?}");
    }
    served.stop().await;
}

#[tokio::test]
async fn facts_that_do_not_come_in_time_block() {
    let served = Served::start().await;
    let behind = v1::CheckRequest {
        min_revision: 9_999,
        ..dial("0610000002", "gas-customers")
    };
    let answer = served.checks().check(behind).await.unwrap().into_inner();
    assert_eq!(answer.reason(), v1::Reason::FactsBehind);
    assert_eq!(answer.verdict(), v1::Verdict::Block);
    assert_eq!(answer.lead_action(), v1::LeadAction::Hold);
    assert!(!answer.decision_id.is_empty());
    served.stop().await;
}
