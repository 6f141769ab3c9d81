//! Forgetting whom decisions were about: the index's part of an erasure.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::ErrorKind,
    path::Path,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{Index, file};
use crate::{
    clock::Day,
    ledger::{self, DecisionId},
    report::error::ReportError,
};

/// Marks, in the reports' directory, that something was erased from the ledger; whoever has the index open
/// forgets it within seconds, or when it is opened next.
pub(in crate::report) fn mark(dir: &Path) -> std::io::Result<()> {
    fs::create_dir_all(dir)?;
    fs::File::create(dir.join(MARK))?.sync_all()
}

const MARK: &str = "erased";
const TAKEN: &str = "erased.taken";

impl Index {
    /// Forgets what is erased, if somebody marked that something is.
    pub(super) fn forget_marked(&self) -> Result<(), ReportError> {
        let (mark, taken) = (self.dir.join(MARK), self.dir.join(TAKEN));
        let failed = || ReportError::io(&mark, "take the mark of an erasure");
        // A mark that comes while this one is worked on is another.
        match fs::rename(&mark, &taken) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(failed()(e)),
            _ => {}
        }
        if !taken.exists() {
            return Ok(());
        }
        self.forget_erased(&self.ledger.reader().days()?)?;
        fs::remove_file(&taken).map_err(failed())
    }

    /// Forgets whatever is erased in the parts of some days.
    pub(in crate::report) fn forget_erased(&self, days: &[Day]) -> Result<(), ReportError> {
        let mut erased = Vec::new();
        let mut reader = self.ledger.reader();
        for day in days {
            let filter = ledger::Filter {
                from: Some(day.utc_start()),
                until: Some(Day(day.0.saturating_add(1)).utc_start()),
                ..ledger::Filter::default()
            };
            reader.fold(&filter, &mut |d| {
                erased.extend(d.personal.is_none().then_some(d.id));
            })?;
        }
        self.forget(&erased)
    }

    /// Takes number and agent out of the rows of these decisions.
    pub(in crate::report) fn forget(&self, decisions: &[DecisionId]) -> Result<(), ReportError> {
        self.catch_up()?;
        // Nobody writes a segment meanwhile, so a row is either in memory or in the file.
        let feeder = self.feeder();
        let seqs: BTreeSet<u64> = decisions.iter().map(|id| id.seq).collect();
        {
            let mut live = self.live_mut();
            let tail = &mut live.tail;
            for i in 0..tail.len() {
                if seqs.contains(&tail.seqs[i]) {
                    (tail.numbers[i], tail.agents[i]) = (0, 0);
                }
            }
        }
        let Some(conn) = feeder.file() else {
            return Ok(());
        };
        forget_in(conn, &seqs).map_err(ReportError::index(
            &self.path(),
            "forget numbers that were erased",
        ))
    }
}

fn forget_in(conn: &Connection, seqs: &BTreeSet<u64>) -> rusqlite::Result<()> {
    let tx = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    let mut here: BTreeMap<i64, (file::Segment, Vec<u64>)> = BTreeMap::new();
    let segments = file::segments(&tx, u64::MAX, None, None)?;
    for seq in seqs {
        let at = segments.partition_point(|s| s.last_seq < *seq);
        if let Some(segment) = segments.get(at).filter(|s| s.first_seq <= *seq) {
            let found = here.entry(segment.no).or_insert((*segment, Vec::new()));
            found.1.push(*seq);
        }
    }
    for (no, (segment, seqs)) in &here {
        let offsets: Vec<u32> = file::column(&tx, *no, file::Column::Seqs)?;
        let mut agents: Vec<u32> = file::column(&tx, *no, file::Column::Agents)?;
        for seq in seqs {
            let offset = (seq - segment.first_seq) as u32;
            if let Some(agent) = offsets
                .binary_search(&offset)
                .ok()
                .and_then(|at| agents.get_mut(at))
            {
                *agent = 0;
            }
        }
        let found: Vec<(i64, i64)> = tx
            .prepare_cached("SELECT number, seq FROM number WHERE segment = ?1")?
            .query_map([no], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (number, seq) in found {
            if seqs.binary_search(&(seq as u64)).is_ok() {
                let sql = "DELETE FROM number WHERE segment = ?1 AND number = ?2 AND seq = ?3";
                tx.prepare_cached(sql)?.execute((no, number, seq))?;
            }
        }
        file::put_agents(&tx, *no, &agents)?;
    }
    tx.commit()?;
    // The log has the old pages until it is begun anew.
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}
