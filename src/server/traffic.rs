//! Requests counted on their connection, so that one with a request under way is not taken for idle.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tonic::body::Body;
use tower::{Layer, Service};

use super::connections::Peer;
use crate::wire::link::{Link, UnderWay};

/// The one path whose answers are not held on to: a `Check` is over when its answer is made, and it is
/// the path that must not cost more.
const ONE_ANSWER: &str = "/verzet.v1.CheckService/Check";

/// Counts the requests of the service within.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traffic;

impl<S> Layer<S> for Traffic {
    type Service = Counted<S>;

    fn layer(&self, inner: S) -> Counted<S> {
        Counted(inner)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Counted<S>(S);

impl<S> Service<Request<Body>> for Counted<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Counting<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let peer = request.extensions_mut().remove::<Peer>();
        let under_way = peer.map(|peer| {
            let under_way = peer.link.request();
            request.extensions_mut().insert::<Arc<Link>>(peer.link);
            request.extensions_mut().insert(peer.shown);
            under_way
        });
        Counting {
            short: request.uri().path() == ONE_ANSWER,
            under_way,
            inner: self.0.call(request),
        }
    }
}

pin_project! {
    /// A request being answered.
    pub(super) struct Counting<F> {
        short: bool,
        under_way: Option<UnderWay>,
        #[pin]
        inner: F,
    }
}

impl<F, E> Future for Counting<F>
where
    F: Future<Output = Result<Response<Body>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answer = ready!(this.inner.poll(cx))?;
        let under_way = this.under_way.take();
        if *this.short || under_way.is_none() {
            return Poll::Ready(Ok(answer));
        }
        Poll::Ready(Ok(answer.map(|body| {
            Body::new(Held {
                body,
                _under_way: under_way,
            })
        })))
    }
}

/// An answer that is being sent: a stream may last.
struct Held {
    body: Body,
    _under_way: Option<UnderWay>,
}

impl http_body::Body for Held {
    type Data = Bytes;
    type Error = tonic::Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, tonic::Status>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
