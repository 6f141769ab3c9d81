//! What a part says of itself, and its tables.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::tail::Tail;
use crate::{
    clock::Day,
    ledger::{chain::Hash, error::LedgerError, id::LedgerId},
};

/// The format of the parts this build writes, and the newest it reads.
pub(in crate::ledger) const FORMAT: i64 = 1;

const SCHEMA: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE record (seq INTEGER PRIMARY KEY, public BLOB NOT NULL, personal BLOB) STRICT;
    CREATE TABLE word (seq INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE commit_group (first_seq INTEGER PRIMARY KEY, count INTEGER NOT NULL,
        revision INTEGER NOT NULL, root BLOB NOT NULL, chain BLOB NOT NULL) STRICT;
    CREATE TABLE probe (space BLOB NOT NULL) STRICT;";

/// What the part says of itself.
pub(in crate::ledger) struct Meta {
    pub(in crate::ledger) ledger: LedgerId,
    pub(in crate::ledger) first_seq: u64,
    /// The part before; empty in the first.
    pub(in crate::ledger) previous: String,
    pub(in crate::ledger) previous_chain: Hash,
}

impl Meta {
    /// The day of the part before; `None` in the first.
    pub(in crate::ledger) fn previous_day(&self, path: &Path) -> Result<Option<Day>, LedgerError> {
        match self.previous.as_str() {
            "" => Ok(None),
            day => Day::parse(day)
                .map(Some)
                .map_err(|_| LedgerError::damaged(path, "`meta.previous` cannot be read")),
        }
    }
}

/// Reads a part's `meta`; `None` if the part was never begun.
pub(in crate::ledger) fn meta(
    conn: &Connection,
    path: &Path,
    day: Day,
) -> Result<Option<Meta>, LedgerError> {
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

/// The tables of a part, and what it continues.
pub(in crate::ledger) fn begin(
    conn: &Connection,
    day: Day,
    ledger: LedgerId,
    tail: &Tail,
) -> rusqlite::Result<()> {
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
