//! Messages that no client would make: too long, of a wrong length, deep, compressed by nothing.

use h2::client::{self, SendRequest};
use prost::bytes::Bytes;
use tokio::net::TcpStream;

use crate::{
    frames::{CHECK, message},
    target::Target,
};

/// Sends bytes as the body of a call, and gives its gRPC status.
async fn status_of(send: &mut SendRequest<Bytes>, path: &str, body: Vec<u8>) -> String {
    let request = http::Request::post(format!("http://localhost{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(())
        .unwrap();
    std::future::poll_fn(|cx| send.poll_ready(cx))
        .await
        .unwrap();
    let (answer, mut sending) = send.send_request(request, false).unwrap();
    let _ = sending.send_data(body.into(), true);
    let answer = match answer.await {
        Ok(answer) => answer,
        Err(error) => return format!("{error}"),
    };
    let (head, mut body) = answer.into_parts();
    while let Some(Ok(part)) = body.data().await {
        let _ = body.flow_control().release_capacity(part.len());
    }
    let trailers = body.trailers().await.ok().flatten().unwrap_or(head.headers);
    let status = trailers.get("grpc-status");
    status.map_or("none".into(), |s| s.to_str().unwrap().to_owned())
}

#[test]
fn a_message_of_any_shape_gets_a_status_and_the_connection_lives_on() {
    let mut target = Target::start();
    let (addr, deep) = (target.addr, vec![0x0b; 500_000]);
    let nested = (0..100_000).fold(vec![], |mut inner: Vec<u8>, n| {
        // Built from the inside out, so in reverse.
        if n % 3 == 0 && inner.len() < 400_000 {
            let mut length = Vec::new();
            prost::encoding::encode_varint(inner.len() as u64, &mut length);
            inner.extend(length.iter().rev());
            inner.push(0x6a);
        }
        inner
    });
    let nested: Vec<u8> = nested.into_iter().rev().collect();
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("nothing", vec![], &["3", "13"]),
        (
            "an empty message is a question about nobody",
            message(&[]),
            &["0"],
        ),
        ("half a head", vec![0, 0, 0], &["3", "13"]),
        (
            "a length of 4 GiB",
            vec![0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3],
            &["8", "11"],
        ),
        (
            "a length that does not come",
            vec![0, 0, 0, 1, 0, 1, 2, 3],
            &["3", "13"],
        ),
        (
            "two messages",
            [message(&[]), message(&[])].concat(),
            &["0", "3", "12", "13"],
        ),
        (
            "compressed by nothing",
            vec![1, 0, 0, 0, 1, 0],
            &["3", "12", "13"],
        ),
        ("a flag that is none", vec![7, 0, 0, 0, 1, 0], &["3", "13"]),
        ("two MiB", message(&vec![0; 2 << 20]), &["8", "11"]),
        ("groups in groups", message(&deep), &["3"]),
        ("messages in messages", message(&nested), &["3"]),
        ("a varint without an end", message(&[0xff; 1_000]), &["3"]),
        (
            "a text longer than the message",
            message(&[0x0a, 0xff, 0xff, 0xff, 0x7f]),
            &["3"],
        ),
        (
            "a text that is not UTF-8",
            message(&[0x0a, 2, 0xc3, 0x28]),
            &["3"],
        ),
        (
            "the last field number there is",
            message(&[0xf8, 0xff, 0xff, 0xff, 0x0f, 1]),
            &["0"],
        ),
    ];
    let rt = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    rt.block_on(async {
        let connect = async || {
            let stream = TcpStream::connect(addr).await.unwrap();
            let (send, connection) = client::handshake(stream).await.unwrap();
            tokio::spawn(connection);
            send
        };
        let mut send = connect().await;
        for (what, body, statuses) in cases {
            let status = status_of(&mut send, CHECK, body).await;
            assert!(statuses.contains(&&*status), "{what}: {status}");
            let status = status_of(&mut send, CHECK, message(&[])).await;
            assert_eq!(status, "0", "after {what}");
        }
        // What is not there is not implemented, whoever asks.
        for (path, status) in [
            ("/", "12"),
            ("/verzet.v1.CheckService/Nothing", "12"),
            ("/no.Such/Thing", "12"),
        ] {
            assert_eq!(
                status_of(&mut send, path, message(&[])).await,
                status,
                "{path}"
            );
        }
    });
    drop(rt);
    target.is_well();
    target.finish();
}
