//! Symbols: the texts behind the small numbers, which must never come to mean another.

use tempfile::tempdir;
use verzet::{
    facts::{
        model::{PersonSym, Relation},
        symbols::Symbols,
    },
    store::{Store, StoreError},
};

use crate::common::*;

fn texts(symbols: &Symbols) -> Vec<String> {
    let all = [&symbols.sellers, &symbols.products, &symbols.persons];
    all.iter()
        .flat_map(|i| (1..=i.len()).map(|n| i.text(n)))
        .collect()
}

#[test]
fn they_keep_their_numbers() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    for i in 0..1_000 {
        symbols.persons.intern(&format!("pérson {i}")).unwrap();
    }
    let mut change = store.begin("crm", AT).unwrap();
    change.add_relation(&on(1), relation()).unwrap();
    change.commit(&symbols).unwrap();
    // Those that came since are stored with the next change.
    symbols.sellers.intern("later").unwrap();
    let mut change = store.begin("crm", AT).unwrap();
    change.add_relation(&on(2), relation()).unwrap();
    change.commit(&symbols).unwrap();
    drop(store);
    let again = Symbols::default();
    let store = Store::open(dir.path(), &again).unwrap();
    assert_eq!(texts(&again), texts(&symbols));
    assert_eq!(again.sellers.find("later"), Some(3));
    drop(store);
    // Opening with symbols that are there already is no harm.
    let mut store = Store::open(dir.path(), &again).unwrap();
    let mut change = store.begin("crm", AT).unwrap();
    change.add_relation(&on(3), relation()).unwrap();
    change.commit(&again).unwrap();
}

#[test]
fn those_of_an_undone_change_are_stored_by_the_next() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let fact = |person| Relation {
        person: PersonSym(person),
        ..relation()
    };
    let undone = symbols.persons.intern("undone").unwrap();
    let mut change = store.begin("crm", AT).unwrap();
    change.add_relation(&on(1), fact(undone)).unwrap();
    drop(change);
    let kept = symbols.persons.intern("kept").unwrap();
    let mut change = store.begin("crm", AT).unwrap();
    change.add_relation(&on(1), fact(kept)).unwrap();
    change.commit(&symbols).unwrap();
    drop(store);
    let again = Symbols::default();
    let store = Store::open(dir.path(), &again).unwrap();
    assert_eq!(texts(&again), texts(&symbols));
    let person = load(&store).relations[0].1.person;
    assert_eq!(again.persons.text(person.0), "kept");
}

#[test]
fn tables_that_would_change_a_meaning_are_refused() {
    let edits = [
        "UPDATE person_symbol SET number = 9 WHERE number = 2",
        "UPDATE person_symbol SET text = 'p1' WHERE number = 2",
        "UPDATE product_symbol SET text = '' WHERE number = 1",
        "DELETE FROM seller_symbol WHERE number = 1",
    ];
    for edit in edits {
        let dir = tempdir().unwrap();
        let (mut store, symbols) = open(dir.path());
        let mut change = store.begin("crm", AT).unwrap();
        change.add_relation(&on(1), relation()).unwrap();
        change.commit(&symbols).unwrap();
        drop(store);
        raw(dir.path()).execute(edit, []).unwrap();
        let e = Store::open(dir.path(), &Symbols::default()).unwrap_err();
        assert!(matches!(e, StoreError::Damaged { .. }), "{edit}: {e}");
        assert!(e.to_string().contains("_symbol"), "{e}");
    }
}
