//! Who may do what: callers and their roles, tokens, people and their sessions, and the record of who
//! changed or looked at what.
//!
//! One [`Access`] a data directory. It knows no facts and no decisions; the doors (`wire/`, `pages/`)
//! ask it who calls, and filter what they show by the caller's [`Sellers`].

mod action;
mod caller;
mod certificates;
pub mod changes;
mod database;
mod delay;
mod error;
mod first;
mod links;
pub mod oidc;
mod password;
pub mod people;
mod role;
mod secret;
mod sellers;
pub mod sessions;
mod sign_in;
mod table;
pub mod tokens;
mod totp;
pub mod web;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use arc_swap::{ArcSwap, ArcSwapOption};
use rusqlite::Row;

pub use self::{
    action::{Action, Grant},
    caller::{Caller, NoCaller, masked},
    certificates::CertificateCallers,
    changes::{ChangeFilter, ChangeRow, Changes, NewChange},
    database::FILE,
    error::AccessError,
    first::FIRST_PASSWORD,
    links::Subject,
    people::{AccountRow, PasswordError, People, SignInError},
    role::Role,
    secret::Secret,
    sellers::Sellers,
    sessions::{Session, SessionLimits},
    sign_in::{NoAccount, TotpKey},
    table::actions_markdown,
    tokens::{Lease, TokenRow, Tokens},
};
use self::{database::Database, sessions::Sessions};

/// What is known of callers.
#[derive(Debug)]
pub struct Access {
    /// Who changed or looked at what.
    pub changes: Changes,
    /// What programs show to say who they are.
    pub tokens: Tokens,
    /// Who signs in.
    pub people: People,
    sessions: Sessions,
    limits: ArcSwap<SessionLimits>,
    issuer: ArcSwapOption<String>,
    hashing: tokio::sync::Semaphore,
    first_password: PathBuf,
}

impl Access {
    /// Opens what a data directory knows of callers, making it if there is nothing yet.
    ///
    /// # Errors
    /// If the file cannot be read or made.
    pub fn open(data_dir: &Path) -> Result<Self, AccessError> {
        let db = Arc::new(Database::open(data_dir)?);
        let access = Self {
            changes: Changes::new(db.clone()),
            tokens: Tokens::open(db.clone())?,
            people: People::new(db.clone()),
            sessions: Sessions::open(db)?,
            limits: ArcSwap::default(),
            issuer: ArcSwapOption::empty(),
            hashing: tokio::sync::Semaphore::new(sign_in::HASHES_AT_ONCE),
            first_password: data_dir.join(FIRST_PASSWORD),
        };
        access.tidy_first_password()?;
        Ok(access)
    }
}

/// The longest name of a token or account, in bytes.
const LONGEST_NAME: usize = 64;

/// Whether a text can be the name of a token or account.
fn name_is_good(name: &str) -> Result<(), AccessError> {
    let good = |c: char| c.is_alphanumeric() || "._-@+".contains(c);
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(good) {
        return Err(AccessError::Field {
            field: "name",
            what: format!(
                "`{}` is no name; write 1 to {LONGEST_NAME} letters, digits and . _ - @ +",
                name.escape_default()
            ),
        });
    }
    Ok(())
}

/// A caller as stored in three columns: name, role, sellers.
fn caller_of_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Caller> {
    Ok(Caller {
        name: row.get(first)?,
        role: changes::role(row, first + 1)?,
        sellers: sellers_of_row(row, first + 2)?,
    })
}

fn sellers_of_row(row: &Row<'_>, column: usize) -> rusqlite::Result<Sellers> {
    let text: String = row.get(column)?;
    Sellers::parse(&text).map_err(|what| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, what.into())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
