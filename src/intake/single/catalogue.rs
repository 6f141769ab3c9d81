//! Catalogue entries put and ended over the interface: checked together with all that is there.

use hashbrown::HashSet;

use super::RecordError;
use crate::{
    clock::Micros,
    facts::{catalogue::Catalogue, symbols::Symbols},
    intake::{
        API_ORIGIN,
        catalogue::{Entry, Located, Place, build, check_all, read_rows},
        field::Told,
        problem::{Problem, shown},
    },
    store::{CatalogueKind, CatalogueRow, Change, Store},
};

/// What a change of the catalogue brought.
#[derive(Debug)]
pub struct CatalogueChanged {
    /// The revision now current.
    pub revision: u64,
    /// The new catalogue; `None` if nothing changed.
    pub catalogue: Option<Catalogue>,
}

/// Adds or replaces entries, given as the columns of their files, as one change set.
///
/// # Errors
/// [`RecordError::Catalogue`] with everything wrong, in the rows or with what is there; or if the store
/// fails. Then nothing changed.
pub fn put_catalogue(
    rows: &[(CatalogueKind, Vec<String>)],
    received_at: Micros,
    store: &mut Store,
    symbols: &Symbols,
) -> Result<CatalogueChanged, RecordError> {
    let mut problems = Vec::new();
    let mut entries = Vec::new();
    for (n, (kind, fields)) in rows.iter().enumerate() {
        let mut told = Told::default();
        let cell = |i: usize| fields.get(i).map_or("", String::as_str);
        entries.extend(Entry::read(*kind, &cell, &mut told).map(|entry| Located {
            entry,
            origin: API_ORIGIN.to_owned(),
            place: Place::Given,
        }));
        problems.extend(told.0.into_iter().map(|p| Problem {
            file: match cell(0) {
                "" => format!("{kind} {}", n + 1),
                id => format!("{kind} {}", shown(id)),
            },
            field: p.field.to_owned(),
            what: p.what,
            hint: p.hint,
            ..Problem::default()
        }));
    }
    if !problems.is_empty() {
        return Err(RecordError::Catalogue(problems));
    }
    let given = entries.len();
    let mut change = store.begin(API_ORIGIN, received_at)?;
    let current = change.catalogue_rows()?;
    let name = |l: &Located| (l.entry.kind(), l.entry.key());
    let keys: HashSet<_> = entries.iter().map(name).collect();
    let rest = |r: &&CatalogueRow| !keys.contains(&(r.kind, r.key.clone()));
    let rest: Vec<_> = current.iter().filter(rest).cloned().collect();
    entries.extend(sound(&rest)?);
    for one in &entries[..given] {
        let row = CatalogueRow {
            kind: one.entry.kind(),
            origin: API_ORIGIN.to_owned(),
            key: one.entry.key(),
            fields: one.entry.fields(),
        };
        let same =
            |r: &CatalogueRow| (r.kind, &r.key, &r.fields) == (row.kind, &row.key, &row.fields);
        if !current.iter().any(same) {
            change.put_catalogue(&row)?;
        }
    }
    let problems = check_all(&entries);
    finish(change, &entries, problems, symbols)
}

/// Ends entries by kind and id, as one change set; a pair by `bought;offered`, with all its rows.
///
/// # Errors
/// [`RecordError::Catalogue`] if one is not there, or others rest on it; or if the store fails. Then
/// nothing changed.
pub fn end_catalogue(
    ends: &[(CatalogueKind, &str)],
    received_at: Micros,
    store: &mut Store,
    symbols: &Symbols,
) -> Result<CatalogueChanged, RecordError> {
    let mut change = store.begin(API_ORIGIN, received_at)?;
    let mut rest = change.catalogue_rows()?;
    let mut problems = Vec::new();
    for (kind, key) in ends {
        let pair = format!("{key};");
        let meant = |r: &CatalogueRow| {
            let pair = *kind == CatalogueKind::Pair && r.key.starts_with(&pair);
            r.kind == *kind && (r.key == *key || pair)
        };
        let gone: Vec<_> = rest.extract_if(.., |r| meant(r)).collect();
        if gone.is_empty() {
            problems.push(Problem {
                file: format!("{kind} {}", shown(key)),
                what: "is not there".to_owned(),
                hint: "it may have ended already".to_owned(),
                ..Problem::default()
            });
        }
        for row in gone {
            change.end_catalogue(row.kind, &row.key)?;
        }
    }
    let entries = sound(&rest)?;
    problems.extend(check_all(&entries).into_iter().map(|p| Problem {
        what: format!("would be left without what it rests on: {}", p.what),
        hint: "end it too, or change it first".to_owned(),
        ..p
    }));
    finish(change, &entries, problems, symbols)
}

/// Stored rows as entries.
fn sound(rows: &[CatalogueRow]) -> Result<Vec<Located>, RecordError> {
    let (entries, problems) = read_rows(rows);
    if problems.is_empty() {
        Ok(entries)
    } else {
        Err(RecordError::Catalogue(problems))
    }
}

fn finish(
    change: Change<'_>,
    entries: &[Located],
    problems: Vec<Problem>,
    symbols: &Symbols,
) -> Result<CatalogueChanged, RecordError> {
    if !problems.is_empty() {
        return Err(RecordError::Catalogue(problems));
    }
    let rows = build(entries.iter().map(|l| &l.entry), symbols)?;
    let committed = change.commit(symbols)?;
    Ok(CatalogueChanged {
        revision: committed.revision,
        catalogue: committed.catalogue_changed.then(|| Catalogue::build(rows)),
    })
}
