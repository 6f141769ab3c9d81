//! The rows of the store as others see them.

use crate::{
    clock::{Day, Micros},
    facts::{
        delta::Delta,
        model::{Consent, FactId, Objection, Relation, words},
    },
    number::{E164, Region},
};
use std::fmt;

/// Content hash of a row: the first 16 bytes of SHA-256 over the file kind and the normalised fields,
/// each with its length before it. Equal rows have equal hashes, whatever their spelling.
pub type RowHash = [u8; 16];

/// What a fact stands on, and how it was given.
#[derive(Clone, Copy)]
pub struct On<'a> {
    /// The number; only an objection of a person may have none.
    pub e164: Option<E164>,
    /// The number as typed, so that it can be read again when numbering plans change.
    pub typed: &'a str,
    /// The region it was read in (ISO 3166-1 alpha-2); empty if none was given.
    pub region: &'a str,
    /// Content hash of the row.
    pub hash: RowHash,
}

/// What a consent has beside the fact in memory.
#[derive(Clone, Copy, Debug)]
pub struct ConsentExtra<'a> {
    /// Where the yes is kept.
    pub evidence: &'a str,
    /// The withdrawal as written ([`Micros::NEVER`] if there is none); the fact's `withdrawn_at` is the
    /// earlier of this and the receipt.
    pub withdrawn_written: Micros,
}

/// What an objection has beside the fact in memory.
#[derive(Clone, Copy, Debug)]
pub struct ObjectionExtra<'a> {
    /// Where it was said: a call, a letter, a page.
    pub source: &'a str,
    /// When it was said, as written; the fact's `in_force_from` is the earlier of this and the receipt.
    pub recorded_at: Micros,
}

/// A current fact, found by its content hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StoredRow {
    /// The fact.
    pub id: FactId,
    /// Whether it is a consent that was withdrawn, which is a stop and is never ended.
    pub withdrawn: bool,
}

/// A fact with its texts and its revisions, ended or not. `Debug` leaves the texts out, since they are
/// personal data and `Debug` ends up in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct FactRow {
    /// Its id.
    pub id: FactId,
    /// The number it stands on, if any.
    pub e164: Option<E164>,
    /// The number as typed.
    pub typed: String,
    /// The region it was read in; empty if none was given.
    pub region: String,
    /// Content hash of the row.
    pub hash: RowHash,
    /// Where it came from: a file import or the interface.
    pub origin: String,
    /// When we received it: the time of the revision that brought it.
    pub received_at: Micros,
    /// The revision that brought it.
    pub rev_from: u64,
    /// The revision that ended it; `None` while it is current.
    pub rev_until: Option<u64>,
    /// The fact.
    pub body: FactBody,
}

impl fmt::Debug for FactRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FactRow")
            .field("id", &self.id)
            .field("e164", &self.e164)
            .field("origin", &self.origin)
            .field("received_at", &self.received_at)
            .field("rev_from", &self.rev_from)
            .field("rev_until", &self.rev_until)
            .finish_non_exhaustive()
    }
}

/// The fact itself, with the texts of its kind.
#[derive(Clone, PartialEq, Eq)]
pub enum FactBody {
    /// A relation.
    Relation(Relation),
    /// A consent.
    Consent {
        /// As in memory.
        fact: Consent,
        /// Where the yes is kept.
        evidence: String,
        /// The withdrawal as written; [`Micros::NEVER`] if there is none.
        withdrawn_written: Micros,
    },
    /// An objection.
    Objection {
        /// As in memory.
        fact: Objection,
        /// Where it was said.
        source: String,
        /// When it was said, as written.
        recorded_at: Micros,
    },
}

words! {
    /// The tables of the catalogue.
    CatalogueKind {
        /// Sellers; the key is `seller_id`.
        Seller = 1 "seller",
        /// Categories; the key is `category_id`.
        Category = 2 "category",
        /// Products; the key is `product_id`.
        Product = 3 "product",
        /// Signed pairs; the key is made by the caller from the pair and what tells its rows apart.
        Pair = 4 "pair",
        /// Number sources; the key is `source_id`.
        Source = 5 "source",
        /// Campaigns; the key is `campaign_id`.
        Campaign = 6 "campaign",
    }
}

/// A row of the catalogue: the columns of its file in order, normalised.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CatalogueRow {
    /// Its table.
    pub kind: CatalogueKind,
    /// Where it came from.
    pub origin: String,
    /// What tells it apart from other rows of its table.
    pub key: String,
    /// Its columns.
    pub fields: Vec<String>,
}

/// A row that could not be read for certain and waits for a person.
#[derive(Clone, Copy)]
pub struct NewUnclear<'a> {
    /// `file:line:column`, or empty if it came over the interface.
    pub place: &'a str,
    /// What was given: `column=value; …`.
    pub given: &'a str,
    /// What is unclear about it.
    pub problem: &'a str,
    /// The numbers it may mean.
    pub e164: &'a [E164],
    /// Content hash; the same row again adds nothing, whether it is settled or not.
    pub hash: RowHash,
}

/// A row of the unclear queue. `Debug` leaves out what was given, since it is personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct UnclearRow {
    /// Its id.
    pub id: u64,
    /// When we received it.
    pub received_at: Micros,
    /// Where it came from.
    pub origin: String,
    /// `file:line:column`, or empty.
    pub place: String,
    /// What was given.
    pub given: String,
    /// What is unclear about it.
    pub problem: String,
    /// The numbers it may mean.
    pub e164: Vec<E164>,
    /// Content hash.
    pub hash: RowHash,
    /// How a person settled it; `None` while it waits.
    pub settled: Option<Settled>,
}

impl fmt::Debug for UnclearRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnclearRow")
            .field("id", &self.id)
            .field("received_at", &self.received_at)
            .field("origin", &self.origin)
            .field("place", &self.place)
            .field("e164", &self.e164)
            .field("settled", &self.settled)
            .finish_non_exhaustive()
    }
}

/// How a row of the unclear queue was settled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settled {
    /// Who settled it.
    pub by: String,
    /// When.
    pub at: Micros,
    /// What was decided, and why.
    pub settlement: String,
}

/// The facts about a new copy of a register, whose numbers are already in its file.
#[derive(Clone, Copy, Debug)]
pub struct NewSnapshot<'a> {
    /// The register, such as `bmnr`: small letters, digits and `-`.
    pub register: &'a str,
    /// Its number in that register, as [`super::Change::next_snapshot`] gave it.
    pub n: u64,
    /// The day the copy was taken by the register.
    pub as_of: Day,
    /// How many numbers it holds.
    pub numbers: u64,
    /// The name of the imported file.
    pub file_name: &'a str,
    /// SHA-256 of the file of its numbers.
    pub sha256: [u8; 32],
    /// The region national numbers were read in; empty if none was given.
    pub region: &'a str,
}

/// A copy of a register. The last of a register is the one in force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotRow {
    /// The register.
    pub register: String,
    /// Its number in that register, from 1.
    pub n: u64,
    /// The day the copy was taken by the register.
    pub as_of: Day,
    /// When it was imported.
    pub imported_at: Micros,
    /// How many numbers it holds.
    pub numbers: u64,
    /// The name of the imported file.
    pub file_name: String,
    /// SHA-256 of the file of its numbers.
    pub sha256: [u8; 32],
    /// The region national numbers were read in; empty if none was given.
    pub region: String,
    /// The revision that brought it.
    pub rev_from: u64,
    /// The revision that put another copy in its place; `None` while it is in force.
    pub rev_until: Option<u64>,
}

impl SnapshotRow {
    /// Its id, such as `bmnr-4`.
    pub fn id(&self) -> String {
        format!("{}-{}", self.register, self.n)
    }
}

/// A choice of regime to record.
#[derive(Clone, Copy, Debug)]
pub struct NewEnforcement<'a> {
    /// The regime, such as `nl-bmnr`.
    pub regime_id: &'a str,
    /// The country whose numbers it governs.
    pub country: Region,
    /// Who chose it.
    pub by: &'a str,
    /// Why.
    pub why: &'a str,
    /// First day (inside); [`Day::ALWAYS`] for no first day.
    pub from_day: Day,
    /// Last day (inside); [`Day::NEVER`] for no last day.
    pub until_day: Day,
}

/// A recorded choice of regime. All are kept; how they overlay each other is the caller's rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnforcementRow {
    /// The regime.
    pub regime_id: String,
    /// The country whose numbers it governs.
    pub country: Region,
    /// Who chose it.
    pub by: String,
    /// Why.
    pub why: String,
    /// When it was chosen.
    pub at: Micros,
    /// First day (inside); [`Day::ALWAYS`] for no first day.
    pub from_day: Day,
    /// Last day (inside); [`Day::NEVER`] for no last day.
    pub until_day: Day,
    /// The revision that brought it.
    pub rev_from: u64,
}

/// How much a change set changed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[allow(missing_docs)]
pub struct Counts {
    pub relations_added: u64,
    pub relations_ended: u64,
    pub consents_added: u64,
    pub consents_ended: u64,
    pub objections_added: u64,
    pub catalogue_added: u64,
    pub catalogue_ended: u64,
    pub snapshots_added: u64,
    pub enforcements_added: u64,
    pub unclear_added: u64,
    pub unclear_settled: u64,
}

/// A committed change set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RevisionRow {
    /// Its number.
    pub revision: u64,
    /// When its contents were received.
    pub at: Micros,
    /// Where they came from.
    pub origin: String,
    /// What kinds of thing it changed, in words: `facts`, `catalogue`, `registers`, `regimes`, `unclear`.
    pub what: String,
    /// How much.
    pub counts: Counts,
}

/// What memory must apply after a commit.
#[derive(Clone, Default, Debug)]
pub struct Committed {
    /// The revision now current: the new one, or the old one if nothing changed.
    pub revision: u64,
    /// Facts about people that came and ended.
    pub delta: Delta,
    /// Whether the catalogue changed.
    pub catalogue_changed: bool,
    /// Whether a register copy came.
    pub registers_changed: bool,
    /// Whether a choice of regime came.
    pub regimes_changed: bool,
    /// How much changed.
    pub counts: Counts,
}
