//! Copies of registers: what is known about each. Their numbers are in files of their own.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Row};

use super::{
    Change, NewSnapshot, SnapshotRow, StoreError,
    database::{signed, unsigned},
};
use crate::clock::{Day, Micros};

const COLUMNS: &str =
    "register, n, as_of, imported_at, numbers, file_name, sha256, region, rev_from, rev_until";

/// Every copy, oldest first.
pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<SnapshotRow>> {
    let sql = format!("SELECT {COLUMNS} FROM snapshot ORDER BY rev_from, register");
    conn.prepare_cached(&sql)?.query_map([], read)?.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<SnapshotRow> {
    Ok(SnapshotRow {
        register: row.get(0)?,
        n: unsigned(row.get(1)?)?,
        as_of: Day(row.get(2)?),
        imported_at: Micros(row.get(3)?),
        numbers: unsigned(row.get(4)?)?,
        file_name: row.get(5)?,
        sha256: row.get(6)?,
        region: row.get(7)?,
        rev_from: unsigned(row.get(8)?)?,
        rev_until: row.get::<_, Option<i64>>(9)?.map(unsigned).transpose()?,
    })
}

/// The name becomes part of a file name, so it is short and plain.
fn plain(register: &str) -> Result<(), StoreError> {
    let fits = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
    if (1..=40).contains(&register.len()) && register.as_bytes().iter().all(fits) {
        return Ok(());
    }
    Err(StoreError::Refused(format!(
        "`{register}` cannot name a register; use at most 40 small letters, digits and `-`, such as bmnr"
    )))
}

impl Change<'_> {
    /// The number that the next copy of a register will have, and where its numbers are to be written
    /// before [`Change::add_snapshot`]. A file left there by an import that failed is to be replaced.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if the register's name cannot be part of a file name.
    pub fn next_snapshot(&self, register: &str) -> Result<(u64, PathBuf), StoreError> {
        self.sound()?;
        plain(register)?;
        let n = self
            .last(register)
            .map_err(|e| self.wrong(e))?
            .map_or(1, |last| last.n + 1);
        Ok((n, self.dir.snapshot(register, n)))
    }

    /// Puts a register copy in force; its numbers must be in their file, written and synced.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if it is not the next one, its file is not there, or this change already
    /// brought one of that register.
    pub fn add_snapshot(&mut self, row: &NewSnapshot<'_>) -> Result<SnapshotRow, StoreError> {
        let (next, path) = self.next_snapshot(row.register)?;
        if row.n != next {
            return Err(StoreError::Refused(format!(
                "the next copy of register `{}` is {next}, not {}; import it again",
                row.register, row.n
            )));
        }
        if !path.is_file() {
            return Err(StoreError::Refused(format!(
                "`{}` is missing; the numbers of a register copy are written before it is put in force",
                path.display()
            )));
        }
        let last = self.last(row.register).map_err(|e| self.wrong(e))?;
        if last.is_some_and(|last| last.rev_from == self.revision()) {
            return Err(StoreError::Refused(format!(
                "this change already brings a copy of register `{}`; import them one after the other",
                row.register
            )));
        }
        let new = SnapshotRow {
            register: row.register.to_owned(),
            n: row.n,
            as_of: row.as_of,
            imported_at: self.received_at,
            numbers: row.numbers,
            file_name: row.file_name.to_owned(),
            sha256: row.sha256,
            region: row.region.to_owned(),
            rev_from: self.revision(),
            rev_until: None,
        };
        let done = self.supersede(&new);
        self.keep(done)?;
        self.counts.snapshots_added += 1;
        Ok(new)
    }

    fn last(&self, register: &str) -> rusqlite::Result<Option<SnapshotRow>> {
        let sql =
            format!("SELECT {COLUMNS} FROM snapshot WHERE register = ?1 ORDER BY n DESC LIMIT 1");
        self.conn
            .prepare_cached(&sql)?
            .query_row([register], read)
            .optional()
    }

    fn supersede(&self, new: &SnapshotRow) -> rusqlite::Result<()> {
        self.conn.execute(
            "UPDATE snapshot SET rev_until = ?1 WHERE register = ?2 AND rev_until IS NULL",
            (signed(new.rev_from), &new.register),
        )?;
        self.conn.execute(
            &format!(
                "INSERT INTO snapshot ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, NULL)"
            ),
            (
                &new.register,
                signed(new.n),
                new.as_of.0,
                new.imported_at.0,
                signed(new.numbers),
                &new.file_name,
                new.sha256,
                &new.region,
                signed(new.rev_from),
            ),
        )?;
        Ok(())
    }
}
