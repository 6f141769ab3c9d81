//! The unclear queue: rows that could not be read for certain and wait for a person.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{
    Change, NewUnclear, Settled, StoreError, UnclearRow,
    database::{signed, unsigned},
    error::damaged,
};
use crate::{clock::Micros, number::E164};

/// The queue, oldest first.
pub(super) fn all(conn: &Connection, include_settled: bool) -> rusqlite::Result<Vec<UnclearRow>> {
    let mut statement = conn.prepare_cached(
        "SELECT u.id, u.received_at, o.name, u.place, u.given, u.problem, u.numbers, u.hash, \
         u.settled_at, u.settled_by, u.settlement \
         FROM unclear u LEFT JOIN origin o ON o.id = u.origin \
         WHERE ?1 OR u.settled_rev IS NULL ORDER BY u.id",
    )?;
    statement.query_map([include_settled], read)?.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<UnclearRow> {
    let id = unsigned(row.get(0)?)?;
    let numbers = row.get_ref(6)?.as_str()?;
    let settled = match row.get::<_, Option<i64>>(8)? {
        None => None,
        Some(at) => Some(Settled {
            by: row.get(9)?,
            at: Micros(at),
            settlement: row.get(10)?,
        }),
    };
    Ok(UnclearRow {
        id,
        received_at: Micros(row.get(1)?),
        origin: row.get(2)?,
        place: row.get(3)?,
        given: row.get(4)?,
        problem: row.get(5)?,
        e164: numbers
            .split_ascii_whitespace()
            .map(|n| n.parse().ok().and_then(E164::from_digits))
            .collect::<Option<_>>()
            .ok_or_else(|| damaged(format!("unclear row {id} has the numbers `{numbers}`")))?,
        hash: row.get(7)?,
        settled,
    })
}

impl UnclearRow {
    /// The one seller the row names; empty if it names none, all, or if that cannot be told for certain:
    /// a number may be typed with anything in it.
    pub fn seller(&self) -> &str {
        let named = |pair: &'_ str| pair.trim_start().starts_with("seller_id=");
        let mut sellers = self.given.split(';').filter(|pair| named(pair));
        match (sellers.next(), sellers.next()) {
            (Some(pair), None) => match pair.trim().trim_start_matches("seller_id=") {
                "*" => "",
                id => id,
            },
            _ => "",
        }
    }
}

impl Change<'_> {
    /// Queues a row for a person; `None` if the same one waits already or was settled.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn add_unclear(&mut self, row: &NewUnclear<'_>) -> Result<Option<u64>, StoreError> {
        self.sound()?;
        let numbers: Vec<_> = row.e164.iter().map(|n| n.digits().to_string()).collect();
        let added = self
            .conn
            .prepare_cached(
                "INSERT INTO unclear (hash, rev_from, received_at, origin, place, given, problem, numbers) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (hash) DO NOTHING RETURNING id",
            )
            .and_then(|mut statement| {
                let values = (
                    row.hash,
                    signed(self.revision()),
                    self.received_at.0,
                    self.origin,
                    row.place,
                    row.given,
                    row.problem,
                    numbers.join(" "),
                );
                statement
                    .query_row(values, |row| unsigned(row.get(0)?))
                    .optional()
            });
        let added = self.keep(added)?;
        self.counts.unclear_added += u64::from(added.is_some());
        Ok(added)
    }

    /// Settles a queued row; `false` if there is none of that id or it is settled.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn settle_unclear(
        &mut self,
        id: u64,
        by: &str,
        settlement: &str,
    ) -> Result<bool, StoreError> {
        self.sound()?;
        let settled = self
            .conn
            .prepare_cached(
                "UPDATE unclear SET settled_rev = ?1, settled_at = ?2, settled_by = ?3, settlement = ?4 \
                 WHERE id = ?5 AND settled_rev IS NULL",
            )
            .and_then(|mut statement| {
                statement.execute((
                    signed(self.revision()),
                    self.received_at.0,
                    by,
                    settlement,
                    signed(id),
                ))
            });
        let settled = self.keep(settled)? > 0;
        self.counts.unclear_settled += u64::from(settled);
        Ok(settled)
    }
}
