//! One part of the ledger: the SQLite file of one UTC day.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::{
    chain::{self, Hash},
    error::LedgerError,
    id::{LedgerId, sync_dir},
    queue::Row,
    record::{self, Record},
    seam::Seam,
    words::WordKind,
};
use crate::clock::{Day, Micros};

/// The format of the parts this build writes, and the newest it reads.
pub(super) const FORMAT: i64 = 1;

const SCHEMA: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE record (seq INTEGER PRIMARY KEY, public BLOB NOT NULL, personal BLOB) STRICT;
    CREATE TABLE word (seq INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE commit_group (first_seq INTEGER PRIMARY KEY, count INTEGER NOT NULL,
        revision INTEGER NOT NULL, root BLOB NOT NULL, chain BLOB NOT NULL) STRICT;
    CREATE TABLE probe (space BLOB NOT NULL) STRICT;";

/// Writes the log's pages to the part and empties it, as far as readers allow.
const EMPTY_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// The newest group that is whole, and what the next one needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tail {
    /// The part it is in; `None` in a new ledger.
    pub(super) day: Option<Day>,
    pub(super) seq: u64,
    pub(super) chain: Hash,
    pub(super) at: Micros,
    /// The largest revision of any decision.
    pub(super) revision: u64,
}

impl Tail {
    pub(super) fn genesis(ledger: LedgerId) -> Self {
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
pub(super) type Words = Vec<(WordKind, Vec<u8>)>;

/// A part open for writing.
pub(super) struct Part {
    conn: Connection,
    path: PathBuf,
    pub(super) day: Day,
    /// The part was not there: its tables come with its first group.
    fresh: bool,
}

/// The file of a day.
pub(super) fn path_of(dir: &Path, day: Day) -> PathBuf {
    dir.join(format!("{day}.db"))
}

/// The days that have a file, oldest first.
pub(super) fn days(dir: &Path) -> Result<Vec<Day>, LedgerError> {
    let list = || {
        let mut days = Vec::new();
        for entry in fs::read_dir(dir)? {
            let name = entry?.file_name();
            let day = name.to_str().and_then(|name| name.strip_suffix(".db"));
            days.extend(day.and_then(|day| Day::parse(day).ok()));
        }
        days.sort_unstable();
        Ok(days)
    };
    list().map_err(LedgerError::io(dir, "list the ledger's parts"))
}

/// What the part says of itself.
pub(super) struct Meta {
    pub(super) ledger: LedgerId,
    pub(super) first_seq: u64,
    /// The part before; empty in the first.
    pub(super) previous: String,
    pub(super) previous_chain: Hash,
}

/// Reads a part's `meta`; `None` if the part was never begun.
pub(super) fn meta(conn: &Connection, path: &Path, day: Day) -> Result<Option<Meta>, LedgerError> {
    let db = || LedgerError::db(path, "read what the part is");
    let tables = "SELECT count(*), coalesce(sum(name = 'meta'), 0) FROM sqlite_schema";
    let (all, ours) = conn
        .query_row(tables, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(db())?;
    match (all, ours) {
        (0i64, 0i64) => return Ok(None),
        (_, 0) => return Err(LedgerError::damaged(path, "not a part of a ledger")),
        _ => {}
    }
    // The format first: what else there is depends on it.
    let format: i64 = value(conn, path, "format")?;
    if format != FORMAT {
        return Err(if format > FORMAT {
            LedgerError::NewerFormat {
                path: path.to_owned(),
                found: format,
                known: FORMAT,
            }
        } else {
            LedgerError::damaged(path, format!("a format {format} that never was"))
        });
    }
    let ledger: String = value(conn, path, "ledger")?;
    let stated: String = value(conn, path, "day")?;
    if stated != day.to_string() {
        let what = format!("the part of {stated} under another day's name");
        return Err(LedgerError::damaged(path, what));
    }
    let bad = |what: &str| LedgerError::damaged(path, format!("`meta.{what}` cannot be read"));
    Ok(Some(Meta {
        ledger: LedgerId::parse(&ledger).ok_or_else(|| bad("ledger"))?,
        first_seq: u64::try_from(value::<i64>(conn, path, "first_seq")?)
            .map_err(|_| bad("first_seq"))?,
        previous: value(conn, path, "previous")?,
        previous_chain: value(conn, path, "previous_chain")?,
    }))
}

fn value<T: rusqlite::types::FromSql>(
    conn: &Connection,
    path: &Path,
    key: &str,
) -> Result<T, LedgerError> {
    let sql = "SELECT value FROM meta WHERE key = ?1";
    match conn.query_row(sql, [key], |row| row.get(0)).optional() {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(LedgerError::damaged(
            path,
            format!("`meta.{key}` is missing"),
        )),
        Err(
            rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::FromSqlConversionFailure(..),
        ) => Err(LedgerError::damaged(
            path,
            format!("`meta.{key}` cannot be read"),
        )),
        Err(e) => Err(LedgerError::db(path, "read what the part is")(e)),
    }
}

/// Opens a part for reading only, beside its writer.
pub(super) fn open_read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(Duration::from_secs(5))?;
    Ok(conn)
}

impl Part {
    /// Opens the part of a day for writing, or makes its file; its tables come with its first group.
    pub(super) fn open(dir: &Path, day: Day, seam: Option<&dyn Seam>) -> Result<Self, LedgerError> {
        let path = path_of(dir, day);
        let open = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let conn = Connection::open_with_flags(&path, flags)?;
            if let Some(seam) = seam {
                seam.opened(&conn)?;
            }
            // An eraser may hold the write lock for a moment.
            conn.busy_timeout(Duration::from_secs(2))?;
            conn.pragma_update(None, "journal_mode", "WAL")?;
            conn.pragma_update(None, "synchronous", "FULL")?;
            // Small checkpoints: at 8,000 pages one was seen to stall the writer for 98 ms.
            conn.pragma_update(None, "wal_autocheckpoint", 1_000)?;
            // What a long read made the log grow to is given back.
            conn.pragma_update(None, "journal_size_limit", 64 << 20)?;
            Ok(conn)
        };
        let conn = open().map_err(LedgerError::db(&path, "open the part"))?;
        let mode: String = conn
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .map_err(LedgerError::db(&path, "open the part"))?;
        if mode != "wal" {
            return Err(LedgerError::damaged(
                &path,
                format!(
                    "its journal mode stays `{mode}`, so it cannot be read while it is written"
                ),
            ));
        }
        sync_dir(dir).map_err(LedgerError::io(dir, "make the part's name durable"))?;
        Ok(Self {
            conn,
            path,
            day,
            fresh: true,
        })
    }

    /// The newest part that was begun, its tail and words; `None` if there is none. After a failure it is
    /// made sound first.
    pub(super) fn newest(
        dir: &Path,
        ledger: Option<LedgerId>,
        seam: Option<&dyn Seam>,
        after_failure: bool,
    ) -> Result<Option<(Self, LedgerId, Tail, Words)>, LedgerError> {
        for day in days(dir)?.into_iter().rev() {
            let mut part = Self::open(dir, day, seam)?;
            let Some(meta) = meta(&part.conn, &part.path, day)? else {
                // A crash before its first group; the day's first group will begin it.
                continue;
            };
            if let Some(expected) = ledger.filter(|expected| *expected != meta.ledger) {
                return Err(LedgerError::OtherLedger {
                    path: part.path,
                    found: meta.ledger.to_string(),
                    expected: expected.to_string(),
                });
            }
            part.fresh = false;
            if after_failure {
                part.mend()
                    .map_err(LedgerError::db(&part.path, "write to the part"))?;
            }
            let tail = part.tail(&meta)?;
            let words = part.words()?;
            return Ok(Some((part, meta.ledger, tail, words)));
        }
        Ok(None)
    }

    /// Reads the newest group and proves it: every record there, hashed to its root and chain.
    fn tail(&self, meta: &Meta) -> Result<Tail, LedgerError> {
        let db = || LedgerError::db(&self.path, "read the newest records");
        let damaged = |what: &str| LedgerError::damaged(&self.path, what);
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
            && chain::root(leaves) == root
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
        let db = || LedgerError::db(&self.path, "read the words");
        let mut all = Words::new();
        each_word(&self.conn, 0, |seq, public| {
            match record::decode(public) {
                Ok((_, Record::Word { kind, payload, .. })) => all.push((kind, payload.to_vec())),
                _ => return Err(seq),
            }
            Ok(())
        })
        .map_err(db())?
        .map_err(|seq| {
            LedgerError::damaged(
                &self.path,
                format!("record {seq} should be a word and is not"),
            )
        })?;
        Ok(all)
    }

    /// Writes one group in one transaction and commits it; after an error the part must be opened anew.
    ///
    /// `rows` lie one behind the other in `bytes`; their salts, commitments and hashes are made here.
    pub(super) fn write(
        &mut self,
        group: &mut Group<'_>,
        tail: &mut Tail,
        ledger: LedgerId,
        seam: Option<&dyn Seam>,
    ) -> Result<(), LedgerError> {
        let leaves = group.seal(tail.seq + 1).map_err(LedgerError::Random)?;
        let (first, count) = (tail.seq + 1, leaves.len() as u64);
        let root = chain::root(leaves);
        let link = chain::link(&tail.chain, &root, first, count);
        let revision = group
            .rows
            .iter()
            .map(|row| row.revision)
            .fold(tail.revision, u64::max);
        let insert = || {
            self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            if self.fresh {
                begin(&self.conn, self.day, ledger, tail)?;
            }
            let mut record = self
                .conn
                .prepare_cached("INSERT INTO record VALUES (?1, ?2, ?3)")?;
            let mut seq = first as i64;
            for (row, public, personal) in group.each() {
                record.execute(params![seq, public, personal])?;
                if row.word {
                    self.conn
                        .prepare_cached("INSERT INTO word VALUES (?1)")?
                        .execute([seq])?;
                }
                seq += 1;
            }
            self.conn
                .prepare_cached("INSERT INTO commit_group VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![
                    first as i64,
                    count as i64,
                    revision as i64,
                    root,
                    link
                ])?;
            if let Some(seam) = seam {
                seam.before_commit(first, count)?;
            }
            self.conn.prepare_cached("COMMIT")?.execute([])?;
            seam.map_or(Ok(()), |seam| seam.after_commit(first, count))
        };
        insert().map_err(LedgerError::db(&self.path, "write a group of records"))?;
        self.fresh = false;
        *tail = Tail {
            day: Some(self.day),
            seq: first + count - 1,
            chain: link,
            at: tail.at.max(group.at),
            revision,
        };
        Ok(())
    }

    /// Makes a part that failed sound again, or says why it cannot be yet.
    fn mend(&self) -> rusqlite::Result<()> {
        // After a failed sync the log may be whole in memory and not on disk, and a later sync says
        // nothing of it. So its pages are written to the part itself, and the log begins anew.
        let busy: i64 = self.conn.query_row(EMPTY_LOG, [], |row| row.get(0))?;
        if busy != 0 {
            let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
            let why = Some("a reader holds its log".to_owned());
            return Err(rusqlite::Error::SqliteFailure(code, why));
        }
        // Takes some space, and gives it back to the part: a disk that is full stays failed.
        self.conn
            .execute("INSERT INTO probe VALUES (zeroblob(65536))", [])?;
        self.conn.execute("DELETE FROM probe", [])?;
        Ok(())
    }

    /// Makes the part one plain file that can be copied, or read from a read-only disk; called when its
    /// day is over. A reader in the way leaves it as it is, which is as sound.
    pub(super) fn rest(self) {
        let rest = || {
            self.conn.busy_timeout(Duration::ZERO)?;
            let first = |sql| self.conn.query_row(sql, [], |_| Ok(()));
            first(EMPTY_LOG)?;
            first("PRAGMA journal_mode = DELETE")
        };
        if let Err(e) = rest() {
            tracing::debug!(reason = %e, part = %self.path.display(), "the part keeps its log");
        }
    }
}

/// The tables of a part, and what it continues.
fn begin(conn: &Connection, day: Day, ledger: LedgerId, tail: &Tail) -> rusqlite::Result<()> {
    conn.execute_batch(SCHEMA)?;
    let mut insert = conn.prepare("INSERT INTO meta VALUES (?1, ?2)")?;
    insert.execute(params!["format", FORMAT])?;
    insert.execute(params!["ledger", ledger.to_string()])?;
    insert.execute(params!["day", day.to_string()])?;
    insert.execute(params!["first_seq", tail.seq as i64 + 1])?;
    insert.execute(params![
        "previous",
        tail.day.map_or_else(String::new, |d| d.to_string())
    ])?;
    insert.execute(params!["previous_chain", tail.chain])?;
    Ok(())
}

/// Visits the words recorded after `seq`, in order.
pub(super) fn each_word<E>(
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

/// Rows of one day, to be written together.
pub(super) struct Group<'a> {
    /// The time of the last of them.
    pub(super) at: Micros,
    pub(super) rows: &'a [Row],
    pub(super) bytes: &'a mut [u8],
}

impl Group<'_> {
    /// Salts and commits every personal part, and hashes every record.
    fn seal(&mut self, first_seq: u64) -> Result<Vec<Hash>, getrandom::Error> {
        use super::{personal::SALT, record::COMMITMENT};
        let mut salts = vec![0; SALT * self.rows.len()];
        getrandom::fill(&mut salts)?;
        let mut rest = &mut *self.bytes;
        let mut leaves = Vec::with_capacity(self.rows.len());
        for ((row, salt), seq) in self
            .rows
            .iter()
            .zip(salts.chunks_exact(SALT))
            .zip(first_seq..)
        {
            let (public, behind) = rest.split_at_mut(row.public as usize);
            let (personal, behind) = behind.split_at_mut(row.personal as usize);
            rest = behind;
            if let Some((_, commitment)) = public
                .split_last_chunk_mut::<COMMITMENT>()
                .filter(|_| !row.word)
            {
                personal[..SALT].copy_from_slice(salt);
                *commitment = chain::commitment(personal);
            }
            leaves.push(chain::leaf(seq, public));
        }
        Ok(leaves)
    }

    fn each(&self) -> impl Iterator<Item = (&Row, &[u8], Option<&[u8]>)> {
        let mut rest = &*self.bytes;
        self.rows.iter().map(move |row| {
            let (public, behind) = rest.split_at(row.public as usize);
            let (personal, behind) = behind.split_at(row.personal as usize);
            rest = behind;
            (row, public, (!row.word).then_some(personal))
        })
    }
}

#[cfg(test)]
mod tests;
