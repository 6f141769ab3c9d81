//! From the words of the core to those of the wire.

use super::fields::timestamp;
use crate::{
    ledger::Durability,
    policy::{Intent, Reason, RowOutcome, Verdict, pack::Obligation},
    proto::v1,
    sidecar::{Asked, Recorded, Sidecar},
};

/// What a dialer does with the lead. One table for all doors.
pub fn lead_action(verdict: Verdict, reason: Reason, intent: Intent) -> v1::LeadAction {
    use v1::LeadAction as Do;
    match verdict {
        // A precheck is never a permission to dial.
        Verdict::Allow if intent == Intent::Precheck => return Do::Unspecified,
        Verdict::Allow => return Do::Dial,
        Verdict::Defer => return Do::RetryAt,
        Verdict::Block => {}
    }
    match reason {
        Reason::InvalidNumber => Do::FixNumber,
        Reason::Objected | Reason::LineTypeNotCallable => Do::CloseForSeller,
        Reason::ProductNotSimilar
        | Reason::NotACustomer
        | Reason::Registered
        | Reason::NoConsent
        | Reason::PurposeNotCompatible
        | Reason::OtherCompanyOffer => Do::CloseInCampaign,
        // Our side must mend something: the lead itself is good.
        Reason::UnknownCampaign
        | Reason::CampaignNotRunning
        | Reason::NoRegime
        | Reason::PurposeNotCovered
        | Reason::SourceNotLawful
        | Reason::RegisterStale
        | Reason::FactsBehind => Do::Hold,
        // Reasons to allow; a block never carries them.
        Reason::Consent
        | Reason::CustomerSimilar
        | Reason::NotRegistered
        | Reason::CompatiblePurpose => Do::Hold,
    }
}

/// The answer to a check.
pub fn response(
    sidecar: &Sidecar,
    asked: &Asked<'_>,
    recorded: &Recorded,
    intent: Intent,
    call_id: &str,
    explain: bool,
) -> v1::CheckResponse {
    let decision = &asked.decision;
    let allowed = decision.verdict == Verdict::Allow;
    let row = asked.deciding_row(&sidecar.packs);
    let mut warnings = Vec::new();
    if asked.lapsed() {
        warnings.push(v1::Warning::RegimeLapsed as i32);
    }
    if asked.several_persons {
        warnings.push(v1::Warning::SeveralPersons as i32);
    }
    if asked.register_stale {
        warnings.push(v1::Warning::RegisterStale as i32);
    }
    if recorded.earlier.is_some() {
        warnings.push(v1::Warning::RepeatedCallId as i32);
    }
    v1::CheckResponse {
        verdict: i32::from(decision.verdict.code()),
        reason: i32::from(decision.reason.code()),
        e164: asked.number.map(|n| n.e164.to_string()).unwrap_or_default(),
        line_type: asked.number.map_or(0, |n| n.line_type as i32),
        decision_id: recorded
            .ticket
            .map(|t| t.id.to_string())
            .unwrap_or_default(),
        call_id: call_id.to_owned(),
        lead_action: lead_action(decision.verdict, decision.reason, intent) as i32,
        retry_at: None,
        valid_until: (allowed && intent == Intent::Dial)
            .then(|| timestamp(asked.valid_until(recorded.at, sidecar.settings.allow_valid_for))),
        regime: asked.regime.map(|r| r.id.to_string()).unwrap_or_default(),
        legal_basis: row.map(|r| r.source.clone()).unwrap_or_default(),
        obligations: asked.obligations().iter().map(|o| obligation(*o)).collect(),
        warnings,
        revision: recorded.revision,
        durability: match (recorded.ticket, recorded.durability) {
            (None, _) => 0,
            (_, Durability::Disk) => v1::Durability::Disk as i32,
            (_, Durability::Async) => v1::Durability::Async as i32,
        },
        shadow: asked.shadow.as_ref().map(|s| v1::Shadow {
            regime: s.regime.id.to_string(),
            verdict: i32::from(s.verdict.code()),
            reason: i32::from(s.reason.code()),
        }),
        trail: if explain {
            trail(sidecar, asked)
        } else {
            Vec::new()
        },
        earlier_decision_id: recorded
            .earlier
            .map(|id| id.to_string())
            .unwrap_or_default(),
        reason_text: match row {
            Some(row) if explain => sidecar.settings.language.of(&row.text).to_owned(),
            _ => String::new(),
        },
        error: None,
    }
}

fn obligation(o: Obligation) -> i32 {
    let known = match o {
        Obligation::StateIdentity => v1::Obligation::StateIdentity,
        Obligation::OfferObjection => v1::Obligation::OfferObjection,
        Obligation::MentionRegister => v1::Obligation::MentionRegister,
        Obligation::ShowNumber => v1::Obligation::ShowNumber,
    };
    known as i32
}

/// Every row of the table, with what it found in words.
fn trail(sidecar: &Sidecar, asked: &Asked<'_>) -> Vec<v1::TrailRow> {
    let world = sidecar.world();
    asked
        .rows(&sidecar.packs)
        .iter()
        .zip(asked.decision.results())
        .zip(asked.facts())
        .zip(1..)
        .map(|(((row, result), fact), number)| v1::TrailRow {
            row: number,
            check: row.check.name().to_owned(),
            outcome: outcome(result.outcome),
            verdict: i32::from(row.verdict.code()),
            reason: i32::from(row.reason.code()),
            fact_id: fact.map(|id| id.to_string()).unwrap_or_default(),
            found: sidecar.found_words(asked, result.found, &world.symbols),
            legal_source: row.source.clone(),
        })
        .collect()
}

/// A row's outcome on the wire.
pub fn outcome(outcome: RowOutcome) -> i32 {
    i32::from(outcome.code())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{facts::model::Channel, number::LineType};

    /// The numbers of the core are those of the wire, so that converting is a cast.
    #[test]
    fn every_word_has_the_number_of_the_wire() {
        for v in Verdict::ALL {
            let wire = v1::Verdict::try_from(i32::from(v.code())).unwrap();
            assert_eq!(wire.as_str_name(), format!("VERDICT_{v}"));
        }
        for r in Reason::ALL {
            let wire = v1::Reason::try_from(i32::from(r.code())).unwrap();
            assert_eq!(wire.as_str_name(), format!("REASON_{r}"));
        }
        for c in Channel::ALL {
            let wire = v1::Channel::try_from(i32::from(c.code())).unwrap();
            assert_eq!(wire.as_str_name(), format!("CHANNEL_{c}"));
        }
        for i in Intent::ALL {
            let wire = v1::Intent::try_from(i32::from(i.code())).unwrap();
            assert_eq!(wire.as_str_name(), format!("INTENT_{i}"));
        }
        for o in RowOutcome::ALL {
            let wire = v1::RowOutcome::try_from(i32::from(o.code())).unwrap();
            assert_eq!(wire.as_str_name(), format!("ROW_OUTCOME_{o}"));
        }
        let line = v1::LineType::try_from(LineType::Voicemail as i32).unwrap();
        assert_eq!(line, v1::LineType::Voicemail);
    }

    #[test]
    fn a_precheck_is_never_a_permission_to_dial() {
        for reason in Reason::ALL {
            let action = lead_action(Verdict::Allow, *reason, Intent::Precheck);
            assert_eq!(action, v1::LeadAction::Unspecified);
        }
    }
}
