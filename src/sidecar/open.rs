//! Opening a data directory: everything is loaded before the first check is answered.

use std::{
    path::Path,
    sync::{Arc, atomic::AtomicI64},
    thread,
};

use arc_swap::ArcSwap;
use hashbrown::HashMap;
use tokio::sync::watch;

use super::{Home, Settings, Sidecar, recent::RecentCalls};
use crate::{
    access::{Access, AccessError},
    clock::{Micros, Steady, Zone},
    facts::{
        catalogue::Catalogue,
        groups::Groups,
        model::FactKind,
        register::RegisterCopy,
        symbols::Symbols,
        world::{Gathered, World},
    },
    intake,
    ledger::{Ledger, LedgerError},
    metrics::Metrics,
    number,
    policy::{
        Packs,
        enforced::{Enforced, Enforcement},
        pack::PackError,
    },
    report::{ReportOptions, Reports},
    store::{EnforcementRow, NewSetup, Store, StoreError, StoreReader},
};

/// Why a data directory cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The facts.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Who may do what.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// A policy pack.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The operator's packs cannot be read.
    #[error("{path}: cannot read the policy packs: {source}; check the rights of the directory")]
    PackFile {
        /// Where.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The stored catalogue does not hold together.
    #[error(
        "the stored catalogue does not hold together: {0}; restore a backup of the data directory"
    )]
    Catalogue(String),
    /// A regime was chosen that this build does not know.
    #[error(
        "regime `{0}` was chosen, but no policy pack of that name is here; put its pack into the directory packs/ of the data directory, or use the build that has it"
    )]
    UnknownRegime(String),
    /// The facts are older than the ledger.
    #[error(
        "the facts are at revision {facts}, but the ledger has decisions made at revision {ledger}: facts are missing, stops among them perhaps. Restore the newest facts.db, or, if they are lost for good, import all files again and start once with --accept-older-facts"
    )]
    OlderFacts {
        /// The store's revision.
        facts: u64,
        /// The ledger's.
        ledger: u64,
    },
    /// No thread could be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

impl Sidecar {
    /// Opens a data directory, making it if it is not there.
    ///
    /// # Errors
    /// See [`OpenError`]; each says what to do.
    pub fn open(mut settings: Settings) -> Result<Self, OpenError> {
        let metrics = Arc::new(Metrics::default());
        settings.ledger.metrics = metrics.ledger.clone();
        let packs = read_packs(&settings.data_dir)?;
        let symbols = Arc::new(Symbols::default());
        let mut store = Store::open(&settings.data_dir, &symbols)?;
        let access = Arc::new(Access::open(&settings.data_dir)?);
        let ledger = Arc::new(Ledger::open(&settings.ledger_dir, settings.ledger.clone())?);
        let (facts, recorded) = (store.revision(), ledger.last_revision());
        if facts < recorded {
            if !settings.accept_older_facts {
                return Err(OpenError::OlderFacts {
                    facts,
                    ledger: recorded,
                });
            }
            // No later change may take a number under which decisions were made on other facts.
            store.go_on_behind(recorded, Micros::system_now(), &symbols)?;
            tracing::warn!(
                facts,
                recorded,
                "older facts are accepted: stops may be missing"
            );
        }
        let (numbers, people) = load_facts(&store)?;
        symbols.persons.shrink();
        let catalogue = load_catalogue(&store, &symbols)?;
        let chosen =
            enforcements(store.enforcements()?, &packs).map_err(OpenError::UnknownRegime)?;
        let enforced = Enforced::new(chosen);
        let registers = load_registers(&store)?;
        let home = Home {
            region: settings.default_region,
            zone: home_zone(&settings, &packs)?,
        };
        let setup = NewSetup {
            ledger: &ledger.id().to_string(),
            after_seq: ledger.durable_seq(),
            region: home.region,
            zone: home.zone.name(),
            packs: &packs.texts(),
        };
        store.keep_setup(&setup, Micros::system_now())?;
        let world = World {
            revision: store.revision(),
            numbers: Arc::new(numbers),
            people: Arc::new(people),
            catalogue: Arc::new(catalogue),
            registers: Arc::new(registers),
            enforced: Arc::new(enforced),
            symbols,
        };
        // The first number of a country takes milliseconds to read; not in a check.
        let regions = world.catalogue.campaigns().filter_map(|c| c.region);
        number::warm_up(regions.chain([settings.default_region]));
        let recent = RecentCalls::default();
        let mut calls = ledger.reader().recent_calls(super::recent::KEPT / 8)?;
        calls.reverse();
        for call in calls {
            recent.remember(&call.seller, &call.call_id, call.id);
        }
        let reports = Reports::open(
            &settings.data_dir.join("report"),
            ledger.clone(),
            home.zone.clone(),
            ReportOptions::default(),
        );
        let last = ledger.last_at();
        let clock = Steady::after((ledger.durable_seq() > 0).then_some(last));
        Ok(Self {
            revisions: watch::Sender::new(world.revision),
            world: ArcSwap::from_pointee(world),
            settings,
            packs,
            home,
            access,
            ledger,
            metrics,
            reports,
            store: store.into(),
            recent,
            clock,
            living: AtomicI64::default(),
        })
    }
}

/// The packs in the binary, and the operator's own in `packs/` of the data directory.
///
/// # Errors
/// If one cannot be read or is wrong.
pub fn read_packs(data_dir: &Path) -> Result<Packs, OpenError> {
    let mut packs = Packs::built_in()?;
    let dir = data_dir.join("packs");
    if !dir.is_dir() {
        return Ok(packs);
    }
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |source| OpenError::PackFile { path, source }
    };
    let mut files: Vec<_> = std::fs::read_dir(&dir)
        .map_err(failed(&dir))?
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(failed(&file))?;
        packs.add(&file.display().to_string(), &text)?;
    }
    Ok(packs)
}

/// Whole days are days of the jurisdiction; where no regime covers a question, of the home country's.
fn home_zone(settings: &Settings, packs: &Packs) -> Result<Zone, OpenError> {
    let of_home = packs.iter().find(|r| r.country == settings.default_region);
    match of_home.or_else(|| packs.iter().next()) {
        Some(regime) => Ok(regime.zone.clone()),
        None => Zone::named("UTC").map_err(OpenError::Catalogue),
    }
}

/// Loads relations on one thread, and consents and objections on another.
fn load_facts(store: &Store) -> Result<(Groups, Groups), OpenError> {
    let (first, second) = (store.reader()?, store.reader()?);
    thread::scope(|scope| {
        let relations = thread::Builder::new()
            .name("load".into())
            .spawn_scoped(scope, move || load_relations(&first))
            .map_err(OpenError::Thread)?;
        let mut found = Gathered::with_room(
            0,
            room(&second, FactKind::Consent)?,
            room(&second, FactKind::Objection)?,
        );
        // What is stored was recorded, so a stop of it is in force, whatever the clock said when it came.
        let now = Micros::system_now();
        second.load_consents(|number, mut consent| {
            if consent.withdrawn_at != Micros::NEVER {
                consent.withdrawn_at = consent.withdrawn_at.min(now);
            }
            found.consent(number, consent);
        })?;
        second.load_objections(|number, mut objection| {
            objection.in_force_from = objection.in_force_from.min(now);
            found.objection(number, objection);
        })?;
        let relations = match relations.join() {
            Ok(relations) => relations?,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        found.take_relations(relations);
        Ok(found.groups())
    })
}

/// Room for the facts of a kind: growing on the way would take up to three times as much.
fn room(reader: &StoreReader, kind: FactKind) -> Result<usize, StoreError> {
    Ok(usize::try_from(reader.current(kind)?).unwrap_or_default())
}

fn load_relations(reader: &StoreReader) -> Result<Gathered, StoreError> {
    let mut found = Gathered::with_room(room(reader, FactKind::Relation)?, 0, 0);
    reader.load_relations(|number, relation| found.relation(number, relation))?;
    Ok(found)
}

/// The catalogue as stored, through the same validator that let it in.
pub(super) fn load_catalogue(store: &Store, symbols: &Symbols) -> Result<Catalogue, OpenError> {
    let rows = intake::catalogue_from_rows(&store.catalogue_rows()?, symbols).map_err(|bad| {
        OpenError::Catalogue(bad.first().map(ToString::to_string).unwrap_or_default())
    })?;
    Ok(Catalogue::build(rows))
}

/// The recorded choices with their regimes.
///
/// # Errors
/// The id of a regime that is not among the packs.
pub(crate) fn enforcements(
    rows: Vec<EnforcementRow>,
    packs: &Packs,
) -> Result<Vec<Enforcement>, String> {
    rows.into_iter()
        .map(|row| {
            let regime = packs
                .get(&row.regime_id)
                .cloned()
                .ok_or_else(|| row.regime_id.clone())?;
            Ok(Enforcement {
                regime,
                from: row.from_day,
                until: row.until_day,
                at: row.at,
                by: row.by,
                why: row.why,
                revision: row.rev_from,
            })
        })
        .collect()
}

/// The copy in force of each register. One whose file is missing or damaged counts as missing, so
/// what needs it blocks; the log says so.
pub(super) fn load_registers(
    store: &Store,
) -> Result<HashMap<Arc<str>, Arc<RegisterCopy>>, StoreError> {
    let (copies, missing) = intake::load_registers(store)?;
    for problem in missing {
        tracing::error!(%problem, "a register copy counts as missing");
    }
    Ok(copies
        .into_iter()
        .map(|copy| (copy.name.clone(), Arc::new(copy)))
        .collect())
}
