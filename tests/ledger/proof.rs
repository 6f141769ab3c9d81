//! The proof of one decision, made and checked; and what erasing and purging leave of it.

use std::{fs, path::Path};

use verzet::{
    clock::{Day, Micros},
    ledger::{
        Checked, DecisionId, PartState, Proof, ProofError, ProveError, PublicKey, StoredDecision,
        Subject, erase, prove, purge, purgeable, seal_all, unsealed,
    },
    number::E164,
};

use crate::{
    sealing::{head, intact, started, verified},
    support::*,
    whole::three_days,
};

fn key(dir: &Path) -> PublicKey {
    head(dir, Day(20_781)).unwrap().key
}

fn checked(proof: &[u8], key: PublicKey) -> Result<Checked, ProofError> {
    Proof::parse(proof)?.check(&[key])
}

fn bytes_of(dir: &Path, id: DecisionId) -> Vec<u8> {
    let proof = prove(dir, id).unwrap();
    let bytes = proof.to_bytes();
    assert_eq!(Proof::parse(&bytes).as_ref(), Ok(&proof));
    bytes
}

fn holds(bytes: &[u8], text: &str) -> bool {
    !text.is_empty() && bytes.windows(text.len()).any(|w| w == text.as_bytes())
}

/// Every text of a decision that is a person's or of his call.
fn personal_texts(decision: &StoredDecision) -> Vec<String> {
    let p = decision.personal.as_ref().unwrap();
    vec![p.number.clone(), p.person_id.clone(), p.call_id.clone()]
}

#[test]
fn every_decision_is_proved_in_full_and_shows_no_other_person() {
    let dir = tempfile::tempdir().unwrap();
    let all = three_days(dir.path());
    let key = key(dir.path());
    let mut longest = 0;
    for decision in &all {
        let bytes = bytes_of(dir.path(), decision.id);
        longest = longest.max(bytes.len());
        let checked = checked(&bytes, key).unwrap();
        assert_eq!(&checked.decision, decision);
        assert_eq!(checked.head.day, decision.id.day);
        for other in all.iter().filter(|other| other.id != decision.id) {
            for text in personal_texts(other) {
                let own = personal_texts(decision).contains(&text);
                assert!(own || !holds(&bytes, &text), "{text} in {}", decision.id);
            }
            let e164 = other.personal.as_ref().unwrap().e164;
            let own = decision.personal.as_ref().unwrap().e164;
            if let Some(e164) = e164.filter(|e164| own != Some(*e164)) {
                assert!(!holds(&bytes, &e164.digits().to_string()));
                // As a varint, which is how it is stored.
                let mut varint = Vec::new();
                let mut left = e164.digits();
                while left >= 0x80 {
                    varint.push(left as u8 | 0x80);
                    left >>= 7;
                }
                varint.push(left as u8);
                assert!(!bytes.windows(varint.len()).any(|w| w == varint));
            }
        }
    }
    println!("the longest proof has {longest} bytes");
    // On another machine there is the file and the key, and nothing else.
    assert_eq!(
        checked(&bytes_of(dir.path(), all[0].id), PublicKey([7; 32])),
        Err(ProofError::Key(key))
    );
}

#[test]
fn a_changed_proof_does_not_hold() {
    let dir = tempfile::tempdir().unwrap();
    let all = three_days(dir.path());
    let key = key(dir.path());
    let proof = bytes_of(dir.path(), all[8].id);
    for place in (0..proof.len()).step_by(3) {
        let mut changed = proof.clone();
        changed[place] ^= 1 << (place % 8);
        assert!(checked(&changed, key).is_err(), "byte {place}");
    }
    for length in (0..proof.len()).step_by(17) {
        assert!(checked(&proof[..length], key).is_err(), "{length} bytes");
    }
    let mut longer = proof.clone();
    longer.push(0);
    assert!(checked(&longer, key).is_err());
    assert!(Proof::parse(b"").is_err());
    // A proof of one with the record of another.
    let other = bytes_of(dir.path(), all[9].id);
    assert!(checked(&[&proof[..400], &other[400..]].concat(), key).is_err());
}

/// A group of many, a part of many groups, words written out and words from long before.
#[test]
fn a_decision_of_a_large_group_is_proved() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = started(dir.path(), NOON.0);
    let mut all = Vec::new();
    for group in 0..40 {
        let tickets: Vec<_> = (0..=group * 5)
            .map(|n| append(&ledger, &mixed(group * 100 + n), NOON).unwrap())
            .collect();
        for (n, ticket) in (0..).zip(tickets) {
            ledger.wait(ticket).unwrap();
            all.push(as_stored(&mixed(group * 100 + n), ticket));
        }
    }
    ledger.close();
    for decision in all.iter().step_by(97).chain(all.last()) {
        let bytes = bytes_of(dir.path(), decision.id);
        let checked = checked(&bytes, key(dir.path())).unwrap();
        assert_eq!(&checked.decision, decision);
    }
}

#[test]
fn what_cannot_be_proved_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let first = record(&ledger, &mixed(1), NOON);
    // A head is signed within ten seconds, and this is quicker.
    let not_yet = prove(dir.path(), first.id).unwrap_err();
    assert!(
        matches!(not_yet, ProveError::NotSigned { signed: None, .. }),
        "{not_yet}"
    );
    ledger.close();
    let key = head(dir.path(), Day(20_781)).unwrap().key;
    checked(&bytes_of(dir.path(), first.id), key).unwrap();
    let ledger = open(dir.path());
    let second = record(&ledger, &mixed(2), NOON);
    let not_yet = prove(dir.path(), second.id).unwrap_err();
    let signed = Some(first.id.seq);
    assert!(
        matches!(&not_yet, ProveError::NotSigned { signed: s, .. } if *s == signed),
        "{not_yet}"
    );
    ledger.close();
    let nobody = |id| matches!(prove(dir.path(), id), Err(ProveError::NotFound(_)));
    assert!(nobody(DecisionId {
        seq: 99,
        ..first.id
    }));
    assert!(nobody(DecisionId {
        day: Day(20_000),
        ..first.id
    }));
    // A word is a record, and no decision.
    assert!(nobody(DecisionId { seq: 1, ..first.id }));
    let mut other = first.id;
    other.ledger.0 ^= 1;
    assert!(nobody(other));
    let all = three_days(tempfile::tempdir().unwrap().path());
    assert!(nobody(all[0].id));
}

/// The files of a ledger, byte for byte.
fn raw(dir: &Path) -> Vec<u8> {
    let files = fs::read_dir(dir)
        .unwrap()
        .map(|e| fs::read(e.unwrap().path()).unwrap());
    files.collect::<Vec<_>>().concat()
}

fn subject(e164: E164) -> Subject {
    Subject {
        numbers: vec![e164],
        ..Subject::default()
    }
}

/// One person asked about on three days, among others; then forgotten, beside the running ledger.
#[test]
fn erasing_a_person_leaves_every_proof_and_nothing_of_the_person() {
    let dir = tempfile::tempdir().unwrap();
    let e164 = E164::from_digits(31_612_345_678).unwrap();
    let mut all = Vec::new();
    let mut running = None;
    for day in 0..3i64 {
        drop(running.take());
        let at = Micros(NOON.0 + day * A_DAY);
        let ledger = started(dir.path(), at.0);
        for n in 0..8u64 {
            let mut decision = mixed(day as u64 * 8 + n);
            let personal = decision.personal.as_mut().unwrap();
            if n % 3 == 1 {
                personal.e164 = Some(e164);
                personal.number = "+31 6 12345678".into();
                personal.person_id = format!("person-{day}-{n}-of-whom-nothing-shall-be-left");
                personal.call_id = "x".repeat(4_000);
            }
            all.push(record(&ledger, &decision, at));
        }
        running = Some(ledger);
    }
    let mine: Vec<_> = all
        .iter()
        .filter(|d| d.personal.as_ref().unwrap().e164 == Some(e164))
        .collect();
    assert_eq!(mine.len(), 9);
    let key = running.as_ref().unwrap().public_key();
    while head(dir.path(), Day(20_782)).is_none_or(|head| head.file.is_none()) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let before: Vec<_> = mine
        .iter()
        .take(6)
        .map(|d| bytes_of(dir.path(), d.id))
        .collect();
    let heads: Vec<_> = (0..2)
        .map(|n| head(dir.path(), Day(20_781 + n)).unwrap())
        .collect();
    assert!(holds(&raw(dir.path()), "nothing-shall-be-left"));

    let erased = erase(dir.path(), &subject(e164), &mut || {}).unwrap();
    assert_eq!(erased.records(), 9);
    assert_eq!(erased.logs_left, []);
    assert!(!holds(&raw(dir.path()), "nothing-shall-be-left"));
    assert!(!holds(&raw(dir.path()), "+31 6 12345678"));
    use PartState::{Open, Sealed};
    assert_eq!(intact(dir.path()), [Sealed, Sealed, Open]);
    let erased_parts: Vec<_> = verified(dir.path())
        .parts
        .iter()
        .map(|p| p.erased)
        .collect();
    assert_eq!(erased_parts, [3, 3, 3]);
    for (n, old) in (0..).zip(&heads) {
        let new = head(dir.path(), Day(20_781 + n)).unwrap();
        assert_eq!(
            (new.chain, new.tree, new.groups),
            (old.chain, old.tree, old.groups)
        );
        assert_ne!(new.file, old.file);
    }
    // Proofs handed out before still hold; those made now show the decision, and nobody.
    for (decision, proof) in mine.iter().zip(&before) {
        assert_eq!(&checked(proof, key).unwrap().decision, *decision);
        let now = bytes_of(dir.path(), decision.id);
        let expected = StoredDecision {
            personal: None,
            ..(*decision).clone()
        };
        assert_eq!(checked(&now, key).unwrap().decision, expected);
        assert!(!holds(&now, "nothing-shall-be-left"));
    }
    // The others are as they were, and the ledger goes on.
    let ledger = running.unwrap();
    let mut reader = ledger.reader();
    for decision in all.iter().filter(|d| !mine.iter().any(|m| m.id == d.id)) {
        assert_eq!(reader.get(decision.id).unwrap().as_ref(), Some(decision));
    }
    record(&ledger, &mixed(99), Micros(NOON.0 + 2 * A_DAY));
    drop(reader);
    ledger.close();
    assert_eq!(intact(dir.path()), [Sealed, Sealed, Open]);
    // Stopped, the open part is signed byte for byte, and an eraser signs it again.
    let others = all.iter().filter_map(|d| d.personal.as_ref()?.e164);
    let last = all.last().unwrap().personal.as_ref().unwrap();
    let more = Subject {
        numbers: others.filter(|other| *other != e164).take(2).collect(),
        typed: vec![last.number.clone()],
        persons: vec![last.person_id.clone()],
    };
    assert!(erase(dir.path(), &more, &mut || {}).unwrap().records() >= 1);
    assert_eq!(intact(dir.path()), [Sealed, Sealed, Open]);
    assert_eq!(erase(dir.path(), &more, &mut || {}).unwrap().records(), 0);
}

/// Broken off between the first change and the new signature: told as that, and mended by hand or a start.
#[test]
fn an_erasure_that_was_broken_off_is_no_tampering() {
    let dir = tempfile::tempdir().unwrap();
    let all = three_days(dir.path());
    let part = dir.path().join("2026-11-24.db");
    let conn = rusqlite::Connection::open(&part).unwrap();
    conn.execute_batch(
        "CREATE TRIGGER no BEFORE UPDATE ON record BEGIN SELECT raise(ABORT, 'broken off'); END",
    )
    .unwrap();
    let e164 = all[..6].iter().find_map(|d| d.personal.as_ref()?.e164);
    erase(dir.path(), &subject(e164.unwrap()), &mut || {}).unwrap_err();
    conn.execute_batch("DROP TRIGGER no").unwrap();
    drop(conn);
    let found = verified(dir.path());
    assert_eq!(found.findings, []);
    assert!(
        found.notes[0].contains("an erasure was broken off"),
        "{found:?}"
    );
    assert_eq!(unsealed(dir.path()).unwrap(), [Day(20_781)]);
    assert!(
        erase(dir.path(), &subject(e164.unwrap()), &mut || {})
            .unwrap()
            .records()
            > 0
    );
    assert_eq!(unsealed(dir.path()).unwrap(), []);
    let found = verified(dir.path());
    assert_eq!((found.findings, found.notes), (vec![], vec![]));
    // The head from before beside the changed file is what one who tampers would leave.
    let path = dir.path().join("2026-11-25.head");
    let sealed = fs::read(&path).unwrap();
    let e164 = all[6..12].iter().find_map(|d| d.personal.as_ref()?.e164);
    erase(dir.path(), &subject(e164.unwrap()), &mut || {}).unwrap();
    fs::write(&path, &sealed).unwrap();
    assert_eq!(verified(dir.path()).findings.len(), 1);
}

#[test]
fn a_purge_drops_whole_parts_and_what_remains_verifies() {
    let dir = tempfile::tempdir().unwrap();
    let all = three_days(dir.path());
    let key = key(dir.path());
    let before = bytes_of(dir.path(), all[0].id);
    // Never the newest, whatever the date.
    let would = purgeable(dir.path(), Day(30_000)).unwrap();
    assert_eq!(would.days, [Day(20_781), Day(20_782)]);
    assert_eq!(purgeable(dir.path(), Day(20_781)).unwrap().days, []);
    let purged = purge(dir.path(), Day(20_782), &mut |_| {}).unwrap();
    assert_eq!(purged.days, [Day(20_781)]);
    assert!(!dir.path().join("2026-11-24.db").exists());
    use PartState::{Open, Purged, Sealed};
    assert_eq!(intact(dir.path()), [Purged, Sealed, Open]);
    assert!(matches!(
        prove(dir.path(), all[0].id),
        Err(ProveError::Purged(_))
    ));
    checked(&before, key).unwrap();
    checked(&bytes_of(dir.path(), all[8].id), key).unwrap();
    // Without the tombstone it is a part that is gone.
    let stone = dir.path().join("2026-11-24.head");
    let bytes = fs::read(&stone).unwrap();
    fs::remove_file(&stone).unwrap();
    let found = verified(dir.path()).findings;
    assert!(found[0].what.contains("that part is gone"), "{found:?}");
    fs::write(&stone, &bytes).unwrap();
    // Purged again, and written on.
    purge(dir.path(), Day(30_000), &mut |_| {}).unwrap();
    assert_eq!(intact(dir.path()), [Purged, Purged, Open]);
    let ledger = started(dir.path(), NOON.0 + 3 * A_DAY);
    record(&ledger, &mixed(50), Micros(NOON.0 + 3 * A_DAY));
    ledger.close();
    seal_all(dir.path(), &mut || {}).unwrap();
    assert_eq!(intact(dir.path()), [Purged, Purged, Sealed, Open]);
}

/// A purge does not carry away what it would hide.
#[test]
fn a_part_that_contradicts_its_head_is_not_purged() {
    let dir = tempfile::tempdir().unwrap();
    three_days(dir.path());
    let path = dir.path().join("2026-11-24.db");
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute("DELETE FROM commit_group WHERE first_seq > 1", [])
        .unwrap();
    drop(conn);
    purge(dir.path(), Day(30_000), &mut |_| {}).unwrap_err();
    assert!(path.exists());
    assert!(!verified(dir.path()).is_intact());
}
