//! Everything known at one revision, behind one pointer that is swapped whole.

use std::sync::Arc;

use hashbrown::HashMap;
use smallvec::SmallVec;

use super::{
    catalogue::Catalogue,
    delta::Delta,
    groups::{Group, GroupRef, Groups, Outdated, Packed},
    model::{Consent, FactId, Objection, PersonSym, Relation},
    register::RegisterCopy,
    symbols::Symbols,
};
use crate::{
    number::E164,
    policy::{Facts, PersonStops, RegisterView, enforced::Enforced},
};

/// Everything known at one revision. Cheap to clone: each part is shared.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The revision.
    pub revision: u64,
    /// Facts by number.
    pub numbers: Arc<Groups>,
    /// Stops by person: objections and withdrawn consents.
    pub people: Arc<Groups>,
    /// Sellers, products, campaigns …
    pub catalogue: Arc<Catalogue>,
    /// The copies in force, by register.
    pub registers: Arc<HashMap<Arc<str>, Arc<RegisterCopy>>>,
    /// The regimes chosen.
    pub enforced: Arc<Enforced>,
    /// Texts of small numbers.
    pub symbols: Arc<Symbols>,
}

/// What is known about a number and the persons meant.
#[derive(Clone, Debug)]
pub struct Known<'w> {
    number: GroupRef<'w>,
    persons: SmallVec<[GroupRef<'w>; 2]>,
    /// Several persons are known on the number.
    pub several_persons: bool,
}

impl World {
    /// Looks up a number and the persons meant: the one named, else every person any row ties to the
    /// number.
    ///
    /// # Errors
    /// [`Outdated`]: take the world of now and look again.
    pub fn look_up(&self, number: Option<E164>, person: PersonSym) -> Result<Known<'_>, Outdated> {
        let number = match number {
            Some(n) => self.numbers.get(n.digits(), self.revision)?,
            None => self.numbers.get(0, self.revision)?,
        };
        let mut meant: SmallVec<[PersonSym; 4]> = SmallVec::new();
        let mut several_persons = false;
        {
            let mut tied = |p: PersonSym| {
                if p != PersonSym::NONE && !meant.contains(&p) {
                    meant.push(p);
                }
            };
            number.relations().iter().for_each(|r| tied(r.person));
            number.consents().iter().for_each(|c| tied(c.person));
            number.objections().iter().for_each(|o| tied(o.person));
            several_persons |= meant.len() > 1;
        }
        if person != PersonSym::NONE {
            meant.clear();
            meant.push(person);
        }
        let mut persons = SmallVec::new();
        for p in meant {
            let stops = self.people.get(u64::from(p.0), self.revision)?;
            if !stops.is_empty() {
                persons.push(stops);
            }
        }
        Ok(Known {
            number,
            persons,
            several_persons,
        })
    }

    /// The copy of the register of that name, and what it says about a number.
    pub fn register(&self, name: &str, number: Option<E164>) -> Option<(&Arc<str>, RegisterView)> {
        let copy = self.registers.get(name)?;
        Some((&copy.snapshot_id, copy.view(number)))
    }

    /// Writes a change set into memory, to be seen from `revision` on, and returns the world of that
    /// revision. Readers of this world see none of it.
    pub fn apply(&self, delta: Delta, revision: u64) -> Self {
        for (number, relation) in delta.relations {
            self.numbers
                .change(number.digits(), revision, |g| g.relations.push(relation));
        }
        for (number, consent) in delta.consents {
            if is_person_stop(&consent) {
                let stop = consent.clone();
                self.people.change(u64::from(stop.person.0), revision, |g| {
                    g.consents.push(stop)
                });
            }
            self.numbers
                .change(number.digits(), revision, |g| g.consents.push(consent));
        }
        for (number, objection) in delta.objections {
            if objection.person != PersonSym::NONE {
                self.people
                    .change(u64::from(objection.person.0), revision, |g| {
                        g.objections.push(objection);
                    });
            }
            if let Some(number) = number {
                self.numbers
                    .change(number.digits(), revision, |g| g.objections.push(objection));
            }
        }
        for ended in delta.ended {
            if let Some(number) = ended.number {
                self.numbers
                    .change(number.digits(), revision, |g: &mut Group| g.end(ended.id));
            }
            if ended.person != PersonSym::NONE
                && !self
                    .people
                    .get(u64::from(ended.person.0), revision)
                    .is_ok_and(|g| g.is_empty())
            {
                self.people
                    .change(u64::from(ended.person.0), revision, |g| g.end(ended.id));
            }
        }
        Self {
            revision,
            ..self.clone()
        }
    }

    /// The same world with what lies over the bases packed into them.
    pub fn compacted(&self) -> Self {
        Self {
            numbers: Arc::new(self.numbers.compacted(self.revision)),
            people: Arc::new(self.people.compacted(self.revision)),
            ..self.clone()
        }
    }

    /// Whether enough lies over the bases to be worth packing.
    pub fn wants_compacting(&self) -> bool {
        let heavy = |groups: &Groups| {
            let (base, over) = groups.sizes();
            over > 50_000 && over > base / 8
        };
        heavy(&self.numbers) || heavy(&self.people)
    }
}

/// Facts on their way into memory, in any order.
#[derive(Default, Debug)]
pub struct Gathered {
    relations: Vec<(u64, Relation)>,
    consents: Vec<(u64, Consent)>,
    objections: Vec<(u64, Objection)>,
    withdrawals: Vec<(u64, Consent)>,
    personal: Vec<(u64, Objection)>,
}

impl Gathered {
    /// With room for so many relations, consents and objections.
    pub fn with_room(relations: usize, consents: usize, objections: usize) -> Self {
        Self {
            relations: Vec::with_capacity(relations),
            consents: Vec::with_capacity(consents),
            objections: Vec::with_capacity(objections),
            ..Self::default()
        }
    }

    /// Takes the relations of another in place of its own.
    pub fn take_relations(&mut self, other: Self) {
        self.relations = other.relations;
    }

    /// A relation.
    pub fn relation(&mut self, number: E164, relation: Relation) {
        self.relations.push((number.digits(), relation));
    }

    /// A consent, on its number and, where it is a stop of a person, on that person.
    pub fn consent(&mut self, number: E164, consent: Consent) {
        if is_person_stop(&consent) {
            self.person_withdrawal(consent.clone());
        }
        self.number_consent(number, consent);
    }

    /// A consent, on its number only.
    pub fn number_consent(&mut self, number: E164, consent: Consent) {
        self.consents.push((number.digits(), consent));
    }

    /// A withdrawn consent, on its person only.
    pub fn person_withdrawal(&mut self, consent: Consent) {
        self.withdrawals
            .push((u64::from(consent.person.0), consent));
    }

    /// An objection, on its number and person, whichever it has.
    pub fn objection(&mut self, number: Option<E164>, objection: Objection) {
        if objection.person != PersonSym::NONE {
            self.person_objection(objection);
        }
        if let Some(number) = number {
            self.number_objection(number, objection);
        }
    }

    /// An objection, on its number only.
    pub fn number_objection(&mut self, number: E164, objection: Objection) {
        self.objections.push((number.digits(), objection));
    }

    /// An objection, on its person only.
    pub fn person_objection(&mut self, objection: Objection) {
        self.personal
            .push((u64::from(objection.person.0), objection));
    }

    /// Everything by number, and stops by person.
    pub fn groups(self) -> (Groups, Groups) {
        let people = Packed::build(vec![], self.withdrawals, self.personal);
        let numbers = Packed::build(self.relations, self.consents, self.objections);
        (Groups::new(numbers), Groups::new(people))
    }
}

/// Whether a consent is a stop of a person: withdrawn, and naming one.
pub fn is_person_stop(consent: &Consent) -> bool {
    consent.person != PersonSym::NONE && consent.withdrawn_at != crate::clock::Micros::NEVER
}

impl Known<'_> {
    /// The consents on the number.
    pub fn consents(&self) -> impl Iterator<Item = &Consent> {
        self.number.consents().iter()
    }

    /// A relation on the number.
    pub fn relation(&self, id: FactId) -> Option<&Relation> {
        self.number.relations().iter().find(|r| r.id == id)
    }

    /// A consent on the number or of a person meant.
    pub fn consent(&self, id: FactId) -> Option<&Consent> {
        self.everywhere()
            .flat_map(GroupRef::consents)
            .find(|c| c.id == id)
    }

    /// An objection on the number or of a person meant.
    pub fn objection(&self, id: FactId) -> Option<&Objection> {
        self.everywhere()
            .flat_map(GroupRef::objections)
            .find(|o| o.id == id)
    }

    fn everywhere(&self) -> impl Iterator<Item = &GroupRef<'_>> {
        std::iter::once(&self.number).chain(&self.persons)
    }

    /// Decides with what is known: calls `ask` with the facts as the core wants them.
    pub fn with_facts<T>(
        &self,
        catalogue: &Catalogue,
        register: Option<RegisterView>,
        ask: impl FnOnce(&Facts<'_>) -> T,
    ) -> T {
        let persons: SmallVec<[PersonStops<'_>; 4]> = self
            .persons
            .iter()
            .map(|g| PersonStops {
                objections: g.objections(),
                withdrawals: g.consents(),
            })
            .collect();
        ask(&Facts {
            catalogue,
            relations: self.number.relations(),
            consents: self.number.consents(),
            objections: self.number.objections(),
            persons: &persons,
            register,
        })
    }
}
