//! A look at a ledger from beside it: how far it is, whoever writes it.

use std::path::Path;

use rusqlite::Connection;

use super::{
    chain::Hash,
    error::LedgerError,
    id::LedgerId,
    part::{days, meta, open_read_only, path_of},
    record,
};
use crate::clock::{Day, Micros};

/// How far a ledger is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerGlance {
    /// Its name.
    pub id: LedgerId,
    /// Its newest part.
    pub day: Day,
    /// The number of its last record.
    pub last_seq: u64,
    /// The time of that record.
    pub last_at: Micros,
    /// The largest revision of facts any decision rests on.
    pub revision: u64,
    /// The chain at that record.
    pub chain: Hash,
}

/// Looks at the newest part that has records; `None` if there is none. It proves nothing.
///
/// # Errors
/// If a part cannot be read.
pub fn glance(dir: &Path) -> Result<Option<LedgerGlance>, LedgerError> {
    if !dir.is_dir() {
        return Ok(None);
    }
    for day in days(dir)?.into_iter().rev() {
        let path = path_of(dir, day);
        let conn = open_read_only(&path).map_err(LedgerError::db(&path, "open the part"))?;
        let Some(meta) = meta(&conn, &path, day)? else {
            continue;
        };
        let (last_seq, revision, chain, public) =
            newest(&conn).map_err(LedgerError::db(&path, "read the newest records"))?;
        let last_at = record::time_of(&public)
            .map_err(|e| LedgerError::damaged(&path, format!("record {last_seq}: {e}")))?;
        return Ok(Some(LedgerGlance {
            id: meta.ledger,
            day,
            last_seq: u64::try_from(last_seq).unwrap_or_default(),
            last_at,
            revision: u64::try_from(revision).unwrap_or_default(),
            chain,
        }));
    }
    Ok(None)
}

/// Whether a part was begun: a crash, or a copy, may come between its file and its first group.
///
/// # Errors
/// If the part cannot be read.
pub fn is_begun(dir: &Path, day: Day) -> Result<bool, LedgerError> {
    let path = path_of(dir, day);
    let conn = open_read_only(&path).map_err(LedgerError::db(&path, "open the part"))?;
    Ok(meta(&conn, &path, day)?.is_some())
}

fn newest(conn: &Connection) -> rusqlite::Result<(i64, i64, Hash, Vec<u8>)> {
    conn.query_row(
        "SELECT g.first_seq + g.count - 1, g.revision, g.chain, r.public
         FROM commit_group g JOIN record r ON r.seq = g.first_seq + g.count - 1
         ORDER BY g.first_seq DESC LIMIT 1",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )
}
