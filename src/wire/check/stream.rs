//! `CheckStream`: for pipelined dialers; answers may overtake each other.

use std::{pin::Pin, sync::Arc};

use futures_util::{Stream, StreamExt, stream::FuturesUnordered};
use tokio::sync::mpsc;
use tonic::{Request, Response, Status, Streaming};

use super::{
    super::{
        caller::{self, Asker},
        link::Link,
        status,
    },
    Checks,
    admit::received,
    server::Decoded,
};
use crate::{metrics::Rpc, proto::v1};

/// The answers of a stream.
pub(super) type Answers = Pin<Box<dyn Stream<Item = Result<v1::CheckResponse, Status>> + Send>>;

impl Checks {
    pub(super) fn check_stream(
        self: Arc<Self>,
        request: Request<Streaming<Decoded<v1::CheckRequest>>>,
    ) -> Result<Response<Answers>, Status> {
        let asker = caller::of(&request)?;
        let (_, extensions, mut questions) = request.into_parts();
        let link = extensions.get::<Arc<Link>>().cloned();
        let checks = self;
        let most = checks.limits.stream_in_flight;
        let (answers, to_caller) = mpsc::channel(most);
        let stopped = checks.stopped.clone();
        tokio::spawn(async move {
            let stop = async move {
                match stopped {
                    Some(mut stopped) => drop(stopped.wait_for(|s| *s).await),
                    None => std::future::pending().await,
                }
            };
            let mut stop = std::pin::pin!(stop);
            let mut under_way = FuturesUnordered::new();
            let mut open = true;
            let mut ended = None;
            while open || !under_way.is_empty() {
                tokio::select! {
                    // A slow reader fills the channel and so holds back the questions it sends.
                    Some(answer) = under_way.next() => {
                        if answers.send(Ok(answer)).await.is_err() {
                            return;
                        }
                    }
                    question = questions.message(), if open && under_way.len() < most => match question {
                        // What was shown may have ended since the stream was opened.
                        Ok(Some(_)) if asker.still_counts().is_err() => {
                            (open, ended) = (false, Some(caller::no_token()));
                        }
                        Ok(Some(question)) => {
                            under_way.push(checks.on_stream(&asker, question, link.as_ref()));
                        }
                        Ok(None) => open = false,
                        // The transport is gone, or a message is over the limit: what was taken is
                        // answered, then the stream ends with the cause.
                        Err(broken) => (open, ended) = (false, Some(broken)),
                    },
                    () = &mut stop, if open => (open, ended) = (false, Some(status::stopping())),
                }
            }
            if let Some(cause) = ended {
                let _ = answers.send(Err(cause)).await;
            }
        });
        let stream = tokio_stream::wrappers::ReceiverStream::new(to_caller);
        Ok(Response::new(Box::pin(stream)))
    }

    /// A message that is not a question gets its error in the answer, and the stream lives on.
    async fn on_stream(
        &self,
        asker: &Asker,
        question: Decoded<v1::CheckRequest>,
        link: Option<&Arc<Link>>,
    ) -> v1::CheckResponse {
        let (call_id, answer) = match received(question) {
            Ok(mut question) => {
                let left = self.limits.deadline;
                let answer = self.one(Rpc::Stream, asker, &question, left, link).await;
                (
                    std::mem::take(&mut question.call_id),
                    answer.map_err(Status::from),
                )
            }
            Err(error) => {
                self.counts.invalid();
                (String::new(), Err(error))
            }
        };
        answer.unwrap_or_else(|error| v1::CheckResponse {
            call_id,
            error: Some(v1::StreamError {
                code: error.code() as i32,
                message: error.message().to_owned(),
                retry_after: status::retry_after(&error),
            }),
            ..Default::default()
        })
    }
}
