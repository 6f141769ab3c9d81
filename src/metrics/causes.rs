//! The closed sets of causes. A cause is a label of a metric: dashboards and alerts rest on its word, so it
//! is never renamed. A new one is a new line here; `docs/metrics.md` follows by its test.

use super::tally::MOST;

/// A word of a closed set.
pub trait Cause: Copy + 'static {
    /// Every word of the set.
    fn all() -> &'static [Self];
    /// Its place, below 32.
    fn index(self) -> usize;
    /// The word, as the label's value.
    fn label(self) -> &'static str;
    /// What it means, a sentence.
    fn meaning(self) -> &'static str;
}

macro_rules! causes {
    ($(#[$meta:meta])* $name:ident { $(#[doc = $doc:literal] $variant:ident $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name { $(#[doc = $doc] $variant),+ }

        const _: () = assert!($name::ALL.len() <= MOST);

        impl $name {
            /// Every one, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
        }

        impl Cause for $name {
            fn all() -> &'static [Self] { Self::ALL }
            fn index(self) -> usize { self as usize }
            fn label(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $doc.trim_ascii()),+ }
            }
        }
    };
}

causes! {
    /// Why a request was shed: there is more to do than can be done.
    Shed {
        /// As many decisions wait for the disk as may (`limits.in_flight`).
        QueueFull "queue_full",
        /// What waits for the disk would wait too long.
        QueueWait "queue_wait",
        /// The caller left less time than a commit takes: `DEADLINE_EXCEEDED`.
        DeadlineTooShort "deadline_too_short",
        /// One connection has as many requests under way as it may.
        ConnectionInFlight "connection_in_flight",
    }
}

causes! {
    /// Why a check was not allowed although nothing was known against the call: something of ours is amiss. The first
    /// group is refused without a verdict, the second is answered BLOCK.
    FailClosed {
        /// The ledger could not be written: `UNAVAILABLE`.
        LedgerFailed "ledger_failed",
        /// The decision was taken and its record was lost: `UNAVAILABLE`.
        RecordLost "record_lost",
        /// The clock is out of all bounds: `UNAVAILABLE`.
        Clock "clock",
        /// A fault of verzet itself: `INTERNAL`.
        Fault "fault",
    }
}

causes! {
    /// Why a connection was refused or closed on its caller.
    ConnectionRefused {
        /// Accepting failed, as without file descriptors.
        AcceptFailed "accept_failed",
        /// As many connections are open as may (`limits.connections`), and each has a request under way.
        TooMany "too_many",
        /// Its place was needed for a new one, and nothing was under way on it.
        Displaced "displaced",
        /// What came is not HTTP/2, broke its rules or flooded, or a ping had no answer.
        Protocol "protocol",
        /// Nothing was asked for too long (`limits.idle`).
        Idle "idle",
        /// It was opened and did not begin to speak HTTP/2 in time (`limits.greeting`).
        Silent "silent",
        /// The caller could not show who it is.
        Handshake "handshake",
    }
}

causes! {
    /// How the system's clock was moved, against the monotonic one.
    ClockStep {
        /// It was set back by more than half a second.
        Back "back",
        /// It was set forward by more than half a second.
        Forward "forward",
    }
}
