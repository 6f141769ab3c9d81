//! The commit groups of a part: what a head is made of.

use std::path::Path;

use rusqlite::Connection;

use super::{
    head::{FileHash, Head, HeadKind},
    key::PublicKey,
};
use crate::{
    clock::{Day, Micros},
    ledger::{
        chain::{self, Hash},
        error::LedgerError,
        id::LedgerId,
        part::Meta,
        tree::Edge,
    },
};

/// The groups read so far, each continuing the one before. Their records are not looked at.
pub(in crate::ledger) struct Groups {
    ledger: LedgerId,
    day: Day,
    previous: Option<Day>,
    previous_chain: Hash,
    first_seq: u64,
    last_seq: u64,
    chain: Hash,
    tree: Edge,
}

/// A part up to some group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger) struct Mark {
    pub(in crate::ledger) groups: u64,
    pub(in crate::ledger) last_seq: u64,
    pub(in crate::ledger) chain: Hash,
    pub(in crate::ledger) tree: Hash,
}

impl Head {
    /// What it says of its part's groups.
    pub(in crate::ledger) fn mark(&self) -> Mark {
        Mark {
            groups: self.groups,
            last_seq: self.last_seq,
            chain: self.chain,
            tree: self.tree,
        }
    }
}

impl Groups {
    /// Of a part, none read yet.
    pub(in crate::ledger) fn begin(
        path: &Path,
        day: Day,
        meta: &Meta,
    ) -> Result<Self, LedgerError> {
        Ok(Self {
            ledger: meta.ledger,
            day,
            previous: meta.previous_day(path)?,
            previous_chain: meta.previous_chain,
            first_seq: meta.first_seq,
            last_seq: meta.first_seq.wrapping_sub(1),
            chain: meta.previous_chain,
            tree: Edge::default(),
        })
    }

    /// Takes the next group. Says what is wrong if it does not continue the one before.
    pub(in crate::ledger) fn push(
        &mut self,
        first: u64,
        count: u64,
        root: &Hash,
        link: &Hash,
    ) -> Result<(), &'static str> {
        if first != self.last_seq.wrapping_add(1) || count == 0 || count > i64::MAX as u64 {
            return Err("is not where it should be");
        }
        if chain::link(&self.chain, root, first, count) != *link {
            return Err("does not continue the chain");
        }
        self.last_seq = self.last_seq.wrapping_add(count);
        self.chain = *link;
        self.tree.push(chain::group_leaf(link));
        Ok(())
    }

    /// Reads on, up to so many groups in all.
    pub(in crate::ledger) fn read(
        &mut self,
        conn: &Connection,
        path: &Path,
        most: u64,
    ) -> Result<(), LedgerError> {
        let db = || LedgerError::db(path, "read the commit groups");
        let sql = "SELECT first_seq, count, root, chain FROM commit_group
                   WHERE first_seq > ?1 ORDER BY first_seq LIMIT ?2";
        let left = i64::try_from(most - self.count()).unwrap_or(i64::MAX);
        let mut groups = conn.prepare(sql).map_err(db())?;
        let mut groups = groups.query((self.last_seq as i64, left)).map_err(db())?;
        while let Some(row) = groups.next().map_err(db())? {
            let read = || Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
            let (first, count, root, link): (i64, i64, Hash, Hash) = read().map_err(db())?;
            self.push(first as u64, count as u64, &root, &link)
                .map_err(|what| LedgerError::damaged_group(path, first as u64, what))?;
        }
        Ok(())
    }

    /// The groups read.
    pub(in crate::ledger) fn count(&self) -> u64 {
        self.tree.count()
    }

    /// The chain so far.
    pub(in crate::ledger) fn chain(&self) -> Hash {
        self.chain
    }

    /// The part up to here.
    pub(in crate::ledger) fn mark(&self) -> Mark {
        Mark {
            groups: self.count(),
            last_seq: self.last_seq,
            chain: self.chain,
            tree: self.tree.root(),
        }
    }

    /// A head of what was read, to be signed.
    pub(super) fn head(&self, kind: HeadKind, file: Option<FileHash>, now: Micros) -> Head {
        Head {
            kind,
            ledger: self.ledger,
            day: self.day,
            previous: self.previous,
            previous_chain: self.previous_chain,
            first_seq: self.first_seq,
            last_seq: self.last_seq,
            groups: self.count(),
            chain: self.chain,
            tree: self.tree.root(),
            signed_at: now,
            file,
            key: PublicKey([0; 32]),
            signature: [0; 64],
        }
    }
}
