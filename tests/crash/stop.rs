//! SIGTERM under load: what was taken is answered, nothing new is, and the exit is clean.

use std::{
    collections::HashMap,
    io::Write,
    net::TcpStream,
    sync::{Arc, atomic::Ordering},
};

use tokio_stream::StreamExt;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use verzet::clock::Micros;

use crate::{
    load::{Load, dry_run, recorded},
    model::Model,
    process::{Place, runtime, until_async},
    world,
};

#[test]
fn sigterm_under_load_answers_what_was_taken_and_ends_clean() {
    runtime().block_on(async {
        let place = Place::new();
        world::fill(&place, 3_000);
        let process = place.serve();
        let began = Micros::system_now();
        let model = Arc::new(Model::default());
        let load = Arc::new(Load::new(model.clone(), 3_000));
        let mut callers = tokio::task::JoinSet::new();
        for seed in 0..4 {
            callers.spawn(load.clone().dial(process.connect().await, seed));
            callers.spawn(load.clone().stream(process.connect().await, seed));
        }
        callers.spawn(load.clone().object(process.connect().await, 1_000));

        // Those who would hold up a stop that waits for them: who says nothing, who stops in the middle of
        // the first words, who watches for ever, who asks nothing more.
        let silent: Vec<_> = (0..3)
            .map(|_| TcpStream::connect(process.host()).unwrap())
            .collect();
        let mut halting = TcpStream::connect(process.host()).unwrap();
        halting.write_all(b"PRI * HTTP/2.0").unwrap();
        let on_socket = std::os::unix::net::UnixStream::connect(&process.socket).unwrap();
        let watched = HealthCheckRequest::default();
        let mut health = HealthClient::new(process.connect().await);
        let mut watching = health.watch(watched).await.unwrap().into_inner();
        let idle = process.connect().await;
        dry_run(&idle, world::CUSTOMERS, &[world::customer(1)]).await;

        until_async("callers are answered", || {
            let told = model.told();
            told.answers.len() > 200 && !told.objected.is_empty()
        })
        .await;
        process.terminate();
        let ended = tokio::task::spawn_blocking(|| process.ended())
            .await
            .unwrap();
        assert_eq!(ended.code, Some(0), "{}", ended.said);
        load.stop.store(true, Ordering::SeqCst);
        while let Some(done) = callers.join_next().await {
            done.unwrap();
        }
        let mut states = Vec::new();
        while let Some(Ok(state)) = watching.next().await {
            states.push(state.status);
        }
        states.dedup();
        assert_eq!(states, [1, 2], "SERVING, then NOT_SERVING, then the end");
        drop((silent, halting, on_socket, idle));

        model.assert_right();
        let (answers, codes, objected) = {
            let mut told = model.told();
            let answers = std::mem::take(&mut told.answers);
            (answers, told.codes.clone(), told.objected.clone())
        };
        // CANCELLED and the going away are tonic's client, that had a question in hand and did not send it.
        let fine = |code: &str| matches!(code, "Unavailable" | "told to go away" | "Cancelled");
        assert!(codes.keys().all(|code| fine(code)), "{codes:?}");

        let process = place.serve();
        let channel = process.connect().await;
        // Exactly what was answered is on record: no check was taken and its answer lost.
        let newest = answers.keys().copied().max().unwrap_or(0);
        let on_record: HashMap<_, _> = recorded(&channel, began, newest)
            .await
            .into_iter()
            .map(|(seq, e164, allow)| (seq, (e164, allow)))
            .collect();
        assert_eq!(on_record.len(), answers.len());
        assert!(on_record == answers);
        let blocked = dry_run(&channel, world::CUSTOMERS, &objected).await;
        assert!(
            blocked
                .iter()
                .all(|b| b.1 == verzet::proto::v1::Reason::Objected)
        );
    });
}
