//! Calls of any method, in bytes.

use bytes::{Buf, BufMut, Bytes};
use tonic::{
    Code, Request, Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    transport::Channel,
};

/// Messages as bytes, so that any method can be called, and what comes back can be searched.
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;
    fn encoder(&mut self) -> Self {
        Self
    }
    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;
    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;
    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}

/// What came of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Told {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) body: String,
}

impl Told {
    pub(super) fn is_refused(&self) -> bool {
        matches!(self.code, Code::PermissionDenied | Code::Unauthenticated)
    }
}

pub(super) async fn call(
    channel: &Channel,
    token: Option<&str>,
    method: &str,
    message: Vec<u8>,
) -> Told {
    let mut grpc = tonic::client::Grpc::new(channel.clone()).max_decoding_message_size(usize::MAX);
    grpc.ready().await.unwrap();
    let mut request = Request::new(tokio_stream::once(Bytes::from(message)));
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().unwrap();
        request.metadata_mut().insert("authorization", value);
    }
    let path = format!("/verzet.v1.{method}").parse().unwrap();
    let mut body = Vec::new();
    let ended = match grpc.streaming(request, path, Raw).await {
        Err(status) => Some(status),
        Ok(response) => {
            let mut answers = response.into_inner();
            loop {
                match answers.message().await {
                    Ok(Some(bytes)) => body.extend(bytes),
                    Ok(None) => break None,
                    Err(status) => break Some(status),
                }
            }
        }
    };
    Told {
        code: ended.as_ref().map_or(Code::Ok, Status::code),
        message: ended.map_or(String::new(), |s| s.message().to_owned()),
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}
