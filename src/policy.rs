//! The decision core: pure, without I/O, clock or lock.
//!
//! A [`pack::Regime`] is data: a [`table::Row`] names a [`check::Check`] and says what it gives where
//! it matches. [`table::decide`] asks the rows in order about a [`question::Question`] and its
//! [`question::Facts`]. [`compare::compare`] tells what changed from one regime to the next.

pub mod check;
pub mod compare;
pub mod enforced;
pub mod pack;
pub mod question;
pub mod table;
pub mod verdict;

pub use check::Found;
pub use pack::{Packs, Regime};
pub use question::{Facts, PersonStops, Question, RegisterView};
pub use table::{Decision, Language, Row, decide, first_match};
pub use verdict::{Intent, Reason, RowOutcome, Verdict};
