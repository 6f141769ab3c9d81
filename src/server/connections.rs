//! Connections: how many may be open, which of them are ended, and why.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError, Weak},
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::{OwnedSemaphorePermit, Semaphore},
};

use super::stream::{Shown, Stream};
use crate::{
    metrics::ConnectionRefused,
    sidecar::Sidecar,
    wire::link::{Link, Spare},
};

/// What bounds connections.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Most at once.
    pub connections: usize,
    /// How long one may be without a request.
    pub idle: Duration,
    /// How long one may be open without beginning to speak HTTP/2.
    pub greeting: Duration,
}

/// A place among the connections that may be open, and what is under way on the one that has it.
#[derive(Debug)]
pub(super) struct Place {
    link: Arc<Link>,
    _permit: OwnedSemaphorePermit,
}

/// Every connection to the dialers' port.
#[derive(Clone)]
pub(super) struct Connections {
    sidecar: Arc<Sidecar>,
    limits: ConnectionLimits,
    places: Arc<Semaphore>,
    open: Arc<Mutex<Vec<Weak<Link>>>>,
}

/// How long a new connection waits for one that was idle to make room.
const MAKE_ROOM: Duration = Duration::from_millis(250);

impl Connections {
    pub(super) fn new(sidecar: Arc<Sidecar>, limits: ConnectionLimits) -> Self {
        Self {
            sidecar,
            limits,
            places: Arc::new(Semaphore::new(limits.connections)),
            open: Arc::default(),
        }
    }

    /// A place for a new connection. If all are taken, the idlest connection makes room; if none is
    /// idle, there is none: the caller is told at once rather than left to wait.
    pub(super) async fn place(&self) -> Option<Place> {
        let permit = match self.places.clone().try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) if self.displace() => {
                let free = self.places.clone().acquire_owned();
                tokio::time::timeout(MAKE_ROOM, free).await.ok()?.ok()
            }
            Err(_) => None,
        };
        let Some(permit) = permit else {
            self.count(ConnectionRefused::TooMany);
            return None;
        };
        let link = Arc::<Link>::default();
        self.links().push(Arc::downgrade(&link));
        Some(Place {
            link,
            _permit: permit,
        })
    }

    fn links(&self) -> std::sync::MutexGuard<'_, Vec<Weak<Link>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the idlest connection of those that were open a second ago, if any is idle. For whoever does
    /// not know whether a connection is waiting at all: one that came a moment ago is not thrown out for
    /// nothing before it could ask.
    pub(super) fn make_room(&self) {
        self.displace_where(|spare| spare.age > 0);
    }

    /// Ends the idlest connection; false if none is idle.
    fn displace(&self) -> bool {
        self.displace_where(|_| true)
    }

    fn displace_where(&self, may_go: impl Fn(&Spare) -> bool) -> bool {
        let links = self.links();
        let open = links.iter().filter_map(Weak::upgrade);
        let idlest = open
            .filter_map(|link| Some((link.spare().filter(&may_go)?, link)))
            .max_by_key(|(spare, _)| *spare);
        idlest.is_some_and(|(_, link)| self.end(&link, ConnectionRefused::Displaced))
    }

    fn end(&self, link: &Link, ending: ConnectionRefused) -> bool {
        let ended = link.end(ending);
        if ended {
            self.count(ending);
        }
        ended
    }

    pub(super) fn count(&self, cause: ConnectionRefused) {
        self.sidecar.metrics.connections_refused.add(cause);
    }

    /// Ends connections that are idle or silent for too long, once a second.
    pub(super) async fn watch(self) {
        let seconds = |d: Duration| u32::try_from(d.as_secs()).unwrap_or(u32::MAX).max(1);
        let (idle, greeting) = (seconds(self.limits.idle), seconds(self.limits.greeting));
        let mut each = tokio::time::interval(Duration::from_secs(1));
        each.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            each.tick().await;
            self.links().retain(|link| {
                let Some(link) = link.upgrade() else {
                    return false;
                };
                if let Some(ending) = link.tick(idle, greeting) {
                    self.end(&link, ending);
                }
                true
            });
        }
    }
}

/// A connection, its bytes counted and its end told apart.
pub(super) struct Watched {
    stream: Stream,
    place: Place,
}

impl Watched {
    pub(super) fn new(stream: Stream, place: Place) -> Self {
        Self { stream, place }
    }

    pub(super) fn peer(&self) -> Peer {
        Peer {
            link: self.place.link.clone(),
            shown: self.stream.shown(),
        }
    }
}

/// What a request knows of its connection.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) link: Arc<Link>,
    pub(super) shown: Shown,
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        match &read {
            Poll::Ready(Ok(())) => {
                let bytes = buf.filled().len() - before;
                self.place.link.hear(bytes);
                if bytes == 0 {
                    self.place.link.leave();
                }
            }
            Poll::Ready(Err(_)) => self.place.link.leave(),
            Poll::Pending => {
                self.place.link.on_end(cx.waker());
                if self.place.link.ending().is_some() {
                    // As if the caller had ended it: what is under way is still answered.
                    return Poll::Ready(Ok(()));
                }
            }
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        if let Poll::Ready(Err(_)) = written {
            self.place.link.leave();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
