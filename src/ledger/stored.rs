//! A decision as read back: words resolved, personal part there or erased.

use std::sync::Arc;

use smallvec::SmallVec;

use super::{
    bytes::Malformed,
    entry::{Durability, Engine, Entry, RegimeContext, Shadow},
    id::DecisionId,
    personal::{self, StoredPersonal},
    record::{self, RawDecision, WordRef},
    words::{Meanings, StoredEngine, StoredRegime, WORDS, Word},
};
use crate::{
    clock::Micros,
    facts::model::{Channel, FactId},
    number::{LineType, Region},
    policy::verdict::{Intent, Reason, RowOutcome, Verdict},
};

/// What the shadow regime would have decided, as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredShadow {
    /// That regime.
    pub regime: Arc<StoredRegime>,
    /// Its verdict.
    pub verdict: Verdict,
    /// Its reason.
    pub reason: Reason,
}

/// A recorded decision. The fields are those of [`Entry`]; empty texts mean none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct StoredDecision {
    pub id: DecisionId,
    /// Ledger time.
    pub at: Micros,
    /// The moment it was decided at. Ledger time is a little later where another decision was recorded
    /// in between.
    pub decided_at: Micros,
    /// `None` once erased.
    pub personal: Option<StoredPersonal>,
    pub intent: Intent,
    pub channel: Option<Channel>,
    pub campaign: Arc<str>,
    pub seller: Arc<str>,
    pub source: Arc<str>,
    pub line_type: LineType,
    pub country: Option<Region>,
    pub verdict: Verdict,
    pub reason: Reason,
    pub outcomes: SmallVec<[RowOutcome; 32]>,
    /// The rows that found a fact, in order, and the fact.
    pub facts: SmallVec<[(u8, FactId); 4]>,
    pub deciding_row: Option<u8>,
    pub revision: u64,
    pub min_revision: Option<u64>,
    pub regime: Option<Arc<StoredRegime>>,
    pub register_snapshot: Arc<str>,
    pub registered: Option<bool>,
    pub engine: Arc<StoredEngine>,
    pub durability: Durability,
    pub shadow: Option<StoredShadow>,
    pub earlier: Option<DecisionId>,
}

impl StoredDecision {
    /// The fact a row found.
    pub fn fact(&self, row: u8) -> Option<FactId> {
        self.facts
            .iter()
            .find(|(at, _)| *at == row)
            .map(|(_, fact)| *fact)
    }

    /// The fact of every row, in the form of [`Entry::facts`].
    pub fn facts_by_row(&self) -> SmallVec<[Option<FactId>; 32]> {
        (0..self.outcomes.len() as u8)
            .map(|row| self.fact(row))
            .collect()
    }

    /// As it was handed over; `facts` is [`StoredDecision::facts_by_row`]. `None` once erased.
    pub fn as_entry<'a>(&'a self, facts: &'a [Option<FactId>]) -> Option<Entry<'a>> {
        Some(Entry {
            personal: self.personal.as_ref()?.as_personal(),
            intent: self.intent,
            channel: self.channel,
            campaign: &self.campaign,
            seller: &self.seller,
            source: &self.source,
            line_type: self.line_type,
            country: self.country,
            verdict: self.verdict,
            reason: self.reason,
            outcomes: &self.outcomes,
            facts,
            deciding_row: self.deciding_row,
            revision: self.revision,
            min_revision: self.min_revision,
            regime: self.regime.as_deref().map(StoredRegime::as_context),
            register_snapshot: &self.register_snapshot,
            registered: self.registered,
            engine: Engine {
                build: &self.engine.build,
                metadata: &self.engine.metadata,
            },
            durability: self.durability,
            shadow: self.shadow.as_ref().map(|s| Shadow {
                regime: s.regime.as_context(),
                verdict: s.verdict,
                reason: s.reason,
            }),
            earlier: self.earlier,
        })
    }

    /// Puts a record together from its parts.
    pub(super) fn build(
        id: DecisionId,
        at: Micros,
        raw: RawDecision<'_>,
        personal: Option<&[u8]>,
        words: &impl Meanings,
    ) -> Result<Self, Malformed> {
        let text = |which| words_text(&raw, which, words);
        Ok(Self {
            id,
            at,
            decided_at: Micros(at.0.saturating_sub_unsigned(raw.lag)),
            personal: match personal {
                Some(bytes) => Some(personal::decode(bytes)?.to_owned()),
                None => None,
            },
            campaign: text(0)?,
            seller: text(1)?,
            source: text(2)?,
            regime: regime(&raw, 3, words)?,
            engine: match word(&raw, 4, words)? {
                Some(Word::Engine(engine)) => engine,
                _ => Arc::default(),
            },
            register_snapshot: text(5)?,
            shadow: match (regime(&raw, 6, words)?, raw.shadow) {
                (Some(regime), Some((verdict, reason))) => Some(StoredShadow {
                    regime,
                    verdict,
                    reason,
                }),
                _ => None,
            },
            earlier: match raw.earlier {
                Some(back) => Some(record::forth(id, back)?),
                None => None,
            },
            intent: raw.intent,
            channel: raw.channel,
            line_type: raw.line_type,
            country: raw.country,
            verdict: raw.verdict,
            reason: raw.reason,
            outcomes: raw.outcomes,
            facts: raw.facts,
            deciding_row: raw.deciding_row,
            revision: raw.revision,
            min_revision: raw.min_revision,
            registered: raw.registered,
            durability: raw.durability,
        })
    }
}

impl StoredRegime {
    /// As it was handed over.
    pub fn as_context(&self) -> RegimeContext<'_> {
        RegimeContext {
            id: &self.id,
            pack_sha256: &self.pack_sha256,
            semantics: self.semantics,
        }
    }
}

/// What a word of a decision means.
fn word(
    raw: &RawDecision<'_>,
    which: usize,
    words: &impl Meanings,
) -> Result<Option<Word>, Malformed> {
    Ok(match raw.words[which] {
        WordRef::None => None,
        WordRef::Inline(payload) => Some(Word::decode(WORDS[which], payload)?),
        WordRef::Number(number) => Some(words.get(WORDS[which], number)?.clone()),
    })
}

fn words_text(
    raw: &RawDecision<'_>,
    which: usize,
    words: &impl Meanings,
) -> Result<Arc<str>, Malformed> {
    Ok(match word(raw, which, words)? {
        Some(Word::Text(text)) => text,
        _ => Arc::default(),
    })
}

fn regime(
    raw: &RawDecision<'_>,
    which: usize,
    words: &impl Meanings,
) -> Result<Option<Arc<StoredRegime>>, Malformed> {
    Ok(match word(raw, which, words)? {
        Some(Word::Regime(regime)) => Some(regime),
        _ => None,
    })
}
