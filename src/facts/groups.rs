//! Facts by key (a number, or a person): an immutable packed base, and over it what changed since.
//!
//! A change set writes new versions of the groups it touches, marked with the revision it will bring;
//! readers at the old revision go on seeing the old versions until the revision is published. So a
//! reader never sees half a change, and never a permit without the stop that came with it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use dashmap::DashMap;

use super::model::{Consent, FactId, Objection, Relation};

mod packed;

pub use packed::Packed;

/// The facts of one key.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Group {
    pub relations: Vec<Relation>,
    pub consents: Vec<Consent>,
    pub objections: Vec<Objection>,
}

impl Group {
    fn is_empty(&self) -> bool {
        self.relations.is_empty() && self.consents.is_empty() && self.objections.is_empty()
    }

    /// Takes a fact out.
    pub fn end(&mut self, id: FactId) {
        self.relations.retain(|r| r.id != id);
        self.consents.retain(|c| c.id != id);
        self.objections.retain(|o| o.id != id);
    }
}

/// The facts of one key, borrowed from the base or held from the overlay.
#[derive(Clone, Debug)]
pub enum GroupRef<'a> {
    /// From the packed base.
    Base {
        /// Relations.
        relations: &'a [Relation],
        /// Consents.
        consents: &'a [Consent],
        /// Objections.
        objections: &'a [Objection],
    },
    /// From the overlay, cloned out.
    Held(Arc<Group>),
}

impl GroupRef<'_> {
    const EMPTY: Self = GroupRef::Base {
        relations: &[],
        consents: &[],
        objections: &[],
    };

    /// Relations on the key.
    pub fn relations(&self) -> &[Relation] {
        match self {
            Self::Base { relations, .. } => relations,
            Self::Held(group) => &group.relations,
        }
    }

    /// Consents on the key.
    pub fn consents(&self) -> &[Consent] {
        match self {
            Self::Base { consents, .. } => consents,
            Self::Held(group) => &group.consents,
        }
    }

    /// Objections on the key.
    pub fn objections(&self) -> &[Objection] {
        match self {
            Self::Base { objections, .. } => objections,
            Self::Held(group) => &group.objections,
        }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.relations().is_empty() && self.consents().is_empty() && self.objections().is_empty()
    }

    fn to_group(&self) -> Group {
        Group {
            relations: self.relations().to_vec(),
            consents: self.consents().to_vec(),
            objections: self.objections().to_vec(),
        }
    }
}

/// A reader's revision is older than what is still kept: take the world of now and look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outdated;

#[derive(Clone, Debug)]
struct Versions {
    newest: (u64, Arc<Group>),
    prior: Option<(u64, Arc<Group>)>,
}

/// The base and the overlay over it.
#[derive(Default, Debug)]
pub struct Groups {
    base: Packed,
    overlay: DashMap<u64, Versions>,
    /// Whether anything lies over the base; asking the map itself would take every shard's lock.
    overlaid: AtomicBool,
}

impl Groups {
    /// Over a base.
    pub fn new(base: Packed) -> Self {
        Self {
            base,
            overlay: DashMap::new(),
            overlaid: AtomicBool::new(false),
        }
    }

    /// The facts of a key as of a revision.
    ///
    /// # Errors
    /// [`Outdated`] if two newer change sets have touched the key since that revision.
    pub fn get(&self, key: u64, revision: u64) -> Result<GroupRef<'_>, Outdated> {
        // Relaxed is enough: a revision is published after its changes, with release and acquire.
        if self.overlaid.load(Ordering::Relaxed)
            && let Some(found) = self.overlay.get(&key)
        {
            let Versions { newest, prior } = found.value();
            if newest.0 <= revision {
                return Ok(GroupRef::Held(newest.1.clone()));
            }
            match prior {
                Some(prior) if prior.0 <= revision => return Ok(GroupRef::Held(prior.1.clone())),
                Some(_) => return Err(Outdated),
                None => {}
            }
        }
        Ok(self.base.get(key).unwrap_or(GroupRef::EMPTY))
    }

    /// Writes a new version of a key's group, to be seen from `revision` on. Only the one writer calls
    /// it, and publishes the revision when all is written.
    pub fn change(&self, key: u64, revision: u64, change: impl FnOnce(&mut Group)) {
        self.overlaid.store(true, Ordering::Relaxed);
        let mut entry = self.overlay.entry(key).or_insert_with(|| Versions {
            newest: (
                0,
                Arc::new(self.base.get(key).unwrap_or(GroupRef::EMPTY).to_group()),
            ),
            prior: None,
        });
        let Versions { newest, prior } = entry.value_mut();
        if newest.0 == revision {
            change(Arc::make_mut(&mut newest.1));
        } else {
            let mut group = (*newest.1).clone();
            change(&mut group);
            *prior = Some(std::mem::replace(newest, (revision, Arc::new(group))));
        }
    }

    /// How many facts the base holds, and how many keys lie over it.
    pub fn sizes(&self) -> (usize, usize) {
        (self.base.len(), self.overlay.len())
    }

    /// How many keys are known, ended facts included until the next packing.
    pub fn keys(&self) -> usize {
        let new = |k: &u64| self.base.get(*k).is_none();
        let over = self.overlay.iter().filter(|e| new(e.key())).count();
        self.base.keys() + over
    }

    /// Everything as of a revision, key by key.
    pub fn for_each(&self, revision: u64, mut each: impl FnMut(u64, &GroupRef<'_>)) {
        self.base.for_each(|key, group| {
            if !self.overlay.contains_key(&key) {
                each(key, group);
            }
        });
        for entry in &self.overlay {
            let Versions { newest, prior } = entry.value();
            let seen = [Some(newest), prior.as_ref()]
                .into_iter()
                .flatten()
                .find(|v| v.0 <= revision);
            match seen {
                Some((_, group)) if !group.is_empty() => {
                    each(*entry.key(), &GroupRef::Held(group.clone()));
                }
                _ => {}
            }
        }
    }

    /// A new base of everything as of `revision`, with an empty overlay. Writers wait meanwhile;
    /// readers go on with the old one.
    pub fn compacted(&self, revision: u64) -> Self {
        let (mut relations, mut consents, mut objections) = (vec![], vec![], vec![]);
        self.for_each(revision, |key, group| {
            relations.extend(group.relations().iter().map(|r| (key, *r)));
            consents.extend(group.consents().iter().map(|c| (key, c.clone())));
            objections.extend(group.objections().iter().map(|o| (key, *o)));
        });
        Self::new(Packed::build(relations, consents, objections))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::{Day, Micros},
        facts::model::{ChannelSet, FactKind, PersonSym, ProductSym, RelationKind, SellerSym},
    };

    fn relation(n: u64) -> Relation {
        Relation {
            id: FactId::new(FactKind::Relation, n),
            person: PersonSym::NONE,
            seller: SellerSym(1),
            product: ProductSym(1),
            started_on: Day(0),
            ended_on: Day::NEVER,
            kind: RelationKind::Purchase,
            paid: true,
        }
    }

    fn objection(n: u64) -> Objection {
        Objection {
            id: FactId::new(FactKind::Objection, n),
            in_force_from: Micros(0),
            person: PersonSym::NONE,
            seller: SellerSym(0),
            channels: ChannelSet::ALL,
        }
    }

    #[test]
    fn the_base_gives_back_what_it_was_built_from() {
        let many: Vec<_> = (0..10_000u64)
            .map(|n| (n * 7919 % 3001, relation(n)))
            .collect();
        let stops: Vec<_> = (0..500u64).map(|n| (n * 31, objection(n))).collect();
        let groups = Groups::new(Packed::build(many.clone(), vec![], stops.clone()));
        for key in 0..16_000 {
            let group = groups.get(key, 1).unwrap();
            let want: Vec<_> = many.iter().filter(|m| m.0 == key).map(|m| m.1).collect();
            assert_eq!(group.relations(), want);
            let want: Vec<_> = stops.iter().filter(|m| m.0 == key).map(|m| m.1).collect();
            assert_eq!(group.objections(), want);
        }
        assert_eq!(groups.sizes().0, 10_500);
    }

    #[test]
    fn a_group_may_have_more_facts_than_a_slot_counts() {
        let many: Vec<_> = (0..1_000).map(|n| (7, relation(n))).collect();
        let short: Vec<_> = (0..254).map(|n| (8, relation(2_000 + n))).collect();
        let edge: Vec<_> = (0..255).map(|n| (9, relation(3_000 + n))).collect();
        let all = [many, short, edge].concat();
        let groups = Groups::new(Packed::build(all, vec![], vec![(7, objection(1))]));
        assert_eq!(groups.get(7, 1).unwrap().relations().len(), 1_000);
        assert_eq!(groups.get(7, 1).unwrap().objections().len(), 1);
        assert_eq!(groups.get(8, 1).unwrap().relations().len(), 254);
        assert_eq!(groups.get(9, 1).unwrap().relations().len(), 255);
    }

    #[test]
    fn a_reader_sees_its_revision_until_two_changes_later() {
        let groups = Groups::new(Packed::build(vec![(5, relation(1))], vec![], vec![]));
        groups.change(5, 8, |g| g.objections.push(objection(1)));
        assert!(groups.get(5, 7).unwrap().objections().is_empty());
        assert_eq!(groups.get(5, 8).unwrap().objections().len(), 1);
        groups.change(5, 9, |g| g.relations.clear());
        groups.change(5, 9, |g| g.objections.push(objection(2)));
        assert_eq!(groups.get(5, 8).unwrap().objections().len(), 1);
        assert_eq!(groups.get(5, 9).unwrap().objections().len(), 2);
        assert!(groups.get(5, 9).unwrap().relations().is_empty());
        assert!(matches!(groups.get(5, 7), Err(Outdated)));
    }

    #[test]
    fn compacting_changes_nothing_a_reader_sees() {
        let base = (0..1_000).map(|n| (n, relation(n))).collect();
        let groups = Groups::new(Packed::build(base, vec![], vec![]));
        for n in 0..300 {
            groups.change(n * 5, n + 1, |g| g.objections.push(objection(n)));
            groups.change(n * 3, n + 1, |g| g.relations.clear());
        }
        let packed = groups.compacted(300);
        assert_eq!(packed.sizes().1, 0);
        for key in 0..2_000 {
            let (old, new) = (groups.get(key, 300).unwrap(), packed.get(key, 300).unwrap());
            assert_eq!(old.to_group(), new.to_group());
        }
    }
}
