//! A recorded decision on the wire.

use crate::{
    access::masked,
    ledger::{Durability, StoredDecision},
    policy::Packs,
    proto::v1,
    wire::{convert, fields::timestamp},
};

/// A recorded decision on the wire, without its numbers and person if `hide`. The rows are named if this
/// build still has the pack it was made by.
pub fn decision(d: &StoredDecision, packs: &Packs, hide: bool) -> v1::Decision {
    let personal = d.personal.as_ref();
    let text =
        |of: fn(&crate::ledger::StoredPersonal) -> String| personal.map(of).unwrap_or_default();
    let pack = d.regime.as_ref().and_then(|stored| {
        packs
            .get(&stored.id)
            .filter(|r| r.hash == stored.pack_sha256)
    });
    let rows = pack
        .zip(d.channel)
        .and_then(|(regime, channel)| regime.table(channel))
        .map(|table| table.rows.as_slice())
        .or(d.regime.is_none().then(|| packs.question()));
    let trail = d
        .outcomes
        .iter()
        .enumerate()
        .map(|(i, outcome)| {
            let row = rows.and_then(|rows| rows.get(i));
            v1::TrailRow {
                row: i as u32 + 1,
                check: row.map(|r| r.check.name().to_owned()).unwrap_or_default(),
                outcome: convert::outcome(*outcome),
                verdict: row.map_or(0, |r| i32::from(r.verdict.code())),
                reason: row.map_or(0, |r| i32::from(r.reason.code())),
                fact_id: d.fact(i as u8).map(|f| f.to_string()).unwrap_or_default(),
                found: String::new(),
                legal_source: row.map(|r| r.source.clone()).unwrap_or_default(),
            }
        })
        .collect();
    v1::Decision {
        decision_id: d.id.to_string(),
        decided_at: Some(timestamp(d.at)),
        verdict: i32::from(d.verdict.code()),
        reason: i32::from(d.reason.code()),
        number: match hide {
            true => masked(&text(|p| p.number.to_string())),
            false => text(|p| p.number.to_string()),
        },
        e164: personal
            .and_then(|p| p.e164)
            .map(|n| match hide {
                true => masked(&n.to_string()),
                false => n.to_string(),
            })
            .unwrap_or_default(),
        campaign_id: d.campaign.to_string(),
        seller_id: d.seller.to_string(),
        channel: d.channel.map_or(0, |c| i32::from(c.code())),
        source_id: d.source.to_string(),
        intent: i32::from(d.intent.code()),
        call_id: text(|p| p.call_id.to_string()),
        agent_id: text(|p| p.agent_id.to_string()),
        caller_id: text(|p| p.caller_id.to_string()),
        person_id: match hide {
            true => String::new(),
            false => text(|p| p.person_id.to_string()),
        },
        regime: d
            .regime
            .as_ref()
            .map(|r| r.id.to_string())
            .unwrap_or_default(),
        pack_hash: d
            .regime
            .as_ref()
            .map(|r| r.pack_sha256.iter().map(|b| format!("{b:02x}")).collect())
            .unwrap_or_default(),
        semantics: d.regime.as_ref().map_or(0, |r| r.semantics),
        revision: d.revision,
        snapshot_id: d.register_snapshot.to_string(),
        in_register: d.registered == Some(true),
        durability: match d.durability {
            Durability::Disk => v1::Durability::Disk as i32,
            Durability::Async => v1::Durability::Async as i32,
        },
        shadow: d.shadow.as_ref().map(|s| v1::Shadow {
            regime: s.regime.id.to_string(),
            verdict: i32::from(s.verdict.code()),
            reason: i32::from(s.reason.code()),
        }),
        trail,
        engine: d.engine.build.to_string(),
        number_metadata: d.engine.metadata.to_string(),
        earlier_decision_id: d.earlier.map(|id| id.to_string()).unwrap_or_default(),
        region: text(|p| p.region.to_string()),
    }
}
