//! Facts and catalogue entries recorded one by one, each as a change set of its own.

mod catalogue;
mod end;

pub use catalogue::{CatalogueChanged, end_catalogue, put_catalogue};
pub use end::{end_relation, withdraw_consent};

use super::{
    API_ORIGIN,
    hash::beside,
    problem::{FieldProblem, Problem},
    row::{
        ConsentFields, Fields, Keys, ObjectionFields, Reading, RelationFields, consent_from_fields,
        given, objection_from_fields, relation_from_fields,
    },
};
use crate::{
    facts::{
        delta::Delta,
        model::{Consent, FactId},
        symbols::{Symbols, TooMany},
    },
    number::E164,
    store::{
        Change, Committed, ConsentExtra, NewUnclear, ObjectionExtra, On, RowHash, Store, StoreError,
    },
};

/// What one call recorded.
#[derive(Debug)]
pub struct Recorded {
    /// The facts, one for each number (or the person) it stands on.
    pub fact_ids: Vec<FactId>,
    /// Its row in the unclear queue, if a person must look at it.
    pub unclear_id: Option<u64>,
    /// Whether a person must look at it, or must have.
    pub unclear: bool,
    /// The numbers it is in force on.
    pub e164s: Vec<E164>,
    /// The revision that brought it.
    pub revision: u64,
    /// What memory must apply.
    pub delta: Delta,
}

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Fields are wrong.
    #[error("{}", fields_in_words(.0))]
    Fields(Vec<FieldProblem>),
    /// Catalogue entries are wrong, or would leave others without what they rest on.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Catalogue(Vec<Problem>),
    /// There is no such fact.
    #[error("there is no {kind} `{id}`; use the id that was returned when it was recorded")]
    NotThere {
        /// What was looked for.
        kind: &'static str,
        /// Its id.
        id: FactId,
    },
    /// The fact has ended.
    #[error("`{id}` has ended; another fact may have taken its place")]
    Ended {
        /// Its id.
        id: FactId,
    },
    /// No room for more ids.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The store failed; nothing was kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn fields_in_words(problems: &[FieldProblem]) -> String {
    let one = |p: &FieldProblem| format!("{}: {}; {}", p.field, p.what, p.hint);
    problems.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Records a no. Without `recorded_at` it was said now. A number that cannot be read is kept and listed
/// as unclear; one that can be read two ways is in force on both, and listed.
///
/// # Errors
/// [`RecordError::Fields`], or if the store fails.
pub fn record_objection(
    fields: &ObjectionFields<'_>,
    with: &Reading<'_>,
    store: &mut Store,
    symbols: &Symbols,
) -> Result<Recorded, RecordError> {
    // Said now, and said as such, so that the same words tomorrow are another no.
    let now = with.received_at.to_string();
    let recorded_at = match fields.recorded_at.trim() {
        "" => &now,
        written => written,
    };
    let fields = ObjectionFields {
        recorded_at,
        ..*fields
    };
    let (row, seller) = objection_from_fields(&fields, with).map_err(RecordError::Fields)?;
    let keys = row.keys();
    let fact = row.fact(seller, symbols)?;

    let mut change = store.begin(API_ORIGIN, with.received_at)?;
    let mut fact_ids = Vec::new();
    for (e164, hash) in &keys.list {
        let on = On {
            e164: *e164,
            typed: row.typed,
            region: row.region.as_str(),
            hash: *hash,
        };
        let extra = ObjectionExtra {
            source: row.source,
            recorded_at: row.recorded_at,
        };
        fact_ids.push(change.add_objection(&on, fact, &extra)?);
    }
    let given = given(ObjectionFields::COLUMNS, |column| fields.cell(column));
    let unclear_id = wait(&mut change, &keys, &given, row.hash)?;
    Ok(recorded(
        change.commit(symbols)?,
        fact_ids,
        &keys,
        unclear_id,
    ))
}

/// Records a yes, withdrawn or not.
///
/// # Errors
/// [`RecordError::Fields`], or if the store fails.
pub fn record_consent(
    fields: &ConsentFields<'_>,
    with: &Reading<'_>,
    store: &mut Store,
    symbols: &Symbols,
) -> Result<Recorded, RecordError> {
    let (row, keys) = consent_from_fields(fields, with).map_err(RecordError::Fields)?;
    let fact = row.fact(symbols)?;
    let mut change = store.begin(API_ORIGIN, with.received_at)?;
    let on = (row.typed, row.region.as_str());
    let extra = ConsentExtra {
        evidence: row.evidence,
        withdrawn_written: row.withdrawn_written,
    };
    let fact_ids = add_consent(&mut change, on, &keys, &fact, &extra)?;
    let given = given(ConsentFields::COLUMNS, |column| fields.cell(column));
    let unclear_id = wait(&mut change, &keys, &given, row.hash)?;
    Ok(recorded(
        change.commit(symbols)?,
        fact_ids,
        &keys,
        unclear_id,
    ))
}

/// Records a relation.
///
/// # Errors
/// [`RecordError::Fields`], or if the store fails.
pub fn record_relation(
    fields: &RelationFields<'_>,
    with: &Reading<'_>,
    store: &mut Store,
    symbols: &Symbols,
) -> Result<Recorded, RecordError> {
    let (row, e164) = relation_from_fields(fields, with).map_err(RecordError::Fields)?;
    let fact = row.fact(symbols)?;
    let mut change = store.begin(API_ORIGIN, with.received_at)?;
    let on = On {
        e164: Some(e164),
        typed: row.typed,
        region: row.region.as_str(),
        hash: row.hash,
    };
    let id = change.add_relation(&on, fact)?;
    let keys = Keys::certain(e164, row.hash);
    Ok(recorded(change.commit(symbols)?, vec![id], &keys, None))
}

/// Adds a consent under each of its numbers.
fn add_consent(
    change: &mut Change<'_>,
    (typed, region): (&str, &str),
    keys: &Keys,
    fact: &Consent,
    extra: &ConsentExtra<'_>,
) -> Result<Vec<FactId>, StoreError> {
    let mut ids = Vec::new();
    for (e164, hash) in &keys.list {
        let on = On {
            e164: *e164,
            typed,
            region,
            hash: *hash,
        };
        ids.push(change.add_consent(&on, fact.clone(), extra)?);
    }
    Ok(ids)
}

/// Puts a stop that a person must look at in the queue.
fn wait(
    change: &mut Change<'_>,
    keys: &Keys,
    given: &str,
    hash: RowHash,
) -> Result<Option<u64>, StoreError> {
    let Some(problem) = &keys.unclear else {
        return Ok(None);
    };
    change.add_unclear(&NewUnclear {
        place: "",
        given,
        problem,
        e164: &keys.numbers(),
        hash: beside(hash, "unclear"),
    })
}

fn recorded(
    committed: Committed,
    fact_ids: Vec<FactId>,
    keys: &Keys,
    unclear_id: Option<u64>,
) -> Recorded {
    Recorded {
        fact_ids,
        unclear_id,
        unclear: keys.unclear.is_some(),
        e164s: keys.numbers().into_vec(),
        revision: committed.revision,
        delta: committed.delta,
    }
}
