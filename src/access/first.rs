//! The account that a first start makes. Where nobody sits at a terminal its one-time password waits in a
//! file for its owner alone: what a service writes to standard error is a log, and logs are read by many.

use std::{fs, io, path::PathBuf};

use super::{Access, AccessError, Action, Caller, Role, Secret, Sellers};
use crate::durable;

/// The name of the account that the first start makes.
const FIRST_ACCOUNT: &str = "admin";
/// The file in the data directory that its one-time password waits in. It is removed when that password
/// no longer signs anybody in.
pub const FIRST_PASSWORD: &str = "first-password";

impl Access {
    /// The account of a first start, if there is none at all: its name, and its one-time password to be
    /// shown to who sits at the terminal.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn first_account(&self) -> Result<Option<(&'static str, Secret)>, AccessError> {
        if !self.people.are_none()? {
            return Ok(None);
        }
        let secret = Secret::to_type()?;
        self.add_first(&secret)?;
        Ok(Some((FIRST_ACCOUNT, secret)))
    }

    /// As [`Access::first_account`], with the password in the file [`FIRST_PASSWORD`].
    ///
    /// # Errors
    /// If account or file cannot be written.
    pub fn first_account_in_file(&self) -> Result<Option<(&'static str, PathBuf)>, AccessError> {
        if !self.people.are_none()? {
            return Ok(None);
        }
        let secret = Secret::to_type()?;
        let path = &self.first_password;
        // Before the account: one whose password nobody can read would be of no use.
        durable::write_secret(path, format!("{}\n", secret.show()).as_bytes()).map_err(
            |source| AccessError::Write {
                path: path.clone(),
                source,
            },
        )?;
        self.add_first(&secret)
            .inspect_err(|_| self.forget_first_password())?;
        Ok(Some((FIRST_ACCOUNT, path.clone())))
    }

    fn add_first(&self, secret: &Secret) -> Result<(), AccessError> {
        let caller = Caller {
            name: FIRST_ACCOUNT.to_owned(),
            role: Role::Compliance,
            sellers: Sellers::All,
        };
        self.people.add_with(&caller, secret)?;
        self.note(
            &Caller::machine(),
            Action::AddUser,
            FIRST_ACCOUNT,
            "role compliance",
        );
        Ok(())
    }

    /// To be called when an account's password was changed, or no longer counts.
    pub(super) fn password_is_other(&self, name: &str) {
        if name == FIRST_ACCOUNT {
            self.forget_first_password();
        }
    }

    /// Removes the file if its password signs nobody in: a crash may have kept it.
    pub(super) fn tidy_first_password(&self) -> Result<(), AccessError> {
        if !self.first_password.exists() {
            return Ok(());
        }
        let rows = self.people.list()?;
        let first = rows.iter().find(|row| row.name == FIRST_ACCOUNT);
        if !first.is_some_and(|row| row.must_change && row.disabled_at.is_none()) {
            self.forget_first_password();
        }
        Ok(())
    }

    fn forget_first_password(&self) {
        match fs::remove_file(&self.first_password) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let file = self.first_password.display();
                tracing::error!(%error, %file, "a password that no longer counts could not be removed");
            }
            _ => {}
        }
    }
}
