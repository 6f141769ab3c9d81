//! Waiting for the disk in a tokio runtime: one wake a commit group and runtime, not one a request.
//!
//! The writer thread only rings; the task in [`Mailbox::run`] hands out what arrived, on the runtime
//! whose tasks wait, so that waking them stays on that thread.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll},
};

use tokio::sync::{Notify, oneshot};

use super::{
    error::LedgerError,
    progress::{Outcome, Progress, Ticket},
};

struct Waiter {
    ticket: Ticket,
    tell: oneshot::Sender<Outcome>,
}

/// A runtime's mailbox. Cheap to clone.
#[derive(Clone)]
pub struct Mailbox(Arc<Post>);

pub(super) struct Post {
    progress: Arc<Progress>,
    /// Sorted by epoch and seq, the next to come true first.
    queue: Mutex<VecDeque<Waiter>>,
    bell: Notify,
}

impl Mailbox {
    pub(super) fn new(progress: Arc<Progress>) -> Self {
        Self(Arc::new(Post {
            progress,
            queue: Mutex::default(),
            bell: Notify::new(),
        }))
    }

    pub(super) fn downgrade(&self) -> Weak<Post> {
        Arc::downgrade(&self.0)
    }

    /// Waits until a ticket's record is on disk. [`Mailbox::run`] must be running on this runtime.
    ///
    /// What is returned gives [`LedgerError::Lost`] if it was not recorded: the decision must not be acted
    /// upon. It may be dropped at any time: the record is written all the same.
    pub fn durable(&self, ticket: Ticket) -> Waiting {
        let (tell, told) = oneshot::channel();
        self.0.register(Waiter { ticket, tell });
        Waiting(told)
    }

    /// Hands out what became durable, for as long as the runtime lives. Spawn it once on the runtime.
    pub async fn run(&self) {
        loop {
            self.0.deliver();
            // A ring while nobody waits here is kept, so one between the two lines is not lost.
            self.0.bell.notified().await;
        }
    }
}

/// Waits for one record; see [`Mailbox::durable`].
#[derive(Debug)]
#[must_use]
pub struct Waiting(oneshot::Receiver<Outcome>);

impl Future for Waiting {
    type Output = Result<(), LedgerError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(|told| match told {
            Ok(outcome) => outcome.map_err(LedgerError::Lost),
            Err(_) => Err(LedgerError::Lost("the mailbox is gone".into())),
        })
    }
}

impl Post {
    fn queue(&self) -> MutexGuard<'_, VecDeque<Waiter>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // INVARIANT: no waiter stays in the queue after its ticket's fate is known and everybody has done
    // his part. The writer publishes, then looks at the queue. A waiter enters the queue, then looks at
    // what is published. Both lock the queue, so whoever comes second sees what the first did.
    fn register(&self, waiter: Waiter) {
        let ticket = waiter.ticket;
        let key = |w: &Waiter| (w.ticket.epoch, w.ticket.seq);
        let mut queue = self.queue();
        // Tasks register nearly in the order they appended, so the place is at or near the end.
        let mut place = queue.len();
        while place > 0 && key(&queue[place - 1]) > key(&waiter) {
            place -= 1;
        }
        if place == queue.len() {
            queue.push_back(waiter);
        } else {
            queue.insert(place, waiter);
        }
        drop(queue);
        if self.progress.outcome(&ticket).is_some() {
            self.deliver();
        }
    }

    /// Rings if anybody's ticket is known; called by the writer after it published.
    pub(super) fn ring(&self) {
        let ready = match self.queue().front() {
            Some(first) => self.progress.outcome(&first.ticket).is_some(),
            None => false,
        };
        if ready {
            self.bell.notify_one();
        }
    }

    fn deliver(&self) {
        let mut queue = self.queue();
        let mut ready = Vec::new();
        while let Some(first) = queue.front() {
            let Some(outcome) = self.progress.outcome(&first.ticket) else {
                break;
            };
            ready.extend(queue.pop_front().map(|waiter| (waiter, outcome)));
        }
        drop(queue);
        for (waiter, outcome) in ready {
            // A waiter that is gone was cancelled; its record stands.
            let _ = waiter.tell.send(outcome);
        }
    }
}
