//! The public part of a record, to the byte (`docs/ledger.md`). One value has one encoding: reading is
//! strict, so that no two byte strings mean the same record.

use smallvec::SmallVec;

use super::{
    bytes::{Cursor, Malformed, put_sized, put_varint},
    entry::{Durability, Entry, MAX_ROWS},
    id::{DecisionId, utc_day},
    words::{Term, WORDS, WordKind},
};
use crate::{
    clock::{Day, Micros},
    facts::model::{Channel, FactId},
    number::{LineType, Region},
    policy::verdict::{Intent, Reason, RowOutcome, Verdict},
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
pub(super) fn put_decision(
    out: &mut Vec<u8>,
    at: Micros,
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
        u8::from(entry.country.is_some()) * HAS_COUNTRY
            | u8::from(entry.min_revision.is_some()) * HAS_MIN_REVISION
            | u8::from(earlier.is_some()) * HAS_EARLIER
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

fn outcomes(cursor: &mut Cursor<'_>, rows: usize) -> Result<SmallVec<[RowOutcome; 32]>, Malformed> {
    let mut all = SmallVec::new();
    for start in (0..rows).step_by(8) {
        let here = (rows - start).min(8);
        let taken = cursor.take((here * 3).div_ceil(8))?;
        let mut bits = taken
            .iter()
            .rev()
            .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
        for _ in 0..here {
            all.push(
                RowOutcome::from_code((bits & 7) as u8).ok_or(Malformed("an unknown outcome"))?,
            );
            bits >>= 3;
        }
        if bits != 0 {
            return Err(Malformed("bits behind the last outcome"));
        }
    }
    Ok(all)
}

/// A word as a decision names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WordRef<'a> {
    None,
    Inline(&'a [u8]),
    Number(u32),
}

/// A record, read but for the meaning of its words.
#[derive(Debug)]
pub(super) enum Record<'a> {
    Word {
        kind: WordKind,
        number: u64,
        payload: &'a [u8],
    },
    Decision(Box<RawDecision<'a>>),
}

/// A decision, read but for the meaning of its words.
#[derive(Debug)]
pub(super) struct RawDecision<'a> {
    pub(super) intent: Intent,
    pub(super) channel: Option<Channel>,
    pub(super) line_type: LineType,
    pub(super) country: Option<Region>,
    pub(super) verdict: Verdict,
    pub(super) reason: Reason,
    pub(super) outcomes: SmallVec<[RowOutcome; 32]>,
    pub(super) facts: SmallVec<[(u8, FactId); 4]>,
    pub(super) deciding_row: Option<u8>,
    pub(super) revision: u64,
    pub(super) min_revision: Option<u64>,
    pub(super) registered: Option<bool>,
    pub(super) durability: Durability,
    pub(super) shadow: Option<(Verdict, Reason)>,
    /// How many records and days before.
    pub(super) earlier: Option<(u64, u64)>,
    pub(super) words: [WordRef<'a>; WORDS.len()],
    pub(super) commitment: &'a [u8; COMMITMENT],
}

/// The time of a record, whatever its kind.
pub(super) fn time_of(public: &[u8]) -> Result<Micros, Malformed> {
    read_head(&mut Cursor(public)).map(|(_, at)| at)
}

fn read_head(cursor: &mut Cursor<'_>) -> Result<(u8, Micros), Malformed> {
    let [version, kind, a, b, c, d, e, f, g] = *cursor.array()?;
    if version != VERSION {
        return Err(Malformed("a record version this build does not know"));
    }
    let at = i64::from_be_bytes([0, a, b, c, d, e, f, g]);
    Ok((kind, Micros(at)))
}

/// Reads a record and its time.
pub(super) fn decode(public: &[u8]) -> Result<(Micros, Record<'_>), Malformed> {
    let mut cursor = Cursor(public);
    let (kind, at) = read_head(&mut cursor)?;
    let record = match kind {
        WORD => Record::Word {
            kind: WordKind::from_code(cursor.u8()?).ok_or(Malformed("an unknown kind of word"))?,
            number: cursor.varint()?,
            payload: cursor.0,
        },
        DECISION => Record::Decision(Box::new(decision(cursor)?)),
        _ => return Err(Malformed("a kind of record this build does not know")),
    };
    Ok((at, record))
}

fn decision(mut cursor: Cursor<'_>) -> Result<RawDecision<'_>, Malformed> {
    let [answer, reason, flags, low, high] = *cursor.array()?;
    let shape = u16::from_le_bytes([low, high]);
    let rows = usize::from(shape >> 4 & 0x3f);
    let deciding_row = ((shape >> 10) as u8).checked_sub(1);
    if rows > MAX_ROWS || deciding_row.is_some_and(|row| usize::from(row) >= rows) {
        return Err(Malformed("a row that is not there"));
    }
    if flags >> 5 != 0 {
        return Err(Malformed("an unknown flag"));
    }
    let mut words = [WordRef::None; WORDS.len()];
    for word in &mut words {
        *word = match cursor.varint()? {
            0 => WordRef::None,
            1 => match cursor.sized()? {
                [] => return Err(Malformed("an empty word written out")),
                payload => WordRef::Inline(payload),
            },
            n => WordRef::Number(
                u32::try_from(n - 2).map_err(|_| Malformed("a word that was never recorded"))?,
            ),
        };
    }
    let earlier = match flags & HAS_EARLIER {
        0 => None,
        _ => match (cursor.varint()?, cursor.varint()?) {
            (0, _) => return Err(Malformed("an earlier decision that is not earlier")),
            back => Some(back),
        },
    };
    let revision = cursor.varint()?;
    let country = match flags & HAS_COUNTRY {
        0 => None,
        _ => Some(country(cursor.array()?)?),
    };
    let min_revision = match flags & HAS_MIN_REVISION {
        0 => None,
        _ => Some(cursor.varint()?),
    };
    let shadow = match words[SHADOW] {
        WordRef::None => None,
        _ => Some((verdict(cursor.u8()?)?, self::reason(cursor.u8()?)?)),
    };
    let outcomes = outcomes(&mut cursor, rows)?;
    let mask = cursor.varint()?;
    if mask >> rows != 0 {
        return Err(Malformed("a fact of a row that is not there"));
    }
    let mut facts = SmallVec::new();
    for row in 0..rows as u8 {
        if mask >> row & 1 == 1 {
            let fact = FactId::from_code(cursor.varint()?).ok_or(Malformed("an unknown fact"))?;
            facts.push((row, fact));
        }
    }
    let commitment = cursor.array()?;
    cursor.end()?;
    Ok(RawDecision {
        intent: Intent::from_code(answer >> 2 & 3).ok_or(Malformed("an unknown intent"))?,
        channel: match answer >> 4 & 7 {
            0 => None,
            code => Some(Channel::from_code(code).ok_or(Malformed("an unknown channel"))?),
        },
        line_type: line_type(shape & 0xf)?,
        country,
        verdict: verdict(answer & 3)?,
        reason: self::reason(reason)?,
        outcomes,
        facts,
        deciding_row,
        revision,
        min_revision,
        registered: match flags >> MEMBERSHIP_AT & 3 {
            0 => None,
            1 => Some(false),
            2 => Some(true),
            _ => return Err(Malformed("an unknown membership")),
        },
        durability: if answer >> 7 == 1 {
            Durability::Async
        } else {
            Durability::Disk
        },
        shadow,
        earlier,
        words,
        commitment,
    })
}

fn verdict(code: u8) -> Result<Verdict, Malformed> {
    Verdict::from_code(code).ok_or(Malformed("an unknown verdict"))
}

fn reason(code: u8) -> Result<Reason, Malformed> {
    Reason::from_code(code).ok_or(Malformed("an unknown reason"))
}

fn country(letters: &[u8; 2]) -> Result<Region, Malformed> {
    std::str::from_utf8(letters)
        .ok()
        .and_then(|text| Region::parse(text).ok())
        .filter(|region| region.bytes() == *letters)
        .ok_or(Malformed("an unknown country"))
}

fn line_type(code: u16) -> Result<LineType, Malformed> {
    use LineType as L;
    const ALL: [LineType; 12] = [
        L::Unknown,
        L::FixedLine,
        L::Mobile,
        L::FixedLineOrMobile,
        L::TollFree,
        L::PremiumRate,
        L::SharedCost,
        L::Voip,
        L::PersonalNumber,
        L::Pager,
        L::Uan,
        L::Voicemail,
    ];
    ALL.get(usize::from(code))
        .copied()
        .ok_or(Malformed("an unknown line type"))
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
