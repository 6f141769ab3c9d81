//! Catalogue rows: the columns of the files as text, each with its revisions.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{
    CatalogueKind, CatalogueRow, Change, Span, StoreError, database::signed, error::damaged,
};

const COLUMNS: &str = "c.kind, o.name, c.key, c.fields";

/// The current rows, by kind and key.
pub(super) fn current(conn: &Connection) -> rusqlite::Result<Vec<CatalogueRow>> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM catalogue c LEFT JOIN origin o ON o.id = c.origin \
         WHERE c.rev_until IS NULL ORDER BY c.kind, c.key",
    ))?;
    statement.query_map([], read)?.collect()
}

/// Every row that ever was with its revisions, by kind and key.
pub(super) fn history(conn: &Connection) -> rusqlite::Result<Vec<(Span, CatalogueRow)>> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {COLUMNS}, c.rev_from, c.rev_until FROM catalogue c \
         LEFT JOIN origin o ON o.id = c.origin ORDER BY c.kind, c.key, c.id",
    ))?;
    let rows = statement.query_map([], |row| Ok((Span::read(row, 4)?, read(row)?)))?;
    rows.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<CatalogueRow> {
    let (kind, key): (u8, String) = (row.get(0)?, row.get(2)?);
    let bad = |what: &str| damaged(format!("catalogue row `{key}` of kind {kind} has {what}"));
    Ok(CatalogueRow {
        kind: CatalogueKind::from_code(kind).ok_or_else(|| bad("no such kind"))?,
        origin: row.get(1)?,
        fields: serde_json::from_str(row.get_ref(3)?.as_str()?)
            .map_err(|_| bad("columns that cannot be read"))?,
        key,
    })
}

/// A current row as it stands in the table.
struct Standing {
    id: i64,
    rev_from: i64,
    origin: i64,
    fields: String,
}

impl Change<'_> {
    /// Puts a catalogue row in the place of the current one of that kind and key, of whatever origin.
    /// The same row of the same origin again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Refused`] without an origin or a key.
    pub fn put_catalogue(&mut self, row: &CatalogueRow) -> Result<(), StoreError> {
        self.sound()?;
        if row.origin.is_empty() || row.key.is_empty() {
            return Err(StoreError::Refused(format!(
                "a {} of the catalogue needs an origin and a key",
                row.kind
            )));
        }
        let done = self.put(row);
        self.keep(done)
    }

    /// Ends the current row of that kind and key, if there is one.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn end_catalogue(&mut self, kind: CatalogueKind, key: &str) -> Result<(), StoreError> {
        self.sound()?;
        let done = self
            .standing(kind, key)
            .and_then(|standing| standing.map_or(Ok(()), |standing| self.end_row(&standing)));
        self.keep(done)
    }

    /// The current catalogue rows as this change sees them, by kind and key.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn catalogue_rows(&self) -> Result<Vec<CatalogueRow>, StoreError> {
        self.sound()?;
        current(self.conn).map_err(|e| self.wrong(e))
    }

    fn put(&mut self, row: &CatalogueRow) -> rusqlite::Result<()> {
        let origin = self.origin_id(&row.origin)?;
        let fields = serde_json::to_string(&row.fields)
            .map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))?;
        if let Some(standing) = self.standing(row.kind, &row.key)? {
            if standing.origin == origin && standing.fields == fields {
                return Ok(());
            }
            self.end_row(&standing)?;
        }
        self.conn
            .prepare_cached(
                "INSERT INTO catalogue (rev_from, origin, kind, key, fields) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((
                signed(self.revision()),
                origin,
                row.kind.code(),
                &row.key,
                fields,
            ))?;
        self.counts.catalogue_added += 1;
        Ok(())
    }

    fn standing(&self, kind: CatalogueKind, key: &str) -> rusqlite::Result<Option<Standing>> {
        self.conn
            .prepare_cached(
                "SELECT id, rev_from, origin, fields FROM catalogue \
                 WHERE kind = ?1 AND key = ?2 AND rev_until IS NULL",
            )?
            .query_row((kind.code(), key), |row| {
                Ok(Standing {
                    id: row.get(0)?,
                    rev_from: row.get(1)?,
                    origin: row.get(2)?,
                    fields: row.get(3)?,
                })
            })
            .optional()
    }

    fn end_row(&mut self, standing: &Standing) -> rusqlite::Result<()> {
        let revision = signed(self.revision());
        if standing.rev_from == revision {
            // Put by this very change and seen by nobody: it never was.
            self.conn
                .prepare_cached("DELETE FROM catalogue WHERE id = ?1")?
                .execute([standing.id])?;
            self.counts.catalogue_added = self.counts.catalogue_added.saturating_sub(1);
            return Ok(());
        }
        self.conn
            .prepare_cached("UPDATE catalogue SET rev_until = ?1 WHERE id = ?2")?
            .execute((revision, standing.id))?;
        self.counts.catalogue_ended += 1;
        Ok(())
    }
}
