//! A caller that sends any bytes as a message.

use bytes::{Buf, BufMut};
use tonic::{
    Request, Status, Streaming,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    transport::Channel,
};
use verzet::proto::v1;

/// Bytes out, answers in.
#[derive(Default)]
pub(crate) struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = v1::CheckResponse;
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
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buf: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buf.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = v1::CheckResponse;
    type Error = Status;

    fn decode(&mut self, buf: &mut DecodeBuf<'_>) -> Result<Option<Self::Item>, Status> {
        let bytes = buf.copy_to_bytes(buf.remaining());
        let answer = prost::Message::decode(bytes);
        answer
            .map(Some)
            .map_err(|e| Status::internal(e.to_string()))
    }
}

pub(crate) async fn check(
    channel: &Channel,
    message: Vec<u8>,
) -> Result<v1::CheckResponse, Status> {
    let mut grpc = Grpc::new(channel.clone());
    grpc.ready().await.unwrap();
    let path = "/verzet.v1.CheckService/Check".parse().unwrap();
    grpc.unary(Request::new(message), path, Raw)
        .await
        .map(tonic::Response::into_inner)
}

pub(crate) async fn stream(
    channel: &Channel,
    messages: Vec<Vec<u8>>,
) -> Streaming<v1::CheckResponse> {
    let mut grpc = Grpc::new(channel.clone());
    grpc.ready().await.unwrap();
    let path = "/verzet.v1.CheckService/CheckStream".parse().unwrap();
    let messages = Request::new(tokio_stream::iter(messages));
    grpc.streaming(messages, path, Raw)
        .await
        .unwrap()
        .into_inner()
}
