//! How a part continues the one before, and bears out its head.

use crate::{
    clock::Day,
    ledger::{
        chain::Hash,
        seal::{Head, HeadKind},
        walk::{PartSummary, Walked},
    },
};

/// Where a ledger stands behind some part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// Nothing came yet.
    Begin,
    /// Behind this part.
    After {
        day: Day,
        last_seq: u64,
        chain: Hash,
    },
    /// The part before is damaged.
    Unknown,
}

/// What a part says of the one before.
#[derive(PartialEq, Eq)]
pub(super) struct Continues {
    pub(super) previous: Option<Day>,
    pub(super) chain: Hash,
    pub(super) first_seq: u64,
}

impl Continues {
    pub(super) fn of_head(head: &Head) -> Self {
        Self {
            previous: head.previous,
            chain: head.previous_chain,
            first_seq: head.first_seq,
        }
    }

    pub(super) fn of_part(part: &PartSummary) -> Self {
        Self {
            previous: Day::parse(&part.previous).ok(),
            chain: part.previous_chain,
            first_seq: part.first_seq,
        }
    }
}

impl Link {
    pub(super) fn after_head(head: &Head) -> Self {
        Self::After {
            day: head.day,
            last_seq: head.last_seq,
            chain: head.chain,
        }
    }

    pub(super) fn after_part(part: &PartSummary) -> Self {
        Self::After {
            day: part.day,
            last_seq: part.last_seq,
            chain: part.chain,
        }
    }

    /// What is wrong if this comes behind; `None` if it continues it.
    pub(super) fn broken_by(&self, next: &Continues) -> Option<String> {
        match (self, next.previous) {
            (Self::Unknown, _) | (Self::Begin, None) => None,
            (Self::Begin, Some(day)) => Some(format!(
                "it continues {day}, and that part is gone: no head says that it was purged"
            )),
            (Self::After { day, .. }, None) => Some(format!(
                "it says it is the first, and {day} is there before it"
            )),
            (Self::After { day, .. }, Some(previous)) if previous > *day => Some(format!(
                "it continues {previous}, and that part is gone: no head says that it was purged"
            )),
            (Self::After { day, .. }, Some(previous)) if previous < *day => {
                Some(format!("it continues {previous}, and not {day}"))
            }
            (
                Self::After {
                    day,
                    last_seq,
                    chain,
                },
                _,
            ) => (next.chain != *chain || next.first_seq != last_seq + 1)
                .then(|| format!("it does not continue the chain of {day}")),
        }
    }
}

/// What a part is, other than a head says it was; and the record from which on.
pub(super) fn contradiction(head: &Head, walked: &Walked) -> Option<(u64, String)> {
    let sum = &walked.summary;
    let signed = head.mark();
    let found = walked
        .marks
        .iter()
        .find(|mark| mark.groups == signed.groups);
    let at = head.signed_at;
    let same_begin = Continues::of_head(head) == Continues::of_part(sum);
    match found {
        _ if !same_begin => Some((
            sum.first_seq,
            format!(
                "it begins otherwise than was signed at {at}: another part stands in its place"
            ),
        )),
        None if sum.last_seq < signed.last_seq => Some((
            sum.last_seq + 1,
            format!(
                "it ends with record {}, and was signed up to record {} at {at}: its end is cut off",
                sum.last_seq, signed.last_seq
            ),
        )),
        Some(mark) if *mark == signed => match head.kind {
            HeadKind::Sealed if walked.end != signed => Some((
                signed.last_seq + 1,
                format!(
                    "it was sealed at {at} with record {}, and goes on",
                    signed.last_seq
                ),
            )),
            _ => None,
        },
        _ => Some((
            sum.first_seq,
            format!(
                "records {} to {} are not those signed at {at}, though they agree among themselves",
                sum.first_seq, signed.last_seq
            ),
        )),
    }
}
