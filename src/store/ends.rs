//! Ends of facts. They are kept apart from the facts, in the order of the facts, so that a scan of facts
//! reads them beside it: no fact is looked up.

use rusqlite::{Connection, Params, Row, Rows};

use super::{
    database::{signed, unsigned},
    decode,
};
use crate::facts::model::{FactId, FactKind};

/// Joins the end `e` of a fact `f`, if it has one, where single facts are asked for.
pub(super) fn join(kind: FactKind) -> String {
    format!(
        "LEFT JOIN fact_end e ON e.fact = f.id << 2 | {}",
        kind as u8
    )
}

/// Gives the rows of a scan, each with the revision that ended it, if it ended. The scan gives facts of one
/// kind in their order, none below `first`, and begins with their row number.
pub(super) fn each_with_end(
    conn: &Connection,
    (kind, first): (FactKind, u64),
    scan: &str,
    values: impl Params,
    mut each: impl FnMut(Option<u64>, &Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut ends = conn.prepare_cached(
        "SELECT fact >> 2, rev_until FROM fact_end WHERE fact >= ?1 AND fact & 3 = ?2 ORDER BY fact",
    )?;
    let mut ends = ends.query((signed(FactId::new(kind, first).code()), kind as u8))?;
    let mut next = read(&mut ends)?;
    let mut scan = conn.prepare_cached(scan)?;
    let mut rows = scan.query(values)?;
    while let Some(row) = rows.next()? {
        let id = decode::id(kind, row)?.row();
        while next.is_some_and(|(ended, _)| ended < id) {
            next = read(&mut ends)?;
        }
        let until = next.filter(|(ended, _)| *ended == id);
        each(until.map(|(_, until)| until), row)?;
    }
    Ok(())
}

/// The next end: row number and revision.
fn read(ends: &mut Rows<'_>) -> rusqlite::Result<Option<(u64, u64)>> {
    let Some(row) = ends.next()? else {
        return Ok(None);
    };
    Ok(Some((unsigned(row.get(0)?)?, unsigned(row.get(1)?)?)))
}
