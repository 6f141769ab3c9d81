//! What is not on record was not allowed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tonic::Code;
use verzet::{
    ledger::{Durability, LedgerOptions, Seam},
    proto::v1,
};

use crate::{Served, dial};

/// A disk that is full while the switch is on. The error is SQLite's own; the disk is not real.
#[derive(Default)]
struct FullDisk(AtomicBool);

impl Seam for FullDisk {
    fn before_commit(&self, _: u64, _: u64) -> rusqlite::Result<()> {
        if self.0.load(Ordering::SeqCst) {
            let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
            return Err(rusqlite::Error::SqliteFailure(full, None));
        }
        Ok(())
    }
}

#[tokio::test]
async fn nothing_is_allowed_while_the_ledger_cannot_be_written() {
    let disk = Arc::new(FullDisk::default());
    let seam = disk.clone();
    let served = Served::with(move |settings| {
        settings.ledger = LedgerOptions {
            seam: Some(seam),
            retry: std::time::Duration::from_millis(50),
            ..LedgerOptions::default()
        };
    })
    .await;
    let mut checks = served.checks();
    let good = dial("0610000002", "gas-customers");
    let answer = checks.check(good.clone()).await.unwrap().into_inner();
    assert_eq!(answer.verdict(), v1::Verdict::Allow);

    disk.0.store(true, Ordering::SeqCst);
    for _ in 0..50 {
        let error = checks.check(good.clone()).await.unwrap_err();
        assert_eq!(error.code(), Code::Unavailable, "{error:?}");
    }
    let dry = v1::CheckRequest {
        dry_run: true,
        ..good.clone()
    };
    assert!(
        checks.check(dry).await.is_ok(),
        "a dry run leaves no record and needs none"
    );

    disk.0.store(false, Ordering::SeqCst);
    let mut again = None;
    for _ in 0..200 {
        if let Ok(answer) = checks.check(good.clone()).await {
            again = Some(answer.into_inner());
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(
        again.unwrap().verdict(),
        v1::Verdict::Allow,
        "it goes on by itself"
    );
    served.stop().await;
}

#[tokio::test]
async fn a_retried_call_is_decided_again_and_names_the_earlier_decision() {
    let served = Served::start().await;
    let mut checks = served.checks();
    let call = v1::CheckRequest {
        call_id: "call-1".into(),
        agent_id: "agent-7".into(),
        ..dial("0610000002", "gas-customers")
    };
    let first = checks.check(call.clone()).await.unwrap().into_inner();
    assert_eq!(first.earlier_decision_id, "");
    served
        .facts()
        .record_objection(v1::RecordObjectionRequest {
            number: "0610000002".into(),
            ..Default::default()
        })
        .await
        .unwrap();
    let second = checks.check(call).await.unwrap().into_inner();
    assert_eq!(first.verdict(), v1::Verdict::Allow);
    assert_eq!(
        second.reason(),
        v1::Reason::Objected,
        "no answer outlives an objection"
    );
    assert_eq!(second.earlier_decision_id, first.decision_id);
    assert!(second.warnings().any(|w| w == v1::Warning::RepeatedCallId));

    let list = v1::ListDecisionsRequest {
        filter: Some(v1::DecisionFilter {
            call_id: "call-1".into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let page = served
        .reports()
        .list_decisions(list)
        .await
        .unwrap()
        .into_inner();
    let got: Vec<_> = page
        .decisions
        .iter()
        .map(|d| d.decision_id.clone())
        .collect();
    assert_eq!(
        got,
        [second.decision_id.clone(), first.decision_id.clone()],
        "newest first"
    );
    let d = &page.decisions[0];
    assert_eq!(d.earlier_decision_id, first.decision_id);
    assert_eq!(
        (d.e164.as_str(), d.agent_id.as_str()),
        ("+31610000002", "agent-7")
    );
    assert_eq!(d.trail.len(), 16);
    assert!(
        d.trail[7].fact_id.starts_with("objection-"),
        "{:?}",
        d.trail[7]
    );
    served.stop().await;
}

#[tokio::test]
async fn consents_about_to_end_are_listed_in_pages_that_leave_none_out() {
    let served = Served::start().await;
    let mut facts = served.facts();
    let now = verzet::clock::Micros::system_now().0 / 1_000_000;
    let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let mut given = Vec::new();
    for i in 0..7 {
        let consent = v1::RecordConsentRequest {
            number: format!("064500001{i}"),
            seller_id: "noordlicht".into(),
            channels: vec!["VOICE".into()],
            products: vec!["gas".into()],
            granted_at: at(now - 60),
            // Some at the same moment: the page must not be cut by time alone.
            expires_at: at(now + 86_400 * (1 + i / 3)),
            evidence: "form-1".into(),
            ..Default::default()
        };
        let recorded = facts.record_consent(consent).await.unwrap().into_inner();
        given.push(recorded.fact_id);
    }
    let ask = |size, token: &str| v1::ListExpiringRequest {
        until: at(now + 86_400 * 20),
        seller_id: "noordlicht".into(),
        page_size: size,
        page_token: token.to_owned(),
        ..Default::default()
    };
    let mut reports = served.reports();
    let whole = reports
        .list_expiring(ask(0, ""))
        .await
        .unwrap()
        .into_inner();
    let ids = |page: &v1::ListExpiringResponse| {
        let consents = page.consents.iter();
        consents.map(|c| c.fact_id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&whole), given);
    assert_eq!(
        (whole.total_consents, whole.next_page_token.as_str()),
        (7, "")
    );
    assert_eq!(whole.consents[0].e164, "+31645000010");
    let (mut paged, mut token) = (Vec::new(), String::new());
    loop {
        let page = reports
            .list_expiring(ask(2, &token))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(page.total_consents, 7);
        paged.extend(ids(&page));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(paged, given);
    for (request, field) in [
        (ask(1_001, ""), "page_size"),
        (ask(1, "nonsense"), "page_token"),
        (
            v1::ListExpiringRequest {
                from: at(now + 86_400 * 30),
                ..ask(1, "")
            },
            "until",
        ),
    ] {
        let refused = reports.list_expiring(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        assert!(refused.message().contains(field), "{refused:?}");
    }
    let many = v1::SummariseEndedRequest {
        filter: None,
        months: 1_201,
    };
    let refused = reports.summarise_ended(many).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    served.stop().await;
}

#[tokio::test]
async fn decisions_are_summed_and_the_sums_add_up() {
    let served = Served::start().await;
    let mut checks = served.checks();
    for i in 0..120 {
        let number = format!("06{:08}", 10_000_000 + i);
        let campaign = if i % 2 == 0 {
            "gas-customers"
        } else {
            "buildings-customers"
        };
        checks.check(dial(&number, campaign)).await.unwrap();
    }
    let summarise = v1::SummariseDecisionsRequest {
        filter: None,
        group_by: vec![v1::GroupBy::Campaign as i32, v1::GroupBy::Reason as i32],
    };
    let sum = served
        .reports()
        .summarise_decisions(summarise)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(sum.total, 120);
    assert_eq!(sum.rows.iter().map(|r| r.count).sum::<u64>(), 120);
    assert!(
        sum.rows
            .iter()
            .all(|r| r.count == r.allowed + r.blocked + r.deferred)
    );
    let of = |campaign: &str| {
        let rows = sum.rows.iter().filter(|r| r.keys[0] == campaign);
        rows.map(|r| r.count).sum::<u64>()
    };
    assert_eq!((of("gas-customers"), of("buildings-customers")), (60, 60));

    let mut paged = Vec::new();
    let mut token = String::new();
    loop {
        let page = v1::ListDecisionsRequest {
            page_size: 50,
            page_token: token,
            ..Default::default()
        };
        let page = served
            .reports()
            .list_decisions(page)
            .await
            .unwrap()
            .into_inner();
        paged.extend(page.decisions.into_iter().map(|d| d.decision_id));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(paged.len(), 120);
    served.stop().await;
}

#[tokio::test]
async fn an_answer_says_whether_it_waited_for_the_disk() {
    let served = Served::start().await;
    let answer = served
        .checks()
        .check(dial("0610000002", "gas-customers"))
        .await
        .unwrap();
    assert_eq!(answer.into_inner().durability(), v1::Durability::Disk);
    served.stop().await;
    let served = Served::with(|s| s.durability = Durability::Async).await;
    let answer = served
        .checks()
        .check(dial("0610000002", "gas-customers"))
        .await
        .unwrap();
    assert_eq!(answer.into_inner().durability(), v1::Durability::Async);
    served.stop().await;
}
