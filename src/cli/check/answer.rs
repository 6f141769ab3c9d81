//! An answer, for people and for scripts.

use serde::Serialize;

use crate::{
    cli::{
        output::{Table, fields, given},
        words::{local, rfc3339, warning, word},
    },
    proto::v1::{
        CheckResponse, Durability, LeadAction, LineType, Obligation, Reason, RowOutcome, Shadow,
        TrailRow, Verdict, Warning,
    },
};

/// What today's law would decide.
#[derive(Serialize)]
struct ShadowJson<'a> {
    regime: &'a str,
    verdict: &'static str,
    reason: &'static str,
}

impl<'a> ShadowJson<'a> {
    fn of(shadow: &'a Shadow) -> Self {
        Self {
            regime: &shadow.regime,
            verdict: word::<Verdict>(shadow.verdict),
            reason: word::<Reason>(shadow.reason),
        }
    }
}

/// A row of the trail.
#[derive(Serialize)]
pub(in crate::cli) struct Trail<'a> {
    row: u32,
    check: &'a str,
    outcome: &'static str,
    verdict: &'static str,
    reason: &'static str,
    fact_id: Option<&'a str>,
    found: &'a str,
    legal_source: &'a str,
}

impl<'a> Trail<'a> {
    pub(in crate::cli) fn of(row: &'a TrailRow) -> Self {
        Self {
            row: row.row,
            check: &row.check,
            outcome: word::<RowOutcome>(row.outcome),
            verdict: word::<Verdict>(row.verdict),
            reason: word::<Reason>(row.reason),
            fact_id: given(&row.fact_id),
            found: &row.found,
            legal_source: &row.legal_source,
        }
    }
}

/// The answer as a JSON object; the names are those of the wire.
#[derive(Serialize)]
pub(super) struct Answer<'a> {
    verdict: &'static str,
    reason: &'static str,
    reason_text: &'a str,
    e164: Option<&'a str>,
    line_type: Option<&'static str>,
    decision_id: Option<&'a str>,
    call_id: Option<&'a str>,
    earlier_decision_id: Option<&'a str>,
    lead_action: Option<&'static str>,
    retry_at: Option<String>,
    valid_until: Option<String>,
    regime: Option<&'a str>,
    legal_basis: Option<&'a str>,
    obligations: Vec<&'static str>,
    warnings: Vec<&'static str>,
    revision: u64,
    durability: Option<&'static str>,
    shadow: Option<ShadowJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trail: Option<Vec<Trail<'a>>>,
}

impl<'a> Answer<'a> {
    pub(super) fn of(r: &'a CheckResponse, explain: bool) -> Self {
        Self {
            verdict: word::<Verdict>(r.verdict),
            reason: word::<Reason>(r.reason),
            reason_text: &r.reason_text,
            e164: given(&r.e164),
            line_type: given(word::<LineType>(r.line_type)),
            decision_id: given(&r.decision_id),
            call_id: given(&r.call_id),
            earlier_decision_id: given(&r.earlier_decision_id),
            lead_action: given(word::<LeadAction>(r.lead_action)),
            retry_at: rfc3339(r.retry_at.as_ref()),
            valid_until: rfc3339(r.valid_until.as_ref()),
            regime: given(&r.regime),
            legal_basis: given(&r.legal_basis),
            obligations: r
                .obligations
                .iter()
                .map(|o| word::<Obligation>(*o))
                .collect(),
            warnings: r.warnings.iter().map(|w| word::<Warning>(*w)).collect(),
            revision: r.revision,
            durability: given(word::<Durability>(r.durability)),
            shadow: r.shadow.as_ref().map(ShadowJson::of),
            trail: explain.then(|| r.trail.iter().map(Trail::of).collect()),
        }
    }
}

/// The answer as lines for people.
pub(super) fn text(r: &CheckResponse) -> String {
    let reason = word::<Reason>(r.reason);
    let reason = if r.reason_text.is_empty() {
        reason.to_owned()
    } else {
        format!("{reason}: {}", r.reason_text)
    };
    let number = match word::<LineType>(r.line_type) {
        "" => r.e164.clone(),
        line_type => format!("{} ({line_type})", r.e164),
    };
    let shadow = r.shadow.as_ref().map(|s| {
        let (verdict, reason) = (word::<Verdict>(s.verdict), word::<Reason>(s.reason));
        format!("{verdict} {reason} ({})", s.regime)
    });
    let obligations: Vec<_> = r
        .obligations
        .iter()
        .map(|o| word::<Obligation>(*o))
        .collect();
    let mut pairs = vec![
        (
            "verdict",
            match word::<Verdict>(r.verdict) {
                "" => "none: do not dial".to_owned(),
                verdict => verdict.to_owned(),
            },
        ),
        ("reason", reason),
        ("number", number),
        ("lead", word::<LeadAction>(r.lead_action).to_owned()),
        ("retry at", local(r.retry_at.as_ref())),
        ("valid until", local(r.valid_until.as_ref())),
        ("regime", r.regime.clone()),
        ("legal basis", r.legal_basis.clone()),
        ("must", obligations.join(", ")),
    ];
    for w in &r.warnings {
        pairs.push((
            "warning",
            format!("{}: {}", word::<Warning>(*w), warning(*w)),
        ));
    }
    pairs.extend([
        ("today's law", shadow.unwrap_or_default()),
        ("decision", r.decision_id.clone()),
        ("earlier", r.earlier_decision_id.clone()),
        (
            "recorded",
            match word::<Durability>(r.durability) {
                "" => "no (dry run)".to_owned(),
                how => how.to_owned(),
            },
        ),
        ("revision", r.revision.to_string()),
    ]);
    fields(&pairs)
}

/// How a row came out, as a mark that is found at a glance.
fn mark(outcome: i32) -> &'static str {
    match RowOutcome::try_from(outcome) {
        Ok(RowOutcome::Passed) => "passed",
        Ok(RowOutcome::Decided) => "DECIDED",
        Ok(RowOutcome::WouldDecide) => "(would)",
        Ok(RowOutcome::NotAsked) => "-",
        Ok(RowOutcome::Unknown | RowOutcome::Unspecified) | Err(_) => "?",
    }
}

/// The trail as an aligned table.
pub(in crate::cli) fn trail_table(trail: &[TrailRow]) -> Table {
    let mut table = Table::new(&[
        ">row",
        "outcome",
        "check",
        "gives",
        "found",
        "source of law",
    ]);
    for row in trail {
        let gives = format!(
            "{} {}",
            word::<Verdict>(row.verdict),
            word::<Reason>(row.reason)
        );
        let found = match row.fact_id.as_str() {
            "" => row.found.clone(),
            id if row.found.contains(id) => row.found.clone(),
            id => format!("{} [{id}]", row.found),
        };
        table.row([
            row.row.to_string(),
            mark(row.outcome).to_owned(),
            row.check.clone(),
            gives,
            found,
            row.legal_source.clone(),
        ]);
    }
    table
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::clock::Micros;

    fn blocked() -> CheckResponse {
        CheckResponse {
            verdict: Verdict::Block as i32,
            reason: Reason::Objected as i32,
            reason_text: "an objection is in force".into(),
            e164: "+31612345678".into(),
            line_type: LineType::Mobile as i32,
            decision_id: "20261124-7".into(),
            lead_action: LeadAction::CloseForSeller as i32,
            regime: "nl-bmnr".into(),
            legal_basis: "Tw 11.7(4)".into(),
            warnings: vec![Warning::RegimeLapsed as i32],
            revision: 3,
            durability: Durability::Disk as i32,
            shadow: Some(Shadow {
                regime: "nl-2026".into(),
                verdict: Verdict::Block as i32,
                reason: Reason::NoConsent as i32,
            }),
            trail: vec![
                TrailRow {
                    row: 7,
                    check: "SourceLawful".into(),
                    outcome: RowOutcome::Passed as i32,
                    verdict: Verdict::Block as i32,
                    reason: Reason::SourceNotLawful as i32,
                    found: "source s-1".into(),
                    legal_source: "letter".into(),
                    ..Default::default()
                },
                TrailRow {
                    row: 8,
                    check: "ObjectionInForce".into(),
                    outcome: RowOutcome::Decided as i32,
                    verdict: Verdict::Block as i32,
                    reason: Reason::Objected as i32,
                    fact_id: "objection-17".into(),
                    found: "a no to all sellers".into(),
                    legal_source: "Tw 11.7(4)".into(),
                },
            ],
            ..Default::default()
        }
    }

    #[test]
    fn for_people() {
        assert_eq!(
            text(&blocked()),
            "verdict      BLOCK\n\
             reason       OBJECTED: an objection is in force\n\
             number       +31612345678 (MOBILE)\n\
             lead         CLOSE_FOR_SELLER\n\
             regime       nl-bmnr\n\
             legal basis  Tw 11.7(4)\n\
             warning      REGIME_LAPSED: the enforced regime is no longer the law\n\
             today's law  BLOCK NO_CONSENT (nl-2026)\n\
             decision     20261124-7\n\
             recorded     DISK\n\
             revision     3\n"
        );
        assert_eq!(
            trail_table(&blocked().trail).to_string(),
            "row  outcome  check             gives                    found                               source of law\n  \
               7  passed   SourceLawful      BLOCK SOURCE_NOT_LAWFUL  source s-1                          letter\n  \
               8  DECIDED  ObjectionInForce  BLOCK OBJECTED           a no to all sellers [objection-17]  Tw 11.7(4)\n"
        );
    }

    #[test]
    fn an_allow_says_until_when_and_what_must_be_done() {
        let allowed = CheckResponse {
            verdict: Verdict::Allow as i32,
            reason: Reason::CustomerSimilar as i32,
            valid_until: Some(crate::cli::words::wire(Micros(1_790_000_000_000_000))),
            obligations: vec![
                Obligation::StateIdentity as i32,
                Obligation::OfferObjection as i32,
            ],
            ..Default::default()
        };
        assert_eq!(
            text(&allowed),
            "verdict      ALLOW\n\
             reason       CUSTOMER_SIMILAR\n\
             valid until  2026-09-21 16:13:20+02:00\n\
             must         STATE_IDENTITY, OFFER_OBJECTION\n\
             recorded     no (dry run)\n\
             revision     0\n"
        );
    }

    #[test]
    fn for_scripts() {
        let response = blocked();
        let json = serde_json::to_string(&Answer::of(&response, false)).unwrap();
        assert_eq!(
            json,
            r#"{"verdict":"BLOCK","reason":"OBJECTED","reason_text":"an objection is in force","e164":"+31612345678","line_type":"MOBILE","decision_id":"20261124-7","call_id":null,"earlier_decision_id":null,"lead_action":"CLOSE_FOR_SELLER","retry_at":null,"valid_until":null,"regime":"nl-bmnr","legal_basis":"Tw 11.7(4)","obligations":[],"warnings":["REGIME_LAPSED"],"revision":3,"durability":"DISK","shadow":{"regime":"nl-2026","verdict":"BLOCK","reason":"NO_CONSENT"}}"#
        );
        let json = serde_json::to_string(&Answer::of(&response, true)).unwrap();
        assert!(json.ends_with(
            r#"{"row":8,"check":"ObjectionInForce","outcome":"DECIDED","verdict":"BLOCK","reason":"OBJECTED","fact_id":"objection-17","found":"a no to all sellers","legal_source":"Tw 11.7(4)"}]}"#
        ), "{json}");
    }
}
