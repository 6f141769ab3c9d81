//! What another pack would have answered to the same questions.

use std::{cell::RefCell, sync::Arc};

use super::{
    again::{Moment, ask_again, is_behind},
    result::{Gone, Replayed},
};
use crate::{
    clock::{Day, Micros},
    facts::groups::Outdated,
    ledger::{StoredDecision, StoredPersonal},
    policy::{
        Packs, Reason, Regime, Verdict,
        enforced::{Enforced, Enforcement},
        pack::{PackError, read_pack},
    },
    sidecar::Place,
};

/// A pack that is tried out: as if it were enforced, on every day, over every other choice.
#[derive(Clone, Debug)]
pub struct Candidate {
    regime: Arc<Regime>,
}

/// What it would have answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WouldBe {
    /// This.
    Answer {
        /// The verdict.
        verdict: Verdict,
        /// Why.
        reason: Reason,
        /// The row that decides, from 1, and its check.
        row: Option<(u8, &'static str)>,
    },
    /// It cannot be told: these inputs are no longer there.
    Untold(Vec<Gone>),
}

impl Candidate {
    /// Reads a pack file, with the rows every table of this build begins with.
    ///
    /// # Errors
    /// If it is not a sound pack.
    pub fn read(file: &str, text: &str) -> Result<Self, PackError> {
        let question = Packs::built_in()?;
        let regime = read_pack(file, text, question.question())?;
        Ok(Self {
            regime: Arc::new(regime),
        })
    }

    /// The regime.
    pub fn regime(&self) -> &Arc<Regime> {
        &self.regime
    }

    fn over(&self, enforced: &Enforced) -> Enforced {
        enforced.with(Enforcement {
            regime: self.regime.clone(),
            from: Day::ALWAYS,
            until: Day::NEVER,
            at: Micros(0),
            by: String::new(),
            why: String::new(),
            revision: 0,
        })
    }

    pub(super) fn answer(
        &self,
        moment: &Moment<'_>,
        decision: &StoredDecision,
        personal: &StoredPersonal,
    ) -> Result<WouldBe, Outdated> {
        if is_behind(decision) {
            return Ok(WouldBe::Answer {
                verdict: decision.verdict,
                reason: decision.reason,
                row: None,
            });
        }
        let enforced = self.over(moment.place.enforced);
        let moment = Moment {
            place: Place {
                enforced: &enforced,
                ..moment.place
            },
            ..*moment
        };
        let found = RefCell::new(Replayed::new(decision.id));
        // Whether the number still reads as it did is not the question here.
        let asked = ask_again(&moment, decision, personal, false, &found)?;
        let gone = found.into_inner().gone;
        if !gone.is_empty() {
            return Ok(WouldBe::Untold(gone));
        }
        let rows = asked.rows(moment.place.packs);
        let row = asked.decision.decided_by.and_then(|row| {
            let check = rows.get(usize::from(row))?.check.name();
            Some((row + 1, check))
        });
        Ok(WouldBe::Answer {
            verdict: asked.decision.verdict,
            reason: asked.decision.reason,
            row,
        })
    }
}
