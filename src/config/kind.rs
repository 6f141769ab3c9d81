//! The kinds of values, with their units and bounds, and how each is read.

use std::{fmt, time::Duration};

use crate::facts::model::words;

mod read;

pub(super) use read::Read;

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An IP address of this machine, and a port.
    Listen,
    /// An IP address of this machine and a port, or "off".
    Address,
    /// The address of a collector of traces, or empty.
    Collector,
    /// A mail server as `host:port`, or empty.
    MailServer,
    /// The address of a web site, under TLS unless it is on this machine, or empty.
    Web,
    /// The path of the data directory.
    DataDir,
    /// A path, or empty.
    Path,
    /// Text, or empty.
    Text,
    /// A time of the day, such as 06:00.
    TimeOfDay,
    /// An ISO 3166 region.
    Region,
    /// Which name in a client's certificate is which caller.
    Callers,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A length of time between two bounds (both inside).
    Duration(Duration, Duration),
    /// A number of bytes between two bounds (both inside).
    Size(u64, u64),
    /// A whole number between two bounds (both inside).
    Count(u64, u64),
}

words! {
    /// The language of the texts of reasons and trails.
    Language {
        /// Dutch.
        Dutch = 1 "nl",
        /// English.
        English = 2 "en",
    }
}

words! {
    /// Whether a decision is on disk before it is answered.
    Durability {
        /// On disk (synced) before the answer.
        Disk = 1 "disk",
        /// Written after the answer; a crash can lose the last milliseconds.
        Async = 2 "async",
    }
}

words! {
    /// Whether a pair signed as similar needs a second person.
    SecondPerson {
        /// It does.
        Needed = 1 "yes",
        /// One person is enough.
        NotNeeded = 2 "no",
    }
}

words! {
    /// Who a caller without token or certificate is on a loopback port.
    OpenLoopback {
        /// Nobody: a token or certificate is needed there too.
        Nobody = 1 "nobody",
        /// An agent for all sellers: asks, and records stops.
        Agent = 2 "agent",
        /// As through the socket in the data directory: everything.
        Machine = 3 "machine",
    }
}

words! {
    /// How log lines are written.
    LogFormat {
        /// A line of text.
        Text = 1 "text",
        /// A JSON object.
        Json = 2 "json",
    }
}

words! {
    /// The least grave log lines that are written.
    LogLevel {
        /// Only what went wrong.
        Error = 1 "error",
        /// And what may go wrong.
        Warn = 2 "warn",
        /// And what was done.
        Info = 3 "info",
        /// And how.
        Debug = 4 "debug",
        /// Everything.
        Trace = 5 "trace",
    }
}

/// `"a", "b" or "c"`.
fn one_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|w| format!("\"{w}\"")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

fn duration(d: Duration) -> String {
    let millis = d.as_millis();
    let (number, unit) = match millis {
        m if m % 3_600_000 == 0 && m > 0 => (m / 3_600_000, "h"),
        m if m % 60_000 == 0 && m > 0 => (m / 60_000, "m"),
        m if m % 1_000 == 0 => (m / 1_000, "s"),
        m => (m, "ms"),
    };
    format!("\"{number}{unit}\"")
}

fn bytes_text(bytes: u64) -> String {
    let (number, unit) = match bytes {
        b if b % (1 << 30) == 0 => (b >> 30, "GiB"),
        b if b % (1 << 20) == 0 => (b >> 20, "MiB"),
        b if b % (1 << 10) == 0 => (b >> 10, "KiB"),
        b => (b, "B"),
    };
    format!("\"{number}{unit}\"")
}

impl Kind {
    /// Whether a TOML value of this kind is a number, without quotes.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Count(..))
    }
}

/// What may be written, in words.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Listen => f.write_str("address:port"),
            Self::Callers => f.write_str("name=role:seller,seller; …"),
            Self::Address => f.write_str("address:port or \"off\""),
            Self::Collector => f.write_str("http://host:port or empty"),
            Self::MailServer => f.write_str("host:port or empty"),
            Self::Web => f.write_str("https://… or empty"),
            Self::DataDir | Self::Path => f.write_str("path"),
            Self::Text => f.write_str("text"),
            Self::TimeOfDay => f.write_str("time of the day"),
            Self::Region => f.write_str("ISO 3166 region"),
            Self::Word(words) => f.write_str(&one_of(words)),
            Self::Duration(least, most) => write!(f, "{} to {}", duration(least), duration(most)),
            Self::Size(least, most) => write!(f, "{} to {}", bytes_text(least), bytes_text(most)),
            Self::Count(least, most) => write!(f, "{least} to {most}"),
        }
    }
}
