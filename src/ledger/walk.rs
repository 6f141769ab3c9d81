//! Proving a part: every record there, none changed, none out of its place.

use std::path::Path;

use rusqlite::{Connection, Rows, types::ValueRef};

use super::{
    chain::{self, Hash},
    error::LedgerError,
    id::{DecisionId, LedgerId, utc_day},
    part::{self, Meta},
    record::{self, Record},
    seal::{Groups, Mark},
    stored::StoredDecision,
    tree,
    words::WordTable,
};
use crate::clock::{Day, Micros};

/// What a proved part holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartSummary {
    /// Its UTC day.
    pub day: Day,
    /// The ledger.
    pub ledger: LedgerId,
    /// The day of the part before, as text; empty in the first.
    pub previous: String,
    /// The chain it continues: the last of the part before.
    pub previous_chain: Hash,
    /// The first record.
    pub first_seq: u64,
    /// The last record.
    pub last_seq: u64,
    /// The last chain.
    pub chain: Hash,
    /// Commit groups.
    pub groups: u64,
    /// Decisions.
    pub decisions: u64,
    /// Decisions whose personal part is erased.
    pub erased: u64,
    /// The bytes of all public parts.
    pub public_bytes: u64,
    /// The bytes of all personal parts.
    pub personal_bytes: u64,
}

/// Reads a whole part and proves it: numbers without a gap, times that do not run back, records in their
/// one encoding, personal parts under their commitments, and every root and chain. It proves the part in
/// itself; that `previous_chain` is the last chain of the part before is for the caller to compare.
///
/// # Errors
/// [`LedgerError::Damaged`] at the first thing that is not as written.
pub fn verify_part(path: &Path) -> Result<PartSummary, LedgerError> {
    walk(path, &[], &mut |_| {}).map(|walked| walked.summary)
}

/// A part that was read to its end and proved in itself.
pub(super) struct Walked {
    pub(super) summary: PartSummary,
    /// The part up to its last group.
    pub(super) end: Mark,
    /// The part up to those groups that were asked for and are there.
    pub(super) marks: Vec<Mark>,
    /// The times of its first and last record.
    pub(super) times: (Micros, Micros),
}

/// What is said of a part without tables: a crash came before its first group.
pub(super) const NEVER_BEGUN: &str = "a part that was never begun";

/// How many records are read between two reports of progress.
const REPORTED: u64 = 1_024;

/// As [`verify_part`]; it also says what the part was after so many groups, and how many records it has
/// read since it said so last.
pub(super) fn walk(
    path: &Path,
    groups: &[u64],
    progress: &mut dyn FnMut(u64),
) -> Result<Walked, LedgerError> {
    let day = path
        .file_stem()
        .and_then(|name| Day::parse(name.to_str()?).ok())
        .ok_or_else(|| LedgerError::damaged(path, "not named after a day"))?;
    let db = || LedgerError::db(path, "read the part");
    if !path.exists() {
        return Err(LedgerError::damaged(path, "not there"));
    }
    let conn = part::open_read_only(path).map_err(db())?;
    let conn = conn.unchecked_transaction().map_err(db())?;
    let meta =
        part::meta(&conn, path, day)?.ok_or_else(|| LedgerError::damaged(path, NEVER_BEGUN))?;
    if meta.previous.is_empty() && meta.previous_chain != chain::genesis(meta.ledger) {
        return Err(LedgerError::damaged(path, "it does not begin this ledger"));
    }
    let mut walk = Walk::new(path, day, meta)?;
    let walked = walk.run(&conn, groups, progress);
    walked.map_err(|error| walk.at_record(error))?;
    Ok(walk.ended())
}

struct Walk<'a> {
    path: &'a Path,
    words: WordTable,
    groups: Groups,
    marks: Vec<Mark>,
    first_at: Option<Micros>,
    at: Micros,
    unreported: u64,
    sum: PartSummary,
}

impl<'a> Walk<'a> {
    fn new(path: &'a Path, day: Day, meta: Meta) -> Result<Self, LedgerError> {
        Ok(Self {
            path,
            words: WordTable::default(),
            groups: Groups::begin(path, day, &meta)?,
            marks: Vec::new(),
            first_at: None,
            at: Micros(0),
            unreported: 0,
            sum: PartSummary {
                day,
                ledger: meta.ledger,
                previous: meta.previous,
                previous_chain: meta.previous_chain,
                first_seq: meta.first_seq,
                last_seq: meta.first_seq.wrapping_sub(1),
                chain: meta.previous_chain,
                groups: 0,
                decisions: 0,
                erased: 0,
                public_bytes: 0,
                personal_bytes: 0,
            },
        })
    }

    fn db(&self) -> impl FnOnce(rusqlite::Error) -> LedgerError + use<> {
        LedgerError::db(self.path, "read the part")
    }

    fn damaged(&self, what: &str) -> LedgerError {
        LedgerError::damaged(self.path, what)
    }

    /// Names the record that was to be read, where SQLite says only that the file is damaged.
    fn at_record(&self, error: LedgerError) -> LedgerError {
        match error {
            LedgerError::Damaged {
                path,
                what,
                record: None,
            } if self.sum.last_seq >= self.sum.first_seq => LedgerError::Damaged {
                path,
                what,
                record: Some(self.sum.last_seq + 1),
            },
            other => other,
        }
    }

    fn ended(mut self) -> Walked {
        self.sum.groups = self.groups.count();
        self.sum.chain = self.groups.chain();
        Walked {
            summary: self.sum,
            end: self.groups.mark(),
            marks: self.marks,
            times: (self.first_at.unwrap_or(self.at), self.at),
        }
    }

    fn run(
        &mut self,
        conn: &Connection,
        marks: &[u64],
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), LedgerError> {
        let mut groups = conn
            .prepare("SELECT first_seq, count, revision, root, chain FROM commit_group ORDER BY first_seq")
            .map_err(self.db())?;
        let mut groups = groups.query([]).map_err(self.db())?;
        let mut records = conn
            .prepare(
                "SELECT seq, public, personal, EXISTS (SELECT 1 FROM word WHERE word.seq = record.seq)
                 FROM record ORDER BY seq",
            )
            .map_err(self.db())?;
        let mut records = records.query([]).map_err(self.db())?;
        let mut known = None;
        while let Some(row) = groups.next().map_err(self.db())? {
            let read = || {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                ))
            };
            let (first, count, revision, root, link): (i64, i64, i64, Hash, Hash) =
                read().map_err(self.db())?;
            let (first, path) = (first as u64, self.path);
            let damaged = |what| LedgerError::damaged_group(path, first, what);
            if first != self.sum.last_seq.wrapping_add(1) || count < 1 {
                return Err(damaged("is not where it should be"));
            }
            let mut leaves = Vec::new();
            let mut largest = 0;
            for _ in 0..count {
                let (leaf, revision) = self.record(&mut records)?;
                leaves.push(leaf);
                largest = largest.max(revision);
            }
            if tree::root(leaves) != root {
                return Err(damaged("does not have its root"));
            }
            self.groups
                .push(first, count as u64, &root, &link)
                .map_err(damaged)?;
            // Before the first group only the part before knows the revision.
            let revision = revision as u64;
            if revision < largest || known.is_some_and(|known: u64| revision != known.max(largest))
            {
                return Err(damaged("does not have its revision"));
            }
            known = Some(revision);
            if marks.contains(&self.groups.count()) {
                self.marks.push(self.groups.mark());
            }
            self.unreported += count as u64;
            if self.unreported >= REPORTED {
                progress(std::mem::take(&mut self.unreported));
            }
        }
        if records.next().map_err(self.db())?.is_some() {
            return Err(self.damaged("records without a group"));
        }
        if self.groups.count() == 0 {
            return Err(self.damaged("a part without a commit group"));
        }
        let sql = "SELECT count(*) FROM word WHERE seq NOT IN (SELECT seq FROM record)";
        let stray: i64 = conn.query_row(sql, [], |r| r.get(0)).map_err(self.db())?;
        if stray > 0 {
            return Err(self.damaged("words without a record"));
        }
        progress(std::mem::take(&mut self.unreported));
        Ok(())
    }

    /// Proves the next record in itself; its leaf and revision.
    fn record(&mut self, records: &mut Rows<'_>) -> Result<(Hash, u64), LedgerError> {
        let seq = self.sum.last_seq.wrapping_add(1);
        let damaged = |what: &str| LedgerError::damaged_record(self.path, seq, what);
        let row = records
            .next()
            .map_err(LedgerError::db(self.path, "read the part"))?
            .ok_or_else(|| damaged("missing"))?;
        let read = || Ok((row.get(0)?, row.get_ref(1)?, row.get_ref(2)?, row.get(3)?));
        let (stored, public, salted, listed): (i64, ValueRef<'_>, ValueRef<'_>, bool) =
            read().map_err(LedgerError::db(self.path, "read the part"))?;
        if stored as u64 != seq {
            return Err(damaged("missing"));
        }
        let public = public.as_blob().map_err(|_| damaged("not bytes"))?;
        let salted = salted.as_blob_or_null().map_err(|_| damaged("not bytes"))?;
        let (at, record) = record::decode(public).map_err(|e| damaged(e.0))?;
        if at < self.at || utc_day(at) != self.sum.day {
            return Err(damaged("a time out of turn"));
        }
        let mut revision = 0;
        match record {
            Record::Word {
                kind,
                number,
                payload,
            } => {
                if !listed || salted.is_some() {
                    return Err(damaged("a word that is not kept as one"));
                }
                self.words
                    .add(kind, number, payload)
                    .map_err(|e| damaged(e.0))?;
            }
            Record::Decision(raw) => {
                if listed {
                    return Err(damaged("a decision kept as a word"));
                }
                if salted.is_some_and(|salted| chain::commitment(salted) != *raw.commitment) {
                    return Err(damaged("a personal part that is not the one recorded"));
                }
                revision = raw.revision;
                let id = DecisionId {
                    day: self.sum.day,
                    ledger: self.sum.ledger,
                    seq,
                };
                StoredDecision::build(id, at, *raw, salted, &self.words)
                    .map_err(|e| damaged(e.0))?;
                self.sum.decisions += 1;
                self.sum.erased += u64::from(salted.is_none());
            }
        }
        self.sum.public_bytes += public.len() as u64;
        self.sum.personal_bytes += salted.map_or(0, |salted| salted.len() as u64);
        self.first_at.get_or_insert(at);
        self.at = at;
        self.sum.last_seq = seq;
        Ok((chain::leaf(seq, public), revision))
    }
}
