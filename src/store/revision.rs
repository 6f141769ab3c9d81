//! The revision table: every committed change set.

use rusqlite::{Connection, OptionalExtension};

use super::{
    Counts, RevisionRow,
    database::{signed, unsigned},
};
use crate::clock::Micros;

/// A committed change set, by its number.
pub(super) fn get(conn: &Connection, revision: u64) -> rusqlite::Result<Option<RevisionRow>> {
    conn.prepare_cached(
        "SELECT r.at, o.name, r.what, relations_added, relations_ended, consents_added, \
         consents_ended, objections_added, catalogue_added, catalogue_ended, snapshots_added, \
         enforcements_added, unclear_added, unclear_settled \
         FROM revision r LEFT JOIN origin o ON o.id = r.origin WHERE r.revision = ?1",
    )?
    .query_row([signed(revision)], |row| {
        let count = |i| unsigned(row.get(i)?);
        Ok(RevisionRow {
            revision,
            at: Micros(row.get(0)?),
            origin: row.get(1)?,
            what: row.get(2)?,
            counts: Counts {
                relations_added: count(3)?,
                relations_ended: count(4)?,
                consents_added: count(5)?,
                consents_ended: count(6)?,
                objections_added: count(7)?,
                catalogue_added: count(8)?,
                catalogue_ended: count(9)?,
                snapshots_added: count(10)?,
                enforcements_added: count(11)?,
                unclear_added: count(12)?,
                unclear_settled: count(13)?,
            },
        })
    })
    .optional()
}

/// The newest revision received no later than a moment; 0 if none was. Times may run back between
/// revisions where a clock was set, so the whole table is asked.
pub(super) fn at(conn: &Connection, at: Micros) -> rusqlite::Result<u64> {
    conn.query_row(
        "SELECT coalesce(max(revision), 0) FROM revision WHERE at <= ?1",
        [at.0],
        |row| unsigned(row.get(0)?),
    )
}

/// Writes a revision.
pub(super) fn put(
    conn: &Connection,
    revision: u64,
    at: Micros,
    origin: i64,
    counts: &Counts,
) -> rusqlite::Result<()> {
    let c = |n| signed(n);
    conn.prepare_cached(
        "INSERT INTO revision VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?
    .execute((
        signed(revision),
        at.0,
        origin,
        counts.what(),
        c(counts.relations_added),
        c(counts.relations_ended),
        c(counts.consents_added),
        c(counts.consents_ended),
        c(counts.objections_added),
        c(counts.catalogue_added),
        c(counts.catalogue_ended),
        c(counts.snapshots_added),
        c(counts.enforcements_added),
        c(counts.unclear_added),
        c(counts.unclear_settled),
    ))?;
    Ok(())
}

impl Counts {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the catalogue changes.
    pub fn changes_catalogue(&self) -> bool {
        self.catalogue_added + self.catalogue_ended > 0
    }

    /// The kinds of thing that change, in words.
    pub fn what(&self) -> String {
        let facts = self.relations_added
            + self.relations_ended
            + self.consents_added
            + self.consents_ended
            + self.objections_added;
        let kinds = [
            (facts > 0, "facts"),
            (self.changes_catalogue(), "catalogue"),
            (self.snapshots_added > 0, "registers"),
            (self.enforcements_added > 0, "regimes"),
            (self.unclear_added + self.unclear_settled > 0, "unclear"),
        ];
        let words: Vec<_> = kinds.iter().filter(|k| k.0).map(|k| k.1).collect();
        words.join(", ")
    }
}
