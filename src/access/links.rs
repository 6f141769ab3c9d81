//! Accounts of people who sign in at a provider of OpenID Connect.

use rusqlite::{Connection, OptionalExtension};

use super::{
    AccessError, Caller, caller_of_row, name_is_good,
    oidc::LONGEST_SUBJECT,
    people::{People, insert},
};

/// Somebody at a provider. Names and addresses there can become another's; this cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The provider, as it calls itself.
    pub issuer: String,
    /// What it calls the person.
    pub subject: String,
}

/// What is known of a subject.
#[derive(Debug)]
pub(super) enum Linked {
    /// An account that is open.
    Open(Caller),
    /// One that was closed.
    Closed,
    /// None.
    Nobody,
}

impl Subject {
    fn check(&self) -> Result<(), AccessError> {
        let is_good = (1..=LONGEST_SUBJECT).contains(&self.subject.len())
            && !self.subject.contains(|c: char| c.is_control());
        match is_good {
            true => Ok(()),
            false => Err(AccessError::Field {
                field: "oidc_subject",
                what: format!(
                    "is no subject; write the 1 to {LONGEST_SUBJECT} characters the sign-in page shows"
                ),
            }),
        }
    }
}

impl People {
    /// Makes an account without a password, for somebody at a provider.
    ///
    /// # Errors
    /// If name or subject are taken or no such, or it cannot be written.
    pub fn add_linked(&self, caller: &Caller, subject: &Subject) -> Result<(), AccessError> {
        name_is_good(&caller.name)?;
        match self.linking(&caller.name, subject, |conn| {
            insert(conn, caller, "", false)
        })? {
            true => Ok(()),
            false => Err(AccessError::Taken {
                kind: "account",
                name: caller.name.clone(),
            }),
        }
    }

    /// Links an account to somebody at a provider, instead of whom it was linked to. Its password and
    /// second factor are dropped: nobody signs in with them any more.
    pub(super) fn link(&self, name: &str, subject: &Subject) -> Result<(), AccessError> {
        let drop_password =
            "UPDATE account SET password = '', must_change = 0, totp = NULL WHERE name = ?1";
        match self.linking(name, subject, |conn| conn.execute(drop_password, [name]))? {
            true => Ok(()),
            false => Err(AccessError::NotThere {
                kind: "account",
                name: name.to_owned(),
            }),
        }
    }

    /// Whose account a subject's is.
    pub(super) fn linked(&self, subject: &Subject) -> Result<Linked, AccessError> {
        let found = self.db.with(|conn| {
            conn.query_row(
                "SELECT a.name, a.role, a.sellers, a.disabled_at IS NULL FROM link l
                 JOIN account a ON a.name = l.account WHERE l.issuer = ?1 AND l.subject = ?2",
                [&subject.issuer, &subject.subject],
                |row| Ok((caller_of_row(row, 0)?, row.get(3)?)),
            )
            .optional()
        })?;
        Ok(match found {
            None => Linked::Nobody,
            Some((_, false)) => Linked::Closed,
            Some((caller, true)) => Linked::Open(caller),
        })
    }

    /// Changes an account and links it, or does neither: false if the account was not changed.
    fn linking(
        &self,
        name: &str,
        subject: &Subject,
        change: impl FnOnce(&Connection) -> rusqlite::Result<usize>,
    ) -> Result<bool, AccessError> {
        subject.check()?;
        let conn = self.db.lock();
        let tx = self.db.checked(conn.unchecked_transaction())?;
        let other: Option<String> = self.db.checked(
            tx.query_row(
                "SELECT account FROM link WHERE issuer = ?1 AND subject = ?2 AND account <> ?3",
                [&subject.issuer, &subject.subject, name],
                |row| row.get(0),
            )
            .optional(),
        )?;
        if let Some(other) = other {
            return Err(AccessError::Field {
                field: "oidc_subject",
                what: format!("is linked to the account `{other}` already"),
            });
        }
        let done = || -> rusqlite::Result<bool> {
            if change(&tx)? == 0 {
                return Ok(false);
            }
            tx.execute(
                "INSERT INTO link (account, issuer, subject) VALUES (?1, ?2, ?3)
                 ON CONFLICT (account) DO UPDATE SET issuer = ?2, subject = ?3",
                [name, &subject.issuer, &subject.subject],
            )?;
            tx.commit()?;
            Ok(true)
        };
        self.db.checked(done())
    }
}
