//! Sessions: who is signed in. The browser holds a random secret, the file its hash, so that a copy of
//! the file opens nothing and a restart signs nobody out.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    AccessError, Caller, Secret, caller_of_row,
    database::Database,
    secret::{self, Hash},
};
use crate::clock::Micros;

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without a request.
    pub idle: Duration,
    /// At all.
    pub absolute: Duration,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(30 * 60),
            absolute: Duration::from_secs(12 * 3_600),
        }
    }
}

/// A session somebody has.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who is signed in.
    pub caller: Arc<Caller>,
    /// Whether only the password may be changed yet.
    pub must_change: bool,
    /// What every form of this session must send back.
    pub csrf: String,
}

#[derive(Debug)]
struct Open {
    caller: Arc<Caller>,
    must_change: bool,
    began_at: Micros,
    seen_at: Micros,
    /// What the file says of `seen_at`.
    kept_at: Micros,
}

#[derive(Debug)]
pub(super) struct Sessions {
    db: Arc<Database>,
    open: Mutex<HashMap<Hash, Open>>,
}

/// `seen_at` is written at most this often, in microseconds.
const KEEP_EVERY: i64 = 60_000_000;

impl Sessions {
    pub(super) fn open(db: Arc<Database>) -> Result<Self, AccessError> {
        let open = db.with(|conn| {
            conn.prepare(
                "SELECT s.hash, a.name, a.role, a.sellers, a.must_change, s.began_at, s.seen_at
                 FROM session s JOIN account a ON a.name = s.account WHERE a.disabled_at IS NULL",
            )?
            .query_map([], |row| {
                let seen_at = Micros(row.get(6)?);
                let open = Open {
                    caller: Arc::new(caller_of_row(row, 1)?),
                    must_change: row.get(4)?,
                    began_at: Micros(row.get(5)?),
                    seen_at,
                    kept_at: seen_at,
                };
                Ok((row.get(0)?, open))
            })?
            .collect()
        })?;
        Ok(Self {
            db,
            open: Mutex::new(open),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Hash, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a session; the secret goes into the cookie.
    pub(super) fn begin(&self, caller: Caller, must_change: bool) -> Result<Secret, AccessError> {
        let (secret, now) = (Secret::random("")?, Micros::system_now());
        let hash = secret::hash(secret.show());
        self.db.with(|conn| {
            conn.execute(
                "INSERT INTO session (hash, account, began_at, seen_at) VALUES (?1, ?2, ?3, ?3)",
                rusqlite::params![hash, caller.name, now.0],
            )
        })?;
        let open = Open {
            caller: Arc::new(caller),
            must_change,
            began_at: now,
            seen_at: now,
            kept_at: now,
        };
        self.lock().insert(hash, open);
        Ok(secret)
    }

    /// The session of a cookie, if it has not ended; it is then seen now.
    pub(super) fn find(&self, cookie: &str, limits: SessionLimits, now: Micros) -> Option<Session> {
        let hash = secret::hash(cookie);
        let over = |from: Micros, limit: Duration| {
            now.0.saturating_sub(from.0) > i64::try_from(limit.as_micros()).unwrap_or(i64::MAX)
        };
        let mut open = self.lock();
        let session = open.get_mut(&hash)?;
        if over(session.seen_at, limits.idle) || over(session.began_at, limits.absolute) {
            open.remove(&hash);
            drop(open);
            self.drop_rows("DELETE FROM session WHERE hash = ?1", &hash);
            return None;
        }
        session.seen_at = now;
        let found = Session {
            caller: session.caller.clone(),
            must_change: session.must_change,
            csrf: csrf(cookie),
        };
        let is_due = now.0 - session.kept_at.0 > KEEP_EVERY;
        if is_due {
            session.kept_at = now;
        }
        drop(open);
        if is_due {
            self.drop_rows_with(
                "UPDATE session SET seen_at = ?2 WHERE hash = ?1",
                rusqlite::params![hash, now.0],
            );
        }
        Some(found)
    }

    /// Ends a session.
    pub(super) fn end(&self, cookie: &str) {
        let hash = secret::hash(cookie);
        self.lock().remove(&hash);
        self.drop_rows("DELETE FROM session WHERE hash = ?1", &hash);
    }

    /// Ends every session of an account, but for the one of this cookie.
    pub(super) fn end_all(&self, account: &str, but: Option<&str>) {
        let but = but.map(secret::hash);
        self.lock()
            .retain(|hash, open| open.caller.name != account || Some(*hash) == but);
        self.drop_rows_with(
            "DELETE FROM session WHERE account = ?1 AND hash IS NOT ?2",
            rusqlite::params![account, but],
        );
    }

    /// The password of this session's account was changed.
    pub(super) fn password_changed(&self, cookie: &str) {
        if let Some(open) = self.lock().get_mut(&secret::hash(cookie)) {
            open.must_change = false;
        }
    }

    fn drop_rows(&self, sql: &str, hash: &Hash) {
        self.drop_rows_with(sql, rusqlite::params![hash]);
    }

    /// In memory it is done already; a file that cannot be written must not keep a session alive, and
    /// what is left in it ends by its age.
    fn drop_rows_with(&self, sql: &str, params: &[&dyn rusqlite::ToSql]) {
        if let Err(error) = self.db.with(|conn| conn.execute(sql, params)) {
            tracing::warn!(%error, "a session's row could not be written");
        }
    }
}

/// What forms send back: made of the cookie, which another site cannot read, and not the cookie itself,
/// so that a page says nothing that opens a session.
fn csrf(cookie: &str) -> String {
    let hash = secret::hash(&format!("verzet csrf {cookie}"));
    hash.iter().take(16).map(|b| format!("{b:02x}")).collect()
}
