//! Reading as of past revisions. Nothing here is fast on its own but finding a row by its id: rows are
//! ended, never changed, so the past is a scan that looks at both of a row's revisions.

use rusqlite::{OptionalExtension, Row};

use super::{
    CatalogueRow, EnforcementRow, SetupRow, SnapshotRow, StoreError, StoreReader, catalogue,
    data_dir,
    database::{signed, table_name, unsigned},
    decode, ends, enforcement, register, setup, symbols,
};
use crate::{
    facts::{
        model::{Consent, FactId, FactKind, Objection, PersonSym, Relation},
        symbols::Symbols,
    },
    number::E164,
};
use std::path::PathBuf;

/// The revisions at which a row is current.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// The revision that brought it.
    pub from: u64,
    /// The revision that ended it; `None` while it is current.
    pub until: Option<u64>,
}

impl Span {
    /// Whether it is current at a revision.
    pub fn holds(self, revision: u64) -> bool {
        self.from <= revision && self.until.is_none_or(|until| revision < until)
    }

    pub(super) fn read(row: &Row<'_>, from: usize) -> rusqlite::Result<Self> {
        let until = row.get::<_, Option<i64>>(from + 1)?;
        Self::of(row, from, until.map(unsigned).transpose()?)
    }

    fn of(row: &Row<'_>, from: usize, until: Option<u64>) -> rusqlite::Result<Self> {
        let from = unsigned(row.get(from)?)?;
        Ok(Self { from, until })
    }
}

/// A stop of a person.
#[derive(Clone, Debug)]
pub enum PersonStop {
    /// A withdrawn consent.
    Withdrawn(Consent),
    /// An objection.
    Objection(Objection),
}

impl StoreReader {
    /// Gives every relation that was current at some revision from `first` through `last`, in the order
    /// they came.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn relations_between(
        &self,
        first: u64,
        last: u64,
        mut each: impl FnMut(Span, E164, Relation),
    ) -> Result<(), StoreError> {
        self.between(FactKind::Relation, first, last, |span, row| {
            let (e164, fact) = decode::relation(row)?;
            each(span, e164, fact);
            Ok(())
        })
    }

    /// As [`StoreReader::relations_between`], of consents. Equal sets of products share one array.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn consents_between(
        &self,
        first: u64,
        last: u64,
        mut each: impl FnMut(Span, E164, Consent),
    ) -> Result<(), StoreError> {
        let mut sets = decode::Sets::default();
        self.between(FactKind::Consent, first, last, |span, row| {
            let (e164, fact) = decode::consent(row, &mut sets)?;
            each(span, e164, fact);
            Ok(())
        })
    }

    /// As [`StoreReader::relations_between`], of objections.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn objections_between(
        &self,
        first: u64,
        last: u64,
        mut each: impl FnMut(Span, Option<E164>, Objection),
    ) -> Result<(), StoreError> {
        self.between(FactKind::Objection, first, last, |span, row| {
            let (e164, fact) = decode::objection(row)?;
            each(span, e164, fact);
            Ok(())
        })
    }

    fn between(
        &self,
        kind: FactKind,
        first: u64,
        last: u64,
        mut each: impl FnMut(Span, &Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        let scan = format!(
            "SELECT {}, f.rev_from FROM {} f WHERE f.rev_from <= ?1 ORDER BY f.id",
            decode::columns(kind),
            table_name(kind)
        );
        let values = [signed(last)];
        let read = ends::each_with_end(&self.db.conn, (kind, 1), &scan, values, |until, row| {
            if until.is_some_and(|until| until <= first) {
                return Ok(());
            }
            each(Span::of(row, decode::width(kind), until)?, row)
        });
        read.map_err(|e| self.db.wrong(e))
    }

    /// The revisions of a fact; `None` if there is no such row.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn span(&self, id: FactId) -> Result<Option<Span>, StoreError> {
        let sql = format!(
            "SELECT f.rev_from, e.rev_until FROM {} f {} WHERE f.id = ?1",
            table_name(id.kind()),
            ends::join(id.kind())
        );
        let read = || {
            self.db
                .conn
                .prepare_cached(&sql)?
                .query_row([signed(id.row())], |row| Span::read(row, 0))
                .optional()
        };
        read().map_err(|e| self.db.wrong(e))
    }

    /// The stops of a person, on whatever number, whenever they came: withdrawn consents and objections,
    /// each oldest first. A scan.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn stops_of_person(
        &self,
        person: PersonSym,
    ) -> Result<Vec<(Span, PersonStop)>, StoreError> {
        let read = || -> rusqlite::Result<Vec<(Span, PersonStop)>> {
            let mut found = Vec::new();
            for kind in [FactKind::Consent, FactKind::Objection] {
                let only = match kind {
                    FactKind::Consent => "AND f.withdrawn_at IS NOT NULL",
                    _ => "",
                };
                let scan = format!(
                    "SELECT {}, f.rev_from FROM {} f WHERE f.person = ?1 {only} ORDER BY f.id",
                    decode::columns(kind),
                    table_name(kind)
                );
                ends::each_with_end(&self.db.conn, (kind, 1), &scan, [person.0], |until, row| {
                    let stop = match kind {
                        FactKind::Consent => PersonStop::Withdrawn(
                            decode::consent(row, &mut decode::Sets::default())?.1,
                        ),
                        _ => PersonStop::Objection(decode::objection(row)?.1),
                    };
                    found.push((Span::of(row, decode::width(kind), until)?, stop));
                    Ok(())
                })?;
            }
            Ok(found)
        };
        read().map_err(|e| self.db.wrong(e))
    }

    /// Every catalogue row with its revisions, by kind and key.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn catalogue_history(&self) -> Result<Vec<(Span, CatalogueRow)>, StoreError> {
        catalogue::history(&self.db.conn).map_err(|e| self.db.wrong(e))
    }

    /// See [`super::Store::enforcements`].
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn enforcements(&self) -> Result<Vec<EnforcementRow>, StoreError> {
        enforcement::all(&self.db.conn).map_err(|e| self.db.wrong(e))
    }

    /// See [`super::Store::snapshots`].
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn snapshots(&self) -> Result<Vec<SnapshotRow>, StoreError> {
        register::all(&self.db.conn).map_err(|e| self.db.wrong(e))
    }

    /// Where the numbers of a register copy are kept.
    pub fn snapshot_path(&self, register: &str, n: u64) -> PathBuf {
        data_dir::snapshot(&self.dir, register, n)
    }

    /// What the processes that opened the directory decided with, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn setups(&self) -> Result<Vec<SetupRow>, StoreError> {
        setup::all(&self.db.conn).map_err(|e| self.db.wrong(e))
    }

    /// The text of a pack file by its SHA-256; `None` if it is not kept.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn pack(&self, sha256: &[u8; 32]) -> Result<Option<String>, StoreError> {
        setup::pack(&self.db.conn, sha256).map_err(|e| self.db.wrong(e))
    }

    /// The texts behind the small numbers of sellers and products, and of persons if asked for: there
    /// can be millions.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn symbols(&self, persons: bool) -> Result<Symbols, StoreError> {
        let all = Symbols::default();
        symbols::load_some(&self.db, &all, persons)?;
        Ok(all)
    }

    /// The number of a person; `None` if no fact names them. A scan.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn person(&self, id: &str) -> Result<Option<PersonSym>, StoreError> {
        symbols::person(&self.db.conn, id).map_err(|e| self.db.wrong(e))
    }
}
