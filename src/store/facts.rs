//! Facts about people: adding and ending them, and finding them by content.

use std::{ops::RangeInclusive, thread};

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};

use super::{
    Change, ConsentExtra, ObjectionExtra, On, RowHash, StoreError, StoreReader, StoredRow,
    database::{signed, table_name},
    decode, ends,
};
use crate::{
    clock::{Day, Micros},
    facts::model::{
        ChannelSet, Consent, FactId, FactKind, Objection, PersonSym, Products, Relation, SellerSym,
    },
    number::E164,
};

const INSERT_RELATION: &str = "INSERT INTO relation (id, number, person, seller, product, kind, paid, \
     started_on, ended_on, origin, hash, rev_from, typed, region) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
const INSERT_CONSENT: &str = "INSERT INTO consent (id, number, person, seller, channels, granted_at, \
     expires_at, withdrawn_at, products, origin, hash, rev_from, withdrawn_written, evidence, typed, region) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
const INSERT_OBJECTION: &str = "INSERT INTO objection (id, number, person, seller, channels, \
     in_force_from, origin, hash, rev_from, recorded_at, source, typed, region) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
/// The columns of [`decode::ended`], whether it is a stop, and whether it came before a revision.
const STANDING: [&str; 3] = [
    "SELECT number, person, 0, rev_from < ?2 FROM relation WHERE id = ?1",
    "SELECT number, person, withdrawn_at IS NOT NULL, rev_from < ?2 FROM consent WHERE id = ?1",
    "SELECT number, person, 1, rev_from < ?2 FROM objection WHERE id = ?1",
];
const END: &str = "INSERT INTO fact_end (fact, rev_until) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

impl<'s> Change<'s> {
    /// Adds a relation and gives it an id (the one it has is not looked at).
    ///
    /// # Errors
    /// [`StoreError::Refused`] without a number or a seller.
    pub fn add_relation(&mut self, on: &On<'_>, mut fact: Relation) -> Result<FactId, StoreError> {
        self.sound()?;
        let e164 = permit_number(on, fact.seller)?;
        fact.id = self.next_id(FactKind::Relation);
        let values = (
            signed(fact.id.row()),
            signed(e164.digits()),
            fact.person.0,
            fact.seller.0,
            fact.product.0,
            fact.kind.code(),
            fact.paid,
            fact.started_on.0,
            Some(fact.ended_on.0).filter(|_| fact.ended_on != Day::NEVER),
            self.origin,
            on.hash,
            signed(self.revision()),
            on.typed,
            on.region,
        );
        let done = prepared(&mut self.inserts[0], self.conn, INSERT_RELATION)
            .and_then(|statement| statement.execute(values));
        self.keep(done)?;
        self.added(fact.id, fact.seller, fact.product.0, fact.person);
        self.counts.relations_added += 1;
        self.delta.relations.push((e164, fact));
        Ok(fact.id)
    }

    /// Adds a consent and gives it an id (the one it has is not looked at).
    ///
    /// # Errors
    /// [`StoreError::Refused`] without a number, a seller or channels.
    pub fn add_consent(
        &mut self,
        on: &On<'_>,
        mut fact: Consent,
        extra: &ConsentExtra<'_>,
    ) -> Result<FactId, StoreError> {
        self.sound()?;
        let e164 = permit_number(on, fact.seller)?;
        some_channels(fact.channels)?;
        fact.id = self.next_id(FactKind::Consent);
        let values = (
            signed(fact.id.row()),
            signed(e164.digits()),
            fact.person.0,
            fact.seller.0,
            fact.channels.0,
            fact.granted_at.0,
            ever(fact.expires_at),
            ever(fact.withdrawn_at),
            decode::products_text(&fact.products),
            self.origin,
            on.hash,
            signed(self.revision()),
            ever(extra.withdrawn_written),
            extra.evidence,
            on.typed,
            on.region,
        );
        let done = prepared(&mut self.inserts[1], self.conn, INSERT_CONSENT)
            .and_then(|statement| statement.execute(values));
        self.keep(done)?;
        let highest = match &fact.products {
            Products::AllOfSeller => 0,
            Products::Named(named) => named.iter().map(|p| p.0).max().unwrap_or(0),
        };
        let id = fact.id;
        self.added(id, fact.seller, highest, fact.person);
        self.counts.consents_added += 1;
        self.delta.consents.push((e164, fact));
        Ok(id)
    }

    /// Adds an objection and gives it an id (the one it has is not looked at).
    ///
    /// # Errors
    /// [`StoreError::Refused`] without a number or a person, or without channels.
    pub fn add_objection(
        &mut self,
        on: &On<'_>,
        mut fact: Objection,
        extra: &ObjectionExtra<'_>,
    ) -> Result<FactId, StoreError> {
        self.sound()?;
        if on.e164.is_none() && fact.person == PersonSym::NONE {
            return Err(StoreError::Refused(
                "an objection needs a number or a person".into(),
            ));
        }
        some_channels(fact.channels)?;
        fact.id = self.next_id(FactKind::Objection);
        let values = (
            signed(fact.id.row()),
            on.e164.map(|e164| signed(e164.digits())),
            fact.person.0,
            fact.seller.0,
            fact.channels.0,
            fact.in_force_from.0,
            self.origin,
            on.hash,
            signed(self.revision()),
            extra.recorded_at.0,
            extra.source,
            on.typed,
            on.region,
        );
        let done = prepared(&mut self.inserts[2], self.conn, INSERT_OBJECTION)
            .and_then(|statement| statement.execute(values));
        self.keep(done)?;
        self.added(fact.id, fact.seller, 0, fact.person);
        self.counts.objections_added += 1;
        self.delta.objections.push((on.e164, fact));
        Ok(fact.id)
    }

    /// Ends a fact that was current before this change.
    ///
    /// # Errors
    /// [`StoreError::NotCurrent`]; [`StoreError::Stop`] for objections and withdrawn consents, since an
    /// omission never lifts a stop.
    pub fn end(&mut self, id: FactId) -> Result<(), StoreError> {
        self.sound()?;
        let (kind, revision) = (id.kind() as usize, signed(self.revision()));
        let standing = prepared(&mut self.standing[kind], self.conn, STANDING[kind]);
        let standing = standing.and_then(|statement| {
            let read = |row: &Row<'_>| {
                let (stop, before) = (row.get(2)?, row.get(3)?);
                // An objection may have no number, and is not ended.
                let ended = match stop {
                    true => None,
                    false => Some(decode::ended(id, row)?),
                };
                Ok((ended, before))
            };
            let found = statement.query_row((signed(id.row()), revision), read);
            found.optional()
        });
        let ended = match self.keep(standing)? {
            Some((Some(ended), true)) => ended,
            Some((None, _)) => return Err(StoreError::Stop { id }),
            _ => return Err(StoreError::NotCurrent { id }),
        };
        let done = prepared(&mut self.end, self.conn, END)
            .and_then(|statement| statement.execute((signed(id.code()), revision)));
        if self.keep(done)? == 0 {
            return Err(StoreError::NotCurrent { id });
        }
        self.delta.ended.push(ended);
        let table = &mut self.tables[kind];
        table.current = table.current.saturating_sub(1);
        match id.kind() {
            FactKind::Relation => self.counts.relations_ended += 1,
            _ => self.counts.consents_ended += 1,
        }
        Ok(())
    }

    /// Content hashes of the current facts of this change's origin, in the order they came; for objections, of
    /// every origin, since a stop that is there need not be added again. As this change sees them: without those
    /// it ended, with those it added. `before` is a reader of what was there when this change began; it reads the
    /// older half, on a thread of its own.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn hashes<T: Send>(
        &self,
        kind: FactKind,
        before: &mut StoreReader,
        keep: impl Fn(RowHash, StoredRow) -> T + Sync,
    ) -> Result<Vec<T>, StoreError> {
        self.sound()?;
        let (origin, keep) = (self.origin, &keep);
        let middle = match self.counts.relations_ended + self.counts.consents_ended {
            0 => self.tables[kind as usize].last_row / 2,
            // Which ones it ended the reader does not see.
            _ => 0,
        };
        thread::scope(|scope| {
            let older = scope.spawn(move || {
                let mut older = Vec::new();
                let each = |hash, row| older.push(keep(hash, row));
                let read = read_each_hash(&before.db.conn, kind, origin, 1..=middle, each);
                read.map_err(|e| before.db.wrong(e)).map(|()| older)
            });
            let mut newer = Vec::new();
            let each = |hash, row| newer.push(keep(hash, row));
            let read = read_each_hash(self.conn, kind, origin, middle + 1..=u64::MAX, each);
            let older = older
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            read.map_err(|e| self.wrong(e))?;
            let mut all = older?;
            all.append(&mut newer);
            Ok(all)
        })
    }

    fn next_id(&self, kind: FactKind) -> FactId {
        FactId::new(kind, self.tables[kind as usize].last_row + 1)
    }

    fn added(&mut self, id: FactId, seller: SellerSym, product: u32, person: PersonSym) {
        let table = &mut self.tables[id.kind() as usize];
        table.last_row = id.row();
        table.current += 1;
        for (highest, named) in self.named.iter_mut().zip([seller.0, product, person.0]) {
            *highest = named.max(*highest);
        }
    }
}

/// Gives the hashes of those of some rows that are current, in the order they came.
fn read_each_hash(
    conn: &Connection,
    kind: FactKind,
    origin: i64,
    rows: RangeInclusive<u64>,
    mut each: impl FnMut(RowHash, StoredRow),
) -> rusqlite::Result<()> {
    let (withdrawn, of) = match kind {
        FactKind::Relation => ("0", "origin = ?1"),
        FactKind::Consent => ("withdrawn_at IS NOT NULL", "origin = ?1"),
        FactKind::Objection => ("0", "?1 IS NOT NULL"),
    };
    let scan = format!(
        "SELECT id, hash, {withdrawn} FROM {} WHERE {of} AND id BETWEEN ?2 AND ?3 ORDER BY id",
        table_name(kind)
    );
    let values = [origin, signed(*rows.start()), signed(*rows.end())];
    ends::each_with_end(conn, (kind, *rows.start()), &scan, values, |until, row| {
        if until.is_none() {
            let (id, withdrawn) = (decode::id(kind, row)?, row.get(2)?);
            each(row.get(1)?, StoredRow { id, withdrawn });
        }
        Ok(())
    })
}

/// A statement that is prepared when first needed.
fn prepared<'a, 's>(
    slot: &'a mut Option<CachedStatement<'s>>,
    conn: &'s Connection,
    sql: &str,
) -> rusqlite::Result<&'a mut CachedStatement<'s>> {
    match slot {
        Some(statement) => Ok(statement),
        None => Ok(slot.insert(conn.prepare_cached(sql)?)),
    }
}

fn permit_number(on: &On<'_>, seller: SellerSym) -> Result<E164, StoreError> {
    on.e164
        .filter(|_| seller != SellerSym::default())
        .ok_or_else(|| {
            StoreError::Refused("a relation or consent needs a number and a seller".into())
        })
}

fn some_channels(channels: ChannelSet) -> Result<(), StoreError> {
    if decode::is_channels(channels) {
        return Ok(());
    }
    Err(StoreError::Refused(
        "a consent or objection needs channels: some by name, or * for all".into(),
    ))
}

/// An end, or nothing if there is none.
fn ever(at: Micros) -> Option<i64> {
    Some(at.0).filter(|_| at != Micros::NEVER)
}
