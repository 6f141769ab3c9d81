//! All 1,800 worked cases, asked over gRPC of a real server: verdict, reason and e164.
//!
//! The cases were made on 2026-11-24: a case without a moment asks about that day, the folder was taken
//! in on it, and a register copy without a day is of it. So those moments are pinned.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "oracle/csv.rs"]
#[allow(dead_code, unreachable_pub)]
mod csv;

use verzet::{
    clock::{Day, Micros},
    proto::v1::{self, check_service_client::CheckServiceClient},
};

const MADE_AT: &str = "2026-11-24T12:00:00Z";

async fn agree(set: &str, cases: usize) {
    let dir = tempfile::tempdir().unwrap();
    let sidecar = common::sidecar(dir.path());
    let folder = common::worked(set);
    let made_at = Micros::parse(MADE_AT).unwrap();
    let imported = common::import(&sidecar, &folder, made_at);
    assert!(imported.applied, "{:?}", imported.report);
    assert!(imported.report.problems.is_empty(), "{:?}", imported.report);
    let as_of = match std::fs::read_to_string(folder.join("bmnr-as-of.txt")) {
        Ok(day) => Day::parse(day.trim()).unwrap(),
        Err(_) => sidecar.home.zone.day(made_at),
    };
    common::import_register(&sidecar, &folder.join("bmnr.txt"), as_of);
    let server = common::serve(sidecar);
    let addr = format!("http://{}", server.listening.unwrap());
    let mut checks = CheckServiceClient::connect(addr).await.unwrap();

    let text = std::fs::read_to_string(folder.join("cases.csv")).unwrap();
    let mut records = csv::read(&text).into_iter();
    let header = records.next().unwrap();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for record in records {
        let field = |name: &str| {
            let i = header.iter().position(|h| h == name).unwrap();
            record[i].clone()
        };
        let as_of = field("as_of");
        let at = match as_of.as_str() {
            "" => made_at,
            written => Micros::parse(written).unwrap(),
        };
        let channel = field("channel");
        let question = v1::CheckRequest {
            number: field("number"),
            region: field("region"),
            campaign_id: field("campaign_id"),
            channel: v1::Channel::from_str_name(&format!("CHANNEL_{channel}"))
                .map_or(0, |c| c as i32),
            person_id: field("person_id"),
            source_id: field("source_id"),
            dry_run: true,
            as_of: Some(verzet::wire::fields::timestamp(at)),
            explain: true,
            ..Default::default()
        };
        let answer = checks.check(question.clone()).await.unwrap().into_inner();
        let got = [
            answer.verdict().as_str_name().to_owned(),
            answer.reason().as_str_name().to_owned(),
            answer.e164.clone(),
        ];
        let want = [
            format!("VERDICT_{}", field("verdict")),
            format!("REASON_{}", field("reason")),
            field("e164"),
        ];
        if got != want {
            wrong.push(format!("case {}: {got:?} is not {want:?}", field("case")));
        }
        assert!(answer.decision_id.is_empty(), "a dry run leaves no record");
        if as_of.is_empty() {
            let dialled = v1::CheckRequest {
                dry_run: false,
                as_of: None,
                ..question
            };
            let recorded = checks.check(dialled).await.unwrap().into_inner();
            assert!(!recorded.decision_id.is_empty(), "a dial is recorded");
        }
        assert!(answer.trail.len() >= 6, "every row is on the trail");
        asked += 1;
    }
    assert_eq!(asked, cases);
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    drop(checks);
    assert!(tokio::task::spawn_blocking(|| server.stop()).await.unwrap());
}

#[tokio::test]
async fn the_worked_cases_agree() {
    agree("nl-bmnr", 1_500).await;
}

#[tokio::test]
async fn the_worked_cases_of_a_stale_register_agree() {
    agree("nl-bmnr-stale", 300).await;
}
