//! Everything that can be scraped: name with unit, kind, labels, what it says. Dashboards and alerts rest
//! on these names; `docs/metrics.md` has this table, by its test.

use super::{Cause, ClockStep, ConnectionRefused, FailClosed, Rpc, Shed};
use crate::policy::{Reason, Verdict};

/// How a metric behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Only grows, from 0 at each start.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by size: `_bucket`, `_sum` and `_count`.
    Histogram,
}

impl Kind {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A metric.
#[derive(Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name, its unit in it (`_seconds`, `_bytes`); of a counter with `_total`.
    pub name: &'static str,
    /// How it behaves.
    pub kind: Kind,
    /// The labels each of its values has.
    pub labels: &'static [&'static str],
    /// What it says.
    pub help: &'static str,
}

macro_rules! metrics {
    ($($name:ident $kind:ident $text:literal [$($label:literal),*] $help:literal)+) => {
        $(#[doc = $help] pub const $name: Metric = Metric {
            name: $text,
            kind: Kind::$kind,
            labels: &[$($label),*],
            help: $help,
        };)+

        /// Every metric, in the order of the page.
        pub static ALL: &[&Metric] = &[$(&$name),+];
    };
}

metrics! {
    CHECKS Counter "verzet_checks_total" ["verdict", "reason"]
        "Decisions, by verdict and reason; a number of a batch is one"
    CHECK_SECONDS Histogram "verzet_check_seconds" ["rpc"]
        "From a request's being read to its answer's being ready, its record on disk; one of a batch as a whole"
    DECIDE_SECONDS Histogram "verzet_decide_seconds" []
        "Of that, reading the number, looking up, deciding twice (the shadow too) and handing it to the ledger"
    INVALID Counter "verzet_checks_invalid_total" []
        "Requests that were no question: INVALID_ARGUMENT"
    DEADLINE Counter "verzet_checks_deadline_total" []
        "Requests whose time was up before they had an answer: DEADLINE_EXCEEDED"
    ABANDONED Counter "verzet_checks_abandoned_total" []
        "Requests whose caller went away before they had an answer"
    SHED Counter "verzet_shed_total" ["cause"]
        "Requests refused because there is too much to do: RESOURCE_EXHAUSTED"
    SHED_BY_CAMPAIGN Counter "verzet_shed_by_campaign_total" ["campaign"]
        "The same by campaign; `other` is no known campaign, or one beyond the first thousand"
    FAIL_CLOSED Counter "verzet_fail_closed_total" ["cause"]
        "Checks not allowed because something of ours is amiss; those of a register, a regime or facts behind are answered BLOCK, the others refused"
    CONNECTIONS_REFUSED Counter "verzet_connections_refused_total" ["cause"]
        "Connections refused, or closed on their caller"
    SERVING Gauge "verzet_serving" []
        "1 while checks can be answered, as grpc.health.v1 has it for the empty service"

    FACTS_REVISION Gauge "verzet_facts_revision" []
        "The revision checks are answered from"
    FACTS_LAG Gauge "verzet_facts_lag_revisions" []
        "Revisions that are durable and not yet seen by checks"
    FACTS_NUMBERS Gauge "verzet_facts_numbers" []
        "Numbers that any fact is known of"
    ORIGIN_HEARD Gauge "verzet_facts_origin_heard_timestamp_seconds" ["origin"]
        "When an origin last brought a change, or an import without one since the start"
    UNCLEAR Gauge "verzet_unclear_rows" []
        "Stops that wait for a person to look at them"

    REGISTER_PRESENT Gauge "verzet_register_present" ["register"]
        "1 if there is a copy of a register that an enforced regime asks"
    REGISTER_AGE Gauge "verzet_register_age_days" ["register"]
        "Whole days since the copy in force was taken, in the register's country"
    REGISTER_MAX_AGE Gauge "verzet_register_max_age_days" ["register"]
        "The age from which on the enforced regime counts a copy as too old, less one"
    REGISTER_NUMBERS Gauge "verzet_register_numbers" ["register"]
        "Numbers in the copy in force"
    REGIME_LAPSED Gauge "verzet_regime_lapsed" ["regime"]
        "1 if an enforced regime is no longer the law, 0 if it is"

    LEDGER_QUEUE_SECONDS Histogram "verzet_ledger_queue_wait_seconds" []
        "From a decision's being taken to the writer's taking it up, by the clock"
    LEDGER_COMMIT_SECONDS Histogram "verzet_ledger_commit_seconds" []
        "Writing a group of records: hashing, inserting, committing"
    LEDGER_FSYNC_SECONDS Histogram "verzet_ledger_fsync_seconds" []
        "The COMMIT alone, which ends with the fsync of the log"
    LEDGER_GROUP Histogram "verzet_ledger_group_records" []
        "Records committed together"
    LEDGER_PENDING Gauge "verzet_ledger_pending" []
        "Decisions that wait for the disk"
    LEDGER_WRITABLE Gauge "verzet_ledger_writable" []
        "1 while decisions can be recorded"
    LEDGER_FAILURES Counter "verzet_ledger_failures_total" []
        "Times the ledger stopped being writable"
    LEDGER_SEQ Gauge "verzet_ledger_records" []
        "The number of the last record on disk"
    LEDGER_PARTS Gauge "verzet_ledger_parts" []
        "Parts (days) of the ledger"
    LEDGER_BYTES Gauge "verzet_ledger_bytes" []
        "The size of all parts"
    LEDGER_PART_BYTES Gauge "verzet_ledger_part_bytes" ["part"]
        "The size of each of the seven newest parts, the log of the open one in it"
    LEDGER_VERIFIED Gauge "verzet_ledger_verified_timestamp_seconds" []
        "When the chain was last walked whole and found intact; absent if never"
    LEDGER_INTACT Gauge "verzet_ledger_intact" []
        "What the last walk of the chain said: 1 intact, 0 not; absent if there was none"
    LEDGER_AHEAD Gauge "verzet_ledger_ahead_of_clock_seconds" []
        "How far the last decision's time is ahead of the clock; more than a minute and checks are refused"

    DISK_FREE Gauge "verzet_disk_free_bytes" ["of"]
        "Space this user can still fill, on the disk of the data directory and of the ledger"
    DISK_DAYS Gauge "verzet_ledger_disk_days_left" []
        "Days until that space is full if days are as large as the largest of the last seven; absent on the first day"

    CLOCK_STEPS Counter "verzet_clock_steps_total" ["direction"]
        "Times the system's clock was moved by more than half a second against the monotonic one (a suspended machine too)"

    BUILD Gauge "verzet_build_info" ["version", "number_metadata"]
        "Always 1; the version of verzet and of the numbering plans"
    START Gauge "process_start_time_seconds" []
        "When the process started"
    MEMORY Gauge "process_resident_memory_bytes" []
        "Memory in use"
    CPU Counter "process_cpu_seconds_total" []
        "Processor time used, of the user and the system"
    OPEN_FDS Gauge "process_open_fds" []
        "File descriptors in use"
    MAX_FDS Gauge "process_max_fds" []
        "The most there may be"
}

/// The page's tables: every metric, then every closed set of label values.
pub fn markdown() -> String {
    let mut out = String::from("| metric | kind | labels | what it says |\n|---|---|---|---|\n");
    for m in ALL {
        let labels: Vec<_> = m.labels.iter().map(|l| format!("`{l}`")).collect();
        out.push_str(&format!(
            "| `{}` | {} | {} | {} |\n",
            m.name,
            m.kind.word(),
            labels.join(", "),
            m.help
        ));
    }
    out.push_str("\n| metric | label | may be |\n|---|---|---|\n");
    let mut words = |m: &Metric, label: &str, words: Vec<&str>| {
        let words: Vec<_> = words.iter().map(|w| format!("`{w}`")).collect();
        out.push_str(&format!(
            "| `{}` | `{label}` | {} |\n",
            m.name,
            words.join(", ")
        ));
    };
    words(
        &CHECKS,
        "verdict",
        Verdict::ALL.iter().map(|v| v.word()).collect(),
    );
    words(
        &CHECKS,
        "reason",
        Reason::ALL.iter().map(|r| r.word()).collect(),
    );
    words(
        &CHECK_SECONDS,
        "rpc",
        Rpc::ALL.iter().map(|r| r.label()).collect(),
    );
    words(&DISK_FREE, "of", vec!["data", "ledger"]);
    out.push_str("\n| metric | cause | when |\n|---|---|---|\n");
    causes::<Shed>(&mut out, &SHED);
    causes::<FailClosed>(&mut out, &FAIL_CLOSED);
    for (reason, cause) in BLOCKED_FOR {
        out.push_str(&format!(
            "| `{}` | `{cause}` | Answered BLOCK with reason `{}`. |\n",
            FAIL_CLOSED.name,
            reason.word()
        ));
    }
    causes::<ConnectionRefused>(&mut out, &CONNECTIONS_REFUSED);
    causes::<ClockStep>(&mut out, &CLOCK_STEPS);
    out
}

fn causes<C: Cause>(out: &mut String, metric: &Metric) {
    for cause in C::all() {
        out.push_str(&format!(
            "| `{}` | `{}` | {} |\n",
            metric.name,
            cause.label(),
            cause.meaning()
        ));
    }
}

/// The reasons of a BLOCK that is ours to mend, and the cause they count as among [`FAIL_CLOSED`].
pub const BLOCKED_FOR: &[(Reason, &str)] = &[
    (Reason::RegisterStale, "register_stale"),
    (Reason::NoRegime, "no_regime"),
    (Reason::FactsBehind, "facts_behind"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules_of_prometheus() {
        let mut names: Vec<_> = ALL.iter().map(|m| m.name).collect();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(names.iter().all(|n| n.chars().all(plain)));
        for m in ALL {
            assert_eq!(
                m.kind == Kind::Counter,
                m.name.ends_with("_total"),
                "{}",
                m.name
            );
            assert!(!m.help.is_empty() && !m.help.ends_with('.'), "{}", m.name);
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len(), "a name twice");
    }
}
