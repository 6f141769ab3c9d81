//! Ending facts: they stay in their tables, and stops stay in force.

use tempfile::tempdir;
use verzet::{
    clock::Micros,
    facts::{
        delta::Ended,
        model::{Consent, FactId, FactKind, PersonSym},
    },
    store::StoreError,
};

use crate::common::*;

#[test]
fn an_ended_fact_stays_in_its_table() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let mut change = store.begin("crm", AT).unwrap();
    let gone = change.add_relation(&on(1), relation()).unwrap();
    let kept = change.add_relation(&on(2), relation()).unwrap();
    let yes = change.add_consent(&on(1), consent(), &EXTRA_YES).unwrap();
    change.commit(&symbols).unwrap();
    let before = store.fact(gone).unwrap().unwrap();

    let mut change = store.begin("crm", AT).unwrap();
    change.end(gone).unwrap();
    change.end(yes).unwrap();
    let committed = change.commit(&symbols).unwrap();
    let want = [(gone, PersonSym(2)), (yes, PersonSym::NONE)].map(|(id, person)| Ended {
        id,
        number: Some(number(1)),
        person,
    });
    assert_eq!(committed.delta.ended, want);
    assert_eq!(committed.counts.relations_ended, 1);
    assert_eq!(committed.counts.consents_ended, 1);

    drop(store);
    let (mut store, _) = open(dir.path());
    let loaded = load(&store);
    assert_eq!(
        loaded.relations.iter().map(|r| r.1.id).collect::<Vec<_>>(),
        [kept]
    );
    assert!(loaded.consents.is_empty());
    let mut after = store.fact(gone).unwrap().unwrap();
    assert_eq!(after.rev_until, Some(2));
    after.rev_until = None;
    assert_eq!(after, before, "ending changes nothing else");
    assert_eq!(store.facts_of_number(number(1)).unwrap().len(), 2);

    // The row number of the last row is not given again.
    let mut change = store.begin("crm", AT).unwrap();
    change.end(kept).unwrap();
    let next = change.add_relation(&on(3), relation()).unwrap();
    assert_eq!(next.row(), 3);
}

#[test]
fn a_stop_is_never_ended() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let mut change = store.begin("crm", AT).unwrap();
    let no = change
        .add_objection(&on(1), objection(), &EXTRA_NO)
        .unwrap();
    let withdrawn = Consent {
        withdrawn_at: Micros(7),
        ..consent()
    };
    let withdrawn = change.add_consent(&on(1), withdrawn, &EXTRA_YES).unwrap();
    let yes = change.add_consent(&on(1), consent(), &EXTRA_YES).unwrap();
    change.commit(&symbols).unwrap();
    let mut change = store.begin("crm", AT).unwrap();
    for stop in [no, withdrawn] {
        let refused = change.end(stop).unwrap_err();
        assert!(
            matches!(refused, StoreError::Stop { id } if id == stop),
            "{refused}"
        );
    }
    // A refusal leaves the rest of the change whole.
    change.end(yes).unwrap();
    change.commit(&symbols).unwrap();
    let loaded = load(&store);
    assert_eq!((loaded.objections.len(), loaded.consents.len()), (1, 1));
}

#[test]
fn only_what_was_current_can_be_ended() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let mut change = store.begin("crm", AT).unwrap();
    let old = change.add_relation(&on(1), relation()).unwrap();
    change.commit(&symbols).unwrap();
    let mut change = store.begin("crm", AT).unwrap();
    change.end(old).unwrap();
    let new = change.add_relation(&on(2), relation()).unwrap();
    let absent = FactId::new(FactKind::Consent, 1);
    let no = FactId::new(FactKind::Objection, 1);
    for id in [old, new, absent, no] {
        let refused = change.end(id).unwrap_err();
        assert!(
            matches!(refused, StoreError::NotCurrent { .. }),
            "{id}: {refused}"
        );
    }
    change.commit(&symbols).unwrap();
    assert_eq!(load(&store).relations.len(), 1);
}
