//! Changes: who changed or looked at what, when, from what to what, and why. Rows are only added.

use std::sync::Arc;

use rusqlite::{Row, ToSql};

use super::{AccessError, Action, Caller, Role, Sellers, database::Database};
use crate::clock::Micros;

/// The record of who changed or looked at what.
#[derive(Clone, Debug)]
pub struct Changes(Arc<Database>);

/// What is to be recorded; who and when come from the caller and the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewChange<'a> {
    /// The seller it is of; empty if of no one seller.
    pub seller: &'a str,
    /// What was changed or looked at, such as `objection-17`, `+31610000002` or `token dialer-1`.
    pub key: &'a str,
    /// What it was; empty if there was nothing, or for a look.
    pub old: &'a str,
    /// What it is now; empty if nothing, or for a look.
    pub new: &'a str,
    /// Why, in the words of who did it; may be empty.
    pub why: &'a str,
}

/// A recorded change or look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// Grows with every row.
    pub id: u64,
    /// When.
    pub at: Micros,
    /// The name of the caller.
    pub who: String,
    /// The caller's role then.
    pub role: Role,
    /// The name of the action.
    pub action: String,
    /// The seller it is of; empty if of no one seller.
    pub seller: String,
    /// What was changed or looked at; `erased` once the person was erased.
    pub key: String,
    /// What it was.
    pub old: String,
    /// What it is now.
    pub new: String,
    /// Why.
    pub why: String,
}

/// Which rows to list. The default is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeFilter {
    /// From here on, itself included.
    pub from: Option<Micros>,
    /// Up to here, itself excluded.
    pub until: Option<Micros>,
    /// Of this caller.
    pub who: Option<String>,
    /// This action.
    pub action: Option<Action>,
    /// Of this seller.
    pub seller: Option<String>,
    /// About this.
    pub key: Option<String>,
    /// Rows before this one, as the last of a page.
    pub before: Option<u64>,
}

impl Changes {
    pub(super) fn new(db: Arc<Database>) -> Self {
        Self(db)
    }

    /// Records a change or look; it is on disk when this returns. A look that cannot be recorded must
    /// not be shown.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn record(
        &self,
        caller: &Caller,
        action: Action,
        change: &NewChange<'_>,
    ) -> Result<u64, AccessError> {
        self.0.with(|conn| {
            conn.prepare_cached(
                "INSERT INTO change (at, who, role, action, seller, key, old, new, why)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(rusqlite::params![
                Micros::system_now().0,
                caller.name,
                caller.role.code(),
                action.name(),
                change.seller,
                change.key,
                change.old,
                change.new,
                change.why,
            ])?;
            Ok(conn.last_insert_rowid().unsigned_abs())
        })
    }

    /// The rows of these sellers that pass a filter, newest first, at most `limit`. What is of no one
    /// seller is only listed for all sellers.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn list(
        &self,
        sellers: &Sellers,
        filter: &ChangeFilter,
        limit: usize,
    ) -> Result<Vec<ChangeRow>, AccessError> {
        let mut sql = String::from(
            "SELECT id, at, who, role, action, seller, key, old, new, why FROM change WHERE true",
        );
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let mut and = |text: &str, value: Box<dyn ToSql>| {
            sql.push_str(" AND ");
            sql.push_str(text);
            values.push(value);
        };
        let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        if let Sellers::Only(ids) = sellers {
            let ids = serde_json::to_string(ids).unwrap_or_default();
            and("seller IN (SELECT value FROM json_each(?))", Box::new(ids));
        }
        if let Some(Micros(from)) = filter.from {
            and("at >= ?", Box::new(from));
        }
        if let Some(Micros(until)) = filter.until {
            and("at < ?", Box::new(until));
        }
        if let Some(action) = filter.action {
            and("action = ?", Box::new(action.name()));
        }
        for (text, value) in [
            ("who = ?", &filter.who),
            ("seller = ?", &filter.seller),
            ("key = ?", &filter.key),
        ] {
            if let Some(value) = value {
                and(text, Box::new(value.clone()));
            }
        }
        if let Some(before) = filter.before {
            and("id < ?", Box::new(signed(before)));
        }
        sql.push_str(" ORDER BY id DESC LIMIT ?");
        values.push(Box::new(i64::try_from(limit).unwrap_or(i64::MAX)));
        self.0.with(|conn| {
            conn.prepare_cached(&sql)?
                .query_map(rusqlite::params_from_iter(values), read)?
                .collect()
        })
    }

    /// Forgets what rows about these keys said: the rows stay, with `erased` for the key. For the
    /// erasure of a person; give every key the person can stand under.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn forget(&self, keys: &[&str]) -> Result<usize, AccessError> {
        let keys = serde_json::to_string(keys).unwrap_or_default();
        self.0.with(|conn| {
            conn.execute(
                "UPDATE change SET key = 'erased', old = '', new = ''
                 WHERE key IN (SELECT value FROM json_each(?1))",
                [keys],
            )
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<ChangeRow> {
    Ok(ChangeRow {
        id: row.get::<_, i64>(0)?.unsigned_abs(),
        at: Micros(row.get(1)?),
        who: row.get(2)?,
        role: role(row, 3)?,
        action: row.get(4)?,
        seller: row.get(5)?,
        key: row.get(6)?,
        old: row.get(7)?,
        new: row.get(8)?,
        why: row.get(9)?,
    })
}

/// A role as stored.
pub(super) fn role(row: &Row<'_>, column: usize) -> rusqlite::Result<Role> {
    let code: u8 = row.get(column)?;
    Role::from_code(code)
        .ok_or_else(|| rusqlite::Error::IntegralValueOutOfRange(column, i64::from(code)))
}
