//! The immutable base under the changes: built once, read by everybody.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use super::GroupRef;
use crate::facts::model::{Consent, Objection, Relation};

/// The immutable base: a hash table of keys, and each kind of fact in one array, grouped by key. A look-up
/// touches the table once and then the facts themselves.
#[derive(Default, Debug)]
pub struct Packed {
    table: HashTable<Slot>,
    hasher: DefaultHashBuilder,
    /// Lengths of groups that do not fit a slot, by key.
    long: HashMap<u64, [u32; 3]>,
    relations: Vec<Relation>,
    consents: Vec<Consent>,
    objections: Vec<Objection>,
}

/// A key, and where its facts are.
#[derive(Clone, Copy, Debug)]
struct Slot {
    key: u64,
    starts: [u32; 3],
    lengths: [u8; 3],
}

/// A length that is not in the slot.
const LONG: u8 = u8::MAX;

impl Packed {
    /// Builds it from facts with their keys, in any order.
    pub fn build(
        mut relations: Vec<(u64, Relation)>,
        mut consents: Vec<(u64, Consent)>,
        mut objections: Vec<(u64, Objection)>,
    ) -> Self {
        relations.sort_unstable_by_key(|(k, r)| (*k, r.id));
        consents.sort_unstable_by_key(|(k, c)| (*k, c.id));
        objections.sort_unstable_by_key(|(k, o)| (*k, o.id));
        let runs = || Runs {
            relations: &relations,
            consents: &consents,
            objections: &objections,
            at: [0; 3],
        };
        let hasher = DefaultHashBuilder::default();
        let mut table = HashTable::with_capacity(runs().count());
        let mut long = HashMap::default();
        for (key, starts, lengths) in runs() {
            let slot = Slot {
                key,
                starts,
                lengths: lengths.map(|n| u8::try_from(n).unwrap_or(LONG)),
            };
            if slot.lengths.contains(&LONG) {
                long.insert(key, lengths);
            }
            table.insert_unique(hasher.hash_one(key), slot, |s| hasher.hash_one(s.key));
        }
        Self {
            table,
            hasher,
            long,
            relations: without_keys(relations),
            consents: without_keys(consents),
            objections: without_keys(objections),
        }
    }

    /// The facts of a key; `None` if nothing is known of it.
    pub(super) fn get(&self, key: u64) -> Option<GroupRef<'_>> {
        if self.table.is_empty() {
            return None;
        }
        let slot = self
            .table
            .find(self.hasher.hash_one(key), |slot| slot.key == key)?;
        Some(self.at(slot))
    }

    fn at(&self, slot: &Slot) -> GroupRef<'_> {
        let mut lengths = slot.lengths.map(u32::from);
        if slot.lengths.contains(&LONG)
            && let Some(long) = self.long.get(&slot.key)
        {
            lengths = *long;
        }
        let [r, c, o] = std::array::from_fn(|i| {
            let start = slot.starts[i] as usize;
            start..start + lengths[i] as usize
        });
        GroupRef::Base {
            relations: &self.relations[r],
            consents: &self.consents[c],
            objections: &self.objections[o],
        }
    }

    /// How many keys it has.
    pub(super) fn keys(&self) -> usize {
        self.table.len()
    }

    /// Every key and its facts, in no order.
    pub(super) fn for_each(&self, mut each: impl FnMut(u64, &GroupRef<'_>)) {
        for slot in &self.table {
            each(slot.key, &self.at(slot));
        }
    }

    /// How many facts it holds.
    pub(super) fn len(&self) -> usize {
        self.relations.len() + self.consents.len() + self.objections.len()
    }
}

/// The facts alone, in no more memory than they take: collecting in place would keep the keys' room.
fn without_keys<T>(facts: Vec<(u64, T)>) -> Vec<T> {
    let mut alone: Vec<T> = facts.into_iter().map(|x| x.1).collect();
    alone.shrink_to_fit();
    alone
}

/// The keys of sorted facts, in order: where each one's facts begin, and how many there are.
struct Runs<'f> {
    relations: &'f [(u64, Relation)],
    consents: &'f [(u64, Consent)],
    objections: &'f [(u64, Objection)],
    at: [usize; 3],
}

impl Iterator for Runs<'_> {
    type Item = (u64, [u32; 3], [u32; 3]);

    fn next(&mut self) -> Option<Self::Item> {
        let [r, c, o] = self.at;
        let heads = [
            self.relations.get(r).map(|x| x.0),
            self.consents.get(c).map(|x| x.0),
            self.objections.get(o).map(|x| x.0),
        ];
        let key = heads.into_iter().flatten().min()?;
        let lengths = [
            run(&self.relations[r..], key),
            run(&self.consents[c..], key),
            run(&self.objections[o..], key),
        ];
        // INVARIANT: a base has fewer than 2^32 facts of a kind: memory ends long before.
        let starts = self.at.map(|i| i as u32);
        self.at = std::array::from_fn(|i| self.at[i] + lengths[i] as usize);
        Some((key, starts, lengths))
    }
}

/// How many facts at the front have the key.
fn run<T>(facts: &[(u64, T)], key: u64) -> u32 {
    facts.iter().take_while(|f| f.0 == key).count() as u32
}
