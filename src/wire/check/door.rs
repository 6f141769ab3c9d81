//! The short way of a unary `Check`: from the request's bytes to the answer's, with nothing kept over the
//! wait for the disk but the answer, encoded. All else goes to the services of tonic.
//!
//! It does for this one method what tonic's server and `Grpc::unary` do for any;
//! `docs/decisions/0009-the-door-of-a-check.md` has what that is worth.

use std::{
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Response, header::CONTENT_TYPE};
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use prost::Message;
use tokio::time::{Sleep, sleep};
use tonic::{Status, body::Body};

use super::{
    super::{
        caller::Asker,
        deadline,
        link::{Link, UnderWay},
    },
    Checks,
    admit::{Admission, Refused, received},
    form,
};
use crate::{
    access::Action,
    ledger::Waiting,
    metrics::{Checked, Rpc},
    proto::v1,
};

/// A message's flag (compressed or not) and length, as gRPC over HTTP/2 frames it.
const PREFIX: usize = 5;

/// Answers unary checks of one runtime.
#[derive(Debug)]
pub struct CheckDoor {
    checks: Arc<Checks>,
    longest: usize,
}

impl CheckDoor {
    /// The path of the method it answers.
    pub const PATH: &str = "/verzet.v1.CheckService/Check";

    /// `longest` is the most bytes a question may have.
    pub fn new(checks: Checks, longest: usize) -> Self {
        Self {
            checks: Arc::new(checks),
            longest,
        }
    }

    /// Answers what came on a connection, from whom the lock let in.
    pub fn answer(
        &self,
        headers: &HeaderMap,
        body: Incoming,
        asker: Result<Asker, Status>,
        link: &Arc<Link>,
    ) -> Answering {
        let longest_wait = self.checks.limits.deadline;
        let left = deadline::left(headers, longest_wait);
        let state = match (headers.get("grpc-encoding"), asker) {
            (Some(encoding), _) if encoding != "identity" => State::Refused(
                Status::unimplemented(
                    "messages are not read compressed; send them with grpc-encoding: identity",
                )
                .into(),
            ),
            (_, Err(refused)) => State::Refused(refused.into()),
            (_, Ok(asker)) => State::Reading(Reading {
                asker,
                longest: self.longest,
                left,
                body,
                read: BytesMut::new(),
            }),
        };
        Answering {
            here: Here {
                checks: self.checks.clone(),
                timed: Some(self.checks.counts.begin(Rpc::Check, left)),
                link: link.clone(),
                state,
            },
            _request: link.request(),
            time_is_up: sleep(left.min(longest_wait)),
        }
    }
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

pin_project! {
    /// The answer to come.
    pub struct Answering {
        here: Here,
        _request: UnderWay,
        #[pin]
        time_is_up: Sleep,
    }
}

struct Here {
    checks: Arc<Checks>,
    timed: Option<Checked>,
    link: Arc<Link>,
    state: State,
}

enum State {
    Reading(Reading),
    /// It waits for facts of a later revision first: rare, so in a box.
    Behind(Boxed<Result<Bytes, Refused>>),
    /// It waits for its record.
    Recorded(Waiting, Bytes, Admission),
    Answered(Bytes),
    Refused(Refused),
    Done,
}

struct Reading {
    asker: Asker,
    longest: usize,
    left: Duration,
    body: Incoming,
    read: BytesMut,
}

impl Future for Answering {
    type Output = Response<Answer>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answer = match this.here.poll(cx) {
            Poll::Ready(answer) => answer,
            Poll::Pending => {
                ready!(this.time_is_up.poll(cx));
                // What was recorded stays so; the counters see that the time was up.
                this.here.state = State::Done;
                drop(this.here.timed.take());
                Err(deadline::passed().into())
            }
        };
        if let Some(timed) = this.here.timed.take() {
            this.here.checks.count(timed, &answer);
        }
        Poll::Ready(respond(answer))
    }
}

impl Here {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes, Refused>> {
        loop {
            self.state = match &mut self.state {
                State::Reading(reading) => match ready!(reading.poll(cx)) {
                    Ok(question) => {
                        let of_own = reading.of_own(&self.checks, &question);
                        let left = reading.left;
                        let answer = of_own.map_err(Refused::from);
                        match answer.and_then(|()| self.ask(question, left)) {
                            Ok(state) => state,
                            Err(refused) => State::Refused(refused),
                        }
                    }
                    Err(refused) => State::Refused(refused.into()),
                },
                State::Behind(answer) => match ready!(answer.as_mut().poll(cx)) {
                    Ok(answer) => State::Answered(answer),
                    Err(refused) => State::Refused(refused),
                },
                State::Recorded(waiting, answer, admission) => {
                    match ready!(Pin::new(waiting).poll(cx)) {
                        Ok(()) => {
                            admission.answered(&self.checks.sidecar.ledger);
                            State::Answered(mem::take(answer))
                        }
                        Err(lost) => State::Refused(self.checks.lost(&lost).into()),
                    }
                }
                State::Answered(_) | State::Refused(_) | State::Done => {
                    return match mem::replace(&mut self.state, State::Done) {
                        State::Answered(answer) => Poll::Ready(Ok(answer)),
                        State::Refused(refused) => Poll::Ready(Err(refused)),
                        // Polled after it was ready, which callers must not do.
                        _ => Poll::Pending,
                    };
                }
            };
        }
    }

    #[allow(clippy::result_large_err)]
    fn ask(&self, question: v1::CheckRequest, left: Duration) -> Result<State, Refused> {
        let form = form(&question)?;
        let checks = &self.checks;
        if !question.dry_run {
            checks.enough_time(left, &question.campaign_id)?;
        }
        if question.min_revision > checks.sidecar.world().revision {
            let (checks, link) = (checks.clone(), self.link.clone());
            return Ok(State::Behind(Box::pin(async move {
                let behind = checks.is_behind(question.min_revision, left).await;
                let _admission = checks.admit(1, &question.campaign_id, Some(&link))?;
                let (answer, ticket) = checks.ask(&question, &form, behind, Instant::now())?;
                checks.durable(ticket).await?;
                Ok(encode(&answer)?)
            })));
        }
        let began = self
            .timed
            .as_ref()
            .map_or_else(Instant::now, Checked::began);
        let admission = checks.admit(1, &question.campaign_id, Some(&self.link))?;
        let (answer, ticket) = checks.ask(&question, &form, false, began)?;
        let answer = encode(&answer)?;
        Ok(match checks.waiting(ticket) {
            Some(waiting) => State::Recorded(waiting, answer, admission),
            None => State::Answered(answer),
        })
    }
}

impl Reading {
    /// Reads the body to its end: one question.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<v1::CheckRequest, Status>> {
        // What comes in one piece, as nearly all do, is not copied.
        let mut whole = Bytes::new();
        while let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(cx)) {
            let frame = frame.map_err(|e| Status::from_error(Box::new(e)))?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if self.read.is_empty() && self.body.is_end_stream() {
                whole = data;
                break;
            }
            self.read.put(data);
            if let Some(mut length) = self.read.get(1..PREFIX) {
                let length = self.read.len().max(length.get_u32() as usize + PREFIX) - PREFIX;
                if length > self.longest {
                    return Poll::Ready(Err(self.too_long(length)));
                }
            }
        }
        if whole.is_empty() {
            whole = mem::take(&mut self.read).freeze();
        }
        Poll::Ready(self.decode(whole))
    }

    #[allow(clippy::result_large_err)]
    fn of_own(&self, checks: &Checks, question: &v1::CheckRequest) -> Result<(), Status> {
        let (campaign, source) = (&question.campaign_id, &question.source_id);
        checks.of_own(&self.asker, Action::Check, campaign, source)
    }

    #[allow(clippy::result_large_err)]
    fn decode(&self, mut bytes: Bytes) -> Result<v1::CheckRequest, Status> {
        if bytes.len() < PREFIX {
            return Err(Status::internal("the request has no message"));
        }
        match bytes.get_u8() {
            0 => {}
            1 => {
                return Err(Status::internal(
                    "a compressed message, without grpc-encoding",
                ));
            }
            _ => {
                return Err(Status::internal(
                    "the message's compression flag is neither 0 nor 1",
                ));
            }
        }
        let length = bytes.get_u32() as usize;
        if length > self.longest {
            return Err(self.too_long(length));
        }
        if bytes.len() != length {
            let what = format!(
                "the message is said to have {length} bytes and {} came",
                bytes.len()
            );
            return Err(Status::internal(what));
        }
        received(v1::CheckRequest::decode(bytes))
    }

    fn too_long(&self, length: usize) -> Status {
        Status::out_of_range(format!(
            "the message has {length} bytes; at most {} are read",
            self.longest
        ))
    }
}

/// The answer as it goes over the wire.
#[allow(clippy::result_large_err)]
fn encode(answer: &v1::CheckResponse) -> Result<Bytes, Status> {
    let length = answer.encoded_len();
    let mut bytes = BytesMut::with_capacity(PREFIX + length);
    bytes.put_u8(0);
    // An answer has a few hundred bytes; with the whole trail, a few thousand.
    bytes.put_u32(length as u32);
    answer
        .encode(&mut bytes)
        .map_err(|e| Status::internal(e.to_string()))?;
    Ok(bytes.freeze())
}

fn respond(answer: Result<Bytes, Refused>) -> Response<Answer> {
    match answer {
        Ok(bytes) => {
            let mut response = Response::new(Answer::Message(bytes));
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
            response
        }
        Err(Refused::Ready(refusal)) => refusal.response(Answer::End),
        Err(Refused::Status(status)) => status.into_http().map(Answer::Rest),
    }
}

/// What is sent back.
#[derive(Debug)]
pub enum Answer {
    /// One message, then `grpc-status: 0`.
    Message(Bytes),
    /// Its trailers.
    Trailers,
    /// Nothing more.
    End,
    /// What a service of tonic sends.
    Rest(Body),
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let (frame, next) = match &mut *self {
            Self::Rest(body) => return Pin::new(body).poll_frame(cx),
            Self::Message(bytes) => (Frame::data(mem::take(bytes)), Self::Trailers),
            Self::Trailers => {
                let mut trailers = HeaderMap::with_capacity(1);
                trailers.insert("grpc-status", HeaderValue::from_static("0"));
                (Frame::trailers(trailers), Self::End)
            }
            Self::End => return Poll::Ready(None),
        };
        *self = next;
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Rest(body) => body.is_end_stream(),
            Self::End => true,
            Self::Message(_) | Self::Trailers => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Rest(body) => body.size_hint(),
            _ => SizeHint::default(),
        }
    }
}
