//! Whether an answer is one: status OK, a verdict, and now and then every byte of it.

use std::collections::BTreeMap;

use bytes::Bytes;
use prost::Message;
use verzet::proto::v1::{CheckResponse, Verdict};

use crate::{caller::Failure, questions::Questions};

/// One answer in this many is read whole and its `call_id` compared; of the others only the verdict is
/// read, which comes first in the message.
const READ_WHOLE: u64 = 64;

/// The key of field 1, a varint.
const VERDICT_KEY: u8 = 1 << 3;

/// Looks an answer over; gives its size.
pub(crate) fn check(questions: &Questions, asked: u64, answer: Bytes) -> Result<u64, Failure> {
    let bytes = answer.len() as u64;
    let known = |verdict: i32| Verdict::try_from(verdict).is_ok_and(|v| v != Verdict::Unspecified);
    if !asked.is_multiple_of(READ_WHOLE)
        && let [VERDICT_KEY, verdict, ..] = answer[..]
        && known(verdict.into())
    {
        return Ok(bytes);
    }
    let answer = CheckResponse::decode(answer).map_err(|e| Failure::Answer(e.to_string()))?;
    if !known(answer.verdict) {
        return Err(Failure::Answer("an answer without a verdict".to_owned()));
    }
    if answer.call_id != questions.call_id(asked) {
        return Err(Failure::Answer("an answer to another question".to_owned()));
    }
    Ok(bytes)
}

/// What came of a number of questions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Answered while it counted.
    pub(crate) answered: u64,
    /// Answered at all, warm-up included.
    pub(crate) all: u64,
    /// Bytes of all answers.
    pub(crate) bytes: u64,
    /// Failures by what went wrong, warm-up included.
    pub(crate) failed: BTreeMap<String, u64>,
}

impl Tally {
    pub(crate) fn answered(&mut self, bytes: u64, counts: bool) {
        self.all += 1;
        self.bytes += bytes;
        self.answered += u64::from(counts);
    }

    pub(crate) fn failed(&mut self, why: &Failure) {
        *self.failed.entry(why.to_string()).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.answered += other.answered;
        self.all += other.all;
        self.bytes += other.bytes;
        for (why, n) in other.failed {
            *self.failed.entry(why).or_default() += n;
        }
    }

    pub(crate) fn failures(&self) -> u64 {
        self.failed.values().sum()
    }
}
