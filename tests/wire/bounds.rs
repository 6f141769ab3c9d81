//! What is over a bound is refused at once, told when to ask again, and counted; what is within it is
//! answered as before.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use prost::Message;
use tokio_stream::StreamExt;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use verzet::{
    ledger::Seam,
    metrics::{ConnectionRefused, Shed},
    proto::v1,
};

use crate::{Served, dial, raw};

/// A disk that stands still while its gate is held. At a seam; the disk is not real.
#[derive(Default)]
struct Still(Mutex<()>);

impl Still {
    fn hold(&self) -> MutexGuard<'_, ()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seam for Still {
    fn before_commit(&self, _: u64, _: u64) -> rusqlite::Result<()> {
        drop(self.hold());
        Ok(())
    }
}

/// A disk whose every commit takes as long as told.
struct Slow(Duration);

impl Seam for Slow {
    fn before_commit(&self, _: u64, _: u64) -> rusqlite::Result<()> {
        std::thread::sleep(self.0);
        Ok(())
    }
}

fn question() -> v1::CheckRequest {
    dial("0610000002", "gas-customers")
}

fn is_shed(error: &Status) {
    assert_eq!(error.code(), Code::ResourceExhausted, "{error:?}");
    let retry = error.get_details_retry_info().unwrap();
    assert!(retry.retry_delay.unwrap() >= Duration::from_millis(10));
}

// The lock is the disk: only the ledger's own thread waits for it.
#[allow(clippy::await_holding_lock)]
/// Asks one question that waits for the disk, then others, which must be shed for `cause`; then the disk
/// moves on, and the first one is answered.
async fn shed(cause: Shed, served: Served, disk: Arc<Still>) {
    let held = disk.hold();
    let mut first = served.checks();
    let waits = tokio::spawn(async move { first.check(question()).await });
    while served.sidecar.ledger.pending() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let error = served.checks().check(question()).await.unwrap_err();
    is_shed(&error);
    let unknown = dial("0610000002", "nobody-knows-it");
    is_shed(&served.checks().check(unknown).await.unwrap_err());
    // On a stream the refusal is an answer.
    let mut answers = raw::stream(&served.channel, vec![question().encode_to_vec()]).await;
    let refused = answers.next().await.unwrap().unwrap().error.unwrap();
    assert_eq!(refused.code, Code::ResourceExhausted as i32);
    assert!(refused.retry_after.is_some());
    assert_eq!(served.sidecar.metrics.shed.get(cause), 3);
    let by = served.sidecar.metrics.shed_by_campaign();
    assert_eq!((by["gas-customers"], by["other"]), (2, 1));
    drop(held);
    assert!(waits.await.unwrap().is_ok());
    assert!(served.checks().check(question()).await.is_ok());
    served.stop().await;
}

#[tokio::test]
async fn a_connection_with_too_many_checks_under_way_is_told_so() {
    let disk = Arc::<Still>::default();
    let seam = disk.clone();
    let served = Served::bounded(
        |s| s.ledger.seam = Some(seam),
        |o| o.check.connection_in_flight = 1,
    );
    shed(Shed::ConnectionInFlight, served.await, disk).await;
}

#[tokio::test]
async fn who_would_wait_too_long_for_his_turn_is_told_so() {
    let disk = Arc::<Still>::default();
    let seam = disk.clone();
    let served = Served::bounded(|s| s.ledger.seam = Some(seam), |o| o.check.in_flight = 1);
    shed(Shed::QueueWait, served.await, disk).await;
}

#[tokio::test]
async fn a_full_ledger_queue_sheds() {
    let disk = Arc::<Still>::default();
    let seam = disk.clone();
    let served = Served::bounded(
        |s| {
            s.ledger.seam = Some(seam);
            s.ledger.max_pending = 1;
        },
        |_| {},
    );
    shed(Shed::QueueFull, served.await, disk).await;
}

#[tokio::test]
#[allow(clippy::await_holding_lock)]
async fn a_disk_that_stands_still_sheds_all_but_a_few() {
    let disk = Arc::<Still>::default();
    let seam = disk.clone();
    let served = Served::bounded(
        |s| s.ledger.seam = Some(seam),
        |o| {
            o.check.queue_wait = Duration::from_millis(1);
            o.threads = 1;
        },
    )
    .await;
    let held = disk.hold();
    let mut asking = tokio::task::JoinSet::new();
    let mut ask = || {
        let mut checks = served.checks();
        asking.spawn(async move { checks.check(question()).await });
    };
    ask();
    while served.sidecar.ledger.committing_for() < Duration::from_millis(100) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    (0..200).for_each(|_| ask());
    while served.sidecar.metrics.shed.get(Shed::QueueWait) < 100 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    drop(held);
    let mut answered = 0;
    while let Some(answer) = asking.join_next().await {
        match answer.unwrap() {
            Ok(_) => answered += 1,
            Err(error) => is_shed(&error),
        }
    }
    let shed = served.sidecar.metrics.shed.get(Shed::QueueWait);
    assert_eq!(answered + shed, 201, "each was answered or told");
    assert!(
        answered >= 32,
        "{answered}: enough to find out that the disk is well again"
    );
    assert!(served.checks().check(question()).await.is_ok());
    served.stop().await;
}

#[tokio::test]
async fn a_caller_who_leaves_less_time_than_a_commit_takes_is_refused_at_once() {
    let disk = Arc::new(Slow(Duration::from_millis(400)));
    let served = Served::with(|s| s.ledger.seam = Some(disk)).await;
    let too_short = || served.sidecar.metrics.shed.get(Shed::DeadlineTooShort);
    let mut recorded = 0;
    // What was measured counts for a second; a machine slower than that is asked again.
    for _ in 0..50 {
        let answer = served.checks().check(question()).await.unwrap();
        recorded = id(&answer.into_inner());
        let mut hasty = tonic::Request::new(question());
        hasty.set_timeout(Duration::from_millis(200));
        let error = served.checks().check(hasty).await.unwrap_err();
        assert!(
            matches!(error.code(), Code::DeadlineExceeded | Code::Cancelled),
            "{error:?}"
        );
        if too_short() > 0 {
            break;
        }
    }
    assert!(too_short() > 0);
    assert_eq!(
        served.sidecar.metrics.shed_by_campaign()["gas-customers"],
        too_short()
    );
    let answer = served.checks().check(question()).await.unwrap();
    assert_eq!(
        id(&answer.into_inner()),
        recorded + 1,
        "what was refused is not in the ledger"
    );
    // Without a record there is nothing to wait for.
    let mut dry = tonic::Request::new(v1::CheckRequest {
        dry_run: true,
        ..question()
    });
    dry.set_timeout(Duration::from_millis(390));
    let _ = served.checks().check(dry).await;
    served.stop().await;
}

/// The number of a decision in its ledger.
fn id(answer: &v1::CheckResponse) -> u64 {
    let id: verzet::ledger::DecisionId = answer.decision_id.parse().unwrap();
    id.seq
}

#[tokio::test]
async fn bytes_that_are_not_protobuf_are_answered_and_a_stream_lives_on() {
    let served = Served::start().await;
    let garbage = [
        vec![0xff; 40],
        vec![0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f],
        b"GET / HTTP/1.1".to_vec(),
        // A number that is not UTF-8.
        vec![0x0a, 0x02, 0xc3, 0x28],
        // Groups in groups in groups.
        vec![0x0b; 10_000],
        // A time in a time in a time.
        (0..200).fold(vec![], |inner: Vec<u8>, _| {
            let mut outer = vec![0x6a];
            prost::encoding::encode_varint(inner.len() as u64, &mut outer);
            outer.extend(inner);
            outer
        }),
    ];
    let unanswered = || {
        let shards = served.sidecar.metrics.shards();
        shards.iter().map(|s| s.unanswered().0).sum::<u64>()
    };
    let mut messages = Vec::new();
    for (n, bytes) in garbage.iter().enumerate() {
        let is_protobuf = v1::CheckRequest::decode(&bytes[..]).is_ok();
        if !is_protobuf {
            let error = raw::check(&served.channel, bytes.clone())
                .await
                .unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument, "{n}: {error:?}");
            assert_eq!(unanswered(), messages.len() as u64 / 2 + 1, "{n}");
            messages.push(bytes.clone());
            messages.push(question().encode_to_vec());
        }
    }
    let sent = messages.len();
    assert!(sent >= 10);
    let mut answers = raw::stream(&served.channel, messages).await;
    let (mut good, mut bad) = (0, 0);
    while let Some(answer) = answers.next().await {
        match answer.unwrap().error {
            None => good += 1,
            Some(error) => {
                assert_eq!(error.code, Code::InvalidArgument as i32);
                bad += 1;
            }
        }
    }
    assert_eq!((good, bad), (sent / 2, sent / 2));
    served.stop().await;
}

#[tokio::test]
async fn when_all_places_are_taken_the_idlest_makes_room_and_a_busy_one_does_not() {
    let served = Served::bounded(|_| {}, |o| o.connections.connections = 2).await;
    let refused = |cause| served.sidecar.metrics.connections_refused.get(cause);
    let connect = async || {
        let addr = format!("http://{}", served.addr());
        tonic::transport::Channel::from_shared(addr)
            .unwrap()
            .connect()
            .await
            .unwrap()
    };
    // A stream that is open keeps the first connection busy.
    let mut busy = served.checks();
    let (ask, questions) = tokio::sync::mpsc::channel(1);
    let questions = tokio_stream::wrappers::ReceiverStream::new(questions);
    let mut answers = busy.check_stream(questions).await.unwrap().into_inner();
    let asking = async |answers: &mut tonic::Streaming<v1::CheckResponse>| {
        ask.send(question()).await.unwrap();
        answers.next().await.unwrap().unwrap().decision_id
    };
    assert!(!asking(&mut answers).await.is_empty());
    let mut kept = Vec::new();
    for n in 1..=3 {
        let mut checks = v1::check_service_client::CheckServiceClient::new(connect().await);
        assert!(checks.check(question()).await.is_ok());
        // The place is free once its runtime has let go of it.
        assert_eq!(refused(ConnectionRefused::Displaced), n - 1);
        assert!(
            !asking(&mut answers).await.is_empty(),
            "the busy one goes on"
        );
        kept.push(checks);
    }
    assert_eq!(refused(ConnectionRefused::TooMany), 0);
    assert_eq!(refused(ConnectionRefused::Protocol), 0);
    drop((ask, answers, kept));
    served.stop().await;
}

#[tokio::test]
async fn how_a_connection_ended_is_counted_and_one_that_its_caller_closed_is_not() {
    use tokio::io::AsyncWriteExt;

    let served = Served::bounded(
        |_| {},
        |o| {
            o.connections.idle = Duration::from_secs(1);
            o.connections.greeting = Duration::from_secs(1);
        },
    )
    .await;
    let refused = |cause| served.sidecar.metrics.connections_refused.get(cause);
    let until = async |cause, count| {
        while refused(cause) < count {
            // Its own connection is idle meanwhile, and opened anew for the next question.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let connect = async || tokio::net::TcpStream::connect(served.addr()).await.unwrap();
    // A caller that comes, asks and goes.
    let addr = format!("http://{}", served.addr());
    let channel = tonic::transport::Channel::from_shared(addr).unwrap();
    let mut checks =
        v1::check_service_client::CheckServiceClient::new(channel.connect().await.unwrap());
    assert!(checks.check(question()).await.is_ok());
    drop(checks);
    let mut garbage = connect().await;
    garbage.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    until(ConnectionRefused::Protocol, 1).await;
    let silent = connect().await;
    until(ConnectionRefused::Silent, 1).await;
    // The test's own one has asked nothing for a second.
    until(ConnectionRefused::Idle, 1).await;
    assert_eq!(
        refused(ConnectionRefused::Protocol),
        1,
        "only the garbage broke the rules"
    );
    assert_eq!(refused(ConnectionRefused::Displaced), 0);
    // Whoever was idle connects again by itself.
    assert!(served.checks().check(question()).await.is_ok());
    drop((garbage, silent));
    served.stop().await;
}
