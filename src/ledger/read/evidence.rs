//! Records and hashes as they lie, for whoever proves something of them without this software.

use std::collections::BTreeSet;

use rusqlite::params;

use super::{Reader, open_part::OpenPart};
use crate::{
    clock::Day,
    ledger::{
        chain::{self, Hash},
        error::LedgerError,
        id::DecisionId,
        part,
        record::{self, Record, WordRef},
        seal::{Head, load_head},
        words::WORDS,
    },
};

/// A record as it lies in its part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawRecord {
    /// Its number.
    pub seq: u64,
    /// The public part, to the byte.
    pub public: Vec<u8>,
    /// Salt and personal part; `None` for words, and once erased.
    pub personal: Option<Vec<u8>>,
}

/// What was committed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawGroup {
    /// The first record of it.
    pub first_seq: u64,
    /// How many there are.
    pub count: u64,
    /// The Merkle tree hash over them.
    pub root: Hash,
    /// The chain's value behind it.
    pub chain: Hash,
}

/// The chain of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawChain {
    /// The chain's value before its first group.
    pub previous: Hash,
    /// Its groups, in order.
    pub groups: Vec<RawGroup>,
}

impl Reader {
    /// The chain of a day's part; `None` if there is no such part (any more).
    ///
    /// # Errors
    /// If the part cannot be read.
    pub fn raw_chain(&mut self, day: Day) -> Result<Option<RawChain>, LedgerError> {
        self.part(day)?.map(|part| part.raw_chain(day)).transpose()
    }

    /// The leaf hashes of a group of a day's part.
    ///
    /// # Errors
    /// If the part cannot be read.
    pub fn raw_leaves(&mut self, day: Day, group: &RawGroup) -> Result<Vec<Hash>, LedgerError> {
        let Some(part) = self.part(day)? else {
            return Ok(Vec::new());
        };
        part.raw_leaves(group)
    }

    /// The signed head of a day's part, if it has one.
    ///
    /// # Errors
    /// If it cannot be read, or its signature does not hold.
    pub fn head(&self, day: Day) -> Result<Option<Head>, LedgerError> {
        load_head(&self.dir, self.ledger, day)
    }

    /// A record as it lies; `None` if there is none of that name (any more).
    ///
    /// # Errors
    /// If the part cannot be read.
    pub fn raw_record(&mut self, id: DecisionId) -> Result<Option<RawRecord>, LedgerError> {
        match self.part(id.day)? {
            Some(part) => part.raw_record(id.seq),
            None => Ok(None),
        }
    }

    /// The words that these records of a day's part use, in order; those of others name campaigns and
    /// sellers that may be nobody's business.
    ///
    /// # Errors
    /// If the part cannot be read.
    pub fn raw_words(&mut self, day: Day, seqs: &[u64]) -> Result<Vec<RawRecord>, LedgerError> {
        let Some(part) = self.part(day)? else {
            return Ok(Vec::new());
        };
        let mut used = BTreeSet::new();
        for seq in seqs {
            let Some(record) = part.raw_record(*seq)? else {
                continue;
            };
            if let Ok((_, Record::Decision(raw))) = record::decode(&record.public) {
                let words = WORDS.iter().zip(&raw.words);
                used.extend(words.filter_map(|(kind, word)| match word {
                    WordRef::Number(number) => Some((*kind as u8, u64::from(*number))),
                    _ => None,
                }));
            }
        }
        let mut words = part.raw_words()?;
        words.retain(|word| match record::decode(&word.public) {
            Ok((_, Record::Word { kind, number, .. })) => used.contains(&(kind as u8, number)),
            _ => false,
        });
        Ok(words)
    }
}

impl OpenPart {
    fn raw_chain(&self, day: Day) -> Result<RawChain, LedgerError> {
        let previous = match part::meta(&self.conn, &self.path, day)? {
            Some(meta) => meta.previous_chain,
            None => Hash::default(),
        };
        let read = || {
            self.conn
                .prepare_cached(
                    "SELECT first_seq, count, root, chain FROM commit_group ORDER BY first_seq",
                )?
                .query_map([], |row| {
                    Ok(RawGroup {
                        first_seq: row.get::<_, i64>(0)? as u64,
                        count: row.get::<_, i64>(1)? as u64,
                        root: row.get(2)?,
                        chain: row.get(3)?,
                    })
                })?
                .collect::<rusqlite::Result<_>>()
        };
        let groups = read().map_err(self.db())?;
        Ok(RawChain { previous, groups })
    }

    fn raw_leaves(&self, group: &RawGroup) -> Result<Vec<Hash>, LedgerError> {
        let read = || {
            self.conn
                .prepare_cached(
                    "SELECT seq, public FROM record WHERE seq >= ?1 AND seq < ?2 ORDER BY seq",
                )?
                .query_map(
                    params![
                        group.first_seq as i64,
                        (group.first_seq + group.count) as i64
                    ],
                    |row| {
                        let seq = row.get::<_, i64>(0)? as u64;
                        Ok(chain::leaf(seq, row.get_ref(1)?.as_blob()?))
                    },
                )?
                .collect::<rusqlite::Result<_>>()
        };
        read().map_err(self.db())
    }

    fn raw_record(&self, seq: u64) -> Result<Option<RawRecord>, LedgerError> {
        let sql = "SELECT seq, public, personal FROM record WHERE seq = ?1";
        let mut found = self.raw(sql, i64::try_from(seq).unwrap_or(i64::MAX))?;
        Ok(found.pop())
    }

    fn raw_words(&self) -> Result<Vec<RawRecord>, LedgerError> {
        let sql = "SELECT seq, public, NULL FROM word JOIN record USING (seq) WHERE seq > ?1 ORDER BY seq";
        self.raw(sql, 0)
    }

    fn raw(&self, sql: &str, seq: i64) -> Result<Vec<RawRecord>, LedgerError> {
        let read = || {
            self.conn
                .prepare_cached(sql)?
                .query_map([seq], |row| {
                    Ok(RawRecord {
                        seq: row.get::<_, i64>(0)? as u64,
                        public: row.get(1)?,
                        personal: row.get(2)?,
                    })
                })?
                .collect::<rusqlite::Result<_>>()
        };
        read().map_err(self.db())
    }
}
