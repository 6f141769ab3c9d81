//! A period, decision by decision: the world of its first revision, and the change sets applied in their
//! order between the decisions.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    ops::ControlFlow,
    sync::Arc,
};

use super::{
    ReplayError,
    again::Moment,
    past::{Catalogues, Past},
    point::Lookup,
    registers::Registers,
    result::Gone,
    setups::Setups,
};
use crate::{
    clock::Micros,
    facts::{groups::Outdated, symbols::Symbols},
    ledger::{DecisionId, Filter, Reader, StoredDecision, StoredPersonal},
    sidecar::Place,
    store::StoreReader,
};

/// Which decisions: by ledger time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    /// From here on, inside.
    pub from: Micros,
    /// Up to here, outside.
    pub until: Micros,
}

/// How a walk went.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Walked {
    /// Decisions seen.
    pub decisions: u64,
    /// The first revision loaded.
    pub first_revision: u64,
    /// The last revision reached.
    pub last_revision: u64,
    /// Decisions that were recorded behind one of a newer revision, and were looked up one by one.
    pub looked_up: u64,
}

/// Records are not quite in the order of their revisions: a check that took the world just before a change
/// set may be recorded just after one that saw it. So many are held back and put in order.
const HELD: usize = 1_024;
/// A decision can be of a revision newer than the last recorded one's by no more than changes that come
/// while a check runs.
const SLACK: u64 = 1_024;

/// What is walked through.
pub(super) struct Walk<'a> {
    pub(super) store: &'a StoreReader,
    pub(super) symbols: Arc<Symbols>,
    pub(super) setups: Setups,
    pub(super) registers: Registers,
    pub(super) catalogues: Catalogues,
}

/// The moment of a decision and its personal part, or what of them is gone.
pub(super) type Then<'t> = Result<(&'t Moment<'t>, &'t StoredPersonal), Vec<Gone>>;
/// What came of one; `Outdated` asks for another moment.
pub(super) type Done = Result<Result<(), Outdated>, ReplayError>;
/// What is done at each decision.
pub(super) type Each<'e> = dyn FnMut(&StoredDecision, Then<'_>) -> Done + 'e;

impl Walk<'_> {
    /// Goes through the decisions that pass, up to one, inside.
    pub(super) fn through(
        &mut self,
        ledger: &mut Reader,
        filter: &Filter,
        newest: &StoredDecision,
        progress: &mut dyn FnMut(DecisionId),
        each: &mut Each<'_>,
    ) -> Result<Walked, ReplayError> {
        let mut held = BinaryHeap::with_capacity(HELD + 1);
        let mut walked = Walked::default();
        let mut past = None;
        let mut failed = None;
        let last = newest.revision.saturating_add(SLACK);
        ledger.take(filter, &mut |decision| {
            if decision.id.seq > newest.id.seq {
                return ControlFlow::Break(());
            }
            held.push(Reverse(Held(Box::new(decision))));
            if held.len() <= HELD {
                return ControlFlow::Continue(());
            }
            let Some(Reverse(Held(next))) = held.pop() else {
                return ControlFlow::Continue(());
            };
            if next.id.seq.is_multiple_of(256) {
                progress(next.id);
            }
            match self.step(&mut past, last, &next, &mut walked, each) {
                Ok(()) => ControlFlow::Continue(()),
                Err(e) => {
                    failed = Some(e);
                    ControlFlow::Break(())
                }
            }
        })?;
        if let Some(e) = failed {
            return Err(e);
        }
        while let Some(Reverse(Held(next))) = held.pop() {
            self.step(&mut past, last, &next, &mut walked, each)?;
        }
        progress(newest.id);
        Ok(walked)
    }

    fn step(
        &mut self,
        past: &mut Option<Past>,
        last: u64,
        decision: &StoredDecision,
        walked: &mut Walked,
        each: &mut Each<'_>,
    ) -> Result<(), ReplayError> {
        walked.decisions += 1;
        let Some(personal) = &decision.personal else {
            return each(decision, Err(vec![Gone::Personal])).map(|_| ());
        };
        let (revision, newest) = (decision.revision, self.store.revision());
        if revision > newest {
            let gone = Gone::Revision {
                decided: revision,
                last: newest,
            };
            return each(decision, Err(vec![gone])).map(|_| ());
        }
        let past = match past {
            Some(past) if past.last >= revision => past,
            _ => {
                let last = last.max(revision).min(newest);
                if past.is_none() {
                    walked.first_revision = revision;
                }
                past.insert(Past::load(
                    self.store,
                    self.symbols.clone(),
                    &mut self.catalogues,
                    revision,
                    last,
                )?)
            }
        };
        if revision > past.world.revision {
            past.advance(revision, &mut self.catalogues)?;
        }
        walked.last_revision = past.world.revision;
        let person = self.symbols.person(&personal.person_id);
        let (read, enforced) = match self.setups.at(decision.id.seq, revision) {
            Ok(setup) => setup,
            Err(gone) => return each(decision, Err(gone)).map(|_| ()),
        };
        let moment = |world| Moment {
            place: Place {
                world,
                enforced,
                packs: &read.packs,
                home: &read.home,
            },
            registers: &self.registers,
            person,
        };
        if revision == past.world.revision
            && each(decision, Ok((&moment(&past.world), personal)))?.is_ok()
        {
            return Ok(());
        }
        walked.looked_up += 1;
        let catalogue = self.catalogues.at(revision, &self.symbols)?;
        let lookup = Lookup {
            store: self.store,
            memory: None,
        };
        let world = lookup.world(
            revision,
            personal.e164,
            person,
            catalogue,
            self.symbols.clone(),
        )?;
        // INVARIANT: nothing lies over the base of a world just made, so nothing in it is outdated.
        each(decision, Ok((&moment(&world), personal))).map(|_| ())
    }
}

/// A decision that waits for its turn: by revision, then as recorded.
struct Held(Box<StoredDecision>);

impl Held {
    fn turn(&self) -> (u64, u64) {
        (self.0.revision, self.0.id.seq)
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.turn() == other.turn()
    }
}

impl Eq for Held {}

impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Held {
    fn cmp(&self, other: &Self) -> Ordering {
        self.turn().cmp(&other.turn())
    }
}
