//! The file of the index: segments, the numbers in them, and the dictionaries they use.

use std::{path::Path, sync::Arc, time::Duration};

use rusqlite::{
    Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params,
};

use super::{
    Combo, ShadowCombo,
    columns::{Columns, Packed},
    numbers,
};
use crate::{
    clock::{Day, Micros},
    facts::model::Channel,
    ledger::LedgerId,
    policy::{Intent, Reason, Verdict},
};

/// What a column of a segment holds.
#[derive(Clone, Copy)]
pub(super) enum Column {
    Seqs = 0,
    Ats = 1,
    Combos = 2,
    Agents = 3,
    Facts = 4,
}

const COLUMNS: i64 = 8;

/// A change of what is stored, or of what it means, changes this, and the index is made anew.
const FORMAT: &str = "1";

pub(super) const SCHEMA: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE combo (id INTEGER PRIMARY KEY, verdict INTEGER NOT NULL, reason INTEGER NOT NULL,
        intent INTEGER NOT NULL, channel INTEGER NOT NULL, seller TEXT NOT NULL, campaign TEXT NOT NULL,
        source TEXT NOT NULL, regime TEXT NOT NULL, shadow_regime TEXT, shadow_verdict INTEGER,
        shadow_reason INTEGER) STRICT;
    CREATE TABLE agent (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
    CREATE TABLE segment (no INTEGER PRIMARY KEY, day INTEGER NOT NULL, first_seq INTEGER NOT NULL,
        last_seq INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
        sums BLOB NOT NULL) STRICT;
    CREATE TABLE data (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE number (segment INTEGER NOT NULL, number INTEGER NOT NULL, seq INTEGER NOT NULL,
        PRIMARY KEY (segment, number, seq)) STRICT, WITHOUT ROWID;";

/// A segment, but for what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) no: i64,
    pub(super) day: Day,
    pub(super) first_seq: u64,
    pub(super) last_seq: u64,
    pub(super) first_at: Micros,
    pub(super) last_at: Micros,
}

/// How many decisions of a combo an hour of a segment has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HourSum {
    pub(super) hour: i64,
    pub(super) combo: u32,
    pub(super) count: u32,
}

fn settings(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(Duration::from_secs(10))?;
    conn.pragma_update(None, "cache_size", -4_096)?;
    // Segments are read as they lie in the system's cache.
    conn.pragma_update(None, "mmap_size", 1i64 << 40)?;
    conn.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")
}

pub(super) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    settings(&conn)?;
    Ok(conn)
}

/// Opens the file for writing; `None` if it is not an index of this ledger in this zone and format.
pub(super) fn open_writer(
    path: &Path,
    ledger: LedgerId,
    zone: &str,
) -> rusqlite::Result<Option<Connection>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    settings(&conn)?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
    if tables == 0 {
        conn.pragma_update(None, "page_size", 16_384)?;
    }
    conn.pragma_update(None, "journal_mode", "WAL")?;
    // A power cut may take the newest segments, which are then read again; what is there is whole.
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    // What is forgotten is overwritten.
    conn.pragma_update(None, "secure_delete", true)?;
    conn.pragma_update(None, "journal_size_limit", 16 << 20)?;
    let is = [
        ("format", FORMAT.to_owned()),
        ("ledger", ledger.to_string()),
        ("zone", zone.to_owned()),
    ];
    if tables == 0 {
        let tx = Transaction::new_unchecked(&conn, TransactionBehavior::Immediate)?;
        tx.execute_batch(SCHEMA)?;
        for (key, value) in &is {
            tx.execute("INSERT INTO meta VALUES (?1, ?2)", (key, value))?;
        }
        tx.commit()?;
        return Ok(Some(conn));
    }
    for (key, value) in &is {
        let sql = "SELECT value FROM meta WHERE key = ?1";
        let found: Option<String> = conn.query_row(sql, [key], |r| r.get(0)).optional()?;
        if found.as_ref() != Some(value) {
            return Ok(None);
        }
    }
    Ok(Some(conn))
}

fn bad(what: &'static str) -> rusqlite::Error {
    let kind = rusqlite::types::Type::Blob;
    rusqlite::Error::FromSqlConversionFailure(0, kind, what.into())
}

/// The dictionary of combos, by number.
pub(super) fn combos(conn: &Connection) -> rusqlite::Result<Vec<Combo>> {
    let mut all = conn.prepare("SELECT * FROM combo ORDER BY id")?;
    let mut rows = all.query([])?;
    let mut combos = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |i: usize| row.get::<_, Arc<str>>(i);
        let verdict =
            |i: usize| Verdict::from_code(row.get(i)?).ok_or_else(|| bad("a verdict that is none"));
        let reason =
            |i: usize| Reason::from_code(row.get(i)?).ok_or_else(|| bad("a reason that is none"));
        if row.get::<_, i64>(0)? != combos.len() as i64 {
            return Err(bad("a combo is missing"));
        }
        combos.push(Combo {
            verdict: verdict(1)?,
            reason: reason(2)?,
            intent: Intent::from_code(row.get(3)?).ok_or_else(|| bad("an intent that is none"))?,
            channel: Channel::from_code(row.get(4)?),
            seller: text(5)?,
            campaign: text(6)?,
            source: text(7)?,
            regime: text(8)?,
            shadow: match row.get::<_, Option<Arc<str>>>(9)? {
                Some(regime) => Some(ShadowCombo {
                    regime,
                    verdict: verdict(10)?,
                    reason: reason(11)?,
                }),
                None => None,
            },
        });
    }
    Ok(combos)
}

/// The dictionary of agents, by number.
pub(super) fn agents(conn: &Connection) -> rusqlite::Result<Vec<Arc<str>>> {
    let mut all = conn.prepare("SELECT id, text FROM agent ORDER BY id")?;
    let mut rows = all.query([])?;
    let mut agents = Vec::new();
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(0)? != agents.len() as i64 {
            return Err(bad("an agent is missing"));
        }
        agents.push(row.get(1)?);
    }
    Ok(agents)
}

/// A segment to be written, and what the dictionaries have since the last one.
pub(super) struct NewSegment<'a> {
    pub(super) day: Day,
    pub(super) rows: &'a Columns,
    pub(super) sums: &'a [HourSum],
    pub(super) combos: &'a [Arc<Combo>],
    pub(super) first_combo: usize,
    pub(super) agents: &'a [Arc<str>],
    pub(super) first_agent: usize,
}

/// Writes a segment in one transaction.
pub(super) fn add(conn: &Connection, new: &NewSegment<'_>) -> rusqlite::Result<()> {
    let rows = new.rows;
    let (Some(first), Some(last)) = (rows.seqs.first(), rows.seqs.last()) else {
        return Ok(());
    };
    let tx = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    for (id, c) in (new.first_combo as i64..).zip(new.combos) {
        let shadow = c.shadow.as_ref();
        tx.prepare_cached(
            "INSERT INTO combo VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            id,
            c.verdict.code(),
            c.reason.code(),
            c.intent.code(),
            c.channel.map_or(0, Channel::code),
            c.seller,
            c.campaign,
            c.source,
            c.regime,
            shadow.map(|s| &s.regime),
            shadow.map(|s| s.verdict.code()),
            shadow.map(|s| s.reason.code()),
        ])?;
    }
    for (id, text) in (new.first_agent as i64..).zip(new.agents) {
        tx.prepare_cached("INSERT INTO agent VALUES (?1, ?2)")?
            .execute((id, text))?;
    }
    let sql = "INSERT INTO segment (day, first_seq, last_seq, first_at, last_at, sums)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.execute(
        sql,
        params![
            new.day.0,
            *first as i64,
            *last as i64,
            rows.ats.first(),
            rows.ats.last(),
            sums_bytes(new.sums)
        ],
    )?;
    let no = tx.last_insert_rowid();
    let seqs = u32::put(rows.seqs.iter().map(|seq| (seq - first) as u32));
    put(&tx, no, Column::Seqs, &seqs)?;
    put(&tx, no, Column::Ats, &i64::put(rows.ats.iter().copied()))?;
    put(
        &tx,
        no,
        Column::Combos,
        &u32::put(rows.combos.iter().copied()),
    )?;
    put(
        &tx,
        no,
        Column::Agents,
        &u32::put(rows.agents.iter().copied()),
    )?;
    put(
        &tx,
        no,
        Column::Facts,
        &u64::put(rows.facts.iter().copied()),
    )?;
    numbers::add(&tx, no, rows)?;
    tx.commit()
}

fn sums_bytes(sums: &[HourSum]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(sums.len() * 16);
    for sum in sums {
        bytes.extend_from_slice(&sum.hour.to_le_bytes());
        bytes.extend_from_slice(&sum.combo.to_le_bytes());
        bytes.extend_from_slice(&sum.count.to_le_bytes());
    }
    bytes
}

fn put(conn: &Connection, no: i64, column: Column, bytes: &[u8]) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO data VALUES (?1, ?2)")?
        .execute((no * COLUMNS + column as i64, bytes))?;
    Ok(())
}

/// A column of a segment.
pub(super) fn column<T: Packed>(
    conn: &Connection,
    no: i64,
    column: Column,
) -> rusqlite::Result<Vec<T>> {
    conn.prepare_cached("SELECT bytes FROM data WHERE id = ?1")?
        .query_row([no * COLUMNS + column as i64], |row| {
            let bytes = row.get_ref(0)?.as_blob()?;
            T::read(bytes).ok_or_else(|| bad("a column that is not whole"))
        })
}

/// Replaces the agents of a segment.
pub(super) fn put_agents(conn: &Connection, no: i64, agents: &[u32]) -> rusqlite::Result<()> {
    put(conn, no, Column::Agents, &u32::put(agents.iter().copied()))
}

/// The sums of a segment.
pub(super) fn sums(conn: &Connection, no: i64) -> rusqlite::Result<Vec<HourSum>> {
    conn.prepare_cached("SELECT sums FROM segment WHERE no = ?1")?
        .query_row([no], |row| {
            let (all, rest) = row.get_ref(0)?.as_blob()?.as_chunks::<16>();
            if !rest.is_empty() {
                return Err(bad("sums that are not whole"));
            }
            Ok(all
                .iter()
                .map(|b| {
                    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *b;
                    HourSum {
                        hour: i64::from_le_bytes([a, b, c, d, e, f, g, h]),
                        combo: u32::from_le_bytes([i, j, k, l]),
                        count: u32::from_le_bytes([m, n, o, p]),
                    }
                })
                .collect())
        })
}

/// The segments that begin before a record and touch a period, oldest first.
pub(super) fn segments(
    conn: &Connection,
    before: u64,
    from: Option<Micros>,
    until: Option<Micros>,
) -> rusqlite::Result<Vec<Segment>> {
    conn.prepare_cached(
        "SELECT no, day, first_seq, last_seq, first_at, last_at FROM segment
         WHERE first_seq < ?1 AND last_at >= ?2 AND first_at < ?3 ORDER BY no",
    )?
    .query_map(
        (
            i64::try_from(before).unwrap_or(i64::MAX),
            from.map_or(i64::MIN, |t| t.0),
            until.map_or(i64::MAX, |t| t.0),
        ),
        |row| {
            Ok(Segment {
                no: row.get(0)?,
                day: Day(row.get(1)?),
                first_seq: row.get::<_, i64>(2)? as u64,
                last_seq: row.get::<_, i64>(3)? as u64,
                first_at: Micros(row.get(4)?),
                last_at: Micros(row.get(5)?),
            })
        },
    )?
    .collect()
}

/// The days that have segments.
pub(super) fn days(conn: &Connection) -> rusqlite::Result<Vec<Day>> {
    conn.prepare_cached("SELECT DISTINCT day FROM segment ORDER BY day")?
        .query_map([], |row| Ok(Day(row.get(0)?)))?
        .collect()
}

/// Drops the segments of days.
pub(super) fn drop_days(conn: &Connection, days: &[Day]) -> rusqlite::Result<()> {
    let tx = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    for day in days {
        let of_day = "(SELECT no FROM segment WHERE day = ?1)";
        let numbers = format!("DELETE FROM number WHERE segment IN {of_day}");
        tx.execute(&numbers, [day.0])?;
        for column in 0..COLUMNS {
            let sql = format!(
                "DELETE FROM data WHERE id IN (SELECT no * {COLUMNS} + ?2 FROM segment WHERE day = ?1)"
            );
            tx.execute(&sql, (day.0, column))?;
        }
        tx.execute("DELETE FROM segment WHERE day = ?1", [day.0])?;
    }
    tx.commit()
}
