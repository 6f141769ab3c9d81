//! CheckService: the paths of `check.proto` to [`Checks`], as tonic serves them.
//!
//! Made by hand where the others are generated, for one reason: bytes that are not protobuf are handed
//! on as such. A generated server answers them with `INTERNAL` and ends a stream; they are
//! `INVALID_ARGUMENT`, and a stream lives on. On the dialers' port `CheckDoor` stands before it and
//! answers what is unary.

use std::{convert::Infallible, marker::PhantomData, sync::Arc};

use bytes::Buf;
use prost::{DecodeError, Message};
use tonic::{
    Request, Status, Streaming,
    body::Body,
    codec::{Codec, DecodeBuf, Decoder},
    codegen::{BoxFuture, Context, Poll, Service, StdError, http},
    server::{Grpc, NamedService},
};
use tonic_prost::ProstCodec;
use tower::service_fn;

use super::Checks;
use crate::proto::v1::{
    CheckBatchRequest, CheckRequest, CheckResponse, check_service_server::SERVICE_NAME,
};

/// CheckService.
#[derive(Clone, Debug)]
pub struct CheckServer {
    checks: Arc<Checks>,
    message_bytes: usize,
}

impl CheckServer {
    /// With the longest message that is taken in, in bytes.
    pub fn new(checks: Checks, message_bytes: usize) -> Self {
        let checks = Arc::new(checks);
        Self {
            checks,
            message_bytes,
        }
    }
}

impl NamedService for CheckServer {
    const NAME: &'static str = SERVICE_NAME;
}

impl<B> Service<http::Request<B>> for CheckServer
where
    B: tonic::codegen::Body + Send + 'static,
    B::Error: Into<StdError> + Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let checks = self.checks.clone();
        let max = self.message_bytes;
        match request.uri().path() {
            "/verzet.v1.CheckService/Check" => Box::pin(async move {
                let one = service_fn(|r: Request<Decoded<CheckRequest>>| {
                    let checks = checks.clone();
                    async move { checks.check(r).await }
                });
                Ok(grpc(max).unary(one, request).await)
            }),
            "/verzet.v1.CheckService/CheckBatch" => Box::pin(async move {
                let batch = service_fn(|r: Request<Decoded<CheckBatchRequest>>| {
                    let checks = checks.clone();
                    async move { checks.check_batch(r).await }
                });
                Ok(grpc(max).unary(batch, request).await)
            }),
            "/verzet.v1.CheckService/CheckStream" => Box::pin(async move {
                let stream = service_fn(|r: Request<Streaming<Decoded<CheckRequest>>>| {
                    let answers = checks.clone().check_stream(r);
                    async move { answers }
                });
                let mut grpc = grpc::<CheckResponse, CheckRequest>(max);
                Ok(grpc.streaming(stream, request).await)
            }),
            _ => Box::pin(async move {
                Ok(
                    Status::unimplemented("CheckService has Check, CheckBatch and CheckStream")
                        .into_http(),
                )
            }),
        }
    }
}

fn grpc<T, U>(message_bytes: usize) -> Grpc<Lenient<T, U>>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    Grpc::new(Lenient(PhantomData))
        .apply_max_message_size_config(Some(message_bytes), Some(usize::MAX))
}

/// A message, or why its bytes are none.
pub(super) type Decoded<T> = Result<T, DecodeError>;

/// Protobuf, but for a message that is none: it is passed on as the error it is.
#[derive(Debug)]
struct Lenient<T, U>(PhantomData<(T, U)>);

impl<T, U> Codec for Lenient<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = Decoded<U>;
    type Encoder = <ProstCodec<T, U> as Codec>::Encoder;
    type Decoder = LenientDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<T, U>::default().encoder()
    }

    fn decoder(&mut self) -> Self::Decoder {
        LenientDecoder(PhantomData)
    }
}

#[derive(Debug)]
struct LenientDecoder<U>(PhantomData<U>);

impl<U: Message + Default> Decoder for LenientDecoder<U> {
    type Item = Decoded<U>;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<Self::Item>, Status> {
        let message = U::decode(&mut *bytes);
        // What a failed read left is of this message, not of the next.
        bytes.advance(bytes.remaining());
        Ok(Some(message))
    }
}
