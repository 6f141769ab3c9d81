//! CheckStream: pipelined; survives a message that is no question; ends cleanly at half-close.

use std::collections::BTreeSet;

use tokio_stream::StreamExt;
use verzet::proto::v1;

use crate::{Served, dial};

#[tokio::test]
async fn every_question_of_a_stream_is_answered_and_a_bad_one_does_not_end_it() {
    let served = Served::start().await;
    let questions: Vec<_> = (0..500)
        .map(|i| v1::CheckRequest {
            call_id: format!("call-{i}"),
            region: if i % 50 == 7 {
                "Holland".into()
            } else {
                String::new()
            },
            ..dial(&format!("06{:08}", 10_000_000 + i), "gas-customers")
        })
        .collect();
    let mut answers = served
        .checks()
        .check_stream(tokio_stream::iter(questions))
        .await
        .unwrap()
        .into_inner();
    let (mut seen, mut refused, mut ids) = (BTreeSet::new(), 0, BTreeSet::new());
    while let Some(answer) = answers.next().await {
        let answer = answer.unwrap();
        assert!(seen.insert(answer.call_id.clone()), "one answer a question");
        match answer.error {
            Some(error) => {
                assert_eq!(error.code, tonic::Code::InvalidArgument as i32);
                assert!(error.message.contains("region"), "{}", error.message);
                assert_eq!(answer.verdict, 0, "not a verdict: do not dial");
                refused += 1;
            }
            None => assert!(ids.insert(answer.decision_id), "no decision id twice"),
        }
    }
    assert_eq!((seen.len(), refused), (500, 10));
    served.stop().await;
}
