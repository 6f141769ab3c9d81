//! The public part of a record, to the byte (`docs/ledger.md`). One value has one encoding: reading is
//! strict, so that no two byte strings mean the same record.

mod read;

pub(super) use read::{RawDecision, Record, WordRef, decode, time_of};

use super::{
    bytes::{Malformed, put_sized, put_varint},
    entry::{Durability, Entry},
    id::{DecisionId, utc_day},
    words::{Term, WORDS, WordKind},
};
use crate::{
    clock::{Day, Micros},
    facts::model::Channel,
    policy::verdict::RowOutcome,
};

/// First byte of every record.
pub(super) const VERSION: u8 = 1;
/// Ledger time is kept in 7 bytes: up to the year 4253.
pub(super) const LAST_TIME: Micros = Micros((1 << 56) - 1);
/// The commitment ends a decision.
pub(super) const COMMITMENT: usize = 32;

const WORD: u8 = 1;
const DECISION: u8 = 2;

const HAS_COUNTRY: u8 = 1;
const HAS_MIN_REVISION: u8 = 2;
const HAS_EARLIER: u8 = 4;
const MEMBERSHIP_AT: u8 = 3;
const HAS_LAG: u8 = 32;

const SHADOW: usize = 6;

/// The words of an entry, in the order of [`WORDS`].
#[inline]
pub(super) fn terms<'a>(entry: &Entry<'a>) -> [Term<'a>; WORDS.len()] {
    [
        Term::text(entry.campaign),
        Term::text(entry.seller),
        Term::text(entry.source),
        Term::regime(entry.regime),
        Term::Engine(entry.engine),
        Term::text(entry.register_snapshot),
        Term::regime(entry.shadow.map(|shadow| shadow.regime)),
    ]
}

/// Appends the record of a decision, its commitment left zero. A word without a number is written out.
/// `lag` is how many microseconds before `at` was decided.
pub(super) fn put_decision(
    out: &mut Vec<u8>,
    at: Micros,
    lag: u64,
    entry: &Entry<'_>,
    words: &[(Term<'_>, Option<u32>); WORDS.len()],
    earlier: Option<(u64, u64)>,
) {
    put_head(out, DECISION, at);
    let rows = entry.outcomes.len() as u16;
    let deciding = entry.deciding_row.map_or(0, |row| u16::from(row) + 1);
    let shape = entry.line_type as u16 | rows << 4 | deciding << 10;
    let [low, high] = shape.to_le_bytes();
    out.extend_from_slice(&[
        entry.verdict.code()
            | entry.intent.code() << 2
            | entry.channel.map_or(0, Channel::code) << 4
            | u8::from(entry.durability == Durability::Async) << 7,
        entry.reason.code(),
        flag(HAS_COUNTRY, entry.country.is_some())
            | flag(HAS_MIN_REVISION, entry.min_revision.is_some())
            | flag(HAS_EARLIER, earlier.is_some())
            | flag(HAS_LAG, lag > 0)
            | entry.registered.map_or(0, |yes| 1 + u8::from(yes)) << MEMBERSHIP_AT,
        low,
        high,
    ]);
    for (term, number) in words {
        put_term(out, term, *number);
    }
    if let Some((seq, days)) = earlier {
        put_varint(out, seq);
        put_varint(out, days);
    }
    if lag > 0 {
        put_varint(out, lag);
    }
    put_varint(out, entry.revision);
    if let Some(country) = entry.country {
        out.extend_from_slice(&country.bytes());
    }
    if let Some(revision) = entry.min_revision {
        put_varint(out, revision);
    }
    if let Some(shadow) = &entry.shadow {
        out.extend_from_slice(&[shadow.verdict.code(), shadow.reason.code()]);
    }
    put_outcomes(out, entry.outcomes);
    let found = entry.facts.iter().enumerate();
    let mask = found.fold(0u64, |mask, (row, fact)| {
        mask | u64::from(fact.is_some()) << row
    });
    put_varint(out, mask);
    for fact in entry.facts.iter().flatten() {
        put_varint(out, fact.code());
    }
    out.extend_from_slice(&[0; COMMITMENT]);
}

fn flag(bit: u8, given: bool) -> u8 {
    if given { bit } else { 0 }
}

/// Version, kind and time: the first nine bytes of every record.
fn put_head(out: &mut Vec<u8>, kind: u8, at: Micros) {
    let time = at.0.to_be_bytes();
    out.extend_from_slice(&[
        VERSION, kind, time[1], time[2], time[3], time[4], time[5], time[6], time[7],
    ]);
}

/// Appends the record of a word.
pub(super) fn put_word(
    out: &mut Vec<u8>,
    at: Micros,
    kind: WordKind,
    number: u32,
    term: &Term<'_>,
) {
    put_head(out, WORD, at);
    out.push(kind as u8);
    put_varint(out, number.into());
    term.put(out);
}

/// A word where a decision names it: 0 none, 1 written out, else its number and 2.
#[inline]
fn put_term(out: &mut Vec<u8>, term: &Term<'_>, number: Option<u32>) {
    match (term, number) {
        (Term::None, _) => out.push(0),
        (_, Some(number)) => put_varint(out, u64::from(number) + 2),
        (term, None) => {
            let mut payload = Vec::new();
            term.put(&mut payload);
            out.push(1);
            put_sized(out, &payload);
        }
    }
}

/// Three bits a row, the first row lowest.
fn put_outcomes(out: &mut Vec<u8>, outcomes: &[RowOutcome]) {
    for eight in outcomes.chunks(8) {
        let bits = eight
            .iter()
            .rev()
            .fold(0u32, |bits, outcome| bits << 3 | u32::from(outcome.code()));
        out.extend_from_slice(&bits.to_le_bytes()[..(eight.len() * 3).div_ceil(8)]);
    }
}

/// How far back an earlier decision lies; `None` if it is not earlier.
#[inline]
pub(super) fn back(earlier: DecisionId, seq: u64, at: Micros) -> Option<(u64, u64)> {
    let days = i64::from(utc_day(at).0) - i64::from(earlier.day.0);
    let seqs = seq.checked_sub(earlier.seq).filter(|n| *n > 0)?;
    Some((seqs, u64::try_from(days).ok()?))
}

/// The earlier decision that lies so far back.
pub(super) fn forth(id: DecisionId, (seqs, days): (u64, u64)) -> Result<DecisionId, Malformed> {
    let before = || {
        Some(DecisionId {
            day: Day(i32::try_from(i64::from(id.day.0).checked_sub_unsigned(days)?).ok()?),
            ledger: id.ledger,
            seq: id.seq.checked_sub(seqs).filter(|seq| *seq > 0)?,
        })
    };
    before().ok_or(Malformed("an earlier decision that cannot be"))
}

#[cfg(test)]
mod tests;
