//! Reading a record back, strictly.

use smallvec::SmallVec;

use super::{
    COMMITMENT, DECISION, HAS_COUNTRY, HAS_EARLIER, HAS_LAG, HAS_MIN_REVISION, MEMBERSHIP_AT,
    SHADOW, VERSION, WORD,
};
use crate::{
    clock::Micros,
    facts::model::{Channel, FactId},
    ledger::{
        bytes::{Cursor, Malformed},
        entry::{Durability, MAX_ROWS},
        words::{WORDS, WordKind},
    },
    number::{LineType, Region},
    policy::verdict::{Intent, Reason, RowOutcome, Verdict},
};

/// A word as a decision names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger) enum WordRef<'a> {
    None,
    Inline(&'a [u8]),
    Number(u32),
}

/// A record, read but for the meaning of its words.
#[derive(Debug)]
pub(in crate::ledger) enum Record<'a> {
    Word {
        kind: WordKind,
        number: u64,
        payload: &'a [u8],
    },
    Decision(Box<RawDecision<'a>>),
}

/// A decision, read but for the meaning of its words.
#[derive(Debug)]
pub(in crate::ledger) struct RawDecision<'a> {
    pub(in crate::ledger) intent: Intent,
    pub(in crate::ledger) channel: Option<Channel>,
    pub(in crate::ledger) line_type: LineType,
    pub(in crate::ledger) country: Option<Region>,
    pub(in crate::ledger) verdict: Verdict,
    pub(in crate::ledger) reason: Reason,
    pub(in crate::ledger) outcomes: SmallVec<[RowOutcome; 32]>,
    pub(in crate::ledger) facts: SmallVec<[(u8, FactId); 4]>,
    pub(in crate::ledger) deciding_row: Option<u8>,
    pub(in crate::ledger) revision: u64,
    pub(in crate::ledger) min_revision: Option<u64>,
    pub(in crate::ledger) registered: Option<bool>,
    pub(in crate::ledger) durability: Durability,
    pub(in crate::ledger) shadow: Option<(Verdict, Reason)>,
    /// How many records and days before.
    pub(in crate::ledger) earlier: Option<(u64, u64)>,
    /// How many microseconds before ledger time was decided.
    pub(in crate::ledger) lag: u64,
    pub(in crate::ledger) words: [WordRef<'a>; WORDS.len()],
    pub(in crate::ledger) commitment: &'a [u8; COMMITMENT],
}

/// The time of a record, whatever its kind.
pub(in crate::ledger) fn time_of(public: &[u8]) -> Result<Micros, Malformed> {
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
pub(in crate::ledger) fn decode(public: &[u8]) -> Result<(Micros, Record<'_>), Malformed> {
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
    if flags >> 6 != 0 {
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
    let lag = match flags & HAS_LAG {
        0 => 0,
        _ => match cursor.varint()? {
            0 => return Err(Malformed("a lag that is none")),
            lag => lag,
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
        lag,
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

pub(in crate::ledger) fn outcomes(
    cursor: &mut Cursor<'_>,
    rows: usize,
) -> Result<SmallVec<[RowOutcome; 32]>, Malformed> {
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
