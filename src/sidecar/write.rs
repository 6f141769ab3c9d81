//! Changing what is known: durable in the store first, then written into memory, then published whole.

use std::{
    io::Read,
    path::Path,
    sync::{Arc, atomic::Ordering},
};

use super::Sidecar;
use crate::{
    clock::{Day, Micros},
    facts::{model::FactId, world::World},
    intake::{
        self, CatalogueChanged, ConsentFields, FolderOptions, ImportRecord, Imported, IntakeError,
        ObjectionFields, Progress, Reading, RecordError, Recorded, RegisterHeader,
        RegisterImported, RegisterRefused, RelationFields,
    },
    policy::{Regime, enforced::Enforcement},
    store::{CatalogueKind, FactBody, NewEnforcement, SnapshotRow, Store, StoreError, UnclearRow},
};

impl Sidecar {
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

    /// From here on facts are received at a moment of the past: for the sample, before serving begins.
    pub(crate) fn live_at(&self, past: Micros) {
        self.living.store(past.0, Ordering::Relaxed);
    }

    /// From here on facts are received when they are.
    pub(crate) fn live_at_present(&self) {
        self.live_at(Micros(0));
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
        if imported.applied {
            self.metrics.heard(&options.origin, options.received_at);
        }
        let delta = std::mem::take(&mut imported.delta);
        let mut next = world.apply(delta, imported.revision);
        if let Some(catalogue) = imported.catalogue.take() {
            next.catalogue = Arc::new(catalogue);
        }
        self.show(next);
        drop(store);
        let record = ImportRecord::of(&imported, &options.origin, options.received_at);
        if let Err(error) = record.keep(&self.settings.data_dir) {
            // The import itself is done; only the page that tells of it will not.
            tracing::warn!(%error, "the record of an import could not be kept");
        }
        Ok(imported)
    }

    /// Records a no. It is seen by the very next check.
    ///
    /// # Errors
    /// If fields are wrong or the store fails.
    pub fn record_objection(&self, fields: &ObjectionFields<'_>) -> Result<Recorded, RecordError> {
        self.record_fact(|with, store, world| {
            intake::record_objection(fields, with, store, &world.symbols)
        })
    }

    /// Records a yes.
    ///
    /// # Errors
    /// If fields are wrong or the store fails.
    pub fn record_consent(&self, fields: &ConsentFields<'_>) -> Result<Recorded, RecordError> {
        self.record_fact(|with, store, world| {
            intake::record_consent(fields, with, store, &world.symbols)
        })
    }

    /// Records a relation.
    ///
    /// # Errors
    /// If fields are wrong or the store fails.
    pub fn record_relation(&self, fields: &RelationFields<'_>) -> Result<Recorded, RecordError> {
        self.record_fact(|with, store, world| {
            intake::record_relation(fields, with, store, &world.symbols)
        })
    }

    /// Withdraws a consent, at a moment or now.
    ///
    /// # Errors
    /// If there is none, or the store fails.
    pub fn withdraw_consent(
        &self,
        id: FactId,
        at: Option<Micros>,
    ) -> Result<Recorded, RecordError> {
        self.record_fact(|with, store, world| {
            let now = with.received_at;
            intake::withdraw_consent(id, at.unwrap_or(now), now, store, &world.symbols)
        })
    }

    /// Ends a relation, on a day or today.
    ///
    /// # Errors
    /// If there is none, or the store fails.
    pub fn end_relation(&self, id: FactId, on: Option<Day>) -> Result<Recorded, RecordError> {
        self.record_fact(|with, store, world| {
            let now = with.received_at;
            let on = on.unwrap_or_else(|| self.home.zone.day(now));
            intake::end_relation(id, on, now, store, &world.symbols)
        })
    }

    fn record_fact(
        &self,
        record: impl FnOnce(&Reading<'_>, &mut Store, &World) -> Result<Recorded, RecordError>,
    ) -> Result<Recorded, RecordError> {
        let mut store = self.store();
        let world = self.world.load_full();
        let with = Reading {
            default_region: self.settings.default_region,
            received_at: self.receipt(),
            ids: &*world.catalogue,
        };
        let mut recorded = record(&with, &mut store, &world)?;
        let delta = std::mem::take(&mut recorded.delta);
        self.show(world.apply(delta, recorded.revision));
        Ok(recorded)
    }

    /// Adds or replaces catalogue entries, given as the columns of their files, as one change.
    ///
    /// # Errors
    /// With everything wrong; then nothing changed.
    pub fn put_catalogue(&self, rows: &[(CatalogueKind, Vec<String>)]) -> Result<u64, RecordError> {
        self.change_catalogue(|now, store, world| {
            intake::put_catalogue(rows, now, store, &world.symbols)
        })
    }

    /// Ends catalogue entries by key, as one change.
    ///
    /// # Errors
    /// If others rest on them; then nothing changed.
    pub fn end_catalogue(&self, ends: &[(CatalogueKind, &str)]) -> Result<u64, RecordError> {
        self.change_catalogue(|now, store, world| {
            intake::end_catalogue(ends, now, store, &world.symbols)
        })
    }

    fn change_catalogue(
        &self,
        change: impl FnOnce(Micros, &mut Store, &World) -> Result<CatalogueChanged, RecordError>,
    ) -> Result<u64, RecordError> {
        let mut store = self.store();
        let world = self.world.load_full();
        let changed = change(self.receipt(), &mut store, &world)?;
        if let Some(catalogue) = changed.catalogue {
            self.show(World {
                revision: changed.revision,
                catalogue: Arc::new(catalogue),
                ..(*world).clone()
            });
        }
        Ok(changed.revision)
    }

    /// Takes a copy of a register in, unless it cannot be right; the one in force stands then.
    ///
    /// # Errors
    /// Why it was refused or held.
    pub fn import_register(
        &self,
        header: &RegisterHeader<'_>,
        source: impl Read,
    ) -> Result<RegisterImported, RegisterRefused> {
        let mut store = self.store();
        let world = self.world.load_full();
        let imported = intake::import_register(header, source, &mut store, &world.symbols)?;
        self.metrics.heard("register", header.received_at);
        let mut registers = (*world.registers).clone();
        registers.insert(imported.copy.name.clone(), Arc::new(imported.copy.clone()));
        self.show(World {
            revision: imported.revision,
            registers: Arc::new(registers),
            ..(*world).clone()
        });
        Ok(imported)
    }

    /// Every copy of a register that was taken in, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn snapshots(&self) -> Result<Vec<SnapshotRow>, StoreError> {
        self.store().snapshots()
    }

    /// The unclear queue, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn unclear(&self, include_settled: bool) -> Result<Vec<UnclearRow>, StoreError> {
        self.store().unclear(include_settled)
    }

    /// The seller of a fact; empty for an objection to all, `None` if there is no such fact.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn seller_of(&self, id: FactId) -> Result<Option<String>, StoreError> {
        let row = self.store().fact(id)?;
        let world = self.world();
        Ok(row.map(|row| {
            let seller = match row.body {
                FactBody::Relation(fact) => fact.seller,
                FactBody::Consent { fact, .. } => fact.seller,
                FactBody::Objection { fact, .. } => fact.seller,
            };
            world.symbols.seller_id(seller)
        }))
    }

    /// Settles an unclear stop; false if there is no open one of that number.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn settle_unclear(
        &self,
        id: u64,
        by: &str,
        settlement: &str,
    ) -> Result<(bool, u64), StoreError> {
        let mut store = self.store();
        let world = self.world.load_full();
        let mut change = store.begin(intake::API_ORIGIN, self.receipt())?;
        let settled = change.settle_unclear(id, by, settlement)?;
        let committed = change.commit(&world.symbols)?;
        self.show(world.apply(committed.delta, committed.revision));
        Ok((settled, committed.revision))
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
    ) -> Result<Enforcement, StoreError> {
        let now = self.receipt();
        let mut store = self.store();
        let world = self.world.load_full();
        let mut change = store.begin(intake::API_ORIGIN, now)?;
        change.enforce(&NewEnforcement {
            regime_id: &regime.id,
            country: regime.country,
            by,
            why,
            from_day: from,
            until_day: until,
        })?;
        let committed = change.commit(&world.symbols)?;
        let chosen = Enforcement {
            regime,
            from,
            until,
            at: now,
            by: by.to_owned(),
            why: why.to_owned(),
            revision: committed.revision,
        };
        self.show(World {
            revision: committed.revision,
            enforced: Arc::new(world.enforced.with(chosen.clone())),
            ..(*world).clone()
        });
        tracing::info!(
            regime = &*chosen.regime.id,
            revision = committed.revision,
            "a regime is enforced"
        );
        Ok(chosen)
    }

    /// The sentence for a regime that is not there, with those that are.
    pub fn unknown_regime(&self, id: &str) -> String {
        let known: Vec<_> = self.packs.iter().map(|r| &*r.id).collect();
        format!("there is no regime `{id}`; there are: {}", known.join(", "))
    }
}
