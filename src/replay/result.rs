//! What came of making a decision again, in terms a person or a script reads.

use std::{fmt, sync::Arc};

use serde::{Serialize, Serializer};

use crate::{
    facts::model::{FactId, words},
    ledger::{DecisionId, StoredEngine},
    number,
};

words! {
    /// How it came out.
    Outcome {
        /// The same in every part.
        Same = 1 "SAME",
        /// It cannot be told: an input is no longer there.
        Gone = 2 "GONE",
        /// Something came out otherwise.
        Differs = 3 "DIFFERS",
    }
}

/// A decision that was made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// Which.
    pub id: DecisionId,
    /// The inputs that are no longer there.
    pub gone: Vec<Gone>,
    /// What came out otherwise.
    pub differences: Vec<Difference>,
    /// What is worth knowing and changes nothing.
    pub notes: Vec<Note>,
}

impl Replayed {
    pub(super) fn new(id: DecisionId) -> Self {
        Self {
            id,
            gone: Vec::new(),
            differences: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(super) fn without(id: DecisionId, gone: Vec<Gone>) -> Self {
        Self {
            gone,
            ..Self::new(id)
        }
    }

    /// How it came out.
    pub fn outcome(&self) -> Outcome {
        match (self.gone.is_empty(), self.differences.is_empty()) {
            (false, _) => Outcome::Gone,
            (true, false) => Outcome::Differs,
            (true, true) => Outcome::Same,
        }
    }
}

/// In sentences: how it came out, and a line for everything found.
impl fmt::Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.outcome() {
            Outcome::Same => "the same",
            Outcome::Gone => "it cannot be told: something it rested on is no longer there",
            Outcome::Differs => "it comes out otherwise",
        })?;
        for gone in &self.gone {
            write!(f, "\n  gone: {gone}")?;
        }
        for difference in &self.differences {
            write!(f, "\n  differs: {difference}")?;
        }
        for note in &self.notes {
            write!(f, "\n  note: {note}")?;
        }
        Ok(())
    }
}

impl Serialize for Replayed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Json<'a> {
            decision_id: String,
            outcome: &'static str,
            gone: Vec<Kind>,
            differences: &'a [Difference],
            notes: Vec<Kind>,
        }
        #[derive(Serialize)]
        struct Kind {
            kind: &'static str,
            text: String,
        }
        let gone = self.gone.iter().map(|g| Kind {
            kind: g.kind(),
            text: g.to_string(),
        });
        let notes = self.notes.iter().map(|n| Kind {
            kind: n.kind(),
            text: n.to_string(),
        });
        Json {
            decision_id: self.id.to_string(),
            outcome: self.outcome().word(),
            gone: gone.collect(),
            differences: &self.differences,
            notes: notes.collect(),
        }
        .serialize(serializer)
    }
}

/// An input that is no longer there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gone {
    /// The personal part of the record: number, person, call.
    Personal,
    /// The facts of its revision.
    Revision {
        /// Its revision.
        decided: u64,
        /// The last one there is.
        last: u64,
    },
    /// What it was decided with beside facts is not on record.
    Setup,
    /// A pack.
    Pack {
        /// The regime if that is known, and the SHA-256 of the pack in hex.
        which: String,
        /// What is wrong with it.
        why: String,
    },
    /// What was known about a register copy.
    Snapshot(Arc<str>),
    /// The numbers of a register copy.
    Numbers {
        /// The copy.
        copy: Arc<str>,
        /// What is wrong with its file.
        why: String,
    },
    /// A fact that it found.
    Fact(FactId),
}

impl Gone {
    /// A word for it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Revision { .. } => "revision",
            Self::Setup => "setup",
            Self::Pack { .. } => "pack",
            Self::Snapshot(_) => "snapshot",
            Self::Numbers { .. } => "register_numbers",
            Self::Fact(_) => "fact",
        }
    }
}

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Personal => f.write_str("its personal fields (number, person, call) were erased"),
            Self::Revision { decided, last } => write!(
                f,
                "it was decided with the facts of revision {decided}, and the store ends at {last}: \
                 an older copy was put back"
            ),
            Self::Setup => f.write_str(
                "the packs and settings it was decided with are not on record: an older copy of the \
                 facts was put back, or a verzet decided that did not keep them yet",
            ),
            Self::Pack { which, why } => write!(f, "the pack {which} {why}"),
            Self::Snapshot(id) => {
                write!(
                    f,
                    "the register copy {id} is not among those that were taken in"
                )
            }
            Self::Numbers { copy, why } => {
                write!(
                    f,
                    "the numbers of register copy {copy}, which the record does not tell: {why}"
                )
            }
            Self::Fact(id) => write!(
                f,
                "{id}, which it found, is no longer in the store (erased, or removed by other means)"
            ),
        }
    }
}

/// Something that came out otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What: `verdict`, `reason`, `outcome` of a row, `fact` of a row …
    pub field: &'static str,
    /// The row, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u8>,
    /// The row's check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<&'static str>,
    /// As recorded; empty for nothing.
    pub recorded: String,
    /// As it comes out now; empty for nothing.
    pub now: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |text: &str| match text {
            "" => "nothing".to_owned(),
            text => text.to_owned(),
        };
        if let Some(row) = self.row {
            write!(f, "row {row} ({}), ", self.check.unwrap_or("not there"))?;
        }
        write!(
            f,
            "{}: recorded {}, now {}",
            self.field,
            or_none(&self.recorded),
            or_none(&self.now)
        )
    }
}

/// What is worth knowing and changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Another build decided, or it had other numbering plans.
    Engine(Arc<StoredEngine>),
    /// The number reads otherwise by today's numbering plans; it was decided with the number as read
    /// then.
    Reads {
        /// By the plans of then.
        then: String,
        /// By today's.
        now: String,
    },
    /// The register copy's numbers are gone; whether the number was in it is taken from the record.
    FromRecord {
        /// The copy.
        copy: Arc<str>,
        /// What is wrong with its file.
        why: String,
    },
    /// A copy of the register was taken in and the decision was made without: it counted as missing.
    CountedMissing(Arc<str>),
}

impl Note {
    /// A word for it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Engine(_) => "engine",
            Self::Reads { .. } => "number_reads",
            Self::FromRecord { .. } => "membership_from_record",
            Self::CountedMissing(_) => "register_counted_missing",
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(engine) => write!(
                f,
                "decided by build {} with numbering plans {}; this is build {} with plans {}",
                engine.build,
                engine.metadata,
                env!("CARGO_PKG_VERSION"),
                number::metadata_version()
            ),
            Self::Reads { then, now } => write!(
                f,
                "by today's numbering plans the number reads as {now}, then as {then}; decided with \
                 the reading of then"
            ),
            Self::FromRecord { copy, why } => write!(
                f,
                "whether the number was in register copy {copy} is taken from the record: {why}"
            ),
            Self::CountedMissing(copy) => write!(
                f,
                "register copy {copy} was in force, and it was decided without: its file could not be \
                 read then, so the copy counted as missing"
            ),
        }
    }
}
