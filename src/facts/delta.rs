//! What a change set changes about people, in the terms of memory.

use super::model::{Consent, FactId, Objection, PersonSym, Relation};
use crate::number::E164;

/// A fact that ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ended {
    /// The fact.
    pub id: FactId,
    /// The number it stands on; `None` for an objection of a person without a number.
    pub number: Option<E164>,
    /// The person it names.
    pub person: PersonSym,
}

/// The facts that one revision brings and ends.
#[derive(Clone, Default, Debug)]
pub struct Delta {
    /// New relations, by number.
    pub relations: Vec<(E164, Relation)>,
    /// New consents, by number. A withdrawn one is a stop too.
    pub consents: Vec<(E164, Consent)>,
    /// New objections, by number if they have one.
    pub objections: Vec<(Option<E164>, Objection)>,
    /// Facts that end.
    pub ended: Vec<Ended>,
}

impl Delta {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.relations.is_empty()
            && self.consents.is_empty()
            && self.objections.is_empty()
            && self.ended.is_empty()
    }

    /// How many facts come and end.
    pub fn len(&self) -> usize {
        self.relations.len() + self.consents.len() + self.objections.len() + self.ended.len()
    }
}
