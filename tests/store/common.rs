//! Rows to store, and a way to start this test program again as another process.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use rusqlite::Connection;
use verzet::{
    clock::{Day, Micros},
    facts::{
        model::{
            Channel, ChannelSet, Consent, FactId, FactKind, Objection, PersonSym, ProductSym,
            Products, Relation, RelationKind, SellerSym,
        },
        symbols::Symbols,
    },
    number::E164,
    store::{ConsentExtra, ObjectionExtra, On, RowHash, Store, StoreError},
};

pub(crate) const AT: Micros = Micros(1_790_000_000_000_000);
pub(crate) const EXTRA_YES: ConsentExtra<'static> = ConsentExtra {
    evidence: "form-7",
    withdrawn_written: Micros::NEVER,
};
pub(crate) const EXTRA_NO: ObjectionExtra<'static> = ObjectionExtra {
    source: "CALL",
    recorded_at: Micros(1_780_000_000_000_000),
};

/// A store with a seller, four products and four persons known.
pub(crate) fn open(dir: &Path) -> (Store, Symbols) {
    let symbols = Symbols::default();
    let store = Store::open(dir, &symbols).unwrap();
    name(&symbols);
    (store, symbols)
}

pub(crate) fn name(symbols: &Symbols) {
    symbols.sellers.intern("noordlicht").unwrap();
    symbols.sellers.intern("waterpoort").unwrap();
    for i in 1..=4 {
        symbols.products.intern(&format!("product-{i}")).unwrap();
        symbols.persons.intern(&format!("p{i}")).unwrap();
    }
}

pub(crate) fn number(i: u64) -> E164 {
    E164::from_digits(31_612_000_000 + i).unwrap()
}

pub(crate) fn hash(i: u64) -> RowHash {
    let mut hash = [0xab; 16];
    hash[..8].copy_from_slice(&i.to_le_bytes());
    hash
}

/// On number `i`, with hash `i`.
pub(crate) fn on(i: u64) -> On<'static> {
    On {
        e164: Some(number(i)),
        typed: "06 1200 0000 (home)",
        region: "NL",
        hash: hash(i),
    }
}

pub(crate) fn relation() -> Relation {
    Relation {
        id: FactId::new(FactKind::Relation, 0),
        person: PersonSym(2),
        seller: SellerSym(1),
        product: ProductSym(3),
        started_on: Day(18_000),
        ended_on: Day::NEVER,
        kind: RelationKind::Purchase,
        paid: true,
    }
}

pub(crate) fn consent() -> Consent {
    Consent {
        id: FactId::new(FactKind::Consent, 0),
        granted_at: Micros(1_700_000_000_000_000),
        expires_at: Micros::NEVER,
        withdrawn_at: Micros::NEVER,
        products: Products::Named([ProductSym(4), ProductSym(1)].into()),
        person: PersonSym::NONE,
        seller: SellerSym(1),
        channels: ChannelSet::default().with(Channel::Voice),
    }
}

pub(crate) fn objection() -> Objection {
    Objection {
        id: FactId::new(FactKind::Objection, 0),
        in_force_from: Micros(1_780_000_000_000_000),
        person: PersonSym(1),
        seller: SellerSym(0),
        channels: ChannelSet::ALL,
    }
}

/// Everything current, as loading gives it.
#[derive(Default, PartialEq, Debug)]
pub(crate) struct Loaded {
    pub(crate) relations: Vec<(E164, Relation)>,
    pub(crate) consents: Vec<(E164, Consent)>,
    pub(crate) objections: Vec<(Option<E164>, Objection)>,
}

pub(crate) fn load(store: &Store) -> Loaded {
    let reader = store.reader().unwrap();
    let mut all = Loaded::default();
    reader
        .load_relations(|e164, fact| all.relations.push((e164, fact)))
        .unwrap();
    reader
        .load_consents(|e164, fact| all.consents.push((e164, fact)))
        .unwrap();
    reader
        .load_objections(|e164, fact| all.objections.push((e164, fact)))
        .unwrap();
    for (kind, found) in [
        (FactKind::Relation, all.relations.len()),
        (FactKind::Consent, all.consents.len()),
        (FactKind::Objection, all.objections.len()),
    ] {
        assert_eq!(reader.current(kind).unwrap(), found as u64);
    }
    all
}

/// The file behind the store's back.
pub(crate) fn raw(dir: &Path) -> Connection {
    Connection::open(dir.join("facts.db")).unwrap()
}

const CHILD: &str = "VERZET_STORE_TEST_DIR";

/// The data directory a child was started for; `None` in a normal test run, where a child does nothing.
pub(crate) fn child_dir() -> Option<std::path::PathBuf> {
    std::env::var_os(CHILD).map(Into::into)
}

/// This test program as another process that runs only the child of that name.
pub(crate) fn child(name: &str, dir: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env(CHILD, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Why a store there cannot be opened.
pub(crate) fn error(dir: &Path) -> StoreError {
    Store::open(dir, &Symbols::default()).unwrap_err()
}

/// A directory with a store of some size in it.
pub(crate) fn filled() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, symbols) = open(dir.path());
    let mut change = store.begin("crm", AT).unwrap();
    for i in 0..2_000 {
        change.add_relation(&on(i), relation()).unwrap();
    }
    change.commit(&symbols).unwrap();
    dir
}
