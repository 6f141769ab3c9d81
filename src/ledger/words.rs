//! The dictionary: words that come again and again (campaigns, regimes ...) are recorded once a part,
//! under the chain like decisions, and named by small numbers.

use std::sync::Arc;

use hashbrown::HashMap;

use super::{
    bytes::{Bytes, Cursor, Malformed, put_sized, put_varint, text},
    entry::{Engine, RegimeContext},
};

/// The most words of one kind in one part. A dialer that invents campaign ids cannot fill the memory:
/// further words are written out in each decision.
pub(super) const MAX_WORDS: u32 = 65_536;

/// What a word is; the numbers are stored and never reused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum WordKind {
    Campaign = 1,
    Seller = 2,
    Source = 3,
    Regime = 4,
    Engine = 5,
    Register = 6,
}

impl WordKind {
    pub(super) const COUNT: usize = 6;

    pub(super) fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Campaign,
            2 => Self::Seller,
            3 => Self::Source,
            4 => Self::Regime,
            5 => Self::Engine,
            6 => Self::Register,
            _ => return None,
        })
    }

    fn index(self) -> usize {
        self as usize - 1
    }
}

/// A word's payload: semantics, pack hash, id.
pub(super) fn regime_payload(regime: &RegimeContext<'_>) -> Bytes {
    let mut out = Bytes::new();
    put_varint(&mut out, regime.semantics.into());
    out.extend_from_slice(regime.pack_sha256);
    out.extend_from_slice(regime.id.as_bytes());
    out
}

/// A word's payload: build behind its length, metadata version.
pub(super) fn engine_payload(engine: &Engine<'_>) -> Bytes {
    let mut out = Bytes::new();
    put_sized(&mut out, engine.build.as_bytes());
    out.extend_from_slice(engine.metadata.as_bytes());
    out
}

/// How a payload stands in a decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// Recorded before.
    Known(u32),
    /// To be recorded now.
    New(u32),
    /// The dictionary is full: written out in the decision.
    Full,
}

/// The writing side: payload to number, of the open part.
#[derive(Default)]
pub(super) struct Dictionary {
    kinds: [HashMap<Box<[u8]>, u32>; WordKind::COUNT],
}

impl Dictionary {
    /// The number of a payload; gives it the next one if it has none.
    #[inline]
    pub(super) fn number(&mut self, kind: WordKind, payload: &[u8]) -> Found {
        let known = &mut self.kinds[kind.index()];
        if let Some(number) = known.get(payload) {
            return Found::Known(*number);
        }
        let next = known.len() as u32;
        if next >= MAX_WORDS {
            return Found::Full;
        }
        known.insert(payload.into(), next);
        Found::New(next)
    }

    /// Starts a part.
    pub(super) fn clear(&mut self) {
        self.kinds.iter_mut().for_each(HashMap::clear);
    }
}

/// A regime and the very pack it was read from, as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRegime {
    /// The regime, such as `nl-bmnr`.
    pub id: String,
    /// SHA-256 of the pack's bytes.
    pub pack_sha256: [u8; 32],
    /// The `semantics` version the pack states.
    pub semantics: u32,
}

/// The code that decided, as recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredEngine {
    /// The build of this product.
    pub build: String,
    /// The version of the numbering plans.
    pub metadata: String,
}

/// A word, read.
#[derive(Clone, Debug)]
pub(super) enum Word {
    Text(Arc<str>),
    Regime(Arc<StoredRegime>),
    Engine(Arc<StoredEngine>),
}

impl Word {
    pub(super) fn decode(kind: WordKind, payload: &[u8]) -> Result<Self, Malformed> {
        let mut cursor = Cursor(payload);
        Ok(match kind {
            WordKind::Regime => {
                let semantics = u32::try_from(cursor.varint()?)
                    .map_err(|_| Malformed("a semantics version above 32 bits"))?;
                Self::Regime(Arc::new(StoredRegime {
                    semantics,
                    pack_sha256: *cursor.array()?,
                    id: text(cursor.0)?.to_owned(),
                }))
            }
            WordKind::Engine => Self::Engine(Arc::new(StoredEngine {
                build: cursor.sized_text()?.to_owned(),
                metadata: text(cursor.0)?.to_owned(),
            })),
            _ => Self::Text(text(payload)?.into()),
        })
    }
}

/// The reading side: number to word, of one part.
#[derive(Default)]
pub(super) struct WordTable {
    kinds: [Vec<Word>; WordKind::COUNT],
}

impl WordTable {
    /// Takes the next word of its kind; numbers run from 0 without a gap.
    pub(super) fn add(
        &mut self,
        kind: WordKind,
        number: u64,
        payload: &[u8],
    ) -> Result<(), Malformed> {
        let words = &mut self.kinds[kind.index()];
        if number != words.len() as u64 {
            return Err(Malformed("a word out of turn"));
        }
        words.push(Word::decode(kind, payload)?);
        Ok(())
    }

    pub(super) fn get(&self, kind: WordKind, number: u32) -> Result<&Word, Malformed> {
        self.kinds[kind.index()]
            .get(number as usize)
            .ok_or(Malformed("a word that was never recorded"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_run_per_kind_until_the_dictionary_is_full() {
        let mut words = Dictionary::default();
        assert_eq!(words.number(WordKind::Campaign, b"a"), Found::New(0));
        assert_eq!(words.number(WordKind::Seller, b"a"), Found::New(0));
        assert_eq!(words.number(WordKind::Campaign, b"b"), Found::New(1));
        assert_eq!(words.number(WordKind::Campaign, b"a"), Found::Known(0));
        for i in 2..MAX_WORDS {
            words.number(WordKind::Campaign, &i.to_be_bytes());
        }
        assert_eq!(words.number(WordKind::Campaign, b"new"), Found::Full);
        assert_eq!(words.number(WordKind::Campaign, b"b"), Found::Known(1));
        assert_eq!(words.number(WordKind::Seller, b"new"), Found::New(1));
        words.clear();
        assert_eq!(words.number(WordKind::Campaign, b"new"), Found::New(0));
    }
}
