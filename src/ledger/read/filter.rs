//! Which decisions to read.

use crate::{
    clock::{Day, Micros},
    ledger::{
        bytes::Malformed,
        id::{DecisionId, start_of},
        personal::RawPersonal,
        record::{RawDecision, WordRef},
        words::{Meanings, WORDS, Word, WordTable},
    },
    number::E164,
    policy::verdict::{Reason, Verdict},
};

/// Which decisions to read: those that are everything given. The default is all.
///
/// A filter on a personal field finds no erased decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Ledger time from here on, itself included.
    pub from: Option<Micros>,
    /// Ledger time up to here, itself excluded.
    pub until: Option<Micros>,
    /// The campaign as asked.
    pub campaign: Option<String>,
    /// The seller.
    pub seller: Option<String>,
    /// The verdict.
    pub verdict: Option<Verdict>,
    /// The reason.
    pub reason: Option<Reason>,
    /// The number as read.
    pub e164: Option<E164>,
    /// The dialer's id of the call.
    pub call_id: Option<String>,
    /// Who called.
    pub agent_id: Option<String>,
    /// This very decision.
    pub decision: Option<DecisionId>,
    /// Only records with a larger number than this.
    pub after: Option<u64>,
    /// Only records with a smaller number than this.
    pub before: Option<u64>,
}

impl Filter {
    /// Whether a day's part can hold any.
    pub(super) fn touches(&self, day: Day) -> bool {
        self.decision.is_none_or(|id| id.day == day)
            && self.from.is_none_or(|t| t < start_of(Day(day.0 + 1)))
            && self.until.is_none_or(|t| t > start_of(day))
    }

    /// Whether the public part passes; the times of a whole part were cut before.
    pub(super) fn admits(
        &self,
        at: Micros,
        raw: &RawDecision<'_>,
        words: &WordTable,
    ) -> Result<bool, Malformed> {
        Ok(self.verdict.is_none_or(|v| v == raw.verdict)
            && self.reason.is_none_or(|r| r == raw.reason)
            && self.from.is_none_or(|t| at >= t)
            && self.until.is_none_or(|t| at < t)
            && is_word(raw, 0, self.campaign.as_deref(), words)?
            && is_word(raw, 1, self.seller.as_deref(), words)?)
    }

    /// Whether the personal part has to be looked at.
    pub(super) fn is_personal(&self) -> bool {
        self.e164.is_some() || self.call_id.is_some() || self.agent_id.is_some()
    }

    /// Whether the personal part passes.
    pub(super) fn admits_personal(&self, personal: &RawPersonal<'_>) -> bool {
        let is = |wanted: &Option<String>, text| wanted.as_deref().is_none_or(|w| w == text);
        self.e164.is_none_or(|e164| personal.e164 == Some(e164))
            && is(&self.call_id, personal.call_id)
            && is(&self.agent_id, personal.agent_id)
    }
}

/// The seller of a decision, as a text.
pub(super) fn seller_of(raw: &RawDecision<'_>, words: &WordTable) -> Result<String, Malformed> {
    Ok(match raw.words[1] {
        WordRef::None => String::new(),
        WordRef::Inline(payload) => String::from_utf8_lossy(payload).into_owned(),
        WordRef::Number(number) => match words.get(WORDS[1], number)? {
            Word::Text(text) => text.to_string(),
            _ => String::new(),
        },
    })
}

/// Whether a word of a decision is the one wanted.
fn is_word(
    raw: &RawDecision<'_>,
    which: usize,
    wanted: Option<&str>,
    words: &WordTable,
) -> Result<bool, Malformed> {
    let Some(wanted) = wanted else {
        return Ok(true);
    };
    Ok(match raw.words[which] {
        WordRef::None => wanted.is_empty(),
        WordRef::Inline(payload) => payload == wanted.as_bytes(),
        WordRef::Number(number) => {
            matches!(words.get(WORDS[which], number)?, Word::Text(text) if **text == *wanted)
        }
    })
}
