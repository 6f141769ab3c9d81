//! A proof as a file (`docs/ledger.md`).

use super::{Included, Proof, ProofError};
use crate::ledger::{
    bytes::{Cursor, Malformed, put_sized, put_varint},
    chain::Hash,
    seal::Head,
    words::WORDS,
};

/// What every proof begins with, its version last.
const MAGIC: &[u8; 8] = b"vzproof\x01";
/// No path is longer: a tree has fewer than 2^64 leaves.
const LONGEST: u64 = 64;

impl From<Malformed> for ProofError {
    fn from(Malformed(what): Malformed) -> Self {
        Self::Malformed(what)
    }
}

impl Proof {
    /// Reads a proof. It is of its one encoding, and no longer than its bytes need be; that it holds is
    /// another matter.
    ///
    /// # Errors
    /// [`ProofError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        let mut cursor = Cursor(bytes);
        if cursor.take(MAGIC.len())? != MAGIC {
            return Err(ProofError::Malformed("it does not begin as one"));
        }
        let head = Head::take(&mut cursor)
            .map_err(|_| ProofError::Malformed("a head that cannot be read"))?;
        let personal = match cursor.sized()? {
            [] => None,
            bytes => Some(bytes.to_vec()),
        };
        let records = cursor.varint()?;
        if records == 0 || records > WORDS.len() as u64 + 1 {
            return Err(ProofError::Malformed("a number of records that cannot be"));
        }
        let decision = included(&mut cursor)?;
        let words = (1..records).map(|_| included(&mut cursor));
        let words = words.collect::<Result<_, _>>()?;
        cursor.end()?;
        Ok(Self {
            head,
            personal,
            decision,
            words,
        })
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&self.head.to_bytes());
        put_sized(&mut out, self.personal.as_deref().unwrap_or_default());
        put_varint(&mut out, self.words.len() as u64 + 1);
        for record in std::iter::once(&self.decision).chain(&self.words) {
            put(&mut out, record);
        }
        out
    }
}

fn included(cursor: &mut Cursor<'_>) -> Result<Included, Malformed> {
    Ok(Included {
        seq: cursor.varint()?,
        public: cursor.sized()?.to_vec(),
        group: cursor.varint()?,
        first_seq: cursor.varint()?,
        count: cursor.varint()?,
        previous_chain: *cursor.array()?,
        record_path: path(cursor)?,
        group_path: path(cursor)?,
    })
}

fn path(cursor: &mut Cursor<'_>) -> Result<Vec<Hash>, Malformed> {
    match cursor.varint()? {
        n if n <= LONGEST => (0..n).map(|_| cursor.array().copied()).collect(),
        _ => Err(Malformed("a path longer than any")),
    }
}

fn put(out: &mut Vec<u8>, record: &Included) {
    put_varint(out, record.seq);
    put_sized(out, &record.public);
    for number in [record.group, record.first_seq, record.count] {
        put_varint(out, number);
    }
    out.extend_from_slice(&record.previous_chain);
    for path in [&record.record_path, &record.group_path] {
        put_varint(out, path.len() as u64);
        out.extend_from_slice(path.as_flattened());
    }
}
