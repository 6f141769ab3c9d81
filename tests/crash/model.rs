//! What the callers were told, and so what must be true afterwards.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard},
};

use verzet::clock::Micros;

/// What was answered, by whoever asked.
#[derive(Default)]
pub(crate) struct Told {
    /// Numbers whose objection was acknowledged, in that order.
    pub(crate) objected: Vec<String>,
    acknowledged: HashSet<String>,
    /// Answers that were not taken yet, by sequence number: E.164 and whether it was an ALLOW.
    pub(crate) answers: HashMap<u64, (String, bool)>,
    /// When answers were taken last.
    since: Micros,
    /// Sequence numbers of all answers there ever were.
    ever: HashSet<u64>,
    /// The version of the second origin's folder that was sent, and the one acknowledged.
    pub(crate) nightly_sent: u64,
    pub(crate) nightly_done: u64,
    pub(crate) checks: u64,
    pub(crate) allows: u64,
    pub(crate) refused: u64,
    /// Refusals by gRPC code, and those of a server that closed the connection in order.
    pub(crate) codes: HashMap<String, u64>,
    /// What must never be, and was.
    pub(crate) wrong: Vec<String>,
}

pub(crate) struct Model(Mutex<Told>);

impl Default for Model {
    fn default() -> Self {
        Self(Mutex::new(Told {
            since: Micros::system_now(),
            ..Told::default()
        }))
    }
}

impl Model {
    pub(crate) fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap()
    }

    pub(crate) fn is_objected(&self, number: &str) -> bool {
        self.told().acknowledged.contains(number)
    }

    pub(crate) fn objection_acknowledged(&self, number: &str) {
        let mut told = self.told();
        told.objected.push(number.to_owned());
        told.acknowledged.insert(number.to_owned());
    }

    /// An answer was received. `may_allow`: nothing acknowledged before the question was sent forbids it.
    pub(crate) fn answered(&self, decision_id: &str, number: &str, allowed: bool, may_allow: bool) {
        let mut told = self.told();
        let seq = seq_of(decision_id);
        told.checks += 1;
        told.allows += u64::from(allowed);
        if allowed && !may_allow {
            told.wrong.push(format!(
                "{decision_id}: ALLOW for {number}, which must be blocked"
            ));
        }
        if !told.ever.insert(seq) {
            told.wrong.push(format!("{decision_id} was answered twice"));
        }
        told.answers.insert(seq, (number.to_owned(), allowed));
    }

    pub(crate) fn refused(&self, how: &str) {
        let mut told = self.told();
        told.refused += 1;
        *told.codes.entry(how.to_owned()).or_default() += 1;
    }

    pub(crate) fn wrong(&self, what: String) {
        self.told().wrong.push(what);
    }

    /// Fails if anything was seen that must never be.
    pub(crate) fn assert_right(&self) {
        let told = self.told();
        assert!(told.wrong.is_empty(), "{:#?}", told.wrong);
    }
}

impl Told {
    /// Takes the answers out, and a time that is not after any of them was recorded.
    pub(crate) fn take_answers(&mut self) -> (HashMap<u64, (String, bool)>, Micros) {
        let since = std::mem::replace(&mut self.since, Micros::system_now());
        (
            std::mem::take(&mut self.answers),
            Micros(since.0 - LONGEST_ANSWER),
        )
    }
}

/// Microseconds from the record of a decision to the caller's receipt of it, at most.
const LONGEST_ANSWER: i64 = 5_000_000;

/// The sequence number in a decision's id.
pub(crate) fn seq_of(decision_id: &str) -> u64 {
    decision_id.rsplit('-').next().unwrap().parse().unwrap()
}
