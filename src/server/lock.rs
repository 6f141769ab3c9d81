//! The lock of every door: turns a request into who sent it, and refuses by the table of actions. What
//! is of another seller is refused behind it, in `wire/`, where the message is read.

use std::{
    future::{Ready, ready},
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::future::Either;
use tonic::{
    Status,
    body::Body,
    codegen::{
        Service,
        http::{HeaderMap, Request, Response, header::AUTHORIZATION},
    },
};
use tower::Layer;

use super::stream::Shown;
use crate::{
    access::{Access, Action, Caller},
    clock::Micros,
    wire::caller::{self, Asker},
};

/// The package of the services the table is about.
const PACKAGE: &str = "/verzet.v1.";
/// What may be asked without a name: a load balancer or kubelet has none to give.
const HEALTH: &str = "/grpc.health.v1.Health/";

/// The lock of one door.
#[derive(Clone, Debug)]
pub(super) struct Lock {
    access: Arc<Access>,
    /// Who comes without a token or certificate; nobody if `None`.
    open: Option<Arc<Caller>>,
}

impl Lock {
    /// A lock; `open` is who somebody without a token or certificate is.
    pub(super) fn new(access: Arc<Access>, open: Option<Caller>) -> Self {
        Self {
            access,
            open: open.map(Arc::new),
        }
    }

    #[allow(clippy::result_large_err)]
    fn let_in(&self, request: &Request<Body>) -> Result<Option<Asker>, Status> {
        let path = request.uri().path();
        if path.starts_with(HEALTH) {
            return Ok(None);
        }
        let shown = request.extensions().get::<Shown>();
        let asker = self.asker(request.headers(), shown)?;
        let Some(method) = path.strip_prefix(PACKAGE) else {
            // Reflection, or nothing: it says what the contract is, and that is no secret.
            return Ok(Some(asker));
        };
        // What the table does not know no service has (a test holds them together), and nobody is let
        // through to find out.
        let Some(action) = Action::of_rpc(method) else {
            return Err(Status::unimplemented(format!(
                "{method} is no method of {}",
                PACKAGE.trim_matches(['/', '.'])
            )));
        };
        may(&asker, action, method)?;
        Ok(Some(asker))
    }

    /// Who asks for a check.
    #[allow(clippy::result_large_err)]
    pub(super) fn checks(&self, headers: &HeaderMap, shown: &Shown) -> Result<Asker, Status> {
        let asker = self.asker(headers, Some(shown))?;
        may(&asker, Action::Check, "CheckService/Check")?;
        Ok(asker)
    }

    /// Who shows a token is who the token says, wherever it comes from; a wrong one opens nothing.
    #[allow(clippy::result_large_err)]
    fn asker(&self, headers: &HeaderMap, shown: Option<&Shown>) -> Result<Asker, Status> {
        if let Some(shown) = headers.get(AUTHORIZATION) {
            return shown
                .to_str()
                .ok()
                .and_then(|text| text.split_once(' '))
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                .and_then(|(_, token)| self.access.tokens.find(token.trim(), Micros::system_now()))
                .map(Asker::with_token)
                .ok_or_else(caller::no_token);
        }
        let certificate = shown.and_then(|shown| shown.certificate.as_ref());
        match certificate.or(self.open.as_ref()) {
            Some(open) => Ok(Asker::known(open.clone())),
            None => Err(caller::no_token()),
        }
    }
}

#[allow(clippy::result_large_err)]
fn may(asker: &Asker, action: Action, method: &str) -> Result<(), Status> {
    let caller = asker.caller();
    match caller.may(action, None) {
        true => Ok(()),
        false => Err(Status::permission_denied(format!(
            "{method} is not for the role {}",
            caller.role
        ))),
    }
}

impl<S> Layer<S> for Lock {
    type Service = Locked<S>;

    fn layer(&self, inner: S) -> Locked<S> {
        Locked {
            lock: self.clone(),
            inner,
        }
    }
}

/// A service behind a lock.
#[derive(Clone, Debug)]
pub(super) struct Locked<S> {
    lock: Lock,
    inner: S,
}

impl<S> Service<Request<Body>> for Locked<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<Response<Body>, S::Error>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        match self.lock.let_in(&request) {
            Ok(asker) => {
                if let Some(asker) = asker {
                    request.extensions_mut().insert(asker);
                }
                Either::Left(self.inner.call(request))
            }
            Err(status) => Either::Right(ready(Ok(status.into_http()))),
        }
    }
}
