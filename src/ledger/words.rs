//! The dictionary: words that come again and again (campaigns, regimes ...) are recorded once a part,
//! under the chain like decisions, and named by small numbers.

use std::sync::Arc;

use hashbrown::HashMap;

use super::{
    bytes::{Cursor, Malformed, put_sized, put_varint, text},
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

/// The words of a decision, in the order they stand in it; the last is the shadow's.
pub(super) const WORDS: [WordKind; 7] = [
    WordKind::Campaign,
    WordKind::Seller,
    WordKind::Source,
    WordKind::Regime,
    WordKind::Engine,
    WordKind::Register,
    WordKind::Regime,
];

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

/// A word as a decision brings it.
#[derive(Clone, Copy)]
pub(super) enum Term<'a> {
    None,
    Text(&'a str),
    Regime(RegimeContext<'a>),
    Engine(Engine<'a>),
}

impl<'a> Term<'a> {
    pub(super) fn text(text: &'a str) -> Self {
        if text.is_empty() {
            Self::None
        } else {
            Self::Text(text)
        }
    }

    pub(super) fn regime(regime: Option<RegimeContext<'a>>) -> Self {
        regime.map_or(Self::None, Self::Regime)
    }

    /// Appends the payload: the text; semantics, pack hash and id; or the build behind its length and the
    /// metadata version.
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::None => {}
            Self::Text(text) => out.extend_from_slice(text.as_bytes()),
            Self::Regime(regime) => {
                put_varint(out, regime.semantics.into());
                out.extend_from_slice(regime.pack_sha256);
                out.extend_from_slice(regime.id.as_bytes());
            }
            Self::Engine(engine) => {
                put_sized(out, engine.build.as_bytes());
                out.extend_from_slice(engine.metadata.as_bytes());
            }
        }
    }

    /// Whether a payload is this word's, without making another.
    #[inline]
    fn is(&self, payload: &[u8]) -> bool {
        let mut cursor = Cursor(payload);
        match self {
            Self::None => payload.is_empty(),
            Self::Text(text) => payload == text.as_bytes(),
            Self::Regime(regime) => {
                cursor.varint() == Ok(regime.semantics.into())
                    && cursor.array() == Ok(regime.pack_sha256)
                    && cursor.0 == regime.id.as_bytes()
            }
            Self::Engine(engine) => {
                cursor.sized() == Ok(engine.build.as_bytes())
                    && cursor.0 == engine.metadata.as_bytes()
            }
        }
    }
}

/// How a word stands in a decision.
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
    /// The payload found last for each word of a decision, and its number: mostly it is the next one too.
    last: [(Vec<u8>, u32); WORDS.len()],
    /// A payload being looked up.
    payload: Vec<u8>,
}

impl Dictionary {
    /// The number of the word at a place of [`WORDS`]; gives it the next one if it has none.
    #[inline]
    pub(super) fn number(&mut self, place: usize, term: &Term<'_>) -> Found {
        // INVARIANT: an empty payload is no word's.
        let (payload, number) = &self.last[place];
        if !payload.is_empty() && term.is(payload) {
            return Found::Known(*number);
        }
        self.payload.clear();
        term.put(&mut self.payload);
        let found = look_up(&mut self.kinds[WORDS[place].index()], &self.payload);
        if let Found::Known(number) | Found::New(number) = found {
            let last = &mut self.last[place];
            last.0.clone_from(&self.payload);
            last.1 = number;
        }
        found
    }

    /// Takes a word that is recorded already.
    pub(super) fn learn(&mut self, kind: WordKind, payload: &[u8]) {
        look_up(&mut self.kinds[kind.index()], payload);
    }

    /// Starts a part.
    pub(super) fn clear(&mut self) {
        self.kinds.iter_mut().for_each(HashMap::clear);
        self.last
            .iter_mut()
            .for_each(|(payload, _)| payload.clear());
    }
}

fn look_up(known: &mut HashMap<Box<[u8]>, u32>, payload: &[u8]) -> Found {
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

/// Where a decision's words are looked up.
pub(super) trait Meanings {
    /// The word of a number.
    fn get(&self, kind: WordKind, number: u32) -> Result<&Word, Malformed>;
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
}

impl Meanings for WordTable {
    fn get(&self, kind: WordKind, number: u32) -> Result<&Word, Malformed> {
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
        let (campaign, seller) = (0, 1);
        let mut words = Dictionary::default();
        assert_eq!(words.number(campaign, &Term::Text("a")), Found::New(0));
        assert_eq!(words.number(seller, &Term::Text("a")), Found::New(0));
        assert_eq!(words.number(campaign, &Term::Text("b")), Found::New(1));
        assert_eq!(words.number(campaign, &Term::Text("a")), Found::Known(0));
        assert_eq!(words.number(campaign, &Term::Text("a")), Found::Known(0));
        for i in 2..MAX_WORDS {
            words.number(campaign, &Term::Text(&i.to_string()));
        }
        for _ in 0..2 {
            assert_eq!(words.number(campaign, &Term::Text("new")), Found::Full);
            assert_eq!(words.number(campaign, &Term::Text("b")), Found::Known(1));
        }
        assert_eq!(words.number(seller, &Term::Text("new")), Found::New(1));
        words.clear();
        assert_eq!(words.number(campaign, &Term::Text("b")), Found::New(0));
    }

    #[test]
    fn a_regime_is_another_if_anything_of_it_is() {
        let (one, other) = ([1; 32], [2; 32]);
        let regime = |id, pack_sha256, semantics| {
            Term::Regime(RegimeContext {
                id,
                pack_sha256,
                semantics,
            })
        };
        let mut words = Dictionary::default();
        let all = [
            regime("nl", &one, 1),
            regime("nl", &one, 300),
            regime("nl", &other, 1),
            regime("nl-", &one, 1),
            regime("", &one, 1),
        ];
        for (n, term) in (0..).zip(&all) {
            assert_eq!(words.number(3, term), Found::New(n));
            assert_eq!(words.number(3, term), Found::Known(n));
            // The shadow's words are the regime's.
            assert_eq!(words.number(6, term), Found::Known(n));
        }
    }

    #[test]
    fn an_engine_is_another_if_anything_of_it_is() {
        let mut words = Dictionary::default();
        let all = [("0.1", "9.0"), ("0.1", "9.1"), ("0.19", ".0"), ("", "")];
        for (n, (build, metadata)) in (0..).zip(all) {
            let term = Term::Engine(Engine { build, metadata });
            assert_eq!(words.number(4, &term), Found::New(n));
            assert_eq!(words.number(4, &term), Found::Known(n));
        }
    }
}
