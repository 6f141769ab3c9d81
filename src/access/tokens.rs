//! Tokens: what dialers and other programs show to say who they are.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use arc_swap::ArcSwap;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{
    AccessError, Caller, Role, Secret, Sellers, caller_of_row,
    changes::role,
    database::Database,
    name_is_good,
    secret::{self, Hash},
};
use crate::clock::Micros;

/// What every token begins with.
pub const PREFIX: &str = "vzt_";

/// The tokens. Asking costs a hash of the secret and a look into a map that is swapped whole.
#[derive(Debug)]
pub struct Tokens {
    db: Arc<Database>,
    valid: ArcSwap<HashMap<Hash, Arc<Lease>>>,
}

/// A caller for as long as its token counts.
#[derive(Debug)]
pub struct Lease {
    /// Who it is.
    pub caller: Arc<Caller>,
    expires_at: Micros,
    revoked: AtomicBool,
}

impl Lease {
    /// Whether it still counts: neither expired nor revoked. A stream asks again with every message.
    pub fn counts(&self, now: Micros) -> bool {
        now < self.expires_at && !self.revoked.load(Ordering::Relaxed)
    }
}

/// A token in the list; its secret is nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Its name.
    pub name: String,
    /// The role of who shows it.
    pub role: Role,
    /// For whom.
    pub sellers: Sellers,
    /// When it was made.
    pub created_at: Micros,
    /// From when it no longer counts.
    pub expires_at: Micros,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Micros>,
}

impl Tokens {
    pub(super) fn open(db: Arc<Database>) -> Result<Self, AccessError> {
        let valid = db.with(load)?;
        Ok(Self {
            db,
            valid: ArcSwap::from_pointee(valid),
        })
    }

    /// Who shows this secret, if it is one of a token that counts.
    pub fn find(&self, secret: &str, now: Micros) -> Option<Arc<Lease>> {
        if !secret.starts_with(PREFIX) {
            return None;
        }
        let valid = self.valid.load();
        let lease = valid.get(&secret::hash(secret))?;
        lease.counts(now).then(|| lease.clone())
    }

    /// Makes a token; the secret is shown now and never again.
    ///
    /// # Errors
    /// If the name is taken or no name, or it cannot be written.
    pub fn create(&self, caller: &Caller, expires_at: Micros) -> Result<Secret, AccessError> {
        name_is_good(&caller.name)?;
        let now = Micros::system_now();
        if expires_at <= now {
            return Err(AccessError::Field {
                field: "expires_at",
                what: "is in the past; give a time to come".to_owned(),
            });
        }
        let secret = Secret::random(PREFIX)?;
        let conn = self.db.lock();
        let added = self.db.checked(
            conn.prepare_cached(
                "INSERT INTO token (name, hash, role, sellers, created_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (name) DO NOTHING",
            )
            .and_then(|mut insert| {
                insert.execute(rusqlite::params![
                    caller.name,
                    secret::hash(secret.show()),
                    caller.role.code(),
                    caller.sellers.to_string(),
                    now.0,
                    expires_at.0,
                ])
            }),
        )?;
        if added == 0 {
            return Err(AccessError::Taken {
                kind: "token",
                name: caller.name.clone(),
            });
        }
        self.reload(&conn)?;
        Ok(secret)
    }

    /// Revokes a token: the next request that shows it is refused, and so is the next message on a
    /// stream that is open. False if it was revoked before.
    ///
    /// # Errors
    /// If there is none of this name, or it cannot be written.
    pub fn revoke(&self, name: &str) -> Result<bool, AccessError> {
        let conn = self.db.lock();
        let hash: Option<(Hash, Option<i64>)> = self.db.checked(
            conn.query_row(
                "SELECT hash, revoked_at FROM token WHERE name = ?1",
                [name],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional(),
        )?;
        let Some((hash, revoked)) = hash else {
            return Err(AccessError::NotThere {
                kind: "token",
                name: name.to_owned(),
            });
        };
        if revoked.is_some() {
            return Ok(false);
        }
        self.db.checked(conn.execute(
            "UPDATE token SET revoked_at = ?2 WHERE name = ?1",
            rusqlite::params![name, Micros::system_now().0],
        ))?;
        if let Some(lease) = self.valid.load().get(&hash) {
            lease.revoked.store(true, Ordering::Relaxed);
        }
        self.reload(&conn)?;
        Ok(true)
    }

    /// Every token there ever was, by name.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn list(&self) -> Result<Vec<TokenRow>, AccessError> {
        self.db.with(|conn| {
            conn.prepare(
                "SELECT name, role, sellers, created_at, expires_at, revoked_at FROM token ORDER BY name",
            )?
            .query_map([], row)?
            .collect()
        })
    }

    /// Reads the tokens that count anew; leases that are held stay the same objects.
    fn reload(&self, conn: &Connection) -> Result<(), AccessError> {
        let mut fresh = self.db.checked(load(conn))?;
        for (hash, lease) in self.valid.load().iter() {
            if let Some(slot) = fresh.get_mut(hash) {
                *slot = lease.clone();
            }
        }
        self.valid.store(Arc::new(fresh));
        Ok(())
    }
}

fn load(conn: &Connection) -> rusqlite::Result<HashMap<Hash, Arc<Lease>>> {
    conn.prepare(
        "SELECT hash, name, role, sellers, expires_at FROM token WHERE revoked_at IS NULL",
    )?
    .query_map([], |row| {
        let lease = Lease {
            caller: Arc::new(caller_of_row(row, 1)?),
            expires_at: Micros(row.get(4)?),
            revoked: AtomicBool::new(false),
        };
        Ok((row.get::<_, Hash>(0)?, Arc::new(lease)))
    })?
    .collect()
}

fn row(row: &Row<'_>) -> rusqlite::Result<TokenRow> {
    Ok(TokenRow {
        name: row.get(0)?,
        role: role(row, 1)?,
        sellers: super::sellers_of_row(row, 2)?,
        created_at: Micros(row.get(3)?),
        expires_at: Micros(row.get(4)?),
        revoked_at: row.get::<_, Option<i64>>(5)?.map(Micros),
    })
}
