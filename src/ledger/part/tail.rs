//! Where the ledger goes on: its newest part, the newest group in it, and the words known there.

use std::path::Path;

use rusqlite::Connection;

use super::{
    Part, days,
    meta::{Meta, meta},
    open_read_only, path_of,
};
use crate::{
    clock::{Day, Micros},
    durable::sync_log,
    ledger::{
        chain::{self, Hash},
        error::LedgerError,
        id::{LedgerId, start_of},
        record::{self, Record},
        seam::Seam,
        tree,
        words::WordKind,
    },
};

/// The newest group that is whole, and what the next one needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ledger) struct Tail {
    /// The part it is in; `None` in a new ledger.
    pub(in crate::ledger) day: Option<Day>,
    pub(in crate::ledger) seq: u64,
    pub(in crate::ledger) chain: Hash,
    pub(in crate::ledger) at: Micros,
    /// The largest revision of any decision.
    pub(in crate::ledger) revision: u64,
}

impl Tail {
    pub(in crate::ledger) fn genesis(ledger: LedgerId) -> Self {
        Self {
            day: None,
            seq: 0,
            chain: chain::genesis(ledger),
            at: Micros(0),
            revision: 0,
        }
    }
}

/// Words of a part: what they are, and their payloads, in the order of their numbers.
pub(in crate::ledger) type Words = Vec<(WordKind, Vec<u8>)>;

/// Where the ledger goes on.
pub(in crate::ledger) struct Newest {
    /// The part to write on; `None` if it is over.
    pub(in crate::ledger) part: Option<Part>,
    pub(in crate::ledger) ledger: LedgerId,
    pub(in crate::ledger) tail: Tail,
    pub(in crate::ledger) words: Words,
}

impl Newest {
    /// Of a new ledger.
    pub(in crate::ledger) fn begin(ledger: LedgerId) -> Self {
        Self {
            part: None,
            ledger,
            tail: Tail::genesis(ledger),
            words: Words::new(),
        }
    }
}

impl Part {
    /// The newest part that was begun, its tail and words; `None` if there is none. After a failure it is
    /// made sound first. A part up to `over` is only read: it is sealed, or about to be.
    pub(in crate::ledger) fn newest(
        dir: &Path,
        ledger: Option<LedgerId>,
        over: Option<Day>,
        seam: Option<&dyn Seam>,
        after_failure: bool,
    ) -> Result<Option<Newest>, LedgerError> {
        for day in days(dir)?.into_iter().rev() {
            if over.is_some_and(|over| day <= over) {
                let path = path_of(dir, day);
                let open = open_read_only(&path);
                let conn = open.map_err(LedgerError::db(&path, "open the part"))?;
                let at = At {
                    conn: &conn,
                    path: &path,
                    day,
                };
                let Some((ledger, mut tail, words)) = at.end(ledger)? else {
                    continue;
                };
                // What comes next is of a later day, whatever the clock says by then.
                tail.at = tail.at.max(start_of(Day(day.0 + 1)));
                return Ok(Some(Newest {
                    part: None,
                    ledger,
                    tail,
                    words,
                }));
            }
            let mut part = Self::open(dir, day, seam)?;
            if after_failure && meta(&part.conn, &part.path, day)?.is_some() {
                part.mend()
                    .map_err(LedgerError::db(&part.path, "write to the part"))?;
            }
            let at = At {
                conn: &part.conn,
                path: &part.path,
                day,
            };
            let Some((ledger, tail, words)) = at.end(ledger)? else {
                // A crash before its first group; the day's first group will begin it.
                continue;
            };
            sync_log(&part.path).map_err(LedgerError::io(&part.path, "sync the part's log"))?;
            part.fresh = false;
            return Ok(Some(Newest {
                part: Some(part),
                ledger,
                tail,
                words,
            }));
        }
        Ok(None)
    }
}

/// A part being read from behind.
struct At<'a> {
    conn: &'a Connection,
    path: &'a Path,
    day: Day,
}

impl At<'_> {
    /// Its ledger, tail and words; `None` if it was never begun.
    fn end(
        &self,
        ledger: Option<LedgerId>,
    ) -> Result<Option<(LedgerId, Tail, Words)>, LedgerError> {
        let Some(meta) = meta(self.conn, self.path, self.day)? else {
            return Ok(None);
        };
        if let Some(expected) = ledger.filter(|expected| *expected != meta.ledger) {
            return Err(LedgerError::OtherLedger {
                path: self.path.to_owned(),
                found: meta.ledger.to_string(),
                expected: expected.to_string(),
            });
        }
        Ok(Some((meta.ledger, self.tail(&meta)?, self.words()?)))
    }

    /// Reads the newest group and proves it: every record there, hashed to its root and chain.
    fn tail(&self, meta: &Meta) -> Result<Tail, LedgerError> {
        let db = || LedgerError::db(self.path, "read the newest records");
        let damaged = |what: &str| LedgerError::damaged(self.path, what);
        let mut groups = self
            .conn
            .prepare(
                "SELECT first_seq, count, revision, root, chain FROM commit_group
                 ORDER BY first_seq DESC LIMIT 2",
            )
            .map_err(db())?;
        let groups: Vec<(i64, i64, i64, Hash, Hash)> = groups
            .query_map([], |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?))
            })
            .and_then(Iterator::collect)
            .map_err(db())?;
        let (first, count, revision, root, link) = *groups
            .first()
            .ok_or_else(|| damaged("a part without a commit group"))?;
        let (before, expected_first) = match groups.get(1) {
            Some((first, count, _, _, chain)) => (*chain, first.saturating_add(*count)),
            None => (meta.previous_chain, meta.first_seq as i64),
        };
        let mut rows = self
            .conn
            .prepare("SELECT seq, public FROM record WHERE seq >= ?1 ORDER BY seq")
            .map_err(db())?;
        let mut rows = rows.query([first]).map_err(db())?;
        let (mut leaves, mut at) = (Vec::new(), Micros(0));
        while let Some(row) = rows.next().map_err(db())? {
            let seq: i64 = row.get(0).map_err(db())?;
            let public = row.get_ref(1).map_err(db())?;
            let public = public
                .as_blob()
                .map_err(|_| damaged("a record without bytes"))?;
            if seq != first + leaves.len() as i64 {
                return Err(damaged(&format!(
                    "record {} is missing",
                    first + leaves.len() as i64
                )));
            }
            at = record::time_of(public).map_err(|e| damaged(&format!("record {seq}: {e}")))?;
            leaves.push(chain::leaf(seq as u64, public));
        }
        let whole = first == expected_first
            && leaves.len() as i64 == count
            && tree::root(leaves) == root
            && chain::link(&before, &root, first as u64, count as u64) == link;
        if !whole {
            return Err(damaged(&format!(
                "the group of records from {first} on is not as written"
            )));
        }
        Ok(Tail {
            day: Some(self.day),
            seq: (first + count - 1) as u64,
            chain: link,
            at,
            revision: revision as u64,
        })
    }

    fn words(&self) -> Result<Words, LedgerError> {
        let db = || LedgerError::db(self.path, "read the words");
        let mut all = Words::new();
        each_word(self.conn, 0, |seq, public| {
            match record::decode(public) {
                Ok((_, Record::Word { kind, payload, .. })) => all.push((kind, payload.to_vec())),
                _ => return Err(seq),
            }
            Ok(())
        })
        .map_err(db())?
        .map_err(|seq| {
            LedgerError::damaged(
                self.path,
                format!("record {seq} should be a word and is not"),
            )
        })?;
        Ok(all)
    }
}

/// Visits the words recorded after `seq`, in order.
pub(in crate::ledger) fn each_word<E>(
    conn: &Connection,
    seq: i64,
    mut visit: impl FnMut(i64, &[u8]) -> Result<(), E>,
) -> rusqlite::Result<Result<(), E>> {
    let mut words = conn.prepare_cached(
        "SELECT seq, public FROM word JOIN record USING (seq) WHERE seq > ?1 ORDER BY seq",
    )?;
    let mut rows = words.query([seq])?;
    while let Some(row) = rows.next()? {
        if let Err(e) = visit(row.get(0)?, row.get_ref(1)?.as_blob()?) {
            return Ok(Err(e));
        }
    }
    Ok(Ok(()))
}
