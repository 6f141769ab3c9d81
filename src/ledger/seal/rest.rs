//! A part at rest: one plain file, all of it in it.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};

use super::head::FileHash;
use crate::{durable::log_path, ledger::error::LedgerError};

/// Writes the log's pages to the part and empties it, as far as readers allow.
pub(in crate::ledger) const EMPTY_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

fn beside(part: &Path, ending: &str) -> PathBuf {
    let mut name = part.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// What lies beside a part and is of it: SQLite's log or journal, if there is anything in them.
pub(in crate::ledger) fn log_of(part: &Path) -> Option<PathBuf> {
    let logs = [log_path(part), beside(part, "-journal")];
    let full = |log: &PathBuf| fs::metadata(log).is_ok_and(|log| log.len() > 0);
    logs.into_iter().find(full)
}

/// Removes what lies beside a part, and the part.
pub(in crate::ledger) fn remove(part: &Path) -> io::Result<()> {
    let beside = ["-wal", "-journal", "-shm"].map(|ending| beside(part, ending));
    // The part goes first: without it nobody reads a log.
    for path in std::iter::once(part.to_owned()).chain(beside) {
        match fs::remove_file(path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    Ok(())
}

/// Makes a part whose day is over one plain file, as far as readers allow; whether it is one now.
pub(in crate::ledger) fn settle(part: &Path) -> Result<bool, LedgerError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let conn = Connection::open_with_flags(part, flags)?;
        conn.busy_timeout(Duration::from_secs(1))?;
        // A journal that a crash left is rolled back by the first to read.
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(conn)
    };
    let conn = open().map_err(LedgerError::db(part, "put the part to rest"))?;
    let plain = to_rest(&conn, part);
    drop(conn);
    Ok(plain && log_of(part).is_none())
}

/// Empties the log of a part and does without one, as far as readers allow; whether it has none now.
pub(in crate::ledger) fn to_rest(conn: &Connection, part: &Path) -> bool {
    let rest = || {
        conn.query_row(EMPTY_LOG, [], |_| Ok(()))?;
        conn.query_row("PRAGMA journal_mode = DELETE", [], |row| {
            row.get::<_, String>(0)
        })
    };
    match rest() {
        Ok(mode) => mode == "delete",
        Err(e) => {
            tracing::debug!(reason = %e, part = %part.display(), "the part keeps its log");
            false
        }
    }
}

/// Hashes a part's file. In the process that writes it only once it is closed there: closing a file lets
/// go of every lock the process has on it.
pub(in crate::ledger) fn hash_file(part: &Path) -> Result<FileHash, LedgerError> {
    let hash = || {
        let mut file = File::open(part)?;
        let mut hash = Sha256::new();
        let mut length = 0;
        let mut buffer = vec![0; 1 << 20];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                n => {
                    hash.update(&buffer[..n]);
                    length += n as u64;
                }
            }
        }
        Ok(FileHash {
            length,
            sha256: hash.finalize().into(),
        })
    };
    hash().map_err(LedgerError::io(part, "read the part's file"))
}
