//! What of a decision is exported: one table, for every format.

use std::borrow::Cow;

use crate::{
    clock::Micros,
    ledger::{Durability, StoredDecision, StoredPersonal},
};

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Text,
    Count,
    Flag,
    /// An instant; in text RFC 3339 in UTC.
    Time,
}

/// A value of a column; `None` stands for nothing given, and for what was erased.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Value<'a> {
    None,
    Text(Cow<'a, str>),
    Count(u64),
    Flag(bool),
    Time(Micros),
}

/// A column: its name, what it holds, and where that is in a decision.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) of: for<'a> fn(&'a StoredDecision) -> Value<'a>,
}

const fn column(
    name: &'static str,
    kind: Kind,
    of: for<'a> fn(&'a StoredDecision) -> Value<'a>,
) -> Column {
    Column { name, kind, of }
}

/// Empty means not given.
fn text(text: &str) -> Value<'_> {
    match text {
        "" => Value::None,
        text => Value::Text(Cow::Borrowed(text)),
    }
}

fn owned<'a>(text: Option<String>) -> Value<'a> {
    text.map_or(Value::None, |text| Value::Text(Cow::Owned(text)))
}

fn personal<'a>(d: &'a StoredDecision, of: fn(&StoredPersonal) -> &str) -> Value<'a> {
    d.personal.as_ref().map_or(Value::None, |p| text(of(p)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The outcome of every row, the first row first.
fn outcomes(d: &StoredDecision) -> String {
    let words: Vec<_> = d.outcomes.iter().map(|o| o.word()).collect();
    words.join(";")
}

/// The rows that found a fact, from 1, and the fact: `8:objection-77`.
fn facts(d: &StoredDecision) -> String {
    let facts: Vec<_> = (d.facts.iter())
        .map(|(row, fact)| format!("{}:{fact}", row + 1))
        .collect();
    facts.join(";")
}

/// The columns, in order. Names are those of the wire.
pub(super) static COLUMNS: &[Column] = &[
    column("decision_id", Kind::Text, |d| owned(Some(d.id.to_string()))),
    column("decided_at", Kind::Time, |d| Value::Time(d.decided_at)),
    column("recorded_at", Kind::Time, |d| Value::Time(d.at)),
    column("verdict", Kind::Text, |d| text(d.verdict.word())),
    column("reason", Kind::Text, |d| text(d.reason.word())),
    column("number", Kind::Text, |d| personal(d, |p| &p.number)),
    column("region", Kind::Text, |d| personal(d, |p| &p.region)),
    column("e164", Kind::Text, |d| {
        let e164 = d.personal.as_ref().and_then(|p| p.e164);
        owned(e164.map(|e164| e164.to_string()))
    }),
    column("line_type", Kind::Text, |d| text(d.line_type.word())),
    column("country", Kind::Text, |d| {
        owned(d.country.map(|c| c.as_str().to_owned()))
    }),
    column("campaign_id", Kind::Text, |d| text(&d.campaign)),
    column("seller_id", Kind::Text, |d| text(&d.seller)),
    column("channel", Kind::Text, |d| {
        text(d.channel.map_or("", |c| c.word()))
    }),
    column("source_id", Kind::Text, |d| text(&d.source)),
    column("intent", Kind::Text, |d| text(d.intent.word())),
    column("call_id", Kind::Text, |d| personal(d, |p| &p.call_id)),
    column("agent_id", Kind::Text, |d| personal(d, |p| &p.agent_id)),
    column("caller_id", Kind::Text, |d| personal(d, |p| &p.caller_id)),
    column("person_id", Kind::Text, |d| personal(d, |p| &p.person_id)),
    column("regime", Kind::Text, |d| {
        text(d.regime.as_deref().map_or("", |r| &r.id))
    }),
    column("pack_hash", Kind::Text, |d| {
        owned(d.regime.as_ref().map(|r| hex(&r.pack_sha256)))
    }),
    column("semantics", Kind::Count, |d| {
        let regime = d.regime.as_ref();
        regime.map_or(Value::None, |r| Value::Count(r.semantics.into()))
    }),
    column("revision", Kind::Count, |d| Value::Count(d.revision)),
    column("min_revision", Kind::Count, |d| {
        d.min_revision.map_or(Value::None, Value::Count)
    }),
    column("snapshot_id", Kind::Text, |d| text(&d.register_snapshot)),
    column("in_register", Kind::Flag, |d| {
        d.registered.map_or(Value::None, Value::Flag)
    }),
    column("durability", Kind::Text, |d| {
        text(match d.durability {
            Durability::Disk => "DISK",
            Durability::Async => "ASYNC",
        })
    }),
    column("shadow_regime", Kind::Text, |d| {
        text(d.shadow.as_ref().map_or("", |s| &s.regime.id))
    }),
    column("shadow_verdict", Kind::Text, |d| {
        text(d.shadow.as_ref().map_or("", |s| s.verdict.word()))
    }),
    column("shadow_reason", Kind::Text, |d| {
        text(d.shadow.as_ref().map_or("", |s| s.reason.word()))
    }),
    column("engine", Kind::Text, |d| text(&d.engine.build)),
    column("number_metadata", Kind::Text, |d| text(&d.engine.metadata)),
    column("earlier_decision_id", Kind::Text, |d| {
        owned(d.earlier.map(|id| id.to_string()))
    }),
    column("deciding_row", Kind::Count, |d| {
        let row = d.deciding_row;
        row.map_or(Value::None, |row| Value::Count(u64::from(row) + 1))
    }),
    column("outcomes", Kind::Text, |d| owned(Some(outcomes(d)))),
    column("facts", Kind::Text, |d| {
        owned(Some(facts(d)).filter(|f| !f.is_empty()))
    }),
    column("erased", Kind::Flag, |d| Value::Flag(d.personal.is_none())),
];
