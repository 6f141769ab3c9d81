//! One record decided again, and held against what it says.

use std::{cell::RefCell, sync::Arc};

use super::{
    registers::Registers,
    result::{Difference, Gone, Note, Replayed},
    setups::hex,
};
use crate::{
    facts::{groups::Outdated, model::PersonSym},
    ledger::{StoredDecision, StoredPersonal, StoredRegime},
    number::{self, Number, Region},
    policy::{Decision, Reason, Regime, RegisterView, Verdict},
    sidecar::{Ask, Asked, Place},
    store::{StoreError, StoreReader},
};

/// Everything as it was when a decision was made.
#[derive(Clone, Copy)]
pub(super) struct Moment<'m> {
    pub(super) place: Place<'m>,
    pub(super) registers: &'m Registers,
    /// The person named in the question.
    pub(super) person: PersonSym,
}

/// Decides a record again. What it rests on beside the moment is in `decision`.
pub(super) fn again(
    moment: &Moment<'_>,
    decision: &StoredDecision,
    personal: &StoredPersonal,
) -> Result<Replayed, Outdated> {
    let found = RefCell::new(Replayed::new(decision.id));
    let engine = &decision.engine;
    let same_plans = engine.metadata == number::metadata_version();
    if !same_plans || engine.build != env!("CARGO_PKG_VERSION") {
        found.borrow_mut().notes.push(Note::Engine(engine.clone()));
    }
    let mut asked = ask_again(moment, decision, personal, same_plans, &found)?;
    if is_behind(decision) {
        asked.decision = Decision::outside_table(Verdict::Block, Reason::FactsBehind);
        if decision.min_revision.is_none() {
            let none = String::new;
            differs(&found, "min_revision", none(), "asked for".to_owned());
        }
    }
    compare(&asked, moment, decision, &found);
    Ok(found.into_inner())
}

/// Whether it was answered before the table was asked, since the facts were behind.
pub(super) fn is_behind(decision: &StoredDecision) -> bool {
    decision.reason == Reason::FactsBehind
        && decision.outcomes.is_empty()
        && decision.deciding_row.is_none()
}

/// Adds the facts a decision found that are not in the store any more, where it came out otherwise.
pub(super) fn look_for_facts(
    store: &StoreReader,
    decision: &StoredDecision,
    replayed: &mut Replayed,
) -> Result<(), StoreError> {
    if replayed.differences.is_empty() {
        return Ok(());
    }
    for (_, id) in &decision.facts {
        if store.span(*id)?.is_none() && !replayed.gone.contains(&Gone::Fact(*id)) {
            replayed.gone.push(Gone::Fact(*id));
        }
    }
    Ok(())
}

/// Asks the recorded question in its moment, or in one that differs by a regime.
pub(super) fn ask_again<'m>(
    moment: &Moment<'m>,
    decision: &StoredDecision,
    personal: &StoredPersonal,
    same_plans: bool,
    found: &RefCell<Replayed>,
) -> Result<Asked<'m>, Outdated> {
    let ask = Ask {
        number: &personal.number,
        region: Region::parse(&personal.region).ok(),
        campaign_id: &decision.campaign,
        channel: decision.channel,
        person_id: &personal.person_id,
        source_id: &decision.source,
        at: decision.decided_at,
    };
    let mut read = moment.place.read(&ask);
    read.person = moment.person;
    // The number as read is part of the question: other numbering plans would ask another one.
    let then = personal.e164.map(|e164| Number {
        e164,
        line_type: decision.line_type,
        country: decision.country,
    });
    if read.number != then {
        let (then, now) = (shown(then), shown(read.number));
        if same_plans {
            differs(found, "number", then, now);
        } else {
            found.borrow_mut().notes.push(Note::Reads { then, now });
        }
    }
    read.number = then;
    moment.place.decide(&ask, &read, |register| {
        register_then(moment, decision, register, then, found)
    })
}

/// The copy of a register that a decision was made with. For the register of the regime that decided, the
/// record says which copy, and whether the number was in it.
fn register_then<'m>(
    moment: &Moment<'m>,
    decision: &StoredDecision,
    register: &str,
    number: Option<Number>,
    found: &RefCell<Replayed>,
) -> Option<(&'m Arc<str>, RegisterView)> {
    let in_force = moment
        .registers
        .in_force(register, moment.place.world.revision);
    let e164 = number.map(|n| n.e164);
    let recorded = decision.regime.as_deref().and_then(|then| {
        let mut packs = moment.place.packs.iter();
        packs.find(|pack| pack.hash == then.pack_sha256)
    });
    if recorded.and_then(|pack| pack.register.as_deref()) != Some(register) {
        // Asked by another regime only: the shadow, or one that is tried out.
        let snapshot = in_force?;
        return match snapshot.copy() {
            Ok(copy) => Some((&snapshot.id, copy.view(e164))),
            Err(why) => {
                found.borrow_mut().gone.push(Gone::Numbers {
                    copy: snapshot.id.clone(),
                    why: why.to_owned(),
                });
                None
            }
        };
    }
    let said = &decision.register_snapshot;
    if said.is_empty() {
        let note = Note::CountedMissing(in_force?.id.clone());
        found.borrow_mut().notes.push(note);
        return None;
    }
    let snapshot = match in_force.filter(|s| s.id == *said) {
        Some(snapshot) => snapshot,
        None => {
            let Some(other) = moment.registers.of_id(said) else {
                found.borrow_mut().gone.push(Gone::Snapshot(said.clone()));
                return None;
            };
            let now = in_force.map_or_else(String::new, |s| s.id.to_string());
            differs(found, "register", said.to_string(), now);
            other
        }
    };
    let listed = decision.registered.unwrap_or_default();
    match snapshot.copy() {
        Ok(copy) if copy.view(e164).listed == listed => {}
        Ok(_) => differs(found, "membership", within(listed), within(!listed)),
        Err(why) => found.borrow_mut().notes.push(Note::FromRecord {
            copy: snapshot.id.clone(),
            why: why.to_owned(),
        }),
    }
    let as_of = snapshot.row.as_of;
    Some((&snapshot.id, RegisterView { as_of, listed }))
}

fn compare(
    asked: &Asked<'_>,
    moment: &Moment<'_>,
    decision: &StoredDecision,
    found: &RefCell<Replayed>,
) {
    let text = |text: &str| text.to_owned();
    let now = &asked.decision;
    if now.verdict != decision.verdict {
        let (then, now) = (decision.verdict.word(), now.verdict.word());
        differs(found, "verdict", text(then), text(now));
    }
    if now.reason != decision.reason {
        let (then, now) = (decision.reason.word(), now.reason.word());
        differs(found, "reason", text(then), text(now));
    }
    let seller = asked.campaign.map_or("", |c| &c.seller_id);
    if seller != &*decision.seller {
        differs(found, "seller", text(&decision.seller), text(seller));
    }
    if asked.channel != decision.channel {
        let word = |c: Option<crate::facts::model::Channel>| c.map_or("", |c| c.word());
        let (then, now) = (word(decision.channel), word(asked.channel));
        differs(found, "channel", text(then), text(now));
    }
    if !is_same(asked.regime, decision.regime.as_deref()) {
        let (then, now) = (recorded(decision.regime.as_deref()), named(asked.regime));
        differs(found, "regime", then, now);
    }
    let shadow = asked.shadow.as_ref();
    let same = match (shadow, &decision.shadow) {
        (None, None) => true,
        (Some(now), Some(then)) => {
            is_same(Some(now.regime), Some(&*then.regime))
                && (now.verdict, now.reason) == (then.verdict, then.reason)
        }
        _ => false,
    };
    if !same {
        let then = decision.shadow.as_ref().map_or_else(String::new, |s| {
            format!(
                "{} {} by {}",
                s.verdict,
                s.reason,
                recorded(Some(&*s.regime))
            )
        });
        let now = shadow.map_or_else(String::new, |s| {
            format!("{} {} by {}", s.verdict, s.reason, named(Some(s.regime)))
        });
        differs(found, "shadow", then, now);
    }
    rows(asked, moment, decision, found);
}

/// Row by row: the outcome and the fact found.
fn rows(
    asked: &Asked<'_>,
    moment: &Moment<'_>,
    decision: &StoredDecision,
    found: &RefCell<Replayed>,
) {
    let mut outcomes = asked.outcomes();
    let mut facts = asked.facts();
    let count = asked.decision.results().len().max(decision.outcomes.len());
    for row in 0..count {
        let at = u8::try_from(row).unwrap_or(u8::MAX);
        let then = (decision.outcomes.get(row).copied(), decision.fact(at));
        let now = (outcomes.next(), facts.next().flatten());
        if then == now {
            continue;
        }
        let rows = asked.rows(moment.place.packs);
        let differs = |field, recorded: Option<String>, now: Option<String>| {
            if recorded != now {
                found.borrow_mut().differences.push(Difference {
                    field,
                    row: Some(at + 1),
                    check: rows.get(row).map(|r| r.check.name()),
                    recorded: recorded.unwrap_or_default(),
                    now: now.unwrap_or_default(),
                });
            }
        };
        differs(
            "outcome",
            then.0.map(|o| o.word().to_owned()),
            now.0.map(|o| o.word().to_owned()),
        );
        differs(
            "fact",
            then.1.map(|f| f.to_string()),
            now.1.map(|f| f.to_string()),
        );
    }
}

fn differs(found: &RefCell<Replayed>, field: &'static str, recorded: String, now: String) {
    found.borrow_mut().differences.push(Difference {
        field,
        row: None,
        check: None,
        recorded,
        now,
    });
}

fn is_same(now: Option<&Arc<Regime>>, then: Option<&StoredRegime>) -> bool {
    match (now, then) {
        (None, None) => true,
        (Some(now), Some(then)) => {
            *now.id == *then.id && now.hash == then.pack_sha256 && now.semantics == then.semantics
        }
        _ => false,
    }
}

fn recorded(regime: Option<&StoredRegime>) -> String {
    regime.map_or_else(String::new, |r| pack(&r.id, &r.pack_sha256))
}

fn named(regime: Option<&Arc<Regime>>) -> String {
    regime.map_or_else(String::new, |r| pack(&r.id, &r.hash))
}

fn pack(id: &str, sha256: &[u8; 32]) -> String {
    format!("{id} (pack {}…)", &hex(sha256)[..12])
}

fn within(listed: bool) -> String {
    if listed { "in it" } else { "not in it" }.to_owned()
}

/// A number as read, in words. Its owner's eyes only: it ends up in the answer to whoever asked.
fn shown(number: Option<Number>) -> String {
    number.map_or_else(
        || "not a number".to_owned(),
        |n| {
            let country = n.country.map(|c| c.to_string()).unwrap_or_default();
            format!("{} {} {country}", n.e164, n.line_type)
        },
    )
}
