//! The bytes of a connection, in clear or under TLS, and what the other end showed of itself.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::server::TlsStream;

use crate::access::Caller;

/// What the other end showed, with every request of the connection.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    /// Whose certificate it was, if one of the settings'.
    pub(super) certificate: Option<Arc<Caller>>,
}

#[derive(Debug)]
enum Bytes {
    Clear(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection's bytes.
#[derive(Debug)]
pub struct Stream {
    bytes: Bytes,
    certificate: Option<Arc<Caller>>,
}

impl Stream {
    /// In clear.
    pub(super) fn clear(stream: TcpStream) -> Self {
        Self {
            bytes: Bytes::Clear(stream),
            certificate: None,
        }
    }

    /// Under TLS.
    pub(super) fn tls(stream: TlsStream<TcpStream>, certificate: Option<Arc<Caller>>) -> Self {
        Self {
            bytes: Bytes::Tls(Box::new(stream)),
            certificate,
        }
    }

    /// What the other end showed.
    pub(super) fn shown(&self) -> Shown {
        Shown {
            certificate: self.certificate.clone(),
        }
    }
}

macro_rules! either {
    ($self:ident, $stream:ident => $do:expr) => {
        match &mut $self.get_mut().bytes {
            Bytes::Clear(stream) => {
                let $stream = Pin::new(stream);
                $do
            }
            Bytes::Tls(stream) => {
                let $stream = Pin::new(&mut **stream);
                $do
            }
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_read(cx, buf))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write(cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_shutdown(cx))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.bytes {
            Bytes::Clear(stream) => stream.is_write_vectored(),
            Bytes::Tls(stream) => stream.is_write_vectored(),
        }
    }
}
