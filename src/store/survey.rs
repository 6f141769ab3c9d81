//! Reading facts by what reports ask about: what ended, what is about to expire, what came in when.

use rusqlite::Row;

use super::{StoreError, StoreReader, database::signed, decode, ends};
use crate::{
    clock::{Day, Micros},
    facts::model::{Consent, FactKind, Objection},
    number::E164,
};

/// An objection, and when it came to us.
#[derive(Clone, Debug)]
pub struct ReceivedObjection {
    /// The number, if it is on one.
    pub e164: Option<E164>,
    /// The objection.
    pub fact: Objection,
    /// When it was said.
    pub recorded_at: Micros,
    /// When we received it; from then on it binds checks.
    pub received_at: Micros,
    /// Where it came from, such as `LETTER`.
    pub source: String,
}

impl StoreReader {
    /// The last days of relations, by their rows in ascending order; those that run or are gone are left
    /// out.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn last_days(
        &self,
        rows: impl IntoIterator<Item = u64>,
        mut each: impl FnMut(u64, Day),
    ) -> Result<(), StoreError> {
        let read = || -> rusqlite::Result<()> {
            let sql = "SELECT ended_on FROM relation WHERE id = ?1 AND ended_on IS NOT NULL";
            let mut one = self.db.conn.prepare_cached(sql)?;
            for row in rows {
                let mut found = one.query([signed(row)])?;
                if let Some(found) = found.next()? {
                    each(row, Day(found.get(0)?));
                }
            }
            Ok(())
        };
        read().map_err(|e| self.db.wrong(e))
    }

    /// The consents that stand and end by themselves in a period.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn consents_expiring(
        &self,
        from: Micros,
        until: Micros,
        mut each: impl FnMut(E164, Consent),
    ) -> Result<(), StoreError> {
        let mut sets = decode::Sets::default();
        let sql = format!(
            "SELECT {} FROM consent f {} WHERE e.fact IS NULL AND f.withdrawn_at IS NULL \
             AND f.expires_at >= ?1 AND f.expires_at < ?2",
            decode::columns(FactKind::Consent),
            ends::join(FactKind::Consent)
        );
        self.each(&sql, (from.0, until.0), |row| {
            let (e164, consent) = decode::consent(row, &mut sets)?;
            each(e164, consent);
            Ok(())
        })
    }

    /// The objections received in a period, in the order they came.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn objections_received(
        &self,
        from: Micros,
        until: Micros,
        mut each: impl FnMut(ReceivedObjection),
    ) -> Result<(), StoreError> {
        let at = decode::width(FactKind::Objection);
        let sql = format!(
            "SELECT {}, f.recorded_at, r.at, f.source FROM objection f \
             JOIN revision r ON r.revision = f.rev_from WHERE r.at >= ?1 AND r.at < ?2 ORDER BY f.id",
            decode::columns(FactKind::Objection)
        );
        self.each(&sql, (from.0, until.0), |row| {
            let (e164, fact) = decode::objection(row)?;
            each(ReceivedObjection {
                e164,
                fact,
                recorded_at: Micros(row.get(at)?),
                received_at: Micros(row.get(at + 1)?),
                source: row.get(at + 2)?,
            });
            Ok(())
        })
    }

    fn each(
        &self,
        sql: &str,
        period: (i64, i64),
        mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        let mut read = || -> rusqlite::Result<()> {
            let mut statement = self.db.conn.prepare(sql)?;
            let mut rows = statement.query(period)?;
            while let Some(row) = rows.next()? {
                each(row)?;
            }
            Ok(())
        };
        read().map_err(|e| self.db.wrong(e))
    }
}
