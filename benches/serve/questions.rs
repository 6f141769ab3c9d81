//! Questions as gRPC frames, encoded beforehand, so that asking costs the generator a copy.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use bytes::Bytes;
use prost::Message;
use verzet::{clock::Micros, proto::v1::CheckRequest};

use crate::mix::Mix;

/// Distinct questions; after them they come again with another `call_id`. A multiple of twenty, so
/// that the shares stay exact.
const DISTINCT: usize = 100_000;

/// A `call_id` has 16 hex digits that name the run and 16 that count.
const CALL_ID: &str = "00000000000000000000000000000000";

/// gRPC's frame head: not compressed, and the length of the message.
const HEAD: usize = 5;

/// An endless supply of questions, no two with the same `call_id`.
#[derive(Debug)]
pub(crate) struct Questions {
    frames: Vec<u8>,
    /// Where each frame begins, and where the last one ends.
    begins: Vec<usize>,
    /// Where in each frame its `call_id` stands.
    call_ids: Vec<usize>,
    run: String,
    asked: AtomicU64,
}

impl Questions {
    pub(crate) fn of(mix: &Mix) -> Result<Self> {
        let mut all = Self {
            frames: Vec::new(),
            begins: vec![0],
            call_ids: Vec::new(),
            run: format!("{:016x}", Micros::system_now().0),
            asked: AtomicU64::new(0),
        };
        for question in mix.questions().take(DISTINCT) {
            let request = CheckRequest {
                number: question.number,
                region: question.region,
                campaign_id: mix.campaign_id.clone(),
                call_id: CALL_ID.to_owned(),
                person_id: question.person_id,
                source_id: question.source_id,
                ..CheckRequest::default()
            };
            let begin = all.frames.len();
            all.frames.push(0);
            all.frames
                .extend((request.encoded_len() as u32).to_be_bytes());
            request.encode(&mut all.frames)?;
            let frame = &all.frames[begin..];
            let call_id = frame
                .windows(CALL_ID.len())
                .position(|w| w == CALL_ID.as_bytes());
            all.call_ids
                .push(call_id.context("a question without its call_id")?);
            all.begins.push(all.frames.len());
        }
        Ok(all)
    }

    /// The next question: its `call_id`'s number, and its frame.
    pub(crate) fn next(&self) -> (u64, Bytes) {
        let n = self.asked.fetch_add(1, Ordering::Relaxed);
        let i = (n % DISTINCT as u64) as usize;
        let mut frame = self.frames[self.begins[i]..self.begins[i + 1]].to_vec();
        let at = self.call_ids[i];
        frame[at..at + 16].copy_from_slice(self.run.as_bytes());
        for (place, digit) in frame[at + 16..at + 32].iter_mut().rev().enumerate() {
            *digit = b"0123456789abcdef"[(n >> (4 * place)) as usize & 15];
        }
        (n, Bytes::from(frame))
    }

    /// The `call_id` of a question.
    pub(crate) fn call_id(&self, n: u64) -> String {
        format!("{}{n:016x}", self.run)
    }

    /// Bytes of a message, on average.
    pub(crate) fn mean_bytes(&self) -> usize {
        self.frames.len() / DISTINCT - HEAD
    }
}
