//! The symbol tables: the texts behind the small numbers in facts.

use rusqlite::{Connection, OptionalExtension};

use super::{StoreError, database::Database, error::damaged};
use crate::facts::{
    model::PersonSym,
    symbols::{Interner, Symbols, TooMany},
};

/// How many symbols are stored: sellers, products, persons.
pub(super) type Stored = [u32; 3];

const TABLES: [&str; 3] = ["seller_symbol", "product_symbol", "person_symbol"];

fn interners(symbols: &Symbols) -> [&Interner; 3] {
    [&symbols.sellers, &symbols.products, &symbols.persons]
}

/// How many symbols there are in memory.
pub(super) fn known(symbols: &Symbols) -> Stored {
    interners(symbols).map(Interner::len)
}

/// Loads the stored symbols. Each must get the number it is stored under.
pub(super) fn load(db: &Database, symbols: &Symbols) -> Result<Stored, StoreError> {
    let mut stored = [0; 3];
    for ((table, interner), count) in TABLES.iter().zip(interners(symbols)).zip(&mut stored) {
        *count = load_one(&db.conn, table, interner).map_err(|e| db.wrong(e))?;
    }
    Ok(stored)
}

/// Loads those of sellers and products, and of persons only if asked to.
pub(super) fn load_some(db: &Database, symbols: &Symbols, persons: bool) -> Result<(), StoreError> {
    let all = TABLES.iter().zip(interners(symbols));
    for (table, interner) in all.take(if persons { 3 } else { 2 }) {
        load_one(&db.conn, table, interner).map_err(|e| db.wrong(e))?;
    }
    Ok(())
}

/// The number of a person.
pub(super) fn person(conn: &Connection, id: &str) -> rusqlite::Result<Option<PersonSym>> {
    conn.prepare_cached("SELECT number FROM person_symbol WHERE text = ?1")?
        .query_row([id], |row| row.get(0).map(PersonSym))
        .optional()
}

fn load_one(conn: &Connection, table: &str, interner: &Interner) -> rusqlite::Result<u32> {
    let sql = format!("SELECT coalesce(max(number), 0) FROM {table}");
    let last: u32 = conn.query_row(&sql, [], |row| row.get(0))?;
    // Ids of the operator are mostly short; a wrong guess costs a copy, no more.
    interner.reserve(last as usize, last as usize * 12);
    let mut statement =
        conn.prepare(&format!("SELECT number, text FROM {table} ORDER BY number"))?;
    let mut rows = statement.query([])?;
    let mut next = 0;
    while let Some(row) = rows.next()? {
        let number: u32 = row.get(0)?;
        let text = row.get_ref(1)?.as_str()?;
        next += 1;
        let given = interner.intern(text).map_err(too_many)?;
        if number != next || given != number {
            return Err(damaged(format!(
                "`{table}` has a text under {number} that belongs under {}",
                if number == next { given } else { next }
            )));
        }
    }
    if next != last {
        return Err(damaged(format!("`{table}` ends at {next}, not at {last}")));
    }
    Ok(last)
}

fn too_many(e: TooMany) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(e))
}

/// Stores the symbols that are not stored yet, up to those known now.
pub(super) fn save(
    conn: &Connection,
    symbols: &Symbols,
    stored: Stored,
    known: Stored,
) -> rusqlite::Result<()> {
    for (i, interner) in interners(symbols).into_iter().enumerate() {
        let (table, from, through) = (TABLES[i], stored[i], known[i]);
        if from >= through {
            continue;
        }
        let mut statement = conn.prepare_cached(&format!(
            "INSERT INTO {table} (number, text) VALUES (?1, ?2)"
        ))?;
        for number in from + 1..=through {
            statement.execute((number, interner.text(number)))?;
        }
    }
    Ok(())
}
