//! Whether a proof holds.

use super::{Included, Proof, ProofError};
use crate::ledger::{
    bytes::Malformed,
    chain,
    id::{DecisionId, utc_day},
    record::{self, RawDecision, Record, WordRef},
    seal::{Head, PublicKey},
    stored::StoredDecision,
    tree,
    words::{Meanings, WORDS, Word, WordKind},
};

/// What a proof that holds has proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The decision, as it was recorded.
    pub decision: StoredDecision,
    /// The head that includes it.
    pub head: Head,
}

impl Proof {
    /// The head it leads to.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Checks it with nothing but a key: the head's signature, the way of every record to the head, the
    /// commitment to the personal part, and that the words are those the decision names.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn check(&self, keys: &[PublicKey]) -> Result<Checked, ProofError> {
        let head = &self.head;
        if !head.is_signed() {
            return Err(ProofError::Signature);
        }
        if !keys.contains(&head.key) {
            return Err(ProofError::Key(head.key));
        }
        let mut words = Words(Vec::new());
        let mut before = 0;
        for word in &self.words {
            word.is_included(head)?;
            let wrong = |what| word.wrong(what);
            match record::decode(&word.public).map_err(|Malformed(what)| wrong(what))? {
                (
                    _,
                    Record::Word {
                        kind,
                        number,
                        payload,
                    },
                ) if word.seq > before => {
                    let word =
                        Word::decode(kind, payload).map_err(|Malformed(what)| wrong(what))?;
                    words.0.push((kind, number, word));
                }
                (_, Record::Word { .. }) => return Err(wrong("a word out of turn")),
                _ => return Err(wrong("not a word")),
            }
            before = word.seq;
        }
        self.decision.is_included(head)?;
        let wrong = |what| self.decision.wrong(what);
        let malformed = |Malformed(what): Malformed| wrong(what);
        let (at, raw) = match record::decode(&self.decision.public).map_err(malformed)? {
            (at, Record::Decision(raw)) => (at, raw),
            _ => return Err(wrong("not a decision")),
        };
        if before >= self.decision.seq {
            return Err(wrong("a word recorded after it"));
        }
        if utc_day(at) != head.day {
            return Err(wrong("a time of another day"));
        }
        if let Some(salted) = &self.personal
            && chain::commitment(salted) != *raw.commitment
        {
            return Err(wrong("a personal part that is not the one recorded"));
        }
        if let Some(stray) = self
            .words
            .iter()
            .zip(&words.0)
            .find(|(_, w)| !names(&raw, w))
        {
            return Err(stray.0.wrong("a word the decision does not name"));
        }
        let id = DecisionId {
            day: head.day,
            ledger: head.ledger,
            seq: self.decision.seq,
        };
        let decision = StoredDecision::build(id, at, *raw, self.personal.as_deref(), &words);
        Ok(Checked {
            decision: decision.map_err(malformed)?,
            head: head.clone(),
        })
    }
}

fn names(raw: &RawDecision<'_>, (kind, number, _): &(WordKind, u64, Word)) -> bool {
    let named = raw.words.iter().zip(WORDS);
    named.into_iter().any(
        |(word, of)| matches!(word, WordRef::Number(n) if u64::from(*n) == *number && of == *kind),
    )
}

/// The words a proof brings.
struct Words(Vec<(WordKind, u64, Word)>);

impl Meanings for Words {
    fn get(&self, kind: WordKind, number: u32) -> Result<&Word, Malformed> {
        self.0
            .iter()
            .find(|(of, n, _)| (*of, *n) == (kind, u64::from(number)))
            .map(|(_, _, word)| word)
            .ok_or(Malformed("a word that the proof does not bring"))
    }
}

impl Included {
    fn wrong(&self, what: &'static str) -> ProofError {
        ProofError::Record {
            seq: self.seq,
            what,
        }
    }

    /// From the record to its group, from the group to the part, and that is what the head states.
    fn is_included(&self, head: &Head) -> Result<(), ProofError> {
        let place = self.seq.checked_sub(self.first_seq);
        let root = place.and_then(|place| {
            let leaf = chain::leaf(self.seq, &self.public);
            tree::climb(leaf, place, self.count, &self.record_path)
        });
        let root = root.ok_or_else(|| self.wrong("its path does not lead to its group"))?;
        if self.seq < head.first_seq || self.seq > head.last_seq {
            return Err(self.wrong("it is not among the records of the head"));
        }
        let link = chain::link(&self.previous_chain, &root, self.first_seq, self.count);
        let leaf = chain::group_leaf(&link);
        let end = tree::climb(leaf, self.group, head.groups, &self.group_path);
        if end != Some(head.tree) {
            return Err(self.wrong("it is not what the head states"));
        }
        Ok(())
    }
}
