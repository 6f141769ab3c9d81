//! The registers that enforced regimes ask, and how their copies stand.

use std::collections::BTreeMap;

use super::Sidecar;
use crate::{
    clock::{Day, Micros},
    policy::enforced::Enforced,
};

/// A register that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterState {
    /// The day the copy in force was taken; `None` if there is none.
    pub as_of: Option<Day>,
    /// Whole days since, in the register's country.
    pub age: Option<i32>,
    /// The most whole days a copy may be old, by the strictest regime that asks.
    pub max_age: u16,
    /// The numbers in it.
    pub numbers: u64,
}

impl RegisterState {
    /// Whether what rests on it can be answered.
    pub fn is_fresh(&self) -> bool {
        self.age.is_some_and(|age| age <= i32::from(self.max_age))
    }
}

impl Sidecar {
    /// Each register that a regime enforced now asks, by name.
    pub fn register_states(&self) -> BTreeMap<String, RegisterState> {
        let world = self.world();
        let copy = |name: &str| {
            let copy = world.registers.get(name)?;
            Some((copy.as_of, copy.len()))
        };
        register_states(&world.enforced, self.now(), copy)
    }
}

/// Each register that a regime enforced at a moment asks, by name; `copy` gives the day and size of the copy in
/// force.
pub fn register_states(
    enforced: &Enforced,
    now: Micros,
    copy: impl Fn(&str) -> Option<(Day, u64)>,
) -> BTreeMap<String, RegisterState> {
    let mut states = BTreeMap::new();
    for e in enforced.iter() {
        let regime = &e.regime;
        let (Some(name), Some(max_age)) = (regime.register.as_deref(), regime.register_max_age)
        else {
            continue;
        };
        if !enforced.is_enforced(regime, now) {
            continue;
        }
        let copy = copy(name);
        let today = regime.zone.day(now);
        let state = RegisterState {
            as_of: copy.map(|c| c.0),
            age: copy.map(|c| today.0.saturating_sub(c.0.0)),
            max_age,
            numbers: copy.map_or(0, |c| c.1),
        };
        states
            .entry(name.to_owned())
            .and_modify(|s: &mut RegisterState| s.max_age = s.max_age.min(max_age))
            .or_insert(state);
    }
    states
}
