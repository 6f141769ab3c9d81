//! Register copies of the past: which was in force, and its numbers if their file is still there.

use std::{cell::OnceCell, path::PathBuf, sync::Arc};

use crate::{
    facts::{register::RegisterCopy, world::World},
    intake,
    store::{SnapshotRow, StoreError, StoreReader},
};

/// Every copy that was taken in.
pub(super) struct Registers {
    /// Oldest first.
    all: Vec<Snapshot>,
}

/// A copy.
pub(super) struct Snapshot {
    pub(super) row: SnapshotRow,
    /// Its id, such as `bmnr-4`.
    pub(super) id: Arc<str>,
    path: PathBuf,
    copy: OnceCell<Result<Arc<RegisterCopy>, String>>,
}

impl Registers {
    /// Reads what is known of them; those that a running sidecar has in memory are taken from there.
    pub(super) fn load(store: &StoreReader, memory: Option<&World>) -> Result<Self, StoreError> {
        let snapshots = store.snapshots()?.into_iter().map(|row| {
            let id: Arc<str> = row.id().into();
            let loaded = memory
                .and_then(|world| world.registers.get(&*row.register))
                .filter(|copy| copy.snapshot_id == id);
            Snapshot {
                path: store.snapshot_path(&row.register, row.n),
                copy: loaded
                    .cloned()
                    .map(Ok)
                    .map_or_else(OnceCell::new, OnceCell::from),
                id,
                row,
            }
        });
        Ok(Self {
            all: snapshots.collect(),
        })
    }

    /// The copy of a register that was in force at a revision.
    pub(super) fn in_force(&self, register: &str, revision: u64) -> Option<&Snapshot> {
        let known = self.all.partition_point(|s| s.row.rev_from <= revision);
        self.all[..known]
            .iter()
            .rfind(|s| s.row.register == register)
    }

    /// A copy by its id.
    pub(super) fn of_id(&self, id: &str) -> Option<&Snapshot> {
        self.all.iter().find(|s| &*s.id == id)
    }
}

impl Snapshot {
    /// Its numbers, or why they cannot be had.
    pub(super) fn copy(&self) -> Result<&RegisterCopy, &str> {
        let load = || {
            intake::load_register(&self.path, &self.row)
                .map(Arc::new)
                .map_err(|missing| format!("`{}` {}", missing.path.display(), missing.why))
        };
        match self.copy.get_or_init(load) {
            Ok(copy) => Ok(copy),
            Err(why) => Err(why),
        }
    }
}
