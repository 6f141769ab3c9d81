//! A change set: one transaction, which brings one revision or nothing.

use hashbrown::HashMap;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Transaction, TransactionBehavior};

use super::{
    Committed, Counts, Store, StoreError,
    data_dir::DataDir,
    database::{Database, KINDS, Table, signed},
    revision,
    symbols::{self, Stored},
};
use crate::{
    clock::Micros,
    facts::{delta::Delta, symbols::Symbols},
};

/// A change set under way. Dropping it without [`Change::commit`] undoes it.
pub struct Change<'s> {
    // Statements go before the transaction they belong to.
    pub(super) inserts: [Option<CachedStatement<'s>>; 3],
    pub(super) standing: [Option<CachedStatement<'s>>; 3],
    pub(super) end: Option<CachedStatement<'s>>,
    tx: Transaction<'s>,
    pub(super) conn: &'s Connection,
    db: &'s Database,
    pub(super) dir: &'s DataDir,
    state: &'s mut State,
    pub(super) received_at: Micros,
    /// The origin of this change.
    pub(super) origin: i64,
    origins: HashMap<String, i64>,
    pub(super) tables: [Table; 3],
    pub(super) delta: Delta,
    pub(super) counts: Counts,
    /// The highest symbols that facts of this change name.
    pub(super) named: Stored,
    broken: bool,
    /// It brings a revision although nothing changes.
    pub(super) mark: bool,
}

/// What the store remembers between changes.
#[derive(Debug)]
pub(super) struct State {
    pub(super) revision: u64,
    pub(super) tables: [Table; 3],
    pub(super) symbols: Stored,
    /// A write failed in a way after which the file must be opened anew before the next.
    pub(super) failed: bool,
}

impl State {
    /// Notes whether the file must be opened anew after this error.
    fn noted(&mut self, error: StoreError) -> StoreError {
        if error.needs_reopening() && !self.failed {
            self.failed = true;
            tracing::error!(%error, "facts cannot be written");
        }
        error
    }
}

impl<'s> Change<'s> {
    pub(super) fn begin(
        store: &'s mut Store,
        origin: &str,
        received_at: Micros,
    ) -> Result<Self, StoreError> {
        if origin.is_empty() {
            return Err(StoreError::Refused(
                "a change needs an origin: a short name for where it comes from, such as crm"
                    .into(),
            ));
        }
        if store.state.failed {
            store.reopen()?;
        }
        let Store { db, dir, state } = store;
        let tx = Transaction::new_unchecked(&db.conn, TransactionBehavior::Immediate)
            .map_err(|e| state.noted(db.wrong(e)))?;
        let mut change = Self {
            inserts: [None, None, None],
            standing: [None, None, None],
            end: None,
            tx,
            conn: &db.conn,
            db,
            dir,
            tables: state.tables,
            state,
            received_at,
            origin: 0,
            origins: HashMap::new(),
            delta: Delta::default(),
            counts: Counts::default(),
            named: [0; 3],
            broken: false,
            mark: false,
        };
        let id = change.origin_id(origin);
        change.origin = change.keep(id)?;
        Ok(change)
    }

    /// The revision it will bring.
    pub fn revision(&self) -> u64 {
        self.state.revision + 1
    }

    /// Keeps the new symbols, writes the revision and commits durably: once this returns, neither a
    /// crash nor a power cut undoes it. If nothing changed, no revision is used.
    ///
    /// `symbols` are those the facts of this change were made with.
    ///
    /// # Errors
    /// [`StoreError::Broken`] after a failed write, [`StoreError::Refused`] if a fact names a symbol that
    /// was never given. On any error nothing is kept.
    pub fn commit(self, symbols: &Symbols) -> Result<Committed, StoreError> {
        self.sound()?;
        let revision = self.revision();
        if self.counts.is_empty() && !self.mark {
            return Ok(Committed {
                revision: self.state.revision,
                ..Committed::default()
            });
        }
        let known = symbols::known(symbols);
        if self
            .named
            .iter()
            .zip(known)
            .any(|(named, known)| *named > known)
        {
            return Err(StoreError::Refused(
                "a fact of this change names a seller, product or person that has no text".into(),
            ));
        }
        let written = self.write(symbols, known);
        let Self {
            tx,
            db,
            state,
            tables,
            delta,
            counts,
            ..
        } = self;
        // Looked at before, so that a change that is refused is not there when the file comes back, and
        // after, so that none is acknowledged that nobody will find.
        let committed = written
            .map_err(|e| db.wrong(e))
            .and_then(|()| db.in_place())
            .and_then(|()| tx.commit().map_err(|e| db.wrong(e)))
            .and_then(|()| db.in_place());
        if let Err(e) = committed {
            return Err(state.noted(e));
        }
        // Only now, since what was rolled back must be stored again by the next change.
        state.revision = revision;
        state.tables = tables;
        for (stored, known) in state.symbols.iter_mut().zip(known) {
            *stored = known.max(*stored);
        }
        Ok(Committed {
            revision,
            delta,
            catalogue_changed: counts.changes_catalogue(),
            registers_changed: counts.snapshots_added > 0,
            regimes_changed: counts.enforcements_added > 0,
            counts,
        })
    }

    fn write(&self, symbols: &Symbols, known: Stored) -> rusqlite::Result<()> {
        symbols::save(self.conn, symbols, self.state.symbols, known)?;
        for (kind, table) in KINDS.into_iter().zip(self.tables) {
            self.conn
                .prepare_cached(
                    "UPDATE fact_table SET last_row = ?1, current = ?2 WHERE kind = ?3",
                )?
                .execute((signed(table.last_row), signed(table.current), kind as u8))?;
        }
        revision::put(
            self.conn,
            self.revision(),
            self.received_at,
            self.origin,
            &self.counts,
        )
    }

    /// The number of an origin; a new one if it has none.
    pub(super) fn origin_id(&mut self, name: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.origins.get(name) {
            return Ok(*id);
        }
        let found = self
            .conn
            .prepare_cached("SELECT id FROM origin WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?;
        let id = match found {
            Some(id) => id,
            None => self
                .conn
                .prepare_cached("INSERT INTO origin (name) VALUES (?1)")?
                .insert([name])?,
        };
        self.origins.insert(name.to_owned(), id);
        Ok(id)
    }

    /// Refuses to go on after a failed write: SQLite may have rolled back, and what is written after
    /// that would stand alone.
    pub(super) fn sound(&self) -> Result<(), StoreError> {
        if self.broken || self.conn.is_autocommit() {
            return Err(StoreError::Broken);
        }
        Ok(())
    }

    /// The outcome of a write; a failed one breaks the change.
    pub(super) fn keep<T>(&mut self, outcome: rusqlite::Result<T>) -> Result<T, StoreError> {
        outcome.map_err(|e| {
            self.broken = true;
            let wrong = self.wrong(e);
            self.state.noted(wrong)
        })
    }

    pub(super) fn wrong(&self, e: rusqlite::Error) -> StoreError {
        self.db.wrong(e)
    }
}
