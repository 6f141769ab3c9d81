//! A recorded decision, for people and for scripts.

use serde::Serialize;

use crate::{
    cli::{
        check::Trail,
        output::{Table, fields, given},
        words::{local, rfc3339, word},
    },
    proto::v1::{Channel, Decision, Durability, Intent, Reason, Shadow, Verdict},
};

#[derive(Serialize)]
struct ShadowJson<'a> {
    regime: &'a str,
    verdict: &'static str,
    reason: &'static str,
}

/// A decision as a JSON object; the names are those of the wire.
#[derive(Serialize)]
pub(super) struct Json<'a> {
    decision_id: &'a str,
    decided_at: Option<String>,
    verdict: &'static str,
    reason: &'static str,
    number: &'a str,
    region: Option<&'a str>,
    e164: Option<&'a str>,
    campaign_id: &'a str,
    seller_id: Option<&'a str>,
    channel: Option<&'static str>,
    source_id: Option<&'a str>,
    intent: &'static str,
    call_id: Option<&'a str>,
    agent_id: Option<&'a str>,
    caller_id: Option<&'a str>,
    person_id: Option<&'a str>,
    regime: Option<&'a str>,
    pack_hash: Option<&'a str>,
    semantics: u32,
    revision: u64,
    snapshot_id: Option<&'a str>,
    in_register: bool,
    durability: Option<&'static str>,
    shadow: Option<ShadowJson<'a>>,
    engine: &'a str,
    number_metadata: &'a str,
    earlier_decision_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trail: Option<Vec<Trail<'a>>>,
}

impl<'a> Json<'a> {
    pub(super) fn of(d: &'a Decision, explain: bool) -> Self {
        let shadow = |s: &'a Shadow| ShadowJson {
            regime: &s.regime,
            verdict: word::<Verdict>(s.verdict),
            reason: word::<Reason>(s.reason),
        };
        Self {
            decision_id: &d.decision_id,
            decided_at: rfc3339(d.decided_at.as_ref()),
            verdict: word::<Verdict>(d.verdict),
            reason: word::<Reason>(d.reason),
            number: &d.number,
            region: given(&d.region),
            e164: given(&d.e164),
            campaign_id: &d.campaign_id,
            seller_id: given(&d.seller_id),
            channel: given(word::<Channel>(d.channel)),
            source_id: given(&d.source_id),
            intent: word::<Intent>(d.intent),
            call_id: given(&d.call_id),
            agent_id: given(&d.agent_id),
            caller_id: given(&d.caller_id),
            person_id: given(&d.person_id),
            regime: given(&d.regime),
            pack_hash: given(&d.pack_hash),
            semantics: d.semantics,
            revision: d.revision,
            snapshot_id: given(&d.snapshot_id),
            in_register: d.in_register,
            durability: given(word::<Durability>(d.durability)),
            shadow: d.shadow.as_ref().map(shadow),
            engine: &d.engine,
            number_metadata: &d.number_metadata,
            earlier_decision_id: given(&d.earlier_decision_id),
            trail: explain.then(|| d.trail.iter().map(Trail::of).collect()),
        }
    }
}

/// The table of decisions, empty.
pub(super) fn table() -> Table {
    Table::new(&TITLES)
}

/// What a decision in one row shows.
pub(super) const TITLES: [&str; 8] = [
    "at",
    "decision",
    "verdict",
    "reason",
    "number",
    "campaign",
    "intent",
    "today's law",
];

fn shadow(d: &Decision) -> String {
    d.shadow.as_ref().map_or_else(String::new, |s| {
        format!(
            "{} {}",
            word::<Verdict>(s.verdict),
            word::<Reason>(s.reason)
        )
    })
}

/// The number as read, else as typed.
fn number(d: &Decision) -> String {
    if d.e164.is_empty() {
        d.number.chars().take(40).collect()
    } else {
        d.e164.clone()
    }
}

/// A decision in one row.
pub(super) fn row(d: &Decision) -> [String; 8] {
    [
        local(d.decided_at.as_ref()),
        d.decision_id.clone(),
        word::<Verdict>(d.verdict).to_owned(),
        word::<Reason>(d.reason).to_owned(),
        number(d),
        d.campaign_id.clone(),
        word::<Intent>(d.intent).to_owned(),
        shadow(d),
    ]
}

/// A decision with everything it rested on.
pub(in crate::cli) fn text(d: &Decision) -> String {
    let register = match (d.snapshot_id.as_str(), d.in_register) {
        ("", _) => String::new(),
        (id, true) => format!("in it ({id})"),
        (id, false) => format!("not in it ({id})"),
    };
    fields(&[
        ("decision", d.decision_id.clone()),
        ("at", local(d.decided_at.as_ref())),
        ("verdict", word::<Verdict>(d.verdict).to_owned()),
        ("reason", word::<Reason>(d.reason).to_owned()),
        ("typed", d.number.clone()),
        ("read in", d.region.clone()),
        ("number", d.e164.clone()),
        ("campaign", d.campaign_id.clone()),
        ("seller", d.seller_id.clone()),
        ("channel", word::<Channel>(d.channel).to_owned()),
        ("source", d.source_id.clone()),
        ("intent", word::<Intent>(d.intent).to_owned()),
        ("call", d.call_id.clone()),
        ("agent", d.agent_id.clone()),
        ("caller id", d.caller_id.clone()),
        ("person", d.person_id.clone()),
        ("regime", d.regime.clone()),
        (
            "pack",
            if d.pack_hash.is_empty() {
                String::new()
            } else {
                format!("SHA-256 {}", d.pack_hash)
            },
        ),
        ("semantics", d.semantics.to_string()),
        ("register", register),
        ("today's law", shadow(d)),
        ("revision", d.revision.to_string()),
        ("recorded", word::<Durability>(d.durability).to_owned()),
        ("engine", d.engine.clone()),
        ("numbering", d.number_metadata.clone()),
        ("earlier", d.earlier_decision_id.clone()),
    ])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::{cli::words::wire, clock::Micros};

    fn decision() -> Decision {
        Decision {
            decision_id: "20260921-7".into(),
            decided_at: Some(wire(Micros(1_790_000_000_123_456))),
            verdict: Verdict::Block as i32,
            reason: Reason::InvalidNumber as i32,
            number: "06-1".into(),
            region: "NL".into(),
            campaign_id: "c-1".into(),
            intent: Intent::Dial as i32,
            regime: "nl-bmnr".into(),
            semantics: 1,
            revision: 4,
            snapshot_id: "bmnr-2".into(),
            durability: Durability::Disk as i32,
            engine: "0.1.0".into(),
            number_metadata: "9.0.42".into(),
            ..Default::default()
        }
    }

    #[test]
    fn in_a_row_and_in_full() {
        let mut list = table();
        list.row(row(&decision()));
        assert_eq!(
            list.to_string(),
            "at                         decision    verdict  reason          number  campaign  intent  today's law\n\
             2026-09-21 16:13:20+02:00  20260921-7  BLOCK    INVALID_NUMBER  06-1    c-1       DIAL\n"
        );
        assert_eq!(
            text(&decision()),
            "decision   20260921-7\n\
             at         2026-09-21 16:13:20+02:00\n\
             verdict    BLOCK\n\
             reason     INVALID_NUMBER\n\
             typed      06-1\n\
             read in    NL\n\
             campaign   c-1\n\
             intent     DIAL\n\
             regime     nl-bmnr\n\
             semantics  1\n\
             register   not in it (bmnr-2)\n\
             revision   4\n\
             recorded   DISK\n\
             engine     0.1.0\n\
             numbering  9.0.42\n"
        );
    }

    #[test]
    fn for_scripts() {
        assert_eq!(
            serde_json::to_string(&Json::of(&decision(), false)).unwrap(),
            r#"{"decision_id":"20260921-7","decided_at":"2026-09-21T14:13:20.123456Z","verdict":"BLOCK","reason":"INVALID_NUMBER","number":"06-1","region":"NL","e164":null,"campaign_id":"c-1","seller_id":null,"channel":null,"source_id":null,"intent":"DIAL","call_id":null,"agent_id":null,"caller_id":null,"person_id":null,"regime":"nl-bmnr","pack_hash":null,"semantics":1,"revision":4,"snapshot_id":"bmnr-2","in_register":false,"durability":"DISK","shadow":null,"engine":"0.1.0","number_metadata":"9.0.42","earlier_decision_id":null}"#
        );
    }
}
