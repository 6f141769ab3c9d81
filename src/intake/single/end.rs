//! Withdrawing a consent and ending a relation: the old fact ends and a new one takes its place, since
//! facts are never updated.

use super::{RecordError, Recorded, add_consent, recorded, wait};
use crate::{
    clock::{Day, Micros},
    facts::{
        model::{Consent, FactId, Products, Relation},
        symbols::Symbols,
    },
    intake::{
        API_ORIGIN, FieldProblem,
        row::{Keys, consent_hash, keys, relation_hash},
    },
    number::Region,
    store::{ConsentExtra, FactBody, FactRow, On, Store},
};

/// Withdraws a consent from a moment on, never later than its receipt. One that is withdrawn already
/// stays as it is.
///
/// # Errors
/// If there is no such consent, it has ended, or the store fails.
pub fn withdraw_consent(
    id: FactId,
    at: Micros,
    received_at: Micros,
    store: &mut Store,
    symbols: &Symbols,
) -> Result<Recorded, RecordError> {
    let row = current("consent", id, store)?;
    let FactBody::Consent {
        fact,
        evidence,
        withdrawn_written,
    } = &row.body
    else {
        return Err(RecordError::NotThere {
            kind: "consent",
            id,
        });
    };
    if *withdrawn_written != Micros::NEVER {
        return Ok(unchanged(&row, store));
    }
    let hash = withdrawn_hash(&row, fact, evidence, at, symbols);
    let keys = withdrawn_keys(&row, hash);
    let fact = Consent {
        withdrawn_at: at.min(received_at),
        ..fact.clone()
    };
    let mut change = store.begin(API_ORIGIN, received_at)?;
    // The new one first: a stop becomes visible before a permit goes.
    let extra = ConsentExtra {
        evidence,
        withdrawn_written: at,
    };
    let fact_ids = add_consent(&mut change, (&row.typed, &row.region), &keys, &fact, &extra)?;
    change.end(id)?;
    let given = format!("number={}; withdrawn={id}; withdrawn_at={at}", row.typed);
    let unclear_id = wait(&mut change, &keys, &given, hash)?;
    Ok(recorded(
        change.commit(symbols)?,
        fact_ids,
        &keys,
        unclear_id,
    ))
}

fn withdrawn_hash(
    row: &FactRow,
    fact: &Consent,
    evidence: &str,
    at: Micros,
    symbols: &Symbols,
) -> [u8; 16] {
    let mut products = match &fact.products {
        Products::AllOfSeller => Vec::new(),
        Products::Named(syms) => syms.iter().map(|p| symbols.product_id(*p)).collect(),
    };
    products.sort_unstable();
    let person = symbols.persons.text(fact.person.0);
    let seller = symbols.seller_id(fact.seller);
    let texts = [&row.typed, &row.region, &person, &seller, evidence];
    let times = [fact.granted_at, fact.expires_at, at];
    consent_hash(texts, fact.channels, times, &products)
}

/// What the withdrawal is recorded under: the number the yes stands on, and any other its spelling may
/// mean.
fn withdrawn_keys(row: &FactRow, hash: [u8; 16]) -> Keys {
    let certain = row.e164.map(|e164| Keys::certain(e164, hash));
    let both = Region::parse(&row.region)
        .map(|region| keys(&row.typed, region, hash, false))
        .ok()
        .filter(|k| k.list.iter().any(|(e164, _)| *e164 == row.e164));
    both.or(certain)
        .unwrap_or_else(|| keys("", Region::NL, hash, false))
}

/// Ends a relation with a day. One that ends on that day already stays as it is.
///
/// # Errors
/// If there is no such relation, it is no longer current, it began later, or the store fails.
pub fn end_relation(
    id: FactId,
    ended_on: Day,
    received_at: Micros,
    store: &mut Store,
    symbols: &Symbols,
) -> Result<Recorded, RecordError> {
    let row = current("relation", id, store)?;
    let (FactBody::Relation(old), Some(e164)) = (&row.body, row.e164) else {
        return Err(RecordError::NotThere {
            kind: "relation",
            id,
        });
    };
    if old.ended_on == ended_on {
        return Ok(unchanged(&row, store));
    }
    if ended_on < old.started_on {
        return Err(RecordError::Fields(vec![FieldProblem {
            field: "ended_on",
            what: format!(
                "{ended_on} is before the relation began, on {}",
                old.started_on
            ),
            hint: "give a later day".to_owned(),
        }]));
    }
    let fact = Relation { ended_on, ..*old };
    let who = [
        &row.typed,
        &row.region,
        &symbols.persons.text(fact.person.0),
        &symbols.seller_id(fact.seller),
        &symbols.product_id(fact.product),
    ];
    let hash = relation_hash(who.map(String::as_str), &fact);
    let mut change = store.begin(API_ORIGIN, received_at)?;
    let on = On {
        e164: Some(e164),
        typed: &row.typed,
        region: &row.region,
        hash,
    };
    let new = change.add_relation(&on, fact)?;
    change.end(id)?;
    let keys = Keys::certain(e164, hash);
    Ok(recorded(change.commit(symbols)?, vec![new], &keys, None))
}

fn current(kind: &'static str, id: FactId, store: &Store) -> Result<FactRow, RecordError> {
    let row = store.fact(id)?.ok_or(RecordError::NotThere { kind, id })?;
    match row.rev_until {
        None => Ok(row),
        Some(_) => Err(RecordError::Ended { id }),
    }
}

fn unchanged(row: &FactRow, store: &Store) -> Recorded {
    Recorded {
        fact_ids: vec![row.id],
        unclear_id: None,
        unclear: false,
        e164s: row.e164.into_iter().collect(),
        revision: store.revision(),
        delta: Default::default(),
    }
}
