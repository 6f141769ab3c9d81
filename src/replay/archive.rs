//! Facts and ledger of a data directory, read beside whoever owns it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    ReplayError,
    again::{Moment, again, look_for_facts},
    past::Catalogues,
    point::Lookup,
    registers::Registers,
    result::{Gone, Replayed},
    setups::Setups,
    walk::{Done, Each, Period, Then, Walk, Walked},
    what_if::{Candidate, WouldBe},
};
use crate::{
    facts::world::World,
    ledger::{DecisionId, Filter, Reader, StoredDecision},
    sidecar::{Place, Sidecar},
    store::StoreReader,
};

/// Makes one decision again, beside its sidecar and with what that has in memory: some milliseconds, where
/// the store's index by number is fed. `None` if there is no such decision (any more).
///
/// It reads files: not for a thread that answers checks.
///
/// # Errors
/// If facts or ledger cannot be read.
pub fn one(sidecar: &Sidecar, id: DecisionId) -> Result<Option<Replayed>, ReplayError> {
    let Some(decision) = sidecar.ledger.reader().get(id)? else {
        return Ok(None);
    };
    // The store is looked at after the world is taken, so that it is no older.
    let world = sidecar.world().clone();
    let store = open_store(&sidecar.settings.data_dir)?;
    look_up(&store, Some(&world), &decision).map(Some)
}

/// Facts and ledger of a data directory, read only; it need not be at rest.
#[derive(Debug)]
pub struct Archive {
    data_dir: PathBuf,
    ledger: Reader,
}

impl Archive {
    /// Finds facts and ledger.
    ///
    /// # Errors
    /// If there are none, or they cannot be read.
    pub fn open(data_dir: &Path, ledger_dir: &Path) -> Result<Self, ReplayError> {
        let ledger = Reader::beside(ledger_dir)?
            .ok_or_else(|| ReplayError::NoLedger(ledger_dir.display().to_string()))?;
        open_store(data_dir)?;
        Ok(Self {
            data_dir: data_dir.to_owned(),
            ledger,
        })
    }

    /// Makes one decision again. `None` if there is no such decision (any more).
    ///
    /// # Errors
    /// If facts or ledger cannot be read.
    pub fn one(&mut self, id: DecisionId) -> Result<Option<Replayed>, ReplayError> {
        let Some(decision) = self.ledger.get(id)? else {
            return Ok(None);
        };
        look_up(&open_store(&self.data_dir)?, None, &decision).map(Some)
    }

    /// Makes every decision of a period again, and gives what came of each, about in the order they were
    /// made. `progress` is told how many records of how many are done.
    ///
    /// # Errors
    /// If facts or ledger cannot be read.
    pub fn period(
        &mut self,
        period: Period,
        progress: &mut dyn FnMut(u64, u64),
        each: &mut dyn FnMut(&StoredDecision, Replayed),
    ) -> Result<Walked, ReplayError> {
        self.walk(period, progress, |store, decision, moment| {
            let replayed = match moment {
                Ok((moment, personal)) => match again(moment, decision, personal) {
                    Ok(mut replayed) => {
                        look_for_facts(store, decision, &mut replayed)?;
                        replayed
                    }
                    Err(outdated) => return Ok(Err(outdated)),
                },
                Err(gone) => Replayed::without(decision.id, gone),
            };
            each(decision, replayed);
            Ok(Ok(()))
        })
    }

    /// Asks every question of a period again under a pack that is tried out, and gives what it would have
    /// answered.
    ///
    /// # Errors
    /// If facts or ledger cannot be read.
    pub fn what_if(
        &mut self,
        candidate: &Candidate,
        period: Period,
        progress: &mut dyn FnMut(u64, u64),
        each: &mut dyn FnMut(&StoredDecision, WouldBe),
    ) -> Result<Walked, ReplayError> {
        self.walk(period, progress, |_, decision, moment| {
            let would_be = match moment {
                Ok((moment, personal)) => match candidate.answer(moment, decision, personal) {
                    Ok(would_be) => would_be,
                    Err(outdated) => return Ok(Err(outdated)),
                },
                Err(gone) => WouldBe::Untold(gone),
            };
            each(decision, would_be);
            Ok(Ok(()))
        })
    }

    fn walk(
        &mut self,
        period: Period,
        progress: &mut dyn FnMut(u64, u64),
        mut visit: impl FnMut(&StoreReader, &StoredDecision, Then<'_>) -> Done,
    ) -> Result<Walked, ReplayError> {
        let filter = Filter {
            from: Some(period.from),
            until: Some(period.until),
            ..Filter::default()
        };
        // The facts are looked at after the last record is chosen, so that they are no older.
        let page = self.ledger.list(&filter, None, 1)?;
        let Some(newest) = page.decisions.into_iter().next() else {
            return Ok(Walked::default());
        };
        let store = open_store(&self.data_dir)?;
        let mut walk = Walk {
            symbols: Arc::new(store.symbols(true)?),
            setups: Setups::load(&store, self.ledger.ledger())?,
            registers: Registers::load(&store, None)?,
            catalogues: Catalogues::new(store.catalogue_history()?),
            store: &store,
        };
        let mut first = None;
        let mut tell = |at: DecisionId| {
            let first = *first.get_or_insert(at.seq);
            let of = |seq: u64| seq.saturating_sub(first) + 1;
            progress(of(at.seq), of(newest.id.seq));
        };
        let each: &mut Each<'_> = &mut |decision, moment| visit(&store, decision, moment);
        walk.through(&mut self.ledger, &filter, &newest, &mut tell, each)
    }
}

fn open_store(data_dir: &Path) -> Result<StoreReader, ReplayError> {
    StoreReader::beside(data_dir)?
        .ok_or_else(|| ReplayError::NoFacts(data_dir.display().to_string()))
}

/// Makes one decision again out of look-ups.
fn look_up(
    store: &StoreReader,
    memory: Option<&World>,
    decision: &StoredDecision,
) -> Result<Replayed, ReplayError> {
    let (id, revision) = (decision.id, decision.revision);
    let Some(personal) = &decision.personal else {
        return Ok(Replayed::without(id, vec![Gone::Personal]));
    };
    if revision > store.revision() {
        let gone = Gone::Revision {
            decided: revision,
            last: store.revision(),
        };
        return Ok(Replayed::without(id, vec![gone]));
    }
    let mut setups = Setups::load(store, id.ledger)?;
    let (read, enforced) = match setups.at(id.seq, revision) {
        Ok(setup) => setup,
        Err(gone) => return Ok(Replayed::without(id, gone)),
    };
    let symbols = match memory {
        Some(world) => world.symbols.clone(),
        None => Arc::new(store.symbols(false)?),
    };
    let mut catalogues = Catalogues::new(store.catalogue_history()?);
    let catalogue = match memory {
        Some(world) if catalogues.is_as_of(revision) => world.catalogue.clone(),
        _ => catalogues.at(revision, &symbols)?,
    };
    let lookup = Lookup { store, memory };
    let person = lookup.person(&personal.person_id)?;
    let world = lookup.world(revision, personal.e164, person, catalogue, symbols)?;
    let registers = Registers::load(store, memory)?;
    let moment = Moment {
        place: Place {
            world: &world,
            enforced,
            packs: &read.packs,
            home: &read.home,
        },
        registers: &registers,
        person,
    };
    let mut replayed = match again(&moment, decision, personal) {
        Ok(replayed) => replayed,
        // INVARIANT: nothing lies over the base of a world just made, so nothing in it is outdated.
        Err(_) => Replayed::without(id, vec![Gone::Setup]),
    };
    look_for_facts(store, decision, &mut replayed)?;
    Ok(replayed)
}
