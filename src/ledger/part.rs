//! One part of the ledger: the SQLite file of one UTC day.

mod group;
mod meta;
mod tail;

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags, params};

pub(super) use group::Group;
pub(super) use meta::{Meta, meta};
pub(super) use tail::{Newest, Tail, Words, each_word};

use super::{
    chain,
    error::LedgerError,
    id::LedgerId,
    seal::{self, EMPTY_LOG},
    seam::Seam,
    tree,
};
use crate::{
    clock::Day,
    durable::{FileId, sync_dir},
};
use meta::begin;

/// A part open for writing.
pub(super) struct Part {
    conn: Connection,
    path: PathBuf,
    file: FileId,
    pub(super) day: Day,
    /// The part was not there: its tables come with its first group.
    fresh: bool,
    /// How long the last group's `COMMIT` took: the time of the log's sync, nearly all of it.
    pub(super) committed_in: Duration,
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

/// The days before the newest part that was begun: nothing is written to them any more.
pub(super) fn over(dir: &Path) -> Result<Vec<Day>, LedgerError> {
    let mut all = days(dir)?;
    while let Some(newest) = all.pop() {
        let path = path_of(dir, newest);
        let conn = open_read_only(&path).map_err(LedgerError::db(&path, "open the part"))?;
        if meta(&conn, &path, newest)?.is_some() {
            break;
        }
    }
    Ok(all)
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
        let file = FileId::of(&path).map_err(LedgerError::io(&path, "find the part"))?;
        Ok(Self {
            conn,
            path,
            file,
            day,
            fresh: true,
            committed_in: Duration::ZERO,
        })
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
        let root = tree::root(leaves);
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
            for (seq, (row, public, personal)) in (first as i64..).zip(group.each()) {
                record.execute(params![seq, public, personal])?;
                if row.word {
                    self.conn
                        .prepare_cached("INSERT INTO word VALUES (?1)")?
                        .execute([seq])?;
                }
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
            // What a test makes slow counts as the disk's.
            let committing = Instant::now();
            if let Some(seam) = seam {
                seam.before_commit(first, count)?;
            }
            self.conn.prepare_cached("COMMIT")?.execute([])?;
            let committed_in = committing.elapsed();
            seam.map_or(Ok(()), |seam| seam.after_commit(first, count))?;
            Ok(committed_in)
        };
        self.committed_in =
            insert().map_err(LedgerError::db(&self.path, "write a group of records"))?;
        // SQLite goes on writing to a file that was deleted, and nobody would find these records again.
        self.file
            .is_at(&self.path)
            .map_err(LedgerError::io(&self.path, "keep a group of records"))?;
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
        // Only fails where there is no connection any more.
        let _ = self.conn.busy_timeout(Duration::ZERO);
        seal::to_rest(&self.conn, &self.path);
    }
}

#[cfg(test)]
mod tests;
