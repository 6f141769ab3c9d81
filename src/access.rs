//! Who may do what: callers and their roles, tokens, people and their sessions, and the record of who
//! changed or looked at what.
//!
//! One [`Access`] a data directory. It knows no facts and no decisions; the doors (`wire/`, `pages/`)
//! ask it who calls, and filter what they show by the caller's [`Sellers`].

mod action;
mod caller;
pub mod changes;
mod database;
mod error;
mod role;
mod sellers;

use std::{path::Path, sync::Arc};

pub use self::{
    action::{Action, Grant},
    caller::{Caller, NoCaller, masked},
    changes::{ChangeFilter, ChangeRow, Changes, NewChange},
    database::FILE,
    error::AccessError,
    role::Role,
    sellers::Sellers,
};
use database::Database;

/// What is known of callers.
#[derive(Debug)]
pub struct Access {
    /// Who changed or looked at what.
    pub changes: Changes,
}

impl Access {
    /// Opens what a data directory knows of callers, making it if there is nothing yet.
    ///
    /// # Errors
    /// If the file cannot be read or made.
    pub fn open(data_dir: &Path) -> Result<Self, AccessError> {
        let db = Arc::new(Database::open(data_dir)?);
        Ok(Self {
            changes: Changes::new(db),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
