//! What is under way on a connection: the server ends idle ones by it, and a check is refused if its
//! connection has too many.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering},
    },
    task::Waker,
};

use futures_util::task::AtomicWaker;

use crate::metrics::{Cause, ConnectionRefused};

/// One connection; shared by its transport, its requests and whoever watches over connections.
#[derive(Debug, Default)]
pub struct Link {
    /// Requests begun.
    begun: AtomicU64,
    /// Requests under way.
    requests: AtomicUsize,
    /// Questions under way, those of streams included.
    questions: AtomicUsize,
    /// Bytes read, as far as the greeting of HTTP/2 goes.
    heard: AtomicU32,
    /// Seconds without a request, and the requests begun when that was last looked at.
    idle: AtomicU32,
    looked: AtomicU64,
    /// Seconds since it was opened.
    age: AtomicU32,
    /// The caller ended it, or the transport broke.
    left: AtomicBool,
    /// One more than the place of a [`ConnectionRefused`]; 0 while it is to go on.
    ending: AtomicU8,
    reader: AtomicWaker,
}

/// Something that is under way on a connection, until dropped.
#[derive(Debug)]
pub struct UnderWay(Option<Arc<Link>>, fn(&Link) -> &AtomicUsize);

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(link) = &self.0 {
            (self.1)(link).fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// A connection with nothing under way. The greatest gives its place first: those that never asked, then
/// those that have been still the longest, then the oldest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spare {
    /// It was never asked anything on.
    pub never_asked: bool,
    /// Whole seconds without a request.
    pub idle: u32,
    /// Whole seconds since it was opened.
    pub age: u32,
}

/// The bytes every HTTP/2 connection begins with: `PRI * HTTP/2.0` and so on, RFC 9113 section 3.4.
const GREETING: u32 = 24;

impl Link {
    /// A request begins.
    pub fn request(self: &Arc<Self>) -> UnderWay {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.requests.fetch_add(1, Ordering::Relaxed);
        UnderWay(Some(self.clone()), |link| &link.requests)
    }

    /// A question begins, unless `most` are under way. A caller without a connection of its own (the
    /// socket in the data directory) has no such bound.
    pub fn question(link: Option<&Arc<Self>>, most: usize) -> Option<UnderWay> {
        let Some(link) = link else {
            return Some(UnderWay(None, |link| &link.questions));
        };
        if link.questions.load(Ordering::Relaxed) >= most {
            return None;
        }
        link.questions.fetch_add(1, Ordering::Relaxed);
        Some(UnderWay(Some(link.clone()), |link| &link.questions))
    }

    /// Bytes came in.
    pub fn hear(&self, bytes: usize) {
        let heard = self.heard.load(Ordering::Relaxed);
        if heard < GREETING {
            let more = u32::try_from(bytes).unwrap_or(GREETING);
            self.heard
                .store(heard.saturating_add(more), Ordering::Relaxed);
        }
    }

    /// A second has passed: whether the connection has been idle, or silent, for too long.
    pub fn tick(&self, idle: u32, greeting: u32) -> Option<ConnectionRefused> {
        let age = self.age.fetch_add(1, Ordering::Relaxed) + 1;
        let begun = self.begun.load(Ordering::Relaxed);
        let busy = self.looked.swap(begun, Ordering::Relaxed) != begun
            || self.requests.load(Ordering::Relaxed) > 0;
        if busy {
            self.idle.store(0, Ordering::Relaxed);
            return None;
        }
        let still = self.idle.fetch_add(1, Ordering::Relaxed) + 1;
        // The first second may have been a moment: more than so many have passed only after the next.
        if self.heard.load(Ordering::Relaxed) < GREETING && age > greeting {
            return Some(ConnectionRefused::Silent);
        }
        (still > idle).then_some(ConnectionRefused::Idle)
    }

    /// Whether its place may be given to another, and how much rather than another's.
    pub fn spare(&self) -> Option<Spare> {
        let spare = self.requests.load(Ordering::Relaxed) == 0 && self.ending().is_none();
        spare.then(|| Spare {
            never_asked: self.begun.load(Ordering::Relaxed) == 0,
            idle: self.idle.load(Ordering::Relaxed),
            age: self.age.load(Ordering::Relaxed),
        })
    }

    /// Ends it: its reader finds the end of what was sent. False if it is being ended already.
    pub fn end(&self, ending: ConnectionRefused) -> bool {
        let first = self
            .ending
            .compare_exchange(
                0,
                ending.index() as u8 + 1,
                Ordering::Release,
                Ordering::Relaxed,
            )
            .is_ok();
        self.reader.wake();
        first
    }

    /// Why it is being ended; `None` while it is to go on.
    pub fn ending(&self) -> Option<ConnectionRefused> {
        let place = self.ending.load(Ordering::Acquire).checked_sub(1)?;
        ConnectionRefused::ALL.get(usize::from(place)).copied()
    }

    /// The caller ended it, or the transport broke.
    pub fn leave(&self) {
        self.left.store(true, Ordering::Relaxed);
    }

    /// Whether neither the caller nor the sidecar ended it: who serves it lets go of it by itself only if the
    /// caller broke the protocol, flooded, or left a ping without an answer.
    pub fn is_broken_off(&self) -> bool {
        !self.left.load(Ordering::Relaxed) && self.ending().is_none()
    }

    /// Whom to wake when it is ended.
    pub fn on_end(&self, waker: &Waker) {
        self.reader.register(waker);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_idle_only_without_requests() {
        let link = Arc::new(Link::default());
        link.hear(100);
        assert_eq!(link.tick(2, 5), None);
        let request = link.request();
        for _ in 0..10 {
            assert_eq!(link.tick(2, 5), None);
        }
        assert_eq!(link.spare(), None);
        drop(request);
        assert_eq!(link.tick(2, 5), None);
        drop(link.request());
        assert_eq!(
            link.tick(2, 5),
            None,
            "one that came and went between two looks"
        );
        assert_eq!(link.tick(2, 5), None);
        assert_eq!(link.tick(2, 5), None);
        assert_eq!(link.tick(2, 5), Some(ConnectionRefused::Idle));
        assert!(link.end(ConnectionRefused::Idle) && !link.end(ConnectionRefused::Displaced));
        assert_eq!(link.ending(), Some(ConnectionRefused::Idle));
        assert_eq!(link.spare(), None, "its place is being given away already");
    }

    #[test]
    fn a_connection_that_does_not_greet_is_silent() {
        let link = Link::default();
        link.hear(23);
        assert_eq!(
            link.tick(100, 2),
            None,
            "it may have been opened a moment ago"
        );
        assert_eq!(link.tick(100, 2), None);
        assert_eq!(link.tick(100, 2), Some(ConnectionRefused::Silent));
        link.hear(1);
        assert_eq!(link.tick(100, 2), None);
    }

    #[test]
    fn who_never_asked_goes_first_then_who_has_been_still_longest() {
        let (never, asked, stiller) = (Link::default(), Link::default(), Link::default());
        let asked = Arc::new(asked);
        drop(asked.request());
        let stiller = Arc::new(stiller);
        drop(stiller.request());
        stiller.tick(9, 9);
        stiller.tick(9, 9);
        assert!(never.spare() > stiller.spare());
        assert!(stiller.spare() > asked.spare());
        assert_eq!(
            (never.spare().unwrap().age, stiller.spare().unwrap().age),
            (0, 2)
        );
    }

    #[test]
    fn questions_are_bounded_and_come_free() {
        let link = Arc::new(Link::default());
        let first = Link::question(Some(&link), 1).unwrap();
        assert!(Link::question(Some(&link), 1).is_none());
        drop(first);
        assert!(Link::question(Some(&link), 1).is_some());
        assert!(Link::question(None, 0).is_some());
    }
}
