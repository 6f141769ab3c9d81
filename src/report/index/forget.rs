//! Forgetting whom decisions were about: the index's part of an erasure.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{Index, file};
use crate::{ledger::DecisionId, report::error::ReportError};

impl Index {
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
            tx.prepare_cached("DELETE FROM number WHERE segment = ?1 AND +seq = ?2")?
                .execute((no, *seq as i64))?;
        }
        file::put_agents(&tx, *no, &agents)?;
    }
    tx.commit()?;
    // The log has the old pages until it is begun anew.
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}
