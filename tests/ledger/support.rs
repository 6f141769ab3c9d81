//! Decisions to record, and a ledger to record them in. Shared with `benches/ledger.rs`.
#![allow(dead_code)]

use std::{path::Path, sync::Arc};

use verzet::{
    clock::{Day, Micros},
    facts::model::{Channel, FactId, FactKind},
    ledger::{
        AppendError, DecisionId, Durability, Ledger, LedgerId, LedgerOptions, PartSummary,
        StoredDecision, StoredEngine, StoredPersonal, StoredRegime, StoredShadow, Ticket,
        verify_part,
    },
    number::{E164, LineType, Region},
    policy::verdict::{Intent, Reason, RowOutcome, Verdict},
};

/// 2026-11-24T09:30:00Z
pub const NOON: Micros = Micros(1_795_512_600_000_000);
pub const A_DAY: i64 = 86_400_000_000;

/// The n-th of a sequence without pattern (SplitMix64).
pub fn scatter(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

pub fn regime(id: &str) -> Arc<StoredRegime> {
    Arc::new(StoredRegime {
        id: id.into(),
        pack_sha256: std::array::from_fn(|i| scatter(i as u64) as u8),
        semantics: 1,
    })
}

fn chosen<T: Copy>(all: &[T], n: u64) -> T {
    all[(n % all.len() as u64) as usize]
}

/// The n-th decision of a call centre's day: 176 campaigns, seven in ten found no fact that decides,
/// one in twenty asked again.
pub fn mixed(n: u64) -> StoredDecision {
    let r = |salt: u64| scatter(n.wrapping_mul(31).wrapping_add(salt));
    let e164 =
        (r(1) % 50 > 0).then(|| E164::from_digits(31_600_000_000 + r(2) % 100_000_000).unwrap());
    let spelled = match (e164, r(3) % 10) {
        (Some(e164), 0..5) => e164.to_string(),
        (Some(e164), 5..8) => format!("0{}", e164.digits() - 31_000_000_000),
        (Some(e164), _) => format!("06-{:08}", e164.digits() % 100_000_000),
        (None, _) => format!("06{}", r(4) % 1_000_000),
    };
    let (verdict, reason, row) = match (e164, r(5) % 10) {
        (None, _) => (Verdict::Block, Reason::InvalidNumber, 0),
        (_, 0..4) => (Verdict::Allow, Reason::NotRegistered, 15),
        (_, 4..6) => (Verdict::Allow, Reason::CustomerSimilar, 10),
        (_, 6) => (Verdict::Block, Reason::Objected, 7),
        (_, 7) => (Verdict::Block, Reason::Registered, 14),
        (_, 8) => (Verdict::Allow, Reason::Consent, 8),
        _ => (Verdict::Block, Reason::NotACustomer, 12),
    };
    let outcomes = (0..16)
        .map(|i| match i.cmp(&row) {
            std::cmp::Ordering::Less => RowOutcome::Passed,
            std::cmp::Ordering::Equal => RowOutcome::Decided,
            std::cmp::Ordering::Greater => chosen(
                &[RowOutcome::NotAsked, RowOutcome::WouldDecide],
                r(6 + u64::from(i)),
            ),
        })
        .collect();
    let fact = |row: u8| {
        let kind = chosen(
            &[FactKind::Relation, FactKind::Consent, FactKind::Objection],
            r(30),
        );
        (row, FactId::new(kind, r(31 + u64::from(row)) % 5_000_000))
    };
    let facts = match r(29) % 10 {
        0..4 => [].into_iter().collect(),
        4..8 => [fact(row)].into_iter().collect(),
        _ => [fact(7), fact(10)].into_iter().collect(),
    };
    let campaign = r(50) % 176;
    StoredDecision {
        id: nobody(),
        at: NOON,
        decided_at: NOON,
        personal: Some(StoredPersonal {
            number: spelled,
            e164,
            region: if r(51) % 3 == 0 {
                "NL".into()
            } else {
                String::new()
            },
            person_id: match r(52) % 2 {
                0 => format!("P{:07}", r(53) % 5_000_000),
                _ => String::new(),
            },
            call_id: format!(
                "{:08x}-{:04x}-7{:03x}-{:012x}",
                r(54) as u32,
                r(55) as u16,
                r(56) & 0xfff,
                r(57) & 0xffff_ffff_ffff
            ),
            agent_id: format!("agent-{}", r(58) % 400),
            caller_id: format!("+3185{:07}", campaign * 3),
        }),
        intent: chosen(
            &[Intent::Dial, Intent::Dial, Intent::Dial, Intent::Precheck],
            r(59),
        ),
        channel: Some(chosen(
            &[Channel::Voice, Channel::Voice, Channel::Voice, Channel::Sms],
            campaign,
        )),
        campaign: format!("camp-{campaign:03}").into(),
        seller: format!("seller-{}", campaign % 3).into(),
        source: format!("source-{:02}", campaign % 24).into(),
        line_type: if e164.is_some() {
            LineType::Mobile
        } else {
            LineType::Unknown
        },
        country: e164.map(|_| Region::NL),
        verdict,
        reason,
        outcomes,
        facts,
        deciding_row: Some(row),
        revision: 4_000_000 + n / 7,
        min_revision: (r(60) % 20 == 0).then_some(4_000_000 + n / 8),
        regime: Some(regime("nl-bmnr")),
        register_snapshot: "bmnr-2026-11-20".into(),
        registered: e164.map(|_| r(61) % 4 == 0),
        engine: Arc::new(StoredEngine {
            build: "0.1.0".into(),
            metadata: "9.0.42".into(),
        }),
        durability: Durability::Disk,
        shadow: Some(StoredShadow {
            regime: regime("nl-2026-07-01"),
            verdict: Verdict::Block,
            reason: Reason::NoConsent,
        }),
        earlier: None,
    }
}

/// The id of a decision that is not recorded yet.
pub fn nobody() -> DecisionId {
    DecisionId {
        day: Day(0),
        ledger: LedgerId(0),
        seq: 1,
    }
}

/// A decision with only its call id set apart from the rest.
pub fn call(call_id: &str) -> StoredDecision {
    let mut decision = mixed(3);
    decision.personal.as_mut().unwrap().call_id = call_id.into();
    decision
}

pub fn append(
    ledger: &Ledger,
    decision: &StoredDecision,
    now: Micros,
) -> Result<Ticket, AppendError> {
    ledger.append(&decision.as_entry(&decision.facts_by_row()).unwrap(), now)
}

/// Records and waits; what is to be read back.
pub fn record(ledger: &Ledger, decision: &StoredDecision, now: Micros) -> StoredDecision {
    let ticket = append(ledger, decision, now).unwrap();
    ledger.wait(ticket).unwrap();
    StoredDecision {
        decided_at: now,
        ..as_stored(decision, ticket)
    }
}

/// What a ticket's decision is to be read back as, if it was decided at ledger time.
pub fn as_stored(decision: &StoredDecision, ticket: Ticket) -> StoredDecision {
    StoredDecision {
        id: ticket.id,
        at: ticket.at,
        decided_at: ticket.at,
        ..decision.clone()
    }
}

pub fn open(dir: &Path) -> Ledger {
    Ledger::open(dir, LedgerOptions::default()).unwrap()
}

/// Proves every part and that each continues the one before.
pub fn verify(dir: &Path) -> Vec<PartSummary> {
    let mut paths: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "db"))
        .collect();
    paths.sort();
    let parts: Vec<_> = paths
        .iter()
        .map(|path| verify_part(path).unwrap())
        .collect();
    for pair in parts.windows(2) {
        assert_eq!(pair[1].previous, pair[0].day.to_string());
        assert_eq!(pair[1].previous_chain, pair[0].chain);
        assert_eq!(pair[1].first_seq, pair[0].last_seq + 1);
    }
    parts
}
