//! The door of a connection to the dialers' port: what comes in is counted on it, and goes past the lock
//! to the short way of a check or to the services.

use std::{convert::Infallible, future::Future, pin::Pin, sync::Arc, time::Duration};

use futures_util::future::{Either, FutureExt, Map};
use http::{Request, Response};
use hyper::{body::Incoming, service::Service};
use tonic::{body::Body, service::Routes};
use tower::{Layer, ServiceExt};

use super::{
    connections::Peer,
    held::Held,
    lock::{Lock, Locked},
};
use crate::wire::{
    check::{Answer, Answering, CheckDoor},
    deadline,
    link::Link,
};

/// What stands behind every door of a runtime.
#[derive(Debug)]
pub(super) struct Ways {
    /// The short way of a check; closed where each request is to be traced.
    checks: Option<CheckDoor>,
    lock: Lock,
    rest: Locked<Routes>,
    /// The longest a request may take to be answered.
    longest: Duration,
}

impl Ways {
    pub(super) fn new(
        checks: Option<CheckDoor>,
        lock: Lock,
        routes: Routes,
        longest: Duration,
    ) -> Self {
        Self {
            checks,
            rest: lock.layer(routes),
            lock,
            longest,
        }
    }
}

/// The door of one connection.
#[derive(Clone, Debug)]
pub(super) struct Door {
    pub(super) ways: Arc<Ways>,
    pub(super) peer: Peer,
}

type Answered = Result<Response<Answer>, Infallible>;

impl Service<Request<Incoming>> for Door {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Either<
        Map<Answering, fn(Response<Answer>) -> Answered>,
        Pin<Box<dyn Future<Output = Answered> + Send>>,
    >;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let checks = self.ways.checks.as_ref();
        if let Some(checks) = checks.filter(|_| request.uri().path() == CheckDoor::PATH) {
            let (parts, body) = request.into_parts();
            let asker = self.ways.lock.checks(&parts.headers, &self.peer.shown);
            let answer = checks.answer(&parts.headers, body, asker, &self.peer.link);
            return Either::Left(answer.map(Ok));
        }
        Either::Right(Box::pin(self.rest(request)))
    }
}

impl Door {
    fn rest(&self, request: Request<Incoming>) -> impl Future<Output = Answered> + use<> {
        let under_way = self.peer.link.request();
        let longest = self.ways.longest;
        let time = deadline::left(request.headers(), longest).min(longest);
        let mut request = request.map(Body::new);
        let extensions = request.extensions_mut();
        extensions.insert::<Arc<Link>>(self.peer.link.clone());
        extensions.insert(self.peer.shown.clone());
        let answer = self.ways.rest.clone().oneshot(request);
        async move {
            let answer = match tokio::time::timeout(time, answer).await {
                Ok(answer) => answer?,
                Err(_) => deadline::passed().into_http(),
            };
            Ok(answer.map(|body| Answer::Rest(Body::new(Held::new(body, under_way)))))
        }
    }
}
