//! A gRPC caller on bare HTTP/2: as little of its own work as can be had, and no less checking.

use std::{
    fmt,
    future::poll_fn,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context, Result};
use bytes::{Bytes, BytesMut};
use h2::client::{self, SendRequest};
use http::{
    HeaderMap, HeaderValue, Method, Request, Uri, Version,
    header::{CONTENT_TYPE, TE},
};
use tokio::net::TcpStream;

/// Windows so wide that flow control never holds an answer back.
const WINDOW: u32 = 8 << 20;

/// gRPC's frame head: not compressed, and the length of the message.
const HEAD: usize = 5;

/// Why a question has no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The connection or the stream broke.
    Transport(h2::Error),
    /// The HTTP status.
    Http(u16),
    /// The gRPC status, and what it says.
    Status(String, String),
    /// It is not an answer.
    Answer(String),
    /// None came in time.
    Late,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => write!(f, "transport: {error}"),
            Self::Http(status) => write!(f, "HTTP status {status}"),
            Self::Status(code, message) => write!(f, "gRPC status {code}: {message}"),
            Self::Answer(what) => f.write_str(what),
            Self::Late => f.write_str("no answer in time"),
        }
    }
}

impl From<h2::Error> for Failure {
    fn from(error: h2::Error) -> Self {
        Self::Transport(error)
    }
}

/// One connection; clones share it.
#[derive(Clone)]
pub(crate) struct Caller {
    send: SendRequest<Bytes>,
    ended: Arc<AtomicBool>,
    uri: Uri,
    headers: HeaderMap,
}

impl Caller {
    /// Connects; the connection is driven by a task of the current runtime.
    pub(crate) async fn connect(addr: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(addr)
            .await
            .with_context(|| format!("cannot connect to {addr}"))?;
        stream.set_nodelay(true)?;
        let (send, connection) = client::Builder::new()
            .initial_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .enable_push(false)
            // Whoever gives up waiting resets; what is answered meanwhile is no fault of the other end.
            .max_concurrent_reset_streams(100_000)
            .max_local_error_reset_streams(None)
            .handshake(stream)
            .await
            .with_context(|| format!("{addr} does not speak HTTP/2"))?;
        // A broken connection shows in the requests on it.
        let ended = Arc::<AtomicBool>::default();
        let end = ended.clone();
        tokio::spawn(async move {
            let _ = connection.await;
            end.store(true, Ordering::Relaxed);
        });
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert(TE, HeaderValue::from_static("trailers"));
        Ok(Self {
            send,
            ended,
            uri: format!("http://{addr}/verzet.v1.CheckService/Check").parse()?,
            headers,
        })
    }

    /// Whether the connection is at its end; what is asked on it now breaks off.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Asks, and gives the answer's message. The caller sees to it that a question is not kept
    /// waiting for ever.
    pub(crate) async fn ask(&mut self, question: Bytes) -> Result<Bytes, Failure> {
        poll_fn(|cx| self.send.poll_ready(cx)).await?;
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        let (response, mut body) = self.send.send_request(request, false)?;
        body.send_data(question, true)?;
        let (head, mut body) = response.await?.into_parts();
        if head.status != 200 {
            return Err(Failure::Http(head.status.as_u16()));
        }
        if body.is_end_stream() {
            status(&head.headers)?;
        }
        let mut message = Bytes::new();
        while let Some(part) = body.data().await {
            let part = part?;
            body.flow_control().release_capacity(part.len())?;
            message = if message.is_empty() {
                part
            } else {
                let mut both = BytesMut::from(&message[..]);
                both.extend_from_slice(&part);
                both.freeze()
            };
        }
        match body.trailers().await? {
            Some(trailers) => status(&trailers)?,
            None => return Err(Failure::Answer("no trailers".to_owned())),
        }
        match message[..] {
            [0, a, b, c, d, ..]
                if u32::from_be_bytes([a, b, c, d]) as usize == message.len() - HEAD =>
            {
                Ok(message.slice(HEAD..))
            }
            _ => Err(Failure::Answer("not one gRPC message".to_owned())),
        }
    }
}

fn status(headers: &HeaderMap) -> Result<(), Failure> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|v: &HeaderValue| v.to_str().ok())
    };
    match text("grpc-status") {
        Some("0") => Ok(()),
        code => Err(Failure::Status(
            code.unwrap_or("missing").to_owned(),
            text("grpc-message").unwrap_or("").to_owned(),
        )),
    }
}
