//! A part open for reading: its words, and stretches of its records.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, types::ValueRef};

use super::filter::{Filter, seller_of};
use crate::{
    clock::{Day, Micros},
    durable::FileId,
    ledger::{
        bytes::Malformed,
        error::LedgerError,
        id::{DecisionId, LedgerId, start_of},
        part,
        personal::{self, RawPersonal},
        record::{self, Record},
        stored::StoredDecision,
        words::WordTable,
    },
};

const OLDEST_FIRST: &str =
    "SELECT seq, public, personal FROM record WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq LIMIT ?3";
const NEWEST_FIRST: &str = "SELECT seq, public, personal FROM record WHERE seq BETWEEN ?1 AND ?2
     ORDER BY seq DESC LIMIT ?3";

/// A stretch of a part still to be read, both ends in it.
pub(super) struct Stretch {
    pub(super) low: i64,
    pub(super) high: i64,
    pub(super) newest_first: bool,
}

pub(super) struct OpenPart {
    pub(super) conn: Connection,
    pub(super) path: PathBuf,
    file: FileId,
    pub(super) day: Day,
    ledger: LedgerId,
    words: WordTable,
    /// The words up to this record are in `words`.
    words_to: i64,
}

impl OpenPart {
    /// `None` if there is no such part, or it was never begun.
    pub(super) fn open(
        dir: &Path,
        day: Day,
        ledger: LedgerId,
    ) -> Result<Option<Self>, LedgerError> {
        let path = part::path_of(dir, day);
        let Ok(file) = FileId::of(&path) else {
            return Ok(None);
        };
        let conn = part::open_read_only(&path).map_err(LedgerError::db(&path, "open the part"))?;
        let Some(meta) = part::meta(&conn, &path, day)? else {
            return Ok(None);
        };
        if meta.ledger != ledger {
            return Err(LedgerError::OtherLedger {
                path,
                found: meta.ledger.to_string(),
                expected: ledger.to_string(),
            });
        }
        Ok(Some(Self {
            conn,
            path,
            file,
            day,
            ledger,
            words: WordTable::default(),
            words_to: 0,
        }))
    }

    /// Whether the file is still there: retention drops parts, and a directory may be moved and put back.
    pub(super) fn is_there(&self) -> bool {
        self.file.is_at(&self.path).is_ok()
    }

    pub(super) fn db(&self) -> impl FnOnce(rusqlite::Error) -> LedgerError + use<> {
        LedgerError::db(&self.path, "read decisions")
    }

    /// The first and last record; `None` if there is none.
    pub(super) fn ends(&self) -> Result<Option<(i64, i64)>, LedgerError> {
        // Two subqueries: SQLite answers `min, max` in one go by reading the whole table.
        let sql = "SELECT (SELECT min(seq) FROM record), (SELECT max(seq) FROM record)";
        let ends = self
            .conn
            .prepare_cached(sql)
            .and_then(|mut ends| ends.query_row([], |row| Ok((row.get(0)?, row.get(1)?))))
            .map_err(self.db())?;
        Ok(match ends {
            (Some(first), Some(last)) => Some((first, last)),
            _ => None,
        })
    }

    /// The first record between two that is not before a time, or one behind: times grow with numbers.
    fn not_before(&self, time: Micros, mut low: i64, mut high: i64) -> Result<i64, LedgerError> {
        while low <= high {
            let middle = low + (high - low) / 2;
            let sql = "SELECT public FROM record WHERE seq = ?1";
            let public: Vec<u8> = self
                .conn
                .prepare_cached(sql)
                .and_then(|mut one| one.query_row([middle], |row| row.get(0)))
                .map_err(self.db())?;
            if record::time_of(&public).map_err(|e| self.damaged(middle, e))? < time {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        Ok(low)
    }

    /// The records that a filter's times and numbers and a cursor leave; `None` if none.
    pub(super) fn stretch(
        &self,
        filter: &Filter,
        before: Option<u64>,
        newest_first: bool,
    ) -> Result<Option<Stretch>, LedgerError> {
        let Some((mut low, mut high)) = self.ends()? else {
            return Ok(None);
        };
        for before in before.into_iter().chain(filter.before) {
            high = high.min(i64::try_from(before).unwrap_or(i64::MAX) - 1);
        }
        if let Some(after) = filter.after {
            low = low.max(i64::try_from(after).unwrap_or(i64::MAX).saturating_add(1));
        }
        if let Some(id) = filter.decision {
            let seq = i64::try_from(id.seq).unwrap_or(i64::MAX);
            (low, high) = (low.max(seq), high.min(seq));
            if id.ledger != self.ledger {
                return Ok(None);
            }
        }
        if let Some(until) = filter.until.filter(|t| *t < start_of(Day(self.day.0 + 1))) {
            high = self.not_before(until, low, high)? - 1;
        }
        if let Some(from) = filter.from.filter(|t| *t > start_of(self.day)) {
            low = self.not_before(from, low, high)?;
        }
        Ok((low <= high).then_some(Stretch {
            low,
            high,
            newest_first,
        }))
    }

    /// Reads some records of a stretch, adds those that match to `found`, and shortens the stretch;
    /// whether there may be more. The snapshot is let go before it returns, so that a slow reader
    /// does not make the log grow.
    pub(super) fn some(
        &mut self,
        stretch: &mut Stretch,
        count: usize,
        filter: &Filter,
        found: &mut Vec<StoredDecision>,
    ) -> Result<bool, LedgerError> {
        let (day, ledger) = (self.day, self.ledger);
        self.visit(stretch, count, |seq, public, salted, words| {
            let (at, Record::Decision(raw)) = record::decode(public)? else {
                return Ok(());
            };
            if !filter.admits(at, &raw, words)? {
                return Ok(());
            }
            if filter.is_personal() {
                match salted {
                    Some(bytes) if filter.admits_personal(&personal::decode(bytes)?) => {}
                    _ => return Ok(()),
                }
            }
            let id = DecisionId { day, ledger, seq };
            found.push(StoredDecision::build(id, at, *raw, salted, words)?);
            Ok(())
        })
    }

    /// As [`OpenPart::some`], but of the sellers and personal parts only.
    pub(super) fn some_personal(
        &mut self,
        stretch: &mut Stretch,
        count: usize,
        mut visit: impl FnMut(DecisionId, String, Option<&RawPersonal<'_>>),
    ) -> Result<bool, LedgerError> {
        let (day, ledger) = (self.day, self.ledger);
        self.visit(stretch, count, |seq, public, salted, words| {
            let id = DecisionId { day, ledger, seq };
            let seller = match record::decode(public)? {
                (_, Record::Decision(raw)) => seller_of(&raw, words)?,
                _ => String::new(),
            };
            visit(
                id,
                seller,
                salted.map(personal::decode).transpose()?.as_ref(),
            );
            Ok(())
        })
    }

    fn visit(
        &mut self,
        stretch: &mut Stretch,
        count: usize,
        mut visit: impl FnMut(u64, &[u8], Option<&[u8]>, &WordTable) -> Result<(), Malformed>,
    ) -> Result<bool, LedgerError> {
        // One snapshot for words and records, so that no record names a word not seen yet.
        let snapshot = self.conn.unchecked_transaction().map_err(self.db())?;
        let (words, words_to) = (&mut self.words, &mut self.words_to);
        part::each_word(&snapshot, *words_to, |seq, public| {
            match record::decode(public) {
                Ok((
                    _,
                    Record::Word {
                        kind,
                        number,
                        payload,
                    },
                )) => words.add(kind, number, payload).map_err(|e| (seq, e))?,
                Ok(_) => return Err((seq, Malformed("not a word"))),
                Err(e) => return Err((seq, e)),
            }
            *words_to = seq;
            Ok(())
        })
        .map_err(LedgerError::db(&self.path, "read words"))?
        .map_err(|(seq, e)| self.damaged(seq, e))?;

        let sql = if stretch.newest_first {
            NEWEST_FIRST
        } else {
            OLDEST_FIRST
        };
        let mut records = snapshot.prepare_cached(sql).map_err(self.db())?;
        let mut rows = records
            .query((stretch.low, stretch.high, count as i64))
            .map_err(self.db())?;
        let mut read = 0;
        while let Some(row) = rows.next().map_err(self.db())? {
            let seq: i64 = row.get(0).map_err(self.db())?;
            let public = row.get_ref(1).map_err(self.db())?;
            let salted = match row.get_ref(2).map_err(self.db())? {
                ValueRef::Blob(bytes) => Some(bytes),
                _ => None,
            };
            public
                .as_blob()
                .map_err(|_| Malformed("not bytes"))
                .and_then(|public| visit(seq as u64, public, salted, &self.words))
                .map_err(|e| self.damaged(seq, e))?;
            if stretch.newest_first {
                stretch.high = seq - 1;
            } else {
                stretch.low = seq + 1;
            }
            read += 1;
        }
        Ok(read == count && stretch.low <= stretch.high)
    }

    /// One decision; `None` if there is none of that number.
    pub(super) fn get(&mut self, seq: u64) -> Result<Option<StoredDecision>, LedgerError> {
        let Ok(seq) = i64::try_from(seq) else {
            return Ok(None);
        };
        let mut found = Vec::new();
        let mut stretch = Stretch {
            low: seq,
            high: seq,
            newest_first: false,
        };
        self.some(&mut stretch, 1, &Filter::default(), &mut found)?;
        Ok(found.pop())
    }

    fn damaged(&self, seq: i64, what: Malformed) -> LedgerError {
        LedgerError::damaged(&self.path, format!("record {seq}: {what}"))
    }
}
