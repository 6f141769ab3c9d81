//! The little part of a past world that one decision rests on: look-ups instead of a load.

use std::sync::Arc;

use crate::{
    facts::{
        catalogue::Catalogue,
        model::PersonSym,
        symbols::Symbols,
        world::{Gathered, World},
    },
    number::E164,
    store::{FactBody, PersonStop, StoreError, StoreReader},
};

/// Where the facts of one decision are looked up.
#[derive(Clone, Copy)]
pub(super) struct Lookup<'a> {
    pub(super) store: &'a StoreReader,
    /// What a running sidecar knows, no newer than the store.
    pub(super) memory: Option<&'a World>,
}

impl Lookup<'_> {
    /// The person named in a check.
    pub(super) fn person(&self, id: &str) -> Result<PersonSym, StoreError> {
        if id.is_empty() {
            return Ok(PersonSym::NONE);
        }
        match self.memory {
            Some(world) => Ok(world.symbols.person(id)),
            None => Ok(self.store.person(id)?.unwrap_or(PersonSym::UNKNOWN)),
        }
    }

    /// The world of a revision as far as a number and the persons meant go.
    pub(super) fn world(
        &self,
        revision: u64,
        number: Option<E164>,
        person: PersonSym,
        catalogue: Arc<Catalogue>,
        symbols: Arc<Symbols>,
    ) -> Result<World, StoreError> {
        let mut found = Gathered::default();
        let mut meant = vec![person];
        if let Some(number) = number {
            for row in self.store.facts_of_number(number)? {
                let current =
                    row.rev_from <= revision && row.rev_until.is_none_or(|until| revision < until);
                if !current {
                    continue;
                }
                let tied = match row.body {
                    FactBody::Relation(fact) => {
                        found.relation(number, fact);
                        fact.person
                    }
                    FactBody::Consent { fact, .. } => {
                        let tied = fact.person;
                        found.number_consent(number, fact);
                        tied
                    }
                    FactBody::Objection { fact, .. } => {
                        found.number_objection(number, fact);
                        fact.person
                    }
                };
                if person == PersonSym::NONE {
                    meant.push(tied);
                }
            }
        }
        meant.sort_unstable();
        meant.dedup();
        meant.retain(|p| !matches!(*p, PersonSym::NONE | PersonSym::UNKNOWN));
        for person in meant {
            for stop in self.stops(person, revision)? {
                match stop {
                    PersonStop::Withdrawn(consent) => found.person_withdrawal(consent),
                    PersonStop::Objection(objection) => found.person_objection(objection),
                }
            }
        }
        let (numbers, people) = found.groups();
        Ok(World {
            revision,
            numbers: Arc::new(numbers),
            people: Arc::new(people),
            catalogue,
            symbols,
            ..World::default()
        })
    }

    /// The stops of a person at a revision. Stops are never ended, so those in memory are all there were
    /// and newer ones; without a sidecar it is a scan.
    fn stops(&self, person: PersonSym, revision: u64) -> Result<Vec<PersonStop>, StoreError> {
        let known = self
            .memory
            .and_then(|world| world.people.get(u64::from(person.0), world.revision).ok());
        let Some(known) = known else {
            let all = self.store.stops_of_person(person)?.into_iter();
            return Ok(all
                .filter(|(span, _)| span.holds(revision))
                .map(|(_, stop)| stop)
                .collect());
        };
        let mut stops = Vec::new();
        for consent in known.consents() {
            if self
                .store
                .span(consent.id)?
                .is_some_and(|s| s.holds(revision))
            {
                stops.push(PersonStop::Withdrawn(consent.clone()));
            }
        }
        for objection in known.objections() {
            if self
                .store
                .span(objection.id)?
                .is_some_and(|s| s.holds(revision))
            {
                stops.push(PersonStop::Objection(*objection));
            }
        }
        Ok(stops)
    }
}
