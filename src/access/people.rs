//! People: accounts, their passwords and second factors.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row};

use super::{
    AccessError, Caller, Role, Secret, Sellers, Subject, caller_of_row, changes::role,
    database::Database, delay::Delays, name_is_good, password, sellers_of_row, totp,
};
use crate::clock::Micros;

/// The accounts.
#[derive(Debug)]
pub struct People {
    pub(super) db: Arc<Database>,
    delays: Delays,
}

/// An account in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Its name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// For whom.
    pub sellers: Sellers,
    /// Whether the password is a one-time one.
    pub must_change: bool,
    /// Whether there is a second factor.
    pub has_totp: bool,
    /// When it was made.
    pub created_at: Micros,
    /// When it was closed, if it was.
    pub disabled_at: Option<Micros>,
    /// Who it is at a provider; `None` for one with a password.
    pub subject: Option<Subject>,
}

/// Why somebody was not signed in. To be told to the person; says nothing of whether the name exists.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Name, password or code are wrong, or the account is closed.
    #[error("the name, password or code is wrong")]
    Wrong,
    /// Name and password are right; the code of the second factor is to be given too.
    #[error("the code of your second factor is needed")]
    CodeNeeded,
    /// Too many wrong tries.
    #[error("too many tries; wait {seconds} seconds")]
    Wait {
        /// How long.
        seconds: u64,
    },
    /// The file.
    #[error(transparent)]
    Access(#[from] AccessError),
}

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The present one was not right.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The new one is not good enough.
    #[error("the new password {0}")]
    Weak(String),
}

impl From<AccessError> for PasswordError {
    fn from(error: AccessError) -> Self {
        Self::SignIn(error.into())
    }
}

/// What signing in looks at.
struct Kept {
    caller: Caller,
    password: String,
    must_change: bool,
    totp: Option<Vec<u8>>,
    totp_step: u64,
    is_disabled: bool,
}

/// Somebody whose password and code were right.
#[derive(Debug)]
pub(super) struct Proven {
    pub(super) caller: Caller,
    pub(super) must_change: bool,
}

impl People {
    pub(super) fn new(db: Arc<Database>) -> Self {
        Self {
            db,
            delays: Delays::default(),
        }
    }

    /// Whether there is no account at all yet.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn are_none(&self) -> Result<bool, AccessError> {
        self.db.with(|conn| {
            conn.query_row("SELECT NOT EXISTS (SELECT 1 FROM account)", [], |r| {
                r.get(0)
            })
        })
    }

    /// Makes an account; the one-time password is shown now and must be changed at the first sign-in.
    ///
    /// # Errors
    /// If the name is taken or no name, or it cannot be written.
    pub fn add(&self, caller: &Caller) -> Result<Secret, AccessError> {
        let secret = Secret::to_type()?;
        self.add_with(caller, &secret)?;
        Ok(secret)
    }

    /// As [`People::add`], with this one-time password.
    pub(super) fn add_with(&self, caller: &Caller, secret: &Secret) -> Result<(), AccessError> {
        name_is_good(&caller.name)?;
        let hash = password::hash(secret.show())?;
        match self.db.with(|conn| insert(conn, caller, &hash, true))? {
            0 => Err(AccessError::Taken {
                kind: "account",
                name: caller.name.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Every account there ever was, by name.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn list(&self) -> Result<Vec<AccountRow>, AccessError> {
        let row = |row: &Row<'_>| {
            Ok(AccountRow {
                name: row.get(0)?,
                role: role(row, 1)?,
                sellers: sellers_of_row(row, 2)?,
                must_change: row.get(3)?,
                has_totp: row.get(4)?,
                created_at: Micros(row.get(5)?),
                disabled_at: row.get::<_, Option<i64>>(6)?.map(Micros),
                subject: match row.get(7)? {
                    None => None,
                    Some(issuer) => Some(Subject {
                        issuer,
                        subject: row.get(8)?,
                    }),
                },
            })
        };
        self.db.with(|conn| {
            conn.prepare(
                "SELECT name, role, sellers, must_change, totp IS NOT NULL, created_at, disabled_at,
                        issuer, subject
                 FROM account LEFT JOIN link ON account = name ORDER BY name",
            )?
            .query_map([], row)?
            .collect()
        })
    }

    /// Closes an account and ends its sessions' right to exist; see [`super::Access::disable_user`].
    pub(super) fn disable(&self, name: &str) -> Result<bool, AccessError> {
        self.change(
            name,
            "UPDATE account SET disabled_at = coalesce(disabled_at, ?2) WHERE name = ?1",
            &Micros::system_now().0,
        )
    }

    /// Gives an account a new one-time password, opens it again and drops its second factor, and its link
    /// to a provider (`schema_2.sql`).
    pub(super) fn reset(&self, name: &str) -> Result<Secret, AccessError> {
        let secret = Secret::to_type()?;
        self.change(
            name,
            "UPDATE account SET password = ?2, must_change = 1, totp = NULL, disabled_at = NULL
             WHERE name = ?1",
            &password::hash(secret.show())?,
        )?;
        self.delays.right(name);
        Ok(secret)
    }

    fn change(
        &self,
        name: &str,
        sql: &str,
        value: &dyn rusqlite::ToSql,
    ) -> Result<bool, AccessError> {
        let n = self
            .db
            .with(|conn| conn.execute(sql, rusqlite::params![name, value]))?;
        match n {
            0 => Err(AccessError::NotThere {
                kind: "account",
                name: name.to_owned(),
            }),
            _ => Ok(true),
        }
    }

    fn kept(&self, name: &str) -> Result<Option<Kept>, AccessError> {
        self.db.with(|conn| {
            conn.query_row(
                "SELECT name, role, sellers, password, must_change, totp, totp_step, disabled_at
                 FROM account WHERE name = ?1",
                [name],
                |row| {
                    Ok(Kept {
                        caller: caller_of_row(row, 0)?,
                        password: row.get(3)?,
                        must_change: row.get(4)?,
                        totp: row.get(5)?,
                        totp_step: row.get::<_, i64>(6)?.unsigned_abs(),
                        is_disabled: row.get::<_, Option<i64>>(7)?.is_some(),
                    })
                },
            )
            .optional()
        })
    }

    /// Whether somebody is who the name says. Takes as long as a hash takes, whatever the name.
    pub(super) fn prove(
        &self,
        name: &str,
        password: &str,
        code: &str,
    ) -> Result<Proven, SignInError> {
        let now = Micros::system_now();
        let name = name.trim();
        let too_long = name.len() > super::LONGEST_NAME || password.len() > password::LONGEST;
        if too_long {
            return Err(SignInError::Wrong);
        }
        match self.delays.seconds_left(name, now) {
            0 => {}
            seconds => return Err(SignInError::Wait { seconds }),
        }
        let kept = self.kept(name)?;
        let hash = kept.as_ref().map(|k| k.password.as_str());
        let right = password::is_right(password, hash);
        let Some(kept) = kept.filter(|k| right && !k.is_disabled) else {
            self.delays.wrong(name, now);
            return Err(SignInError::Wrong);
        };
        if let Some(key) = &kept.totp {
            if code.trim().is_empty() {
                return Err(SignInError::CodeNeeded);
            }
            let seconds = u64::try_from(now.0 / 1_000_000).unwrap_or(0);
            let step = totp::step(key, code, seconds, kept.totp_step);
            // The step is taken in the database, so that two sign-ins at once cannot use one code.
            let is_taken = match step {
                Some(step) => self.take_step(name, step)?,
                None => false,
            };
            if !is_taken {
                self.delays.wrong(name, now);
                return Err(SignInError::Wrong);
            }
        }
        self.delays.right(name);
        Ok(Proven {
            caller: kept.caller,
            must_change: kept.must_change,
        })
    }

    fn take_step(&self, name: &str, step: u64) -> Result<bool, AccessError> {
        self.db.with(|conn| {
            let n = conn.execute(
                "UPDATE account SET totp_step = ?2 WHERE name = ?1 AND totp_step < ?2",
                rusqlite::params![name, i64::try_from(step).unwrap_or(i64::MAX)],
            )?;
            Ok(n == 1)
        })
    }

    /// Changes a password; the present one must be right.
    pub(super) fn change_password(
        &self,
        name: &str,
        present: &str,
        new: &str,
    ) -> Result<(), PasswordError> {
        let now = Micros::system_now();
        match self.delays.seconds_left(name, now) {
            0 => {}
            seconds => return Err(SignInError::Wait { seconds }.into()),
        }
        let kept = self.kept(name)?;
        if !password::is_right(present, kept.as_ref().map(|k| k.password.as_str())) {
            self.delays.wrong(name, now);
            return Err(SignInError::Wrong.into());
        }
        if new == present {
            return Err(PasswordError::Weak("is the present one".to_owned()));
        }
        password::is_good(new, name).map_err(PasswordError::Weak)?;
        self.change(
            name,
            "UPDATE account SET password = ?2, must_change = 0 WHERE name = ?1",
            &password::hash(new)?,
        )?;
        self.delays.right(name);
        Ok(())
    }

    /// Gives an account a second factor, once a code of it was right.
    pub(super) fn set_totp(
        &self,
        name: &str,
        key: &totp::Key,
        code: &str,
    ) -> Result<bool, AccessError> {
        let seconds = u64::try_from(Micros::system_now().0 / 1_000_000).unwrap_or(0);
        let Some(step) = totp::step(key, code, seconds, 0) else {
            return Ok(false);
        };
        self.change(
            name,
            "UPDATE account SET totp = ?2, totp_step = 0 WHERE name = ?1",
            &key.as_slice(),
        )?;
        self.take_step(name, step)
    }
}

/// Makes an account, unless there is one of this name: then it is none.
pub(super) fn insert(
    conn: &Connection,
    caller: &Caller,
    hash: &str,
    must_change: bool,
) -> rusqlite::Result<usize> {
    conn.execute(
        "INSERT INTO account (name, role, sellers, password, must_change, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (name) DO NOTHING",
        rusqlite::params![
            caller.name,
            caller.role.code(),
            caller.sellers.to_string(),
            hash,
            must_change,
            Micros::system_now().0,
        ],
    )
}
