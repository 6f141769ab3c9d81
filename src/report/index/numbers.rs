//! Which decisions are about a number.

use rusqlite::{Connection, Transaction};

use super::columns::Columns;
use crate::{
    clock::Day,
    ledger::{DecisionId, LedgerId},
};

/// One look a segment: the table is ordered by segment so that it is only ever written at its end. CROSS
/// holds SQLite to that order; left to itself it reads the whole table.
const OF_NUMBER: &str = "
    SELECT s.day, n.seq FROM segment s CROSS JOIN number n ON n.segment = s.no AND n.number = ?1
    WHERE s.first_seq < ?2 ORDER BY s.no, n.seq";

/// Writes the numbers of a segment.
pub(super) fn add(tx: &Transaction<'_>, segment: i64, rows: &Columns) -> rusqlite::Result<()> {
    let read = rows.numbers.iter().zip(&rows.seqs).filter(|n| *n.0 != 0);
    let mut numbers: Vec<_> = read.collect();
    numbers.sort_unstable();
    let mut insert = tx.prepare_cached("INSERT INTO number VALUES (?1, ?2, ?3)")?;
    for (number, seq) in numbers {
        insert.execute((segment, *number as i64, *seq as i64))?;
    }
    Ok(())
}

/// The decisions about a number in segments that begin before a record, oldest first.
pub(super) fn of_number(
    conn: &Connection,
    ledger: LedgerId,
    number: u64,
    before: u64,
) -> rusqlite::Result<Vec<DecisionId>> {
    conn.prepare_cached(OF_NUMBER)?
        .query_map(
            (number as i64, i64::try_from(before).unwrap_or(i64::MAX)),
            |row| {
                Ok(DecisionId {
                    day: Day(row.get(0)?),
                    ledger,
                    seq: row.get::<_, i64>(1)? as u64,
                })
            },
        )?
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_looked_up_in_each_segment_and_nothing_is_read_through() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(super::super::file::SCHEMA).unwrap();
        // As a table that was analysed looks to the planner.
        conn.execute_batch("ANALYZE").unwrap();
        let plan: Vec<String> = conn
            .prepare(&format!("EXPLAIN QUERY PLAN {OF_NUMBER}"))
            .unwrap()
            .query_map((1, 2), |row| row.get("detail"))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let plan = plan.join("; ");
        assert!(plan.contains("SCAN s;"), "{plan}");
        assert!(
            plan.contains("SEARCH n USING PRIMARY KEY (segment=? AND number=?)"),
            "{plan}"
        );
    }
}
