//! How a part continues the one before.

use crate::{
    clock::Day,
    ledger::{chain::Hash, seal::Head, walk::PartSummary},
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
