//! What was known at a revision, and what each later change set brought.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::ReplayError;
use crate::{
    facts::{
        catalogue::Catalogue,
        delta::{Delta, Ended},
        symbols::Symbols,
        world::{Gathered, World},
    },
    intake,
    store::{CatalogueRow, Span, StoreReader},
};

/// The world of a revision, which goes forward from there.
pub(super) struct Past {
    /// What is known. Of the regimes chosen and the registers it knows nothing.
    pub(super) world: World,
    /// What later revisions bring, through `last`.
    deltas: BTreeMap<u64, Delta>,
    /// The last revision it can go to.
    pub(super) last: u64,
}

impl Past {
    /// Loads the world of revision `first`, ready to go forward to `last`: one scan of the facts.
    pub(super) fn load(
        store: &StoreReader,
        symbols: Arc<Symbols>,
        catalogues: &mut Catalogues,
        first: u64,
        last: u64,
    ) -> Result<Self, ReplayError> {
        let mut base = Gathered::default();
        let mut deltas: BTreeMap<u64, Delta> = BTreeMap::new();
        let ends = |deltas: &mut BTreeMap<u64, Delta>, span: Span, ended: Ended| {
            if let Some(until) = span.until.filter(|until| *until <= last) {
                deltas.entry(until).or_default().ended.push(ended);
            }
        };
        store.relations_between(first, last, |span, e164, relation| {
            let ended = Ended {
                id: relation.id,
                number: Some(e164),
                person: relation.person,
            };
            if span.from <= first {
                base.relation(e164, relation);
            } else {
                let delta = deltas.entry(span.from).or_default();
                delta.relations.push((e164, relation));
            }
            ends(&mut deltas, span, ended);
        })?;
        store.consents_between(first, last, |span, e164, consent| {
            let ended = Ended {
                id: consent.id,
                number: Some(e164),
                person: consent.person,
            };
            if span.from <= first {
                base.consent(e164, consent);
            } else {
                let delta = deltas.entry(span.from).or_default();
                delta.consents.push((e164, consent));
            }
            ends(&mut deltas, span, ended);
        })?;
        store.objections_between(first, last, |span, number, objection| {
            let ended = Ended {
                id: objection.id,
                number,
                person: objection.person,
            };
            if span.from <= first {
                base.objection(number, objection);
            } else {
                let delta = deltas.entry(span.from).or_default();
                delta.objections.push((number, objection));
            }
            ends(&mut deltas, span, ended);
        })?;
        let (numbers, people) = base.groups();
        let world = World {
            revision: first,
            numbers: Arc::new(numbers),
            people: Arc::new(people),
            catalogue: catalogues.at(first, &symbols)?,
            symbols,
            ..World::default()
        };
        Ok(Self {
            world,
            deltas,
            last,
        })
    }

    /// Goes forward to a revision, at most to `last`.
    pub(super) fn advance(
        &mut self,
        to: u64,
        catalogues: &mut Catalogues,
    ) -> Result<(), ReplayError> {
        while let Some(next) = self.deltas.first_entry().filter(|next| *next.key() <= to) {
            let (revision, delta) = next.remove_entry();
            self.world = self.world.apply(delta, revision);
            if self.world.wants_compacting() {
                self.world = self.world.compacted();
            }
        }
        self.world.revision = to;
        self.world.catalogue = catalogues.at(to, &self.world.symbols)?;
        Ok(())
    }
}

/// The catalogue as of any revision.
pub(super) struct Catalogues {
    history: Vec<(Span, CatalogueRow)>,
    /// The revisions that changed it.
    changes: BTreeSet<u64>,
    /// That of the revision that changed it last.
    held: Option<(u64, Arc<Catalogue>)>,
}

impl Catalogues {
    pub(super) fn new(history: Vec<(Span, CatalogueRow)>) -> Self {
        let changes = history
            .iter()
            .flat_map(|(span, _)| [Some(span.from), span.until])
            .flatten()
            .collect();
        Self {
            history,
            changes,
            held: None,
        }
    }

    /// Whether nothing has changed since a revision.
    pub(super) fn is_as_of(&self, revision: u64) -> bool {
        self.changes.last().is_none_or(|last| *last <= revision)
    }

    pub(super) fn at(
        &mut self,
        revision: u64,
        symbols: &Symbols,
    ) -> Result<Arc<Catalogue>, ReplayError> {
        let changed = self.changes.range(..=revision).next_back().copied();
        let changed = changed.unwrap_or(0);
        if let Some((held, catalogue)) = &self.held
            && *held == changed
        {
            return Ok(catalogue.clone());
        }
        let rows: Vec<CatalogueRow> = self
            .history
            .iter()
            .filter(|(span, _)| span.holds(revision))
            .map(|(_, row)| row.clone())
            .collect();
        let rows = intake::catalogue_from_rows(&rows, symbols).map_err(|bad| {
            let what = bad.first().map(ToString::to_string).unwrap_or_default();
            ReplayError::Catalogue { revision, what }
        })?;
        let catalogue = Arc::new(Catalogue::build(rows));
        self.held = Some((changed, catalogue.clone()));
        Ok(catalogue)
    }
}
