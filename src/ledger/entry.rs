//! What is recorded of a decision, as its maker hands it over: borrowed, so that nothing is copied twice.

use std::fmt;

use super::{error::AppendError, id::DecisionId};
use crate::{
    facts::model::{Channel, FactId},
    number::{E164, LineType, Region},
    policy::verdict::{Intent, Reason, RowOutcome, Verdict},
};

/// The most rows a table may have.
pub const MAX_ROWS: usize = 32;
/// The longest text of a field, in bytes.
pub const MAX_TEXT: usize = 4_096;

/// What is a person's: kept apart behind a salted commitment, and erasable. Empty means not given.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Personal<'a> {
    /// The number as typed.
    pub number: &'a str,
    /// The number as read; `None` if it is not valid.
    pub e164: Option<E164>,
    /// The region the question asked to read it in, as typed.
    pub region: &'a str,
    /// The operator's own id of the person.
    pub person_id: &'a str,
    /// The dialer's id of the call.
    pub call_id: &'a str,
    /// Who calls.
    pub agent_id: &'a str,
    /// The number shown to the called.
    pub caller_id: &'a str,
}

impl fmt::Debug for Personal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Debug ends up in logs, and numbers do not belong there.
        write!(f, "Personal({:?}, ...)", self.e164)
    }
}

/// A regime and the very pack it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegimeContext<'a> {
    /// The regime, such as `nl-bmnr`.
    pub id: &'a str,
    /// SHA-256 of the pack's bytes.
    pub pack_sha256: &'a [u8; 32],
    /// The `semantics` version the pack states.
    pub semantics: u32,
}

/// The code that decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Engine<'a> {
    /// The build of this product.
    pub build: &'a str,
    /// The version of the numbering plans.
    pub metadata: &'a str,
}

/// What another regime would have decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shadow<'a> {
    /// That regime.
    pub regime: RegimeContext<'a>,
    /// Its verdict.
    pub verdict: Verdict,
    /// Its reason.
    pub reason: Reason,
}

/// Whether the answer waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Durability {
    /// Answered when the record is on disk.
    Disk,
    /// Answered before: a crash loses the last milliseconds.
    Async,
}

/// A decision to record.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// What is a person's.
    pub personal: Personal<'a>,
    /// What the caller means to do.
    pub intent: Intent,
    /// How; `None` where neither the question nor a campaign says.
    pub channel: Option<Channel>,
    /// The campaign as asked, known or not; empty means none.
    pub campaign: &'a str,
    /// The campaign's seller; empty means none.
    pub seller: &'a str,
    /// The number source; empty means none.
    pub source: &'a str,
    /// The kind of line.
    pub line_type: LineType,
    /// The number's country.
    pub country: Option<Region>,
    /// The answer.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// How each row of the table came out; at most [`MAX_ROWS`].
    pub outcomes: &'a [RowOutcome],
    /// The fact each row found; no longer than `outcomes`, a missing end is `None`.
    pub facts: &'a [Option<FactId>],
    /// Index of the row that decided; `None` where none did.
    pub deciding_row: Option<u8>,
    /// The revision of the facts decided with.
    pub revision: u64,
    /// The least revision the question asked for.
    pub min_revision: Option<u64>,
    /// The regime that decided; `None` where none is enforced.
    pub regime: Option<RegimeContext<'a>>,
    /// The register copy asked; empty means none.
    pub register_snapshot: &'a str,
    /// Whether the number was in it.
    pub registered: Option<bool>,
    /// The code that decided.
    pub engine: Engine<'a>,
    /// Whether the answer waits for the disk.
    pub durability: Durability,
    /// What the shadow regime would have decided.
    pub shadow: Option<Shadow<'a>>,
    /// The previous durable decision with the same call id. One of another ledger is refused; one that
    /// is not earlier is left out, since its number was given again after a failure.
    pub earlier: Option<DecisionId>,
}

impl Entry<'_> {
    /// Refuses what the record cannot hold.
    pub(super) fn check(&self) -> Result<(), AppendError> {
        let p = &self.personal;
        let regime = self.regime.map_or("", |r| r.id);
        let shadow = self.shadow.map_or("", |s| s.regime.id);
        for (field, text) in [
            ("number", p.number),
            ("region", p.region),
            ("person_id", p.person_id),
            ("call_id", p.call_id),
            ("agent_id", p.agent_id),
            ("caller_id", p.caller_id),
            ("campaign_id", self.campaign),
            ("seller_id", self.seller),
            ("source_id", self.source),
            ("register snapshot", self.register_snapshot),
            ("regime", regime),
            ("shadow regime", shadow),
            ("engine build", self.engine.build),
            ("number metadata version", self.engine.metadata),
        ] {
            if text.len() > MAX_TEXT {
                return Err(AppendError::TooLong {
                    field,
                    length: text.len(),
                    max: MAX_TEXT,
                });
            }
        }
        if self.outcomes.len() > MAX_ROWS {
            return Err(AppendError::Malformed("more than 32 rows"));
        }
        if self.facts.len() > self.outcomes.len() {
            return Err(AppendError::Malformed("more facts than rows"));
        }
        match self.deciding_row {
            Some(row) if usize::from(row) >= self.outcomes.len() => {
                Err(AppendError::Malformed("a deciding row that is not there"))
            }
            _ => Ok(()),
        }
    }
}
