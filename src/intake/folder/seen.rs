//! What of a table's current rows a file still has.

use std::fs::File;

use hashbrown::{HashSet, HashTable};

use crate::{
    facts::model::{FactId, FactKind},
    number::E164,
    store::{Change, RowHash, StoreError, StoreReader},
};

/// How many of a table's rows a file may end: one in so many.
const SHRINK: u64 = 10;

/// The content hashes of a table's current rows, and of the file's rows so far. About 45 bytes a row
/// while the file is read.
///
/// An export has most rows in the order it had them yesterday, which is the order they came in; so the
/// next stored row is compared first, and the index is asked only where that fails.
#[derive(Debug)]
pub(super) struct Seen {
    rows: Vec<Known>,
    /// The stored row expected next.
    next: usize,
    /// Places in `rows` by hash; made when first needed.
    index: Option<HashTable<u32>>,
    /// How many of `rows` were there before.
    before: usize,
    /// How many rows the file may have.
    expected: usize,
    /// Numbers that got a new row; not kept while there is nothing to end.
    renewed: HashSet<E164>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    hash: RowHash,
    id: FactId,
    /// Whether it is not to be ended: the file has it, or it is a stop.
    stays: bool,
}

/// A content hash is as good as random, so a part of it is its own hash.
fn short(hash: &RowHash) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&hash[..8]);
    u64::from_le_bytes(eight)
}

impl Seen {
    /// With the current rows of a kind, before a file is read.
    pub(super) fn load(
        kind: FactKind,
        file: &File,
        before: &mut StoreReader,
        change: &Change<'_>,
    ) -> Result<Self, StoreError> {
        let rows = change.hashes(kind, before, |hash, row| Known {
            hash,
            id: row.id,
            stays: row.withdrawn,
        })?;
        // Rows are seldom shorter than this; a wrong guess only costs time.
        let bytes = file.metadata().map_or(0, |m| m.len());
        let expected = usize::try_from(bytes / 48).unwrap_or(0).min(1 << 24);
        Ok(Self {
            before: rows.len(),
            rows,
            next: 0,
            index: None,
            expected,
            renewed: HashSet::new(),
        })
    }

    /// Whether the row is there already, now or earlier in the file; then it stays.
    pub(super) fn has(&mut self, hash: &RowHash) -> bool {
        if let Some(row) = self.rows.get_mut(self.next)
            && row.hash == *hash
        {
            row.stays = true;
            self.next += 1;
            return true;
        }
        let (rows, index) = self.index();
        let same = |at: &u32| rows.get(*at as usize).is_some_and(|row| row.hash == *hash);
        let Some(at) = index.find(short(hash), same).map(|at| *at as usize) else {
            return false;
        };
        if let Some(row) = self.rows.get_mut(at) {
            row.stays = true;
        }
        self.next = at + 1;
        true
    }

    /// Remembers a new row.
    pub(super) fn add(&mut self, hash: RowHash, number: Option<E164>, id: FactId) {
        self.index();
        self.rows.push(Known {
            hash,
            id,
            stays: true,
        });
        let (rows, index) = self.index();
        insert(index, rows, rows.len() - 1);
        if self.before > 0 {
            self.renewed.extend(number);
        }
    }

    fn index(&mut self) -> (&[Known], &mut HashTable<u32>) {
        let rows = &self.rows[..];
        let room = rows.len().max(self.expected);
        let index = self.index.get_or_insert_with(|| {
            let mut index = HashTable::with_capacity(room);
            for at in 0..rows.len() {
                insert(&mut index, rows, at);
            }
            index
        });
        (rows, index)
    }

    /// The rows the file no longer has, in the order they came; withdrawn consents stay.
    pub(super) fn gone(&self) -> Vec<FactId> {
        let before = self.rows.iter().take(self.before);
        before.filter(|row| !row.stays).map(|row| row.id).collect()
    }

    /// Whether the file would shrink the table by more than 10 %: how many rows would go without a new
    /// one on the same number, and of how many.
    pub(super) fn shrinks(
        &self,
        gone: &[FactId],
        store: &StoreReader,
    ) -> Result<Option<(u64, u64)>, StoreError> {
        let before = self.before as u64;
        if !too_many(gone.len() as u64, before) {
            return Ok(None);
        }
        let mut lost = 0;
        for id in gone {
            let number = store.fact(*id)?.and_then(|row| row.e164);
            if number.is_none_or(|n| !self.renewed.contains(&n)) {
                lost += 1;
            }
        }
        Ok(too_many(lost, before).then_some((lost, before)))
    }
}

/// Puts a row in the index. More than `u32::MAX` rows do not fit into memory beside it; they would be
/// taken for new ones.
fn insert(index: &mut HashTable<u32>, rows: &[Known], at: usize) {
    let of = |at: u32| rows.get(at as usize).map_or(0, |row| short(&row.hash));
    if let Ok(at) = u32::try_from(at) {
        index.insert_unique(of(at), at, |other| of(*other));
    }
}

/// Whether that many of a table's rows are too many to end unasked.
pub(super) fn too_many(gone: u64, of: u64) -> bool {
    gone * SHRINK > of
}

/// Says so.
pub(super) fn held(file: &str, gone: u64, of: u64, origin: &str) -> String {
    format!(
        "{file}: {gone} of the {of} rows of origin `{origin}` would end, more than 10 %; see whether the \
         export is whole, then accept the shrink"
    )
}
