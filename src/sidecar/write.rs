//! Changing what is known: durable in the store first, then written into memory, then published whole.

use std::{path::Path, sync::Arc};

use super::{
    Sidecar,
    open::{enforcements, load_catalogue, load_registers},
};
use crate::{
    clock::{Day, Micros},
    facts::world::World,
    intake::{self, FieldProblem, FolderOptions, Imported, IntakeError, Progress},
    policy::{
        Regime,
        enforced::{Enforced, Enforcement},
    },
    store::{Committed, NewEnforcement, Store, StoreError},
};

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// Fields are not as they must be.
    #[error("{}", .0.iter().map(|p| format!("{}: {}", p.field, p.what)).collect::<Vec<_>>().join("; "))]
    Fields(Vec<FieldProblem>),
    /// What it speaks of is not there.
    #[error("{0}")]
    NotFound(String),
    /// Something else rests on what would end, or it contradicts what is there.
    #[error("{0}")]
    Refused(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Sidecar {
    /// Makes a change set and publishes it. The answer is given after the next check can see it.
    pub(super) fn change<T>(
        &self,
        make: impl FnOnce(&mut Store, &World) -> Result<(T, Committed), ChangeError>,
    ) -> Result<(T, u64), ChangeError> {
        let mut store = self.store();
        let world = self.world.load_full();
        let (out, committed) = make(&mut store, &world)?;
        let revision = committed.revision;
        self.publish(&store, &world, committed)?;
        Ok((out, revision))
    }

    /// Writes a committed change set into memory and shows it to readers, all at once.
    fn publish(
        &self,
        store: &Store,
        world: &World,
        committed: Committed,
    ) -> Result<(), StoreError> {
        if committed.revision == world.revision {
            return Ok(());
        }
        // INVARIANT: what is durable is published, whatever happens: the parts are read back first,
        // and if that fails the process must not go on with facts older than its store.
        let mut next = world.apply(committed.delta, committed.revision);
        if committed.catalogue_changed {
            match load_catalogue(store, &world.symbols) {
                Ok(catalogue) => next.catalogue = Arc::new(catalogue),
                Err(error) => return Err(broken(&error)),
            }
        }
        if committed.registers_changed {
            next.registers = Arc::new(load_registers(store)?);
        }
        if committed.regimes_changed {
            match enforcements(store.enforcements()?, &self.packs) {
                Ok(list) => next.enforced = Arc::new(Enforced::new(list)),
                Err(error) => return Err(broken(&error)),
            }
        }
        self.show(next);
        Ok(())
    }

    /// Publishes a world; the caller holds the store, so no other is made meanwhile.
    fn show(&self, next: World) {
        let (revision, heavy) = (next.revision, next.wants_compacting());
        let next = Arc::new(next);
        self.world.store(next.clone());
        self.revisions.send_replace(revision);
        if heavy {
            // Checks go on in the world as it lies until the packed one is there.
            self.world.store(Arc::new(next.compacted()));
        }
    }

    /// Takes a CRM's folder in, as one change set, while checks go on.
    ///
    /// # Errors
    /// If the folder cannot be looked at or the store fails; whatever is wrong with its files is in the
    /// report.
    pub fn import_folder(
        &self,
        dir: &Path,
        options: &FolderOptions,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Imported, IntakeError> {
        let mut store = self.store();
        let world = self.world.load_full();
        let mut imported =
            intake::import_folder(dir, options, &mut store, &world.symbols, progress)?;
        let delta = std::mem::take(&mut imported.delta);
        let mut next = world.apply(delta, imported.revision);
        if let Some(catalogue) = imported.catalogue.take() {
            next.catalogue = Arc::new(catalogue);
        }
        self.show(next);
        Ok(imported)
    }

    /// Enforces a regime: a recorded choice.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn enforce(
        &self,
        regime: Arc<Regime>,
        from: Day,
        until: Day,
        by: &str,
        why: &str,
    ) -> Result<Enforcement, ChangeError> {
        let now = Micros::system_now();
        let ((), revision) = self.change(|store, world| {
            let mut change = store.begin("policy", now)?;
            change.enforce(&NewEnforcement {
                regime_id: &regime.id,
                country: regime.country,
                by,
                why,
                from_day: from,
                until_day: until,
            })?;
            Ok(((), change.commit(&world.symbols)?))
        })?;
        tracing::info!(regime = &*regime.id, revision, "a regime is enforced");
        Ok(Enforcement {
            regime,
            from,
            until,
            at: now,
            by: by.to_owned(),
            why: why.to_owned(),
            revision,
        })
    }

    /// The sentence for a regime that is not there, with those that are.
    pub fn unknown_regime(&self, id: &str) -> String {
        let known: Vec<_> = self.packs.iter().map(|r| &*r.id).collect();
        format!("there is no regime `{id}`; there are: {}", known.join(", "))
    }
}

fn broken(error: &dyn std::fmt::Display) -> StoreError {
    tracing::error!(%error, "what was stored cannot be read back; restart to serve it");
    StoreError::Damaged {
        path: Default::default(),
        what: error.to_string(),
    }
}

