//! An answer counted on its connection until it is sent, so that one with a stream under way is not taken
//! for idle.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use tonic::body::Body;

use crate::wire::link::UnderWay;

/// An answer that is being sent: a stream may last.
pub(super) struct Held {
    body: Body,
    _under_way: UnderWay,
}

impl Held {
    pub(super) fn new(body: Body, under_way: UnderWay) -> Self {
        Self {
            body,
            _under_way: under_way,
        }
    }
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
