//! Questions of an officer that counting decisions alone does not answer.

mod ended;
mod expiring;
mod objections;
mod sources;

pub use ended::{ENDED_MONTHS, EndedRow, LongEnded};
pub use expiring::{ExpiringConsent, ExpiringPair, pairs_expiring};
pub use objections::{ObjectionsOfDay, ReceivedObjections};
pub use sources::{SourceRow, Sources};
