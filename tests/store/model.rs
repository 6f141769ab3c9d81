//! Any sequence of changes leaves in the file exactly what a simple list of facts says.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};
use tempfile::tempdir;
use verzet::{
    clock::Micros,
    facts::{
        model::{Consent, FactId, FactKind, Products},
        symbols::Symbols,
    },
    number::E164,
    store::{Change, FactBody, Span, Store, StoreError, StoreReader},
};

use crate::common::*;

#[derive(Clone, Debug)]
enum Step {
    Add {
        kind: u8,
        number: u64,
        withdrawn: bool,
    },
    End {
        pick: usize,
    },
    Commit,
    Undo,
    Reopen,
    Index {
        most: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..3_u8, 0..6_u64, any::<bool>())
            .prop_map(|(kind, number, withdrawn)| Step::Add { kind, number, withdrawn }),
        5 => any::<usize>().prop_map(|pick| Step::End { pick }),
        3 => Just(Step::Commit),
        1 => Just(Step::Undo),
        1 => Just(Step::Reopen),
        1 => (1..4_u64).prop_map(|most| Step::Index { most }),
    ]
}

#[derive(Clone, Debug, PartialEq)]
struct Known {
    number: E164,
    stop: bool,
    rev_from: u64,
    rev_until: Option<u64>,
}

type Facts = BTreeMap<u64, (FactId, Known)>;

/// Adds or ends in the change and in the list.
fn apply(change: &mut Change<'_>, facts: &mut Facts, step: &Step) {
    let revision = change.revision();
    match *step {
        Step::Add {
            kind,
            number: n,
            withdrawn,
        } => {
            let (id, stop) = match kind {
                0 => (change.add_relation(&on(n), relation()).unwrap(), false),
                1 => {
                    let at = if withdrawn { Micros(5) } else { Micros::NEVER };
                    let fact = Consent {
                        withdrawn_at: at,
                        products: Products::AllOfSeller,
                        ..consent()
                    };
                    (
                        change.add_consent(&on(n), fact, &EXTRA_YES).unwrap(),
                        withdrawn,
                    )
                }
                _ => (
                    change
                        .add_objection(&on(n), objection(), &EXTRA_NO)
                        .unwrap(),
                    true,
                ),
            };
            let known = Known {
                number: number(n),
                stop,
                rev_from: revision,
                rev_until: None,
            };
            assert!(
                facts.insert(id.code(), (id, known)).is_none(),
                "{id} was given twice"
            );
        }
        Step::End { pick } if !facts.is_empty() => {
            let pick = pick % facts.len();
            let (id, known) = facts.values_mut().nth(pick).unwrap();
            let current = known.rev_until.is_none();
            match change.end(*id) {
                Ok(()) => {
                    assert!(current && !known.stop && known.rev_from < revision);
                    known.rev_until = Some(revision);
                }
                Err(StoreError::Stop { .. }) => assert!(known.stop && current),
                Err(StoreError::NotCurrent { .. }) => {
                    assert!(!current || (known.rev_from == revision && !known.stop));
                }
                Err(e) => panic!("{e}"),
            }
        }
        _ => {}
    }
}

fn agree(store: &Store, facts: &Facts) {
    let loaded = load(store);
    let mut seen: Vec<(FactId, Option<E164>)> = Vec::new();
    seen.extend(loaded.relations.iter().map(|(n, f)| (f.id, Some(*n))));
    seen.extend(loaded.consents.iter().map(|(n, f)| (f.id, Some(*n))));
    seen.extend(loaded.objections.iter().map(|(n, f)| (f.id, *n)));
    let mut want: Vec<_> = facts
        .values()
        .filter(|(_, known)| known.rev_until.is_none())
        .map(|(id, known)| (*id, Some(known.number)))
        .collect();
    want.sort_by_key(|(id, _)| (id.kind(), id.row()));
    assert_eq!(seen, want);
    for n in 0..6 {
        let rows = store.facts_of_number(number(n)).unwrap();
        let mut want: Vec<_> = facts
            .values()
            .filter(|(_, k)| k.number == number(n))
            .collect();
        want.sort_by_key(|(id, _)| (id.kind(), id.row()));
        assert_eq!(rows.len(), want.len());
        for (row, (id, known)) in rows.iter().zip(want) {
            assert_eq!(
                (row.id, row.rev_from, row.rev_until),
                (*id, known.rev_from, known.rev_until)
            );
            assert!(matches!(
                (&row.body, id.kind()),
                (FactBody::Relation(_), FactKind::Relation)
                    | (FactBody::Consent { .. }, FactKind::Consent)
                    | (FactBody::Objection { .. }, FactKind::Objection)
            ));
        }
    }
    for revision in 0..=store.revision() {
        agree_then(&store.reader().unwrap(), facts, revision);
    }
}

/// The facts of a past revision.
fn agree_then(reader: &StoreReader, facts: &Facts, revision: u64) {
    let mut seen = Vec::new();
    let mut see = |span, id| seen.push((id, span));
    let (first, last) = (revision, revision);
    reader
        .relations_between(first, last, |span, _, f| see(span, f.id))
        .unwrap();
    reader
        .consents_between(first, last, |span, _, f| see(span, f.id))
        .unwrap();
    reader
        .objections_between(first, last, |span, _, f| see(span, f.id))
        .unwrap();
    let all = facts.values().map(|(id, known)| {
        let (from, until) = (known.rev_from, known.rev_until);
        (*id, Span { from, until })
    });
    let mut want: Vec<_> = all.filter(|(_, span)| span.holds(revision)).collect();
    want.sort_by_key(|(id, _)| (id.kind(), id.row()));
    assert_eq!(seen, want);
    for (id, span) in want {
        assert_eq!(reader.span(id).unwrap(), Some(span));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_file_agrees_with_a_list(steps in vec(step(), 1..60)) {
        let dir = tempdir().unwrap();
        let (mut store, mut symbols) = open(dir.path());
        let mut facts = Facts::new();
        let mut revision = 0;
        let mut pending: Vec<Step> = Vec::new();
        for step in steps {
            match step {
                Step::Add { .. } | Step::End { .. } => {
                    pending.push(step);
                    continue;
                }
                Step::Commit | Step::Undo => {
                    let mut after = facts.clone();
                    let mut change = store.begin("crm", AT).unwrap();
                    for one in pending.drain(..) {
                        apply(&mut change, &mut after, &one);
                    }
                    if matches!(step, Step::Commit) {
                        let committed = change.commit(&symbols).unwrap();
                        revision += u64::from(after != facts);
                        assert_eq!(committed.revision, revision);
                        facts = after;
                    }
                }
                Step::Reopen => {
                    drop(store);
                    symbols = Symbols::default();
                    store = Store::open(dir.path(), &symbols).unwrap();
                    name(&symbols);
                }
                Step::Index { most } => {
                    store.index_numbers(most).unwrap();
                }
            }
            assert_eq!(store.revision(), revision);
            agree(&store, &facts);
        }
        while store.index_numbers(2).unwrap() > 0 {}
        agree(&store, &facts);
    }
}
