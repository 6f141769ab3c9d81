//! What of a table's current rows a file still has.

use hashbrown::{HashMap, HashSet};

use crate::{
    facts::model::FactId,
    number::E164,
    store::{RowHash, StoreError, StoreReader, StoredRow},
};

/// How many of a table's rows a file may end: one in so many.
const SHRINK: u64 = 10;

/// The content hashes of a table's current rows, and of the file's rows so far. About 60 bytes a row
/// while the file is read.
#[derive(Debug)]
pub(super) struct Seen {
    /// `withdrawn` also marks what the file still has: either way the row stays.
    rows: HashMap<RowHash, StoredRow>,
    before: u64,
    /// Numbers that got a new row; not kept while there is nothing to end.
    renewed: HashSet<E164>,
}

impl Seen {
    pub(super) fn new(rows: HashMap<RowHash, StoredRow>) -> Self {
        Self {
            before: rows.len() as u64,
            rows,
            renewed: HashSet::new(),
        }
    }

    /// Whether the row is there already, now or earlier in the file; then it stays.
    pub(super) fn has(&mut self, hash: &RowHash) -> bool {
        match self.rows.get_mut(hash) {
            Some(row) => {
                row.withdrawn = true;
                true
            }
            None => false,
        }
    }

    /// Remembers a new row.
    pub(super) fn add(&mut self, hash: RowHash, number: Option<E164>, id: FactId) {
        let row = StoredRow {
            id,
            withdrawn: true,
        };
        self.rows.insert(hash, row);
        if self.before > 0 {
            self.renewed.extend(number);
        }
    }

    /// The rows the file no longer has, in the order they came; withdrawn consents stay.
    pub(super) fn gone(&self) -> Vec<FactId> {
        let gone = self.rows.values().filter(|row| !row.withdrawn);
        let mut gone: Vec<_> = gone.map(|row| row.id).collect();
        gone.sort_unstable();
        gone
    }

    /// Whether the file would shrink the table by more than 10 %: how many rows would go without a new
    /// one on the same number, and of how many.
    pub(super) fn shrinks(
        &self,
        gone: &[FactId],
        store: &StoreReader,
    ) -> Result<Option<(u64, u64)>, StoreError> {
        if !too_many(gone.len() as u64, self.before) {
            return Ok(None);
        }
        let mut lost = 0;
        for id in gone {
            let number = store.fact(*id)?.and_then(|row| row.e164);
            if number.is_none_or(|n| !self.renewed.contains(&n)) {
                lost += 1;
            }
        }
        Ok(too_many(lost, self.before).then_some((lost, self.before)))
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
