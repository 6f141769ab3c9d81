//! Facts about people: what goes in comes out, whole or not at all.

use std::sync::Arc;

use tempfile::tempdir;
use verzet::{
    clock::{Day, Micros},
    facts::model::{
        Channel, ChannelSet, Consent, FactId, FactKind, Objection, PersonSym, ProductSym, Products,
        Relation, RelationKind, SellerSym,
    },
    store::{Change, ConsentExtra, FactBody, On, StoreError, StoredRow},
};

use crate::common::*;

#[test]
fn what_goes_in_comes_out() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let mut want = Loaded::default();
    let mut change = store.begin("crm", AT).unwrap();
    for (i, kind) in (0..).zip(RelationKind::ALL) {
        let mut fact = Relation {
            kind: *kind,
            ended_on: if i % 2 == 0 { Day::NEVER } else { Day(-3) },
            started_on: Day(-400 + i as i32),
            paid: i % 3 == 0,
            product: ProductSym((i % 4) as u32),
            ..relation()
        };
        fact.id = change.add_relation(&on(i), fact).unwrap();
        want.relations.push((number(i), fact));
    }
    let sets = [
        ChannelSet::ALL,
        ChannelSet::ALL.with(Channel::Voice),
        ChannelSet::default().with(Channel::Post),
        Channel::ALL
            .iter()
            .fold(ChannelSet::default(), |s, c| s.with(*c)),
    ];
    for (i, channels) in (20..).zip(sets) {
        let mut fact = Consent {
            channels,
            products: match i {
                20 => Products::AllOfSeller,
                21 => Products::Named([].into()),
                _ => consent().products,
            },
            expires_at: if i == 22 { Micros(-1) } else { Micros::NEVER },
            withdrawn_at: if i == 23 { Micros(5) } else { Micros::NEVER },
            ..consent()
        };
        fact.id = change
            .add_consent(&on(i), fact.clone(), &EXTRA_YES)
            .unwrap();
        want.consents.push((number(i), fact));
        let mut fact = Objection {
            channels,
            seller: SellerSym((i % 3) as u32),
            ..objection()
        };
        let on = On {
            e164: Some(number(i)).filter(|_| i != 22),
            ..on(i)
        };
        fact.id = change.add_objection(&on, fact, &EXTRA_NO).unwrap();
        want.objections.push((on.e164, fact));
    }
    let committed = change.commit(&symbols).unwrap();
    assert_eq!((committed.revision, store.revision()), (1, 1));
    let delta = committed.delta;
    assert_eq!(delta.relations, want.relations);
    assert_eq!(delta.consents, want.consents);
    assert_eq!(delta.objections, want.objections);
    assert!(delta.ended.is_empty() && !committed.catalogue_changed);
    assert_eq!(load(&store), want);
    drop(store);
    let (store, _) = open(dir.path());
    assert_eq!(store.revision(), 1);
    assert_eq!(load(&store), want);
}

#[test]
fn a_whole_row_has_its_texts() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let mut change = store.begin("night", AT).unwrap();
    let withdrawn = Consent {
        withdrawn_at: Micros(9),
        ..consent()
    };
    let extra = ConsentExtra {
        withdrawn_written: Micros(11),
        ..EXTRA_YES
    };
    let ids = [
        change.add_relation(&on(1), relation()).unwrap(),
        change
            .add_consent(&on(1), withdrawn.clone(), &extra)
            .unwrap(),
        change
            .add_objection(&on(1), objection(), &EXTRA_NO)
            .unwrap(),
    ];
    change.commit(&symbols).unwrap();
    drop(store);
    let (store, _) = open(dir.path());
    let bodies = [
        FactBody::Relation(Relation {
            id: ids[0],
            ..relation()
        }),
        FactBody::Consent {
            fact: Consent {
                id: ids[1],
                ..withdrawn
            },
            evidence: "form-7".into(),
            withdrawn_written: Micros(11),
        },
        FactBody::Objection {
            fact: Objection {
                id: ids[2],
                ..objection()
            },
            source: "CALL".into(),
            recorded_at: EXTRA_NO.recorded_at,
        },
    ];
    for (id, body) in ids.into_iter().zip(bodies) {
        let row = store.fact(id).unwrap().unwrap();
        assert_eq!(row.id, id);
        assert_eq!(row.e164, Some(number(1)));
        assert_eq!((&*row.typed, &*row.region), ("06 1200 0000 (home)", "NL"));
        assert_eq!(
            (row.hash, &*row.origin, row.received_at),
            (hash(1), "night", AT)
        );
        assert_eq!((row.rev_from, row.rev_until), (1, None));
        assert!(row.body == body, "{id}");
        assert!(
            !format!("{row:?}").contains("0000"),
            "texts are not for logs"
        );
        assert_eq!(store.reader().unwrap().fact(id).unwrap(), Some(row));
    }
    assert_eq!(
        store.fact(FactId::new(FactKind::Relation, 2)).unwrap(),
        None
    );
    let of_number = store.facts_of_number(number(1)).unwrap();
    assert_eq!(of_number.iter().map(|row| row.id).collect::<Vec<_>>(), ids);
    assert_eq!(
        store.reader().unwrap().facts_of_number(number(1)).unwrap(),
        of_number
    );
    assert!(store.facts_of_number(number(2)).unwrap().is_empty());
}

#[test]
fn nothing_changed_is_no_revision_and_dropping_undoes() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let change = store.begin("crm", AT).unwrap();
    assert_eq!(change.revision(), 1);
    assert_eq!(change.commit(&symbols).unwrap().revision, 0);
    assert_eq!(store.revision(), 0);

    let mut change = store.begin("crm", AT).unwrap();
    let first = change.add_relation(&on(1), relation()).unwrap();
    change
        .add_objection(&on(1), objection(), &EXTRA_NO)
        .unwrap();
    drop(change);
    assert_eq!(store.revision(), 0);
    assert_eq!(load(&store), Loaded::default());
    assert_eq!(store.fact(first).unwrap(), None);
    assert_eq!(store.revision_row(1).unwrap(), None);

    let mut before = store.reader().unwrap();
    let mut change = store.begin("crm", AT).unwrap();
    let relations = change.hashes(FactKind::Relation, &mut before, |h, _| h);
    assert!(relations.unwrap().is_empty());
    change.add_relation(&on(2), relation()).unwrap();
    assert_eq!(change.commit(&symbols).unwrap().revision, 1);
    assert_eq!(load(&store).relations.len(), 1);
}

#[test]
fn hashes_are_those_of_the_origin_and_for_objections_of_all() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let mut change = store.begin("crm", AT).unwrap();
    let here = change.add_relation(&on(1), relation()).unwrap();
    let twin = change.add_relation(&on(1), relation()).unwrap();
    let withdrawn = Consent {
        withdrawn_at: Micros(7),
        ..consent()
    };
    let stop = change.add_consent(&on(2), withdrawn, &EXTRA_YES).unwrap();
    let yes = change.add_consent(&on(3), consent(), &EXTRA_YES).unwrap();
    let no = change
        .add_objection(&on(4), objection(), &EXTRA_NO)
        .unwrap();
    let row = |n, id, withdrawn| (hash(n), StoredRow { id, withdrawn });
    change.commit(&symbols).unwrap();

    let mut before = store.reader().unwrap();
    let mut change = store.begin("crm", AT).unwrap();
    let mut hashes =
        |change: &Change<'_>, kind| change.hashes(kind, &mut before, |h, r| (h, r)).unwrap();
    let relations = [row(1, here, false), row(1, twin, false)];
    assert_eq!(hashes(&change, FactKind::Relation), relations);
    let consents = [row(2, stop, true), row(3, yes, false)];
    assert_eq!(hashes(&change, FactKind::Consent), consents);
    // As this change sees them.
    let new = change.add_relation(&on(5), relation()).unwrap();
    let relations = [row(1, here, false), row(1, twin, false), row(5, new, false)];
    assert_eq!(hashes(&change, FactKind::Relation), relations);
    change.end(here).unwrap();
    assert_eq!(hashes(&change, FactKind::Relation), relations[1..]);
    drop(change);

    let change = store.begin("other", AT).unwrap();
    assert!(hashes(&change, FactKind::Relation).is_empty());
    assert!(hashes(&change, FactKind::Consent).is_empty());
    let objections = [row(4, no, false)];
    assert_eq!(hashes(&change, FactKind::Objection), objections);
}

#[test]
fn what_cannot_be_a_fact_is_refused() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let refused = |outcome: Result<FactId, StoreError>| {
        let e = outcome.unwrap_err();
        assert!(matches!(e, StoreError::Refused(_)), "{e}");
    };
    assert!(matches!(store.begin("", AT), Err(StoreError::Refused(_))));
    let nowhere = On {
        e164: None,
        ..on(1)
    };
    let nobody = SellerSym(0);
    let mut change = store.begin("crm", AT).unwrap();
    refused(change.add_relation(&nowhere, relation()));
    refused(change.add_relation(
        &on(1),
        Relation {
            seller: nobody,
            ..relation()
        },
    ));
    refused(change.add_consent(&nowhere, consent(), &EXTRA_YES));
    refused(change.add_consent(
        &on(1),
        Consent {
            seller: nobody,
            ..consent()
        },
        &EXTRA_YES,
    ));
    let person = PersonSym::NONE;
    refused(change.add_objection(
        &nowhere,
        Objection {
            person,
            ..objection()
        },
        &EXTRA_NO,
    ));
    for channels in [ChannelSet(0), ChannelSet(1), ChannelSet(0x42)] {
        refused(change.add_consent(
            &on(1),
            Consent {
                channels,
                ..consent()
            },
            &EXTRA_YES,
        ));
        refused(change.add_objection(
            &on(1),
            Objection {
                channels,
                ..objection()
            },
            &EXTRA_NO,
        ));
    }
    assert_eq!(change.commit(&symbols).unwrap().revision, 0);

    // A fact of somebody who has no text would be a fact of nobody.
    let unnamed = [
        Relation {
            person: PersonSym::UNKNOWN,
            ..relation()
        },
        Relation {
            product: ProductSym(5),
            ..relation()
        },
        Relation {
            seller: SellerSym(3),
            ..relation()
        },
    ];
    for fact in unnamed {
        let mut change = store.begin("crm", AT).unwrap();
        change.add_relation(&on(1), fact).unwrap();
        let e = change.commit(&symbols).unwrap_err();
        assert!(matches!(e, StoreError::Refused(_)), "{e}");
        assert_eq!(store.revision(), 0);
        assert_eq!(load(&store), Loaded::default());
    }
}

#[test]
fn equal_sets_of_products_share_one_array() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let mut change = store.begin("crm", AT).unwrap();
    for i in 0..10 {
        change.add_consent(&on(i), consent(), &EXTRA_YES).unwrap();
    }
    change.commit(&symbols).unwrap();
    let consents = load(&store).consents;
    let sets: Vec<_> = consents
        .iter()
        .map(|(_, fact)| match &fact.products {
            Products::Named(set) => set,
            Products::AllOfSeller => panic!("named products were stored"),
        })
        .collect();
    assert!(sets.windows(2).all(|pair| Arc::ptr_eq(pair[0], pair[1])));
    assert_eq!(**sets[0], [ProductSym(4), ProductSym(1)]);
}

#[test]
fn a_reader_sees_its_own_revision() {
    let dir = tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let before = store.reader().unwrap();
    let mut change = store.begin("crm", AT).unwrap();
    let id = change.add_relation(&on(1), relation()).unwrap();
    change.commit(&symbols).unwrap();
    assert_eq!(before.revision(), 0);
    assert_eq!(before.fact(id).unwrap(), None);
    let after = store.reader().unwrap();
    let found = std::thread::spawn(move || (after.revision(), after.fact(id).unwrap().is_some()));
    assert_eq!(found.join().unwrap(), (1, true));
}
