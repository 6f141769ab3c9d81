//! The same over gRPC: the objection on one connection, the next check on another one, which another
//! runtime serves.

use tonic::transport::Channel;
use verzet::proto::v1::{
    self, check_service_client::CheckServiceClient, fact_service_client::FactServiceClient,
};

use crate::{
    common,
    people::{STRANGERS, number, sidecar},
    trials,
};

/// The first number of these trials, and how many each caller has.
const FIRST: usize = 45_000_000;
const EACH: usize = 500_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_objection_on_one_connection_is_seen_by_the_next_check_on_another() {
    let each = trials(50_000) / 250;
    let dir = tempfile::tempdir().unwrap();
    let server = common::serve(sidecar(dir.path()));
    let addr = format!("http://{}", server.listening.unwrap());
    let connect = async || {
        Channel::from_shared(addr.clone())
            .unwrap()
            .connect()
            .await
            .unwrap()
    };
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..4 {
        let mut facts = FactServiceClient::new(connect().await);
        // Dealt in turn, so one of the two is on the other runtime.
        let mut checks = [
            CheckServiceClient::new(connect().await),
            CheckServiceClient::new(connect().await),
        ];
        callers.spawn(async move {
            for n in 0..each {
                let number = number(FIRST + caller * EACH + n);
                let told = facts
                    .record_objection(v1::RecordObjectionRequest {
                        number: number.clone(),
                        seller_id: "sun".into(),
                        source: "call".into(),
                        ..Default::default()
                    })
                    .await
                    .unwrap()
                    .into_inner();
                for checks in &mut checks {
                    let answer = checks
                        .check(v1::CheckRequest {
                            number: number.clone(),
                            campaign_id: STRANGERS.into(),
                            ..Default::default()
                        })
                        .await
                        .unwrap()
                        .into_inner();
                    assert_eq!(answer.reason(), v1::Reason::Objected, "{number}");
                    assert!(answer.revision >= told.revision);
                }
            }
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller.unwrap();
    }
    println!(
        "{} objections over gRPC, each asked about on two other connections: zero misses",
        4 * each
    );
    tokio::task::spawn_blocking(|| assert!(server.stop()))
        .await
        .unwrap();
}
