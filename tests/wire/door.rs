//! The frames of a unary check, written by hand: what a client library never sends, and what a proxy may.

use bytes::Bytes;
use http::{HeaderMap, Request};
use prost::Message;
use tonic::Code;
use verzet::proto::v1;

use crate::{Served, dial};

/// Sends these DATA frames as one `Check`; the status and the answer, if there is one.
async fn check(
    served: &Served,
    encoding: Option<&str>,
    frames: &[&[u8]],
) -> (Code, Option<v1::CheckResponse>) {
    let tcp = tokio::net::TcpStream::connect(served.addr()).await.unwrap();
    let (h2, connection) = h2::client::handshake(tcp).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut h2 = h2.ready().await.unwrap();
    let mut request = Request::post("http://localhost/verzet.v1.CheckService/Check")
        .header("content-type", "application/grpc");
    if let Some(encoding) = encoding {
        request = request.header("grpc-encoding", encoding);
    }
    let (response, mut send) = h2.send_request(request.body(()).unwrap(), false).unwrap();
    for frame in frames {
        // The server may have refused already, which ends the stream for both.
        let _ = send.send_data(Bytes::copy_from_slice(frame), false);
        // A frame of its own each, also on the way.
        tokio::task::yield_now().await;
    }
    let _ = send.send_data(Bytes::new(), true);
    let (head, mut body) = response.await.unwrap().into_parts();
    assert_eq!(head.status, 200);
    let mut read = Vec::new();
    while let Some(data) = body.data().await {
        read.extend_from_slice(&data.unwrap());
    }
    let trailers = body.trailers().await.unwrap();
    let status = |h: &HeaderMap| {
        let code = h.get("grpc-status")?.to_str().unwrap();
        Some(Code::from_i32(code.parse().unwrap()))
    };
    let code = trailers
        .as_ref()
        .and_then(status)
        .or_else(|| status(&head.headers))
        .unwrap();
    connection.abort();
    let answer = (!read.is_empty()).then(|| v1::CheckResponse::decode(&read[5..]).unwrap());
    (code, answer)
}

fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    let mut bytes = vec![flag];
    bytes.extend((message.len() as u32).to_be_bytes());
    bytes.extend(message);
    bytes
}

#[tokio::test]
async fn a_question_may_come_in_any_pieces() {
    let served = Served::start().await;
    let question = framed(0, &dial("0610000002", "gas-customers").encode_to_vec());
    for pieces in [
        vec![&question[..]],
        question.chunks(1).collect(),
        vec![&question[..3], &[], &question[3..9], &question[9..]],
    ] {
        let (code, answer) = check(&served, None, &pieces).await;
        assert_eq!(code, Code::Ok);
        assert_eq!(answer.unwrap().e164, "+31610000002");
    }
    let (code, _) = check(&served, Some("identity"), &[&question]).await;
    assert_eq!(code, Code::Ok);
    served.stop().await;
}

#[tokio::test]
async fn what_is_not_one_question_gets_no_answer() {
    let served = Served::start().await;
    let message = dial("0610000002", "gas-customers").encode_to_vec();
    let question = framed(0, &message);
    let twice = [&question[..], &question[..]].concat();
    let long = framed(0, &vec![0; 5 << 20]);
    let mut says_long = question.clone();
    says_long[1..5].copy_from_slice(&u32::MAX.to_be_bytes());
    for (what, encoding, bytes, expected) in [
        ("nothing", None, &[][..], Code::Internal),
        ("half a prefix", None, &question[..3], Code::Internal),
        ("half a message", None, &question[..20], Code::Internal),
        ("two messages", None, &twice, Code::Internal),
        (
            "a message said to be 4 GB long",
            None,
            &says_long,
            Code::OutOfRange,
        ),
        ("compressed", None, &framed(1, &message), Code::Internal),
        (
            "a flag that is none",
            None,
            &framed(7, &message),
            Code::Internal,
        ),
        (
            "gzip",
            Some("gzip"),
            &framed(1, &message),
            Code::Unimplemented,
        ),
        (
            "not protobuf",
            None,
            &framed(0, &[0xff; 40]),
            Code::InvalidArgument,
        ),
    ] {
        let (code, answer) = check(&served, encoding, &[bytes]).await;
        assert_eq!(code, expected, "{what}");
        assert_eq!(answer, None, "{what}");
    }
    // Refused by what it says of itself, before all of it came.
    let (code, _) = check(&served, None, &[&long[..9000], &long[9000..20_000]]).await;
    assert_eq!(code, Code::OutOfRange);
    let (code, _) = check(&served, None, &[&question]).await;
    assert_eq!(code, Code::Ok);
    served.stop().await;
}
