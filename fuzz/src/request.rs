//! The bytes of a request, through the service: whatever they are, there is a status, and no verdict but
//! one that is recorded or of a dry run.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::{BufMut, Bytes, BytesMut};
use tonic::body::Body;
use tower::Service;
use verzet::{
    access::Caller,
    ledger::{Durability, LedgerOptions},
    number::Region,
    sidecar::{Language, Settings, Sidecar},
    wire::{
        caller::Asker,
        check::{CheckLimits, CheckServer, Checks},
    },
};

use super::choice;

struct Served {
    rt: tokio::runtime::Runtime,
    server: CheckServer,
    _dir: tempfile::TempDir,
}

fn served() -> Served {
    let dir = tempfile::tempdir().unwrap();
    let settings = Settings {
        data_dir: dir.path().to_owned(),
        ledger_dir: dir.path().join("ledger"),
        default_region: Region::NL,
        language: Language::En,
        durability: Durability::Async,
        allow_valid_for: 60_000_000,
        ledger: LedgerOptions::default(),
        accept_older_facts: false,
    };
    let sidecar = Arc::new(Sidecar::open(settings).unwrap());
    verzet::sample::install(&sidecar).unwrap();
    let limits = CheckLimits {
        batch: 1_000,
        stream_in_flight: 16,
        connection_in_flight: 1_000,
        in_flight: 1_000,
        queue_wait: Duration::from_secs(60),
        revision_wait: Duration::ZERO,
        deadline: Duration::from_secs(60),
    };
    let checks = Checks::new(sidecar.clone(), sidecar.ledger.mailbox(), limits);
    Served {
        rt: tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap(),
        server: CheckServer::new(checks, 1 << 20),
        _dir: dir,
    }
}

const PATHS: [&str; 3] = ["Check", "CheckBatch", "CheckStream"];

pub fn request(data: &[u8]) {
    static SERVED: Mutex<Option<Served>> = Mutex::new(None);
    let mut guard = SERVED
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let served = guard.get_or_insert_with(served);
    let (how, message) = choice(data);
    let mut framed = BytesMut::new();
    // Now and then the bytes are the frames too, not only the message.
    if how & 4 == 0 {
        framed.put_u8(0);
        framed.put_u32(u32::try_from(message.len()).unwrap());
    }
    framed.put_slice(message);
    let path = PATHS[usize::from(how & 3) % PATHS.len()];
    let body: Bytes = framed.freeze();
    let request = http::Request::post(format!("http://localhost/verzet.v1.CheckService/{path}"))
        .header("content-type", "application/grpc")
        .extension(Asker::known(Arc::new(Caller::machine())))
        .body(Body::new(Whole(Some(body))))
        .unwrap();
    let Served { rt, server, .. } = served;
    rt.block_on(async {
        let answer = server.call(request).await.unwrap();
        let (head, mut body) = answer.into_parts();
        let mut status = head.headers.get("grpc-status").cloned();
        while let Some(frame) = std::future::poll_fn(|cx| {
            http_body::Body::poll_frame(std::pin::Pin::new(&mut body), cx)
        })
        .await
        {
            let frame = frame.unwrap();
            if let Some(trailers) = frame.trailers_ref() {
                status = trailers.get("grpc-status").cloned();
            }
        }
        let status = status.expect("no status");
        let status: i32 = status.to_str().unwrap().parse().unwrap();
        assert!(
            matches!(status, 0 | 3 | 8 | 11 | 12 | 13),
            "{path} {status}: neither an answer nor a refusal of the request"
        );
    });
}

/// A body in one piece.
struct Whole(Option<Bytes>);

impl http_body::Body for Whole {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        std::task::Poll::Ready(self.0.take().map(|b| Ok(http_body::Frame::data(b))))
    }
}
