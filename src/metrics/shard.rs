//! What one runtime counts on the way of a check. Runtimes do not share a cache line.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::Histogram;
use crate::policy::{Reason, Verdict};

/// Room for reasons: their codes are below it.
const REASONS: usize = 64;
const VERDICTS: usize = 4;

const _: () = {
    let mut i = 0;
    while i < Reason::ALL.len() {
        assert!((Reason::ALL[i] as usize) < REASONS);
        i += 1;
    }
};

/// A way to ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rpc {
    /// `Check`.
    Check,
    /// `CheckBatch`.
    Batch,
    /// One question of a `CheckStream`.
    Stream,
}

impl Rpc {
    /// Every one.
    pub const ALL: &'static [Self] = &[Self::Check, Self::Batch, Self::Stream];

    /// The word, as the label's value.
    pub fn label(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Batch => "check_batch",
            Self::Stream => "check_stream",
        }
    }
}

/// The counters of one runtime.
#[derive(Debug)]
#[repr(align(128))]
pub struct Shard {
    decided: [[AtomicU64; REASONS]; VERDICTS],
    answered: [Histogram; 3],
    decide: Histogram,
    invalid: AtomicU64,
    deadline: AtomicU64,
    abandoned: AtomicU64,
}

impl Default for Shard {
    fn default() -> Self {
        Self {
            decided: [const { [const { AtomicU64::new(0) }; REASONS] }; VERDICTS],
            answered: [const { Histogram::of_waiting() }; 3],
            decide: Histogram::of_work(),
            invalid: AtomicU64::new(0),
            deadline: AtomicU64::new(0),
            abandoned: AtomicU64::new(0),
        }
    }
}

impl Shard {
    /// A decision was made, in so much time: normalising, looking up, deciding, handing to the ledger.
    pub fn decided(&self, verdict: Verdict, reason: Reason, took: Duration) {
        self.decided[verdict as usize % VERDICTS][reason as usize % REASONS]
            .fetch_add(1, Ordering::Relaxed);
        self.decide.observe(took);
    }

    /// A request was no question: `INVALID_ARGUMENT`.
    pub fn invalid(&self) {
        self.invalid.fetch_add(1, Ordering::Relaxed);
    }

    /// Begins to time a request, which may take so long.
    pub fn begin(self: &Arc<Self>, rpc: Rpc, deadline: Duration) -> Checked {
        Checked {
            shard: self.clone(),
            rpc,
            deadline,
            began: Instant::now(),
            done: false,
        }
    }

    /// How many decisions had this verdict and reason.
    pub fn decisions(&self, verdict: Verdict, reason: Reason) -> u64 {
        self.decided[verdict as usize % VERDICTS][reason as usize % REASONS].load(Ordering::Relaxed)
    }

    /// How long answers of an RPC took.
    pub fn answers(&self, rpc: Rpc) -> &Histogram {
        &self.answered[rpc as usize]
    }

    /// How long deciding took.
    pub fn decide_times(&self) -> &Histogram {
        &self.decide
    }

    /// Requests that were none; those whose time was up; those whose caller went away before.
    pub fn unanswered(&self) -> (u64, u64, u64) {
        let read = |n: &AtomicU64| n.load(Ordering::Relaxed);
        (
            read(&self.invalid),
            read(&self.deadline),
            read(&self.abandoned),
        )
    }
}

/// A request under way. Dropped before it is [answered](Checked::answered), its time was up or its caller
/// went away.
#[derive(Debug)]
pub struct Checked {
    shard: Arc<Shard>,
    rpc: Rpc,
    deadline: Duration,
    began: Instant,
    done: bool,
}

impl Checked {
    /// When it began.
    pub fn began(&self) -> Instant {
        self.began
    }

    /// It has its answer.
    pub fn answered(mut self) {
        self.done = true;
        self.shard.answered[self.rpc as usize].observe(self.began.elapsed());
    }

    /// It was refused, which is counted elsewhere.
    pub fn refused(mut self) {
        self.done = true;
    }
}

impl Drop for Checked {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        let counter = match self.began.elapsed() >= self.deadline {
            true => &self.shard.deadline,
            false => &self.shard.abandoned,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_counts_once_however_it_ends() {
        let shard = Arc::new(Shard::default());
        shard.begin(Rpc::Check, Duration::MAX).answered();
        shard.begin(Rpc::Check, Duration::MAX).refused();
        drop(shard.begin(Rpc::Batch, Duration::ZERO));
        drop(shard.begin(Rpc::Stream, Duration::MAX));
        let answers = |rpc| shard.answers(rpc).read().count();
        assert_eq!(
            (
                answers(Rpc::Check),
                answers(Rpc::Batch),
                answers(Rpc::Stream)
            ),
            (1, 0, 0)
        );
        assert_eq!(shard.unanswered(), (0, 1, 1));
    }

    #[test]
    fn decisions_are_kept_apart_by_verdict_and_reason() {
        let shard = Shard::default();
        for reason in Reason::ALL {
            shard.decided(Verdict::Block, *reason, Duration::ZERO);
        }
        shard.decided(Verdict::Allow, Reason::Consent, Duration::ZERO);
        assert_eq!(shard.decisions(Verdict::Block, Reason::Consent), 1);
        assert_eq!(shard.decisions(Verdict::Allow, Reason::Consent), 1);
        assert_eq!(shard.decisions(Verdict::Defer, Reason::Consent), 0);
        assert_eq!(
            shard.decide_times().read().count(),
            Reason::ALL.len() as u64 + 1
        );
    }
}
