//! Erasing what is a person's: the personal parts of records are set to NULL. Their commitments stay, so
//! every proof and the chain hold as before.

use std::{path::Path, thread, time::Duration};

use rusqlite::{Connection, OpenFlags, types::ValueRef};

use super::{
    error::LedgerError,
    id::{DecisionId, LedgerId},
    part::{days, meta, open_read_only, path_of},
    personal::{self, RawPersonal},
    seal::{self, EMPTY_LOG, HeadKind, Lock, Signing},
};
use crate::{clock::Day, number::E164};

/// Whose fields are erased: records that match any of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Numbers as read.
    pub numbers: Vec<E164>,
    /// Numbers as typed, for those that were never read as one.
    pub typed: Vec<String>,
    /// The operator's own ids of persons.
    pub persons: Vec<String>,
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Debug ends up in logs, and numbers do not belong there.
        write!(f, "Subject({:?}, ...)", self.numbers)
    }
}

impl Subject {
    fn is_in(&self, personal: &RawPersonal<'_>) -> bool {
        let is = |all: &[String], text: &str| !text.is_empty() && all.iter().any(|t| t == text);
        personal
            .e164
            .is_some_and(|e164| self.numbers.contains(&e164))
            || personal.typed().is_some_and(|typed| is(&self.typed, typed))
            || is(&self.persons, personal.person_id)
    }
}

/// What was erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// The decisions changed, by part.
    pub parts: Vec<(Day, Vec<DecisionId>)>,
    /// Parts whose log a reader holds: the erased bytes stay in the log until it is emptied, which a later
    /// erasure or the end of the day does.
    pub logs_left: Vec<Day>,
}

impl Erased {
    /// How many decisions were changed.
    pub fn records(&self) -> u64 {
        self.decisions().count() as u64
    }

    /// The decisions changed, so that what was made out of the ledger can forget them too.
    pub fn decisions(&self) -> impl Iterator<Item = DecisionId> {
        self.parts.iter().flat_map(|(_, ids)| ids).copied()
    }
}

/// Records changed in one transaction: the sidecar's writer waits for it.
const AT_ONCE: usize = 200;
/// How often, and how long apart, the log is tried to be emptied while readers hold it.
const TRIES: usize = 40;
const APART: Duration = Duration::from_millis(100);

/// Sets the personal part of every record of a subject to NULL, in all parts, beside a running sidecar too,
/// and overwrites the bytes. A sealed part is signed anew: its chain is the same, its file another.
///
/// Killed half-way it may be run again; `progress` is told of every part that is done.
///
/// # Errors
/// If a part cannot be read or written, or does not bear out its head. Parts before it are done.
pub fn erase(
    dir: &Path,
    subject: &Subject,
    progress: &mut dyn FnMut(),
) -> Result<Erased, LedgerError> {
    let ledger =
        LedgerId::load(dir)?.ok_or_else(|| LedgerError::damaged(&dir.join("id"), "not there"))?;
    let signing = Signing::open(dir, ledger)?;
    let mut erased = Erased::default();
    for day in days(dir)? {
        let path = path_of(dir, day);
        let seqs = of_subject(&path, day, subject)?;
        if !seqs.is_empty() {
            let _lock = Lock::take(dir)?;
            if !erase_in(&signing, day, &path, &seqs)? {
                erased.logs_left.push(day);
            }
            let id = |seq: &i64| DecisionId {
                day,
                ledger,
                seq: *seq as u64,
            };
            erased.parts.push((day, seqs.iter().map(id).collect()));
        }
        progress();
    }
    Ok(erased)
}

/// How many parts there are to look through.
///
/// # Errors
/// If the directory cannot be read.
pub fn parts(dir: &Path) -> Result<u64, LedgerError> {
    days(dir).map(|days| days.len() as u64)
}

/// The records of a subject in a part.
fn of_subject(path: &Path, day: Day, subject: &Subject) -> Result<Vec<i64>, LedgerError> {
    let db = || LedgerError::db(path, "look for the person's records");
    let conn = open_read_only(path).map_err(db())?;
    if meta(&conn, path, day)?.is_none() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let mut next = 0i64;
    // A snapshot for each stretch, so that the log of the open part can be emptied in between.
    loop {
        let mut rows = conn
            .prepare_cached(
                "SELECT seq, personal FROM record WHERE seq >= ?1 ORDER BY seq LIMIT 4096",
            )
            .map_err(db())?;
        let mut rows = rows.query([next]).map_err(db())?;
        let begun = next;
        while let Some(row) = rows.next().map_err(db())? {
            let seq: i64 = row.get(0).map_err(db())?;
            next = seq.saturating_add(1);
            if let ValueRef::Blob(bytes) = row.get_ref(1).map_err(db())? {
                let read = personal::decode(bytes);
                let personal =
                    read.map_err(|e| LedgerError::damaged_record(path, seq as u64, e.0))?;
                if subject.is_in(&personal) {
                    found.push(seq);
                }
            }
        }
        if next == begun {
            return Ok(found);
        }
    }
}

/// Erases records of a part and signs it again; whether nothing of them is left in the log.
fn erase_in(signing: &Signing, day: Day, path: &Path, seqs: &[i64]) -> Result<bool, LedgerError> {
    let head = signing.head(day)?;
    if let Some(head) = head.as_ref().filter(|head| head.file.is_some()) {
        // Broken off here, the part is one whose file is not signed, and not one that was tampered with.
        signing.open_file(head.clone())?;
    }
    let emptied = overwrite(path, seqs).map_err(LedgerError::db(path, "erase records"))?;
    match head {
        Some(head) if head.kind == HeadKind::Sealed => Ok(signing.seal(day)?.is_some() && emptied),
        // At rest, and so of a sidecar that does not run: signed at rest again.
        Some(head) if head.file.is_some() => {
            signing.rest(day)?;
            Ok(emptied)
        }
        _ => Ok(emptied),
    }
}

fn overwrite(path: &Path, seqs: &[i64]) -> rusqlite::Result<bool> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    // The writer of a busy sidecar lets go between its groups.
    conn.busy_timeout(Duration::from_secs(30))?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    // What is freed is overwritten with zeros.
    conn.pragma_update(None, "secure_delete", "ON")?;
    for some in seqs.chunks(AT_ONCE) {
        conn.execute_batch("BEGIN IMMEDIATE")?;
        let mut update = conn.prepare_cached("UPDATE record SET personal = NULL WHERE seq = ?1")?;
        for seq in some {
            update.execute([seq])?;
        }
        conn.execute_batch("COMMIT")?;
    }
    // The log still has the pages as they were.
    conn.busy_timeout(Duration::ZERO)?;
    for _ in 0..TRIES {
        let busy: rusqlite::Result<i64> = conn.query_row(EMPTY_LOG, [], |row| row.get(0));
        match busy {
            Ok(0) => return Ok(true),
            Ok(_) => {}
            Err(e) if e.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {}
            Err(e) => return Err(e),
        }
        thread::sleep(APART);
    }
    Ok(seal::log_of(path).is_none())
}
