//! What decisions rest on beside facts and the question: the packs there were, and where numbers and
//! days are at home. Kept at every start that changes it, so that a decision can be made again.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior};
use sha2::{Digest, Sha256};

use super::{
    Store, StoreError,
    database::{signed, unsigned},
    error::damaged,
};
use crate::{clock::Micros, number::Region};

/// What a process decides with, as it is about to begin.
#[derive(Clone, Copy, Debug)]
pub struct NewSetup<'a> {
    /// The ledger it records in.
    pub ledger: &'a str,
    /// The last record there; its own come after it.
    pub after_seq: u64,
    /// Where numbers are read if nothing else says.
    pub region: Region,
    /// The zone of whole days where no regime covers a question.
    pub zone: &'a str,
    /// The rows every table begins with, then every pack in their order: file texts, word for word.
    pub packs: &'a [&'a str],
}

/// What a process decided with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetupRow {
    /// Its number, from 1.
    pub id: u64,
    /// When it began.
    pub at: Micros,
    /// The ledger it recorded in.
    pub ledger: String,
    /// The last record before its own.
    pub after_seq: u64,
    /// Where numbers were read if nothing else said.
    pub region: Region,
    /// The zone of whole days where no regime covered a question.
    pub zone: String,
    /// SHA-256 of the rows every table begins with, then of every pack in their order.
    pub packs: Vec<[u8; 32]>,
}

const COLUMNS: &str = "id, at, ledger, after_seq, region, zone, packs";

/// Every setup, oldest first.
pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<SetupRow>> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM setup ORDER BY id"))?
        .query_map([], read)?
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<SetupRow> {
    let id = unsigned(row.get(0)?)?;
    let (packs, left) = row.get_ref(6)?.as_blob()?.as_chunks::<32>();
    if packs.is_empty() || !left.is_empty() {
        return Err(damaged(format!("setup {id} has hashes cut short")));
    }
    Ok(SetupRow {
        id,
        at: Micros(row.get(1)?),
        ledger: row.get(2)?,
        after_seq: unsigned(row.get(3)?)?,
        region: Region::parse(row.get_ref(4)?.as_str()?).map_err(|e| damaged(e.to_string()))?,
        zone: row.get(5)?,
        packs: packs.to_vec(),
    })
}

/// The text of a pack; `None` if it is not kept.
pub(super) fn pack(conn: &Connection, sha256: &[u8; 32]) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached("SELECT text FROM pack WHERE sha256 = ?1")?
        .query_row([sha256], |row| row.get(0))
        .optional()
}

impl Store {
    /// Keeps what this process decides with, unless it is what the last one did. It brings no revision.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn keep_setup(&mut self, setup: &NewSetup<'_>, at: Micros) -> Result<(), StoreError> {
        keep(&self.db.conn, setup, at).map_err(|e| self.db.wrong(e))
    }
}

fn keep(conn: &Connection, setup: &NewSetup<'_>, at: Micros) -> rusqlite::Result<()> {
    let hashes: Vec<[u8; 32]> = setup
        .packs
        .iter()
        .map(|text| Sha256::digest(text).into())
        .collect();
    let sql = format!("SELECT {COLUMNS} FROM setup ORDER BY id DESC LIMIT 1");
    let last = conn.query_row(&sql, [], read).optional()?;
    let same = last.is_some_and(|last| {
        last.ledger == setup.ledger
            && last.region == setup.region
            && last.zone == setup.zone
            && last.packs == hashes
    });
    let mut kept = true;
    for hash in &hashes {
        kept = kept && pack(conn, hash)?.is_some();
    }
    if same && kept {
        return Ok(());
    }
    let tx = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    for (text, hash) in setup.packs.iter().zip(&hashes) {
        tx.execute(
            "INSERT INTO pack VALUES (?1, ?2) ON CONFLICT (sha256) DO NOTHING",
            (hash, text),
        )?;
    }
    if !same {
        tx.execute(
            "INSERT INTO setup (at, ledger, after_seq, region, zone, packs) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (
                at.0,
                setup.ledger,
                signed(setup.after_seq),
                setup.region.as_str(),
                setup.zone,
                hashes.as_flattened(),
            ),
        )?;
    }
    tx.commit()
}
