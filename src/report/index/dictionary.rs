//! Values by small numbers, and small numbers by values.

use std::hash::Hash;

use hashbrown::HashMap;

/// The most values kept apart. Whoever invents an agent for every call cannot fill the memory: further
/// values are all the last one.
const MOST: usize = 1 << 20;

/// Numbers run from 0 without a gap.
#[derive(Debug)]
pub(super) struct Dictionary<T> {
    values: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            numbers: HashMap::new(),
        }
    }
}

impl<T: Hash + Eq + Clone> Dictionary<T> {
    /// The number of a value, given now if it has none yet; where there is no more room, that of
    /// `others` of it, which then has one.
    pub(super) fn number(&mut self, value: T, others: impl FnOnce(T) -> T) -> u32 {
        if let Some(number) = self.numbers.get(&value) {
            return *number;
        }
        let value = if self.values.len() < MOST {
            value
        } else {
            others(value)
        };
        let next = self.values.len() as u32;
        let values = &mut self.values;
        *self.numbers.entry(value).or_insert_with_key(|value| {
            values.push(value.clone());
            next
        })
    }

    pub(super) fn find(&self, value: &T) -> Option<u32> {
        self.numbers.get(value).copied()
    }

    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.values.get(number as usize)
    }

    /// All of them, by number.
    pub(super) fn values(&self) -> &[T] {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_and_a_full_one_gathers_the_rest() {
        let mut d = Dictionary::default();
        for n in 0..MOST as u64 {
            assert_eq!(d.number(n, |_| 0), n as u32);
        }
        assert_eq!(d.number(7, |_| 0), 7);
        assert_eq!(d.number(u64::MAX, |_| 9), 9);
        assert_eq!(d.number(u64::MAX, |_| u64::MAX - 1), MOST as u32);
        assert_eq!(d.number(u64::MAX - 2, |_| u64::MAX - 1), MOST as u32);
        assert_eq!(d.find(&u64::MAX), None);
        assert_eq!(d.get(7), Some(&7));
    }
}
