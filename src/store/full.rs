//! Whole rows with their texts, by id and by number; for reports, pages and access requests.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior};

use super::{
    FactBody, FactRow,
    database::{Database, KINDS, signed, table_name, unsigned},
    decode, ends,
    error::damaged,
};
use crate::{
    clock::Micros,
    facts::model::{FactId, FactKind},
    number::E164,
};

/// A row by its id.
pub(super) fn fact(conn: &Connection, id: FactId) -> rusqlite::Result<Option<FactRow>> {
    let kind = id.kind();
    let own = match kind {
        FactKind::Relation => "",
        FactKind::Consent => ", f.evidence, f.withdrawn_written",
        FactKind::Objection => ", f.source, f.recorded_at",
    };
    // Outer joins: a row that points nowhere is damage to report, not a row to leave out.
    let sql = format!(
        "SELECT {}, f.typed, f.region, f.hash, f.rev_from, e.rev_until, o.name, r.at{own} FROM {} f {} \
         LEFT JOIN origin o ON o.id = f.origin LEFT JOIN revision r ON r.revision = f.rev_from \
         WHERE f.id = ?1",
        decode::columns(kind),
        table_name(kind),
        ends::join(kind)
    );
    conn.prepare_cached(&sql)?
        .query_row([signed(id.row())], |row| read(kind, row))
        .optional()
}

fn read(kind: FactKind, row: &Row<'_>) -> rusqlite::Result<FactRow> {
    let at = decode::width(kind);
    let (e164, body) = match kind {
        FactKind::Relation => {
            let (e164, fact) = decode::relation(row)?;
            (Some(e164), FactBody::Relation(fact))
        }
        FactKind::Consent => {
            let (e164, fact) = decode::consent(row, &mut decode::Sets::default())?;
            let body = FactBody::Consent {
                fact,
                evidence: row.get(at + 7)?,
                withdrawn_written: decode::until(row, at + 8)?,
            };
            (Some(e164), body)
        }
        FactKind::Objection => {
            let (e164, fact) = decode::objection(row)?;
            let body = FactBody::Objection {
                fact,
                source: row.get(at + 7)?,
                recorded_at: Micros(row.get(at + 8)?),
            };
            (e164, body)
        }
    };
    Ok(FactRow {
        id: decode::id(kind, row)?,
        e164,
        typed: row.get(at)?,
        region: row.get(at + 1)?,
        hash: row.get(at + 2)?,
        rev_from: unsigned(row.get(at + 3)?)?,
        rev_until: row
            .get::<_, Option<i64>>(at + 4)?
            .map(unsigned)
            .transpose()?,
        origin: row.get(at + 5)?,
        received_at: Micros(row.get(at + 6)?),
        body,
    })
}

/// Every row of a number: those in the index, and those too new to be in it.
pub(super) fn facts_of_number(conn: &Connection, e164: E164) -> rusqlite::Result<Vec<FactRow>> {
    let number = signed(e164.digits());
    let mut ids = Vec::new();
    for kind in KINDS {
        let sql = format!(
            "SELECT f.id FROM {} f WHERE f.number = ?1 AND f.id > \
             (SELECT indexed_through FROM fact_table WHERE kind = ?2)",
            table_name(kind)
        );
        let mut statement = conn.prepare_cached(&sql)?;
        let mut rows = statement.query((number, kind as u8))?;
        while let Some(row) = rows.next()? {
            ids.push(decode::id(kind, row)?);
        }
    }
    let mut statement = conn.prepare_cached("SELECT fact FROM fact_number WHERE number = ?1")?;
    let mut rows = statement.query([number])?;
    while let Some(row) = rows.next()? {
        let code = unsigned(row.get(0)?)?;
        ids.push(FactId::from_code(code).ok_or_else(|| damaged("the index by number"))?);
    }
    ids.sort_unstable_by_key(|id| (id.kind(), id.row()));
    ids.iter()
        .map(|id| fact(conn, *id)?.ok_or_else(|| damaged(format!("{id} is indexed but missing"))))
        .collect()
}

/// Feeds the index by number with at most so many rows, sorted by number, in one transaction. Gives how
/// many rows are left.
pub(super) fn index_numbers(db: &Database, mut most: u64) -> rusqlite::Result<u64> {
    let tx = Transaction::new_unchecked(&db.conn, TransactionBehavior::Immediate)?;
    let mut left = 0;
    for kind in KINDS {
        let last = db.table(kind)?.last_row;
        let done: i64 = tx.query_row(
            "SELECT indexed_through FROM fact_table WHERE kind = ?1",
            [kind as u8],
            |row| row.get(0),
        )?;
        let from = unsigned(done)?;
        let through = last.min(from.saturating_add(most));
        left += last.saturating_sub(through);
        if through <= from {
            continue;
        }
        most -= through - from;
        let sql = format!(
            "INSERT INTO fact_number SELECT f.number, f.id << 2 | ?1 FROM {} f \
             WHERE f.id > ?2 AND f.id <= ?3 AND f.number IS NOT NULL ORDER BY f.number",
            table_name(kind)
        );
        tx.execute(&sql, (kind as u8, signed(from), signed(through)))?;
        tx.execute(
            "UPDATE fact_table SET indexed_through = ?1 WHERE kind = ?2",
            (signed(through), kind as u8),
        )?;
    }
    tx.commit()?;
    Ok(left)
}
