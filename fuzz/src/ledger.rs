//! What is read back of the ledger: the bytes of a record, a whole part that somebody changed, a proof.

use std::{ops::ControlFlow, sync::OnceLock};

use verzet::{
    clock::{Day, Micros},
    ledger::{
        Durability, Engine, Entry, Filter, Ledger, LedgerOptions, Personal, Proof, Reader,
        is_personal, is_record, prove, verify_part,
    },
    number::LineType,
    policy::{Intent, Reason, RowOutcome, Verdict},
};

use super::choice;

/// The bytes of a record: read or refused.
pub fn record(data: &[u8]) {
    let _ = is_record(data);
    let _ = is_personal(data);
}

/// A sound ledger of one part, and a proof out of it.
struct Sound {
    dir: tempfile::TempDir,
    part: Vec<u8>,
    proof: Vec<u8>,
}

const NAME: &str = "2026-11-24.db";

fn sound() -> &'static Sound {
    static SOUND: OnceLock<Sound> = OnceLock::new();
    SOUND.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(dir.path(), LedgerOptions::default()).unwrap();
        let mut last = None;
        for n in 0..6 {
            let call_id = format!("call-{n}");
            let entry = Entry {
                personal: Personal {
                    number: "06 10000002",
                    e164: None,
                    region: "NL",
                    person_id: "",
                    call_id: &call_id,
                    agent_id: "agent",
                    caller_id: "",
                },
                intent: Intent::Dial,
                channel: None,
                campaign: "gas",
                seller: "sun",
                source: "own",
                line_type: LineType::Mobile,
                country: None,
                verdict: Verdict::Block,
                reason: Reason::Objected,
                outcomes: &[RowOutcome::Passed, RowOutcome::Decided],
                facts: &[None, None],
                deciding_row: Some(1),
                revision: 7,
                min_revision: None,
                regime: None,
                register_snapshot: "",
                registered: None,
                engine: Engine {
                    build: "fuzz",
                    metadata: "none",
                },
                durability: Durability::Disk,
                shadow: None,
                earlier: None,
            };
            // 2026-11-24, noon.
            let ticket = ledger
                .append(&entry, Micros(1_795_521_600_000_000 + n))
                .unwrap();
            ledger.wait(ticket).unwrap();
            last = Some(ticket.id);
        }
        ledger.close();
        drop(ledger);
        let part = std::fs::read(dir.path().join(NAME)).unwrap();
        let proof = prove(dir.path(), last.unwrap());
        let proof = proof.map(|p| p.to_bytes()).unwrap_or_default();
        Sound { dir, part, proof }
    })
}

/// A part in which any bytes were changed, or which was cut: found by verifying, or read as it was.
/// What is read of a part that does not verify may be anything; it may not end the process.
pub fn part(data: &[u8]) {
    let sound = sound();
    let mut bytes = sound.part.clone();
    let (edits, _) = data.as_chunks::<4>();
    for [high, low, byte, how] in edits {
        let place = usize::from(*high) << 8 | usize::from(*low);
        if *how == 0 {
            bytes.truncate(place);
        } else if let Some(old) = bytes.get_mut(place) {
            *old ^= byte;
        }
    }
    let dir = tempfile::tempdir_in(sound.dir.path()).unwrap();
    let path = dir.path().join(NAME);
    std::fs::write(&path, &bytes).unwrap();
    let verified = verify_part(&path);
    std::fs::copy(sound.dir.path().join("id"), dir.path().join("id")).ok();
    let Ok(Some(mut reader)) = Reader::beside(dir.path()) else {
        return;
    };
    let mut reasons = Vec::new();
    let whole = reader.visit(&Filter::default(), &mut |decision| {
        reasons.push(decision.reason);
        ControlFlow::Continue(())
    });
    if verified.is_ok() && whole.is_ok() {
        assert_eq!(
            reasons,
            [Reason::Objected; 6],
            "another part, and said to be sound"
        );
    }
}

/// A proof of any bytes, and a sound one changed: read or refused; what is read is written as it was.
pub fn proof(data: &[u8]) {
    let (how, rest) = choice(data);
    let sound = &sound().proof;
    let mut bytes = rest.to_vec();
    if how % 2 == 1 {
        bytes.clone_from(sound);
        for [high, low, byte] in rest.as_chunks::<3>().0 {
            let place = usize::from(*high) << 8 | usize::from(*low);
            if let Some(old) = bytes.get_mut(place) {
                *old ^= byte;
            }
        }
    }
    let Ok(proof) = Proof::parse(&bytes) else {
        return;
    };
    assert_eq!(proof.to_bytes(), bytes, "two spellings of one proof");
    let holds = proof.check(&[]).is_ok();
    assert!(!holds, "without a key to check with, nothing holds");
    let _ = Day::ALWAYS;
}
