//! A connection, as hyper is given it.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::watch,
};
use tonic::transport::server::Connected;

/// The length of what every HTTP/2 connection begins with (RFC 9113 section 3.4).
const PREFACE: usize = 24;

/// A connection that ends when the server stops and nothing was asked on it yet.
///
/// Hyper answers what is under way and then closes, but it waits for the first bytes of a connection
/// for ever: one that says nothing would hold up the stop.
pub(super) struct Connection<S> {
    stream: S,
    /// Bytes that came, up to [`PREFACE`].
    heard: usize,
    stop: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl<S> Connection<S> {
    pub(super) fn new(stream: S, mut stopped: watch::Receiver<bool>) -> Self {
        Self {
            stream,
            heard: 0,
            stop: Box::pin(async move {
                let _ = stopped.wait_for(|s| *s).await;
            }),
        }
    }
}

impl<S: Connected> Connected for Connection<S> {
    type ConnectInfo = S::ConnectInfo;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.stream.connect_info()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.heard >= PREFACE {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.heard += buf.filled().len() - before;
        if read.is_pending() && self.stop.as_mut().poll(cx).is_ready() {
            // As if the caller had hung up.
            return Poll::Ready(Ok(()));
        }
        read
    }
}

/// Not vectored: h2 then copies what is shorter than 1,024 bytes and writes many answers at once, where it would else
/// write each of 256 bytes and more by itself.
impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_not_vectored_whatever_its_stream_is() {
        let (stream, _other) = tokio::io::duplex(1);
        assert!(stream.is_write_vectored());
        let (_stop, stopped) = watch::channel(false);
        assert!(!Connection::new(stream, stopped).is_write_vectored());
    }
}
